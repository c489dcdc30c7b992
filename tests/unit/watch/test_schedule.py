from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import pytest

from console.errors import ApiError, CloudError
from console.watch.look import Look, older
from console.watch.nodes import Node
from console.watch.schedule import LONGEST_BACK_OFF, PATIENCE, Schedule


class FakePlace:
    """A place is only a key here, but for its list of load balancers."""

    def __init__(self) -> None:
        self.balancers = Look("balancers", lambda: None, good_for=15, clock=lambda: 0.0)


class FakeWatched:
    """A service whose load balancer is, or is not, in a change."""

    def __init__(self, rotation: Look[Any]) -> None:
        self.rotation, self.changing = rotation, False


class World:
    """login → servers, balancers → rotation, in one place; `answers` says who fails."""

    def __init__(self) -> None:
        self.now = 0.0
        self.failing: dict[str, Exception] = {}
        self.place = cast("Any", FakePlace())
        self.login = self.node("login")
        self.servers = self.node("servers", self.login)
        self.balancers = Node(self.place.balancers, self.place, (self.login,))
        self.place.balancers._ask = lambda: self.answer("balancers")
        rotation = self.look("rotation")
        self.watched = cast("Any", FakeWatched(rotation))
        self.rotation = Node(rotation, self.place, (self.balancers,), (self.watched,))
        self.nodes = (self.login, self.servers, self.balancers, self.rotation)
        self.schedule = Schedule(self.nodes, 5.0, random=lambda: 0.5)

    def look(self, name: str) -> Look[str]:
        return Look(name, lambda: self.answer(name), good_for=15, clock=lambda: self.now)

    def node(self, name: str, *after: Node) -> Node:
        return Node(self.look(name), self.place, after)

    def answer(self, name: str) -> str:
        if name in self.failing:
            raise self.failing[name]
        return name

    def start(self) -> list[str]:
        """Start what may start, without its coming back."""
        ready = self.schedule.ready(self.now)
        for node in ready:
            self.schedule.started(node, self.now)
        return [node.look.seen.source.name for node in ready]

    def finish(self, *nodes: Node) -> None:
        for node in nodes:
            node.look.run()
            self.schedule.finished(node, self.now)

    def cycle(self) -> list[str]:
        """Everything that may run now, each at once done."""
        ran: list[str] = []
        while ready := self.schedule.ready(self.now):
            for node in ready:
                self.schedule.started(node, self.now)
            for node in ready:
                self.finish(node)
                ran.append(node.look.seen.source.name)
        return ran


@pytest.fixture
def world() -> World:
    return World()


def test_each_is_asked_once_per_beat_after_the_one_it_needs(world: World) -> None:
    assert world.cycle() == ["login", "servers", "balancers", "rotation"]
    world.now = 4.9
    assert world.cycle() == []
    world.now = 5.0
    assert world.cycle() == ["login", "servers", "balancers", "rotation"]


def test_none_is_asked_twice_at_once(world: World) -> None:
    assert world.start() == ["login"]
    world.finish(world.login)
    assert world.start() == ["servers", "balancers"]
    world.finish(world.balancers)
    world.now = 60.0
    assert "login" in world.start()
    world.finish(world.login)
    assert world.start() == ["balancers"], "servers has not come back since the first beat"


def test_one_that_hangs_holds_up_the_others_for_a_moment_only(world: World) -> None:
    world.start()
    assert world.schedule.wake_at(0.0) == PATIENCE
    world.now = PATIENCE
    assert world.start() == []
    world.now = PATIENCE + 0.01
    assert world.start() == ["servers", "balancers"]
    world.finish(world.balancers, world.servers)
    assert world.start() == ["rotation"]
    world.finish(world.rotation)
    assert world.schedule.idle(world.now), "the login still hangs, and nobody waits for it"


def test_a_failing_source_is_asked_ever_more_rarely_and_never_given_up(world: World) -> None:
    world.failing["servers"] = CloudError("down")
    asked = []
    for tenth in range(6000):
        world.now = tenth / 10
        if "servers" in world.cycle():
            asked.append(world.now)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps[0] <= 5.1
    assert gaps[1] >= 9.9
    assert max(gaps) <= LONGEST_BACK_OFF * 1.25 + 5
    assert asked[-1] > 500


def test_the_others_keep_their_beat_meanwhile(world: World) -> None:
    world.failing["servers"] = CloudError("down")
    for now in range(0, 100, 5):
        world.now = float(now)
        assert "rotation" in world.cycle()


def test_retry_after_is_obeyed(world: World) -> None:
    world.failing["servers"] = ApiError("slow down", "", 429, retry_after=40.0)
    world.cycle()
    asked = []
    for second in range(1, 60):
        world.now = float(second)
        if "servers" in world.cycle():
            asked.append(second)
    assert asked[0] == 40


def test_recovery_wakes_those_that_failed_because_of_it(world: World) -> None:
    world.failing = dict.fromkeys(("login", "servers", "balancers", "rotation"), CloudError("refused"))
    for now in range(0, 300, 5):
        world.now = float(now)
        world.cycle()
    world.failing.clear()
    while "login" not in (ran := world.cycle()):
        world.now += 1.0
    assert ran == ["login", "servers", "balancers", "rotation"]


def test_refresh_asks_everything_now(world: World) -> None:
    world.failing["servers"] = CloudError("down")
    for now in range(0, 60, 5):
        world.now = float(now)
        world.cycle()
    world.now = 56.0
    world.schedule.refresh()
    assert world.cycle() == ["login", "servers", "balancers", "rotation"]


