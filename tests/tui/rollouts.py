"""Rollouts as the journal would tell them, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from console.config.model import ServiceConfig
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan as make_plan
from console.rollout.records import Event, EventKind, Rollout, RolloutState
from console.rollout.who import Who
from screens.messages import JournalSeen, JournalView

ALICE = Who("alice", "jump1")


def cutover(facts: Service, config: ServiceConfig, now: float, action: Action = Action.CUTOVER) -> Plan:
    """The plan that these facts allow."""
    made = make_plan(facts, config, Intent(action), now)
    assert isinstance(made, Plan), made
    return made


def rollout(plan: Plan, now: float, state: RolloutState = RolloutState.RUNNING, sentence: str = "") -> Rollout:
    """A rollout of the plan, begun now."""
    return Rollout("a1b2c3", plan.service, plan, ALICE, "release 2026.2", now, state, sentence, runner="jump1/boot/1/1")


def events(now: float, *told: tuple[EventKind, str, str] | tuple[EventKind, str, str, dict[str, Any]]) -> list[Event]:
    """Events a second apart: kind, step, text, and data where there is any."""
    return [
        Event(number, now + number, each[0], each[1], each[2], each[3] if len(each) == 4 else {})
        for number, each in enumerate(told, 1)
    ]


def going_back(
    plan: Plan, facts: Service, config: ServiceConfig, now: float
) -> tuple[EventKind, str, str, dict[str, Any]]:
    """The event with which a runner takes another plan, as it comes out of the journal."""
    back = replace(plan, action=Action.ROLLBACK, source=plan.target, target=plan.source)
    return EventKind.PLANNED, "", "GREEN fails: going back", {"plan": msgspec.json.decode(msgspec.json.encode(back))}


def seen(
    current: Rollout, told: Sequence[Event] = (), *, orphan: bool = False, printed: Sequence[str] = ()
) -> JournalSeen:
    """The journal with this one rollout, which is followed."""
    is_open = orphan or not current.state.ended
    return JournalSeen(
        JournalView(
            open={current.service: current} if is_open else {},
            orphans=frozenset({current.id} if orphan else ()),
            followed=current,
            events=tuple(told),
            printed=tuple(printed),
        )
    )
