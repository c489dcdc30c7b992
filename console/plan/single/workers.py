"""Single workers: stopped and held, or started and seen to work; or only held."""

from __future__ import annotations

from collections.abc import Sequence

from console.model.health import startable
from console.model.instance import Instance
from console.plan import capacity, course, waits
from console.plan.asked import Asked
from console.plan.desired import Power
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Refusal, Step, StepKind
from console.plan.rotations.power import START_DEADLINE, STOP_DEADLINE
from console.plan.single import way_out, words, worker_holds
from console.plan.single.undoing import changed_ids, switched_ids


def steps(asked: Asked, named: Sequence[Instance]) -> tuple[Step, ...] | Refusal:
    """A hold, and a stop after it, on drain; its end, a start, and the look that it works, on restore."""
    action, order = asked.intent.action, asked.intent.order
    assert isinstance(order, SingleOrder)
    if action not in (Action.DRAIN, Action.RESTORE, Action.HOLD, Action.UNHOLD):
        return Refusal(
            "rotation",
            f"{words.verb(action)} is of members of a load balancer; {asked.service.name} has workers",
            "drain stops and holds one, restore starts it",
            0,
        )
    if alone := tuple(one.name for one in named if one.server is None):
        return Refusal("none", f"Nova lists no server for {', '.join(alone)}: there is nothing to change", "", 0, alone)
    on, takes = action is Action.RESTORE, action in (Action.DRAIN, Action.HOLD) and order.undone is None
    if takes and (refusal := way_out.taken(asked, named, words.verb(action))):
        return refusal
    if order.undone is not None:
        named = [
            one for one in named if one.key in changed_ids(order.undone or ()) and not worker_holds.taken_by(order, one)
        ]
    switched = named if order.undone is None else [one for one in named if one.key in switched_ids(order)]
    moving = [one for one in switched if one.runs != on and action in (Action.DRAIN, Action.RESTORE)]
    if bad := [one.name for one in moving if on and not startable(one)]:
        return Refusal("unhealthy", f"{', '.join(bad)} cannot be started: it is neither off nor at rest", "", 2)
    hold = worker_holds.step(asked, order, named, words.explained(asked, named, "hold"))
    return (*([hold] if hold is not None else []), *(_switched(asked, moving, on=on) if moving else ()))


def _switched(asked: Asked, moving: Sequence[Instance], *, on: bool) -> tuple[Step, ...]:
    several = len(moving) > 1
    basis, writes = asked.basis, []
    for one in moving:
        writes.append(course.write(Power(one.key, one.name, on, asked.target), basis, one.key if several else ""))
        basis = course.after(writes[-1:], basis)
    step = Step(
        id="change",
        kind=StepKind.SHIFT,
        title=words.title(asked, "change"),
        words=words.explained(asked, moving, "change"),
        deadline=START_DEADLINE if on else STOP_DEADLINE,
        outcome="it stops and needs a human",
        writes=tuple(writes),
        before=capacity.shares(asked.service, asked.basis, asked.now),
        after=capacity.shares(asked.service, basis, asked.now),
        checks=("Nova says ACTIVE and running" if on else "Nova says SHUTOFF",),
    )
    if not on:
        return (step,)
    return step, waits.check("check", asked.target, [(one.key, one.name) for one in moving])
