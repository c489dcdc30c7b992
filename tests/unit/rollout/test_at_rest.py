"""A way back is planned on workers of which none is being started or stopped."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from plan_rotations import power_config, power_service
from plan_worlds import NOW, instance

from console.errors import NeedsHuman
from console.model.colour import Colour
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.runner import boot_clock, settle
from console.rollout.runner.run import Run
from console.rollout.runner.timing import Timing


def workers(task: str | None = None) -> Service:
    """Two of each colour, BLUE works; its first has this task."""
    blue = [instance(Colour.BLUE, n, 100) for n in (1, 2)]
    assert blue[0].server is not None
    blue[0] = replace(blue[0], server=replace(blue[0].server, task_state=task))
    return power_service(blue, [instance(Colour.GREEN, n, 0) for n in (1, 2)])


@pytest.fixture
def made() -> Plan:
    found = plan(workers(), power_config(), Intent(Action.CUTOVER, Colour.GREEN), NOW)
    assert isinstance(found, Plan), found
    return found


class Waiting:
    """A run whose waits take no time. `looks`: what is seen, one look after the other; the last one for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *looks: Service) -> None:
        self.left, self.now, self.said = list(looks), 0.0, list[str]()
        monkeypatch.setattr(boot_clock, "now", lambda: self.now)

    def look(self) -> Service:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    def wait(self, seconds: float, _step: str) -> None:
        self.now += seconds

    def note(self, _kind: object, _step: str, text: str, **_data: object) -> None:
        self.said.append(text)

    def run(self) -> Run:
        def look(read: Any, _step: str, _deadline: float) -> Any:
            return read()

        return cast(
            "Run",
            SimpleNamespace(look=look, observe=self.look, wait=self.wait, note=self.note, timing=Timing()),
        )


def test_a_stop_that_was_sent_is_waited_for(monkeypatch: pytest.MonkeyPatch, made: Plan) -> None:
    waiting = Waiting(monkeypatch, workers("powering-off"), workers("powering-off"), workers())
    assert settle.at_rest(waiting.run(), made, 30.0) == workers()
    assert "api-blue-1 (powering-off)" in waiting.said[0], "it is said what is waited for, by name"


def test_nothing_is_said_where_there_is_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch, made: Plan) -> None:
    waiting = Waiting(monkeypatch, workers())
    assert settle.at_rest(waiting.run(), made, 30.0) == workers()
    assert not waiting.said


def test_one_that_does_not_end_is_waited_for_as_long_as_its_step_may_take(
    monkeypatch: pytest.MonkeyPatch, made: Plan
) -> None:
    waiting = Waiting(monkeypatch, workers("powering-off"))
    limit = max(step.deadline for step in made.steps if step.writes)
    with pytest.raises(NeedsHuman, match=r"api-blue-1 \(powering-off\)"):
        settle.at_rest(waiting.run(), made, 30.0)
    assert limit < waiting.now < limit + 2
