from __future__ import annotations

import pytest

from console.errors import ApiError, ConfigError, Unreachable
from console.watch.look import Look, WallClock


class Clocks:
    """A wall clock that can be set, and a steady one that cannot."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000_000.0, 500.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def set_by(self, seconds: float) -> None:
        self.wall += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def look(clocks: Clocks, ask: object = lambda: "answer") -> Look[str]:
    return Look("servers", ask, good_for=15, clock=lambda: clocks.wall, steady=lambda: clocks.steady)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [-7200.0, -20.0, 20.0, 7200.0, 1e9])
def test_a_clock_that_is_set_makes_nothing_fresh_and_nothing_stale(clocks: Clocks, by: float) -> None:
    one = look(clocks)
    one.run()
    clocks.pass_by(10)
    clocks.set_by(by)
    assert one.seen.source.fresh(clocks.wall), "it is 10 s old, whatever the clock says"
    clocks.pass_by(6)
    assert not one.seen.source.fresh(clocks.wall)
    assert one.seen.source.seen_at == clocks.wall - 16
    one.run()
    assert one.seen.source.seen_at == clocks.wall


def test_since_when_it_fails_moves_with_the_clock(clocks: Clocks) -> None:
    def fail() -> str:
        raise Unreachable("no answer")

    one = look(clocks, fail)
    one.run()
    clocks.pass_by(30)
    clocks.set_by(-3600)
    one.run()
    assert one.seen.source.since == clocks.wall - 30


def test_a_clock_that_is_set_while_a_call_hangs(clocks: Clocks) -> None:
    def slow() -> str:
        clocks.pass_by(5)
        clocks.set_by(-3600)
        return "answer"

    one = look(clocks, slow)
    one.run()
    assert one.seen.source.seen_at == clocks.wall - 5, "an answer is as old as its question"


def test_a_clock_that_is_slewed_is_left_alone(clocks: Clocks) -> None:
    one = look(clocks)
    one.run()
    seen = one.seen
    clocks.set_by(0.5)
    assert one.seen is seen


def test_the_wall_clock_tells_once_that_it_was_set(clocks: Clocks) -> None:
    wall = WallClock(lambda: clocks.wall, lambda: clocks.steady)
    clocks.pass_by(1000)
    assert wall.set_by() == 0
    clocks.set_by(-60)
    assert wall.set_by() == -60
    assert wall.set_by() == 0


def test_what_is_asked_less_often_is_good_for_longer_from_its_next_answer_on(clocks: Clocks) -> None:
    one = look(clocks)
    one.run()
    one.slack = 3
    assert one.seen.source.good_for == 15
    one.run()
    assert one.seen.source.good_for == 45


def test_what_is_done_about_a_problem_goes_with_the_problem(clocks: Clocks) -> None:
    answers: list[str | Exception] = [ApiError("busy", "wait", 429, 20.0), "answer"]

    def ask() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    one = look(clocks, ask)
    one.run()
    one.say("trying again in 20 s", waits=True)
    assert (one.pause, one.seen.source.advice) == (20.0, "wait; trying again in 20 s")
    one.run()
    assert (one.pause, one.seen.source.problem, one.seen.source.advice) == (0.0, "", "")
    one.say("nothing is wrong", waits=False)
    assert one.seen.source.doing == ""


def test_someone_elses_failure_is_taken(clocks: Clocks) -> None:
    one = look(clocks)
    one.fail(ConfigError("the certificate is gone", "put it back"))
    assert (one.seen.source.problem, one.seen.source.hint, one.failures) == (
        "the certificate is gone",
        "put it back",
        1,
    )
