"""Single workers: stopped, or started and seen to work."""

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
from console.plan.single import words
from console.plan.single.undoing import changed_ids


def steps(asked: Asked, named: Sequence[Instance]) -> tuple[Step, ...] | Refusal:
    """Stop on drain; start, and see that it works, on restore. All else is of load balancers."""
    action = asked.intent.action
    if action not in (Action.DRAIN, Action.RESTORE):
        return Refusal(
            "rotation",
            f"{words.verb(action)} is of members of a load balancer; {asked.service.name} has workers",
            "drain stops one, restore starts it; to hold one: `openstack server set --tag bluegreen:hold=WHO SERVER`",
            0,
        )
    on = action is Action.RESTORE
    order = asked.intent.order
    if isinstance(order, SingleOrder) and order.undone is not None:
        named = [one for one in named if one.key in changed_ids(order)]
    moving = [one for one in named if one.server is not None and one.runs != on]
    if bad := [one.name for one in moving if on and not startable(one)]:
        return Refusal("unhealthy", f"{', '.join(bad)} cannot be started: it is neither off nor at rest", "", 2)
    if not moving:
        return ()
    several = len(moving) > 1
    basis, writes = asked.basis, []
    for one in moving:
        writes.append(course.write(Power(one.key, one.name, on, asked.target), basis, one.key if several else ""))
        basis = course.after(writes[-1:], basis)
    step = Step(
        id="change",
        kind=StepKind.SHIFT,
        title=words.title(asked, "change"),
        words=words.explained(asked, named, "change"),
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
