"""What is said of a change of the world that stops a rollout, or its way back: true, and with the servers' names."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from plan_rotations import power_config, power_service
from plan_worlds import NOW, instance

from console.errors import Drift
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.records import RolloutState
from console.rollout.runner import walk
from console.rollout.runner.endings import AbortAsked, Ended
from console.rollout.runner.reconcile import still_as_left
from console.rollout.runner.run import Run


def side(colour: Colour) -> list[Instance]:
    return [instance(colour, number, 100) for number in (1, 2)]


def off(one: Instance) -> Instance:
    assert one.server is not None
    return replace(one, server=replace(one.server, status="SHUTOFF", power_state=4))


def made() -> Plan:
    there = power_service(side(Colour.BLUE), [off(one) for one in side(Colour.GREEN)])
    found = plan(there, power_config(), Intent(Action.CUTOVER, Colour.GREEN), NOW)
    assert isinstance(found, Plan), found
    return found


def after_all_writes(blue: list[Instance]) -> Service:
    """GREEN works; BLUE as given."""
    return power_service(blue, side(Colour.GREEN))


@pytest.mark.parametrize(
    ("blue", "said"),
    [
        ([side(Colour.BLUE)[0], off(side(Colour.BLUE)[1])], "server api-blue-1 is on, was off"),
        ([off(side(Colour.BLUE)[1])], "server api-blue-1 is gone"),
    ],
)
def test_drift_of_workers_calls_them_by_name(blue: list[Instance], said: str) -> None:
    found, there = made(), after_all_writes(blue)
    run = cast("Run", SimpleNamespace(observe=lambda: there, service=power_config()))
    with pytest.raises(Drift, match=said):
        still_as_left(run, found, found.steps[-1])


def test_a_way_back_that_stops_never_says_that_nothing_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def drifted(*_given: object) -> Service:
        raise Drift(("server api-blue-1 is on, was off",))

    def asked(_step: str) -> None:
        raise AbortAsked("alice", "", hold=False)

    def nothing(*_given: object, **_said: object) -> None:
        return

    monkeypatch.setattr(walk, "at_rest", drifted)
    known: dict[str, Any] = {"tick": asked, "note": nothing, "let_settle": nothing, "written": True}
    run = cast("Run", SimpleNamespace(**known))
    ended = walk.heard_at_last(run, made(), Ended(RolloutState.DONE, "done", 0))
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert "api-blue-1 is on" in ended.sentence
    assert "nothing was" not in ended.sentence
    assert "bluegreen resume" in ended.sentence