def test_a_load_balancer_in_a_change_is_looked_at_every_second(world: World) -> None:
    world.watched.changing = True
    world.cycle()
    world.now = 1.0
    assert world.cycle() == ["balancers", "rotation"]
    world.now = 2.0
    world.watched.changing = False
    assert world.cycle() == ["balancers", "rotation"]
    world.now = 3.0
    assert world.cycle() == []


def test_one_source_out_of_two_is_as_old_as_the_older_with_the_trouble_of_either() -> None:
    world = World()
    world.now = 1.0
    world.login.look.run()
    world.now = 5.0
    world.servers.look.run()
    found = older(world.login.look.seen.source, world.servers.look.seen.source)
    assert (found.name, found.seen_at, found.problem) == ("servers", 1.0, "")
    world.failing["login"] = CloudError("refused", "mend it")
    world.login.look.run()
    found = older(world.login.look.seen.source, world.servers.look.seen.source)
    assert (found.problem, found.hint, found.since) == ("refused", "mend it", 5.0)


def test_what_nobody_looks_at_is_asked_at_every_third_beat(world: World) -> None:
    world.schedule = Schedule(
        world.nodes, 5.0, every=lambda node: 3 if node is world.rotation else 1, random=lambda: 0.5
    )
    ran = []
    for beat in range(12):
        world.now = beat * 5.0
        ran.append("rotation" in world.cycle())
    assert ran[0], "the first look is at everything"
    asked = [beat for beat, did in enumerate(ran) if did]
    assert all(later - earlier == 3 for earlier, later in pairwise(asked[1:]))
    assert asked[1] <= 3


def test_those_that_are_asked_seldom_are_spread_over_the_beats(world: World) -> None:
    nodes = [world.node(f"pool-{number}") for number in range(9)]
    schedule = Schedule(nodes, 5.0, every=lambda _: 3, random=lambda: 0.5)
    ran = []
    for beat in range(10):
        ready = schedule.ready(beat * 5.0)
        for node in ready:
            schedule.started(node, beat * 5.0)
            schedule.finished(node, beat * 5.0)
        ran.append(len(ready))
    assert ran == [9, *[3] * 9]


def test_what_is_wanted_does_not_wait_for_its_turn(world: World) -> None:
    world.schedule = Schedule(world.nodes, 5.0, every=lambda _: 3, random=lambda: 0.5)
    world.cycle()
    world.now = 1.0
    world.schedule.want([world.rotation], world.now)
    assert world.cycle() == ["rotation"]
    world.failing["rotation"] = ApiError("slow down", "", 429, retry_after=40.0)
    world.schedule.want([world.rotation], world.now)
    world.cycle()
    world.schedule.want([world.rotation], world.now)
    assert world.cycle() == [], "it asked to be left alone"


def test_a_refresh_asks_those_whose_turn_comes_later_as_well(world: World) -> None:
    world.schedule = Schedule(world.nodes, 5.0, every=lambda _: 3, random=lambda: 0.5)
    world.cycle()
    world.now = 5.0
    world.schedule.refresh()
    assert len(world.cycle()) == 4


def test_beats_can_be_stretched(world: World) -> None:
    world.schedule.stretch = 2.0
    world.cycle()
    world.now = 9.9
    assert world.cycle() == []
    world.now = 10.0
    assert len(world.cycle()) == 4


def test_details_come_at_once_and_go_when_others_are_wanted(world: World) -> None:
    world.cycle()
    first, second = world.node("console", world.servers), world.node("image")
    world.now = 1.0
    world.schedule.also([first])
    assert world.start() == ["console"]
    world.schedule.also([second])
    world.finish(first)
    assert world.start() == ["image"]
    world.finish(second)
    world.now = 5.0
    assert sorted(world.cycle()) == ["balancers", "image", "login", "rotation", "servers"]
    world.schedule.also([])
    world.now = 10.0
    assert "image" not in world.cycle()


def test_a_detail_that_hangs_when_it_is_left_holds_up_nothing(world: World) -> None:
    world.cycle()
    hanging = world.node("console")
    world.schedule.also([hanging])
    world.start()
    world.schedule.also([])
    assert world.schedule.idle(world.now)
    world.failing["console"] = CloudError("at last")
    world.finish(hanging)
    world.now = 5.0
    assert "console" not in world.cycle()


def test_when_a_source_that_failed_is_asked_again(world: World) -> None:
    world.cycle()
    assert world.schedule.retry_in(world.servers, 0.0) == 5.0
    world.failing["servers"] = ApiError("slow down", "", 429, retry_after=40.0)
    world.now = 5.0
    world.cycle()
    assert world.schedule.retry_in(world.servers, 7.0) == 38.0


def test_the_first_answer_of_a_slow_cloud_is_waited_for_longer(world: World) -> None:
    world.schedule = Schedule(world.nodes, 5.0, first_patience=10.0, random=lambda: 0.5)
    assert world.start() == ["login"]
    world.now = 9.0
    assert world.start() == [], "all that they could say is that there was no login yet"
    assert world.schedule.wake_at(world.now) == 10.0
    world.finish(world.login)
    assert world.start() == ["servers", "balancers"]
    world.finish(world.servers, world.balancers)
    world.now += 5
    world.start()
    world.now += PATIENCE + 0.01
    assert "servers" in world.start(), "once it was heard, its old answer will do"
