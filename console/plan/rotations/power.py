"""Rotation by power: workers behind no load balancer. Idle ones are started and seen to work, then live ones stopped.

At a share of so many percent that part of the target's workers runs beside all of the source's; only the last share
stops the source, one worker after the other, each after a look at those that stay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from console.model.colour import Colour
from console.model.instance import Instance
from console.plan import capacity, course, waits
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.candidates import Candidates
from console.plan.desired import Power
from console.plan.no_before import STAYS
from console.plan.plan import Action, Step, StepKind, Write
from console.plan.rotations.move import Move, count

AT_ONCE = 8  # workers that start at the same time
START_DEADLINE = 600.0  # seconds for Nova to start one
STOP_DEADLINE = 300.0  # seconds for Nova to stop one: a guest has 60 s to end its work (shutdown_timeout)


def moves(asked: Asked, found: Candidates) -> tuple[Move, ...]:
    """A move for each share that starts anybody, and the last one, which stops the source's workers."""
    basis, workers = asked.basis, [instance for instance, _ in found.enter]
    by_shares = asked.intent.action is Action.CUTOVER and not asked.intent.source_fails
    on = {server.id for server in basis.servers if server.on}
    leaving = [one for one in asked.service.side(asked.target.other).instances if one.key in on]
    result: list[Move] = []
    for percent in asked.config.release.shift if by_shares else (100,):
        wanted = workers[: math.ceil(len(workers) * percent / 100)]
        last = percent >= 100
        steps = _steps(asked, basis, percent, [one for one in wanted if one.key not in on], leaving if last else [])
        on |= {one.key for one in wanted}
        if steps:
            result.append(Move(percent, steps))
            basis = result[-1].after(basis)
    return tuple(result)


def _steps(
    asked: Asked, basis: Basis, percent: int, starting: Sequence[Instance], stopping: Sequence[Instance]
) -> tuple[Step, ...]:
    suffix = "" if percent >= 100 else f"-{percent}"
    steps: list[Step] = []
    if starting:
        started = _start(asked, basis, suffix, starting)
        steps += [started, waits.check(f"check{suffix}", asked.target, [(one.key, one.name) for one in starting])]
        basis = course.after(started.writes, basis)
    if stopping:
        steps.append(_stop(asked, basis, stopping))
    return tuple(steps)


def _writes(basis: Basis, workers: Sequence[Instance], colour: Colour, *, on: bool) -> tuple[Write, ...]:
    several = len(workers) > 1
    desired = [Power(one.key, one.name, on, colour) for one in workers]
    return tuple(course.write(one, basis, one.server_id if several else "") for one in desired)


def _start(asked: Asked, basis: Basis, suffix: str, workers: Sequence[Instance]) -> Step:
    colour = asked.target.upper()
    writes = _writes(basis, workers, asked.target, on=True)
    return Step(
        id=f"start{suffix}",
        kind=StepKind.SHIFT,
        title=f"start {count(len(workers), 'worker')} of {colour}",
        words=f"{', '.join(one.name for one in workers)} of {colour} are started, {AT_ONCE} at a time at most. As soon "
        f"as they run they take work, beside those of {asked.target.other.upper()}: both versions work then.",
        deadline=START_DEADLINE,
        outcome=STAYS if asked.intent.no_before else "it goes back: what was started is stopped again",
        writes=writes,
        at_once=AT_ONCE,
        before=capacity.shares(asked.service, basis, asked.now),
        after=capacity.shares(asked.service, course.after(writes, basis), asked.now),
        checks=("Nova says ACTIVE and running, of each",),
    )


def _stop(asked: Asked, basis: Basis, workers: Sequence[Instance]) -> Step:
    source, target = asked.target.other.upper(), asked.target.upper()
    hook = asked.config.rotation.before_stop if asked.intent.action is not Action.ROLLBACK else None
    drained = f"Before each `{' '.join(hook.run)}` must end well, within {hook.timeout:g} s. " if hook else ""
    writes = _writes(basis, workers, asked.target.other, on=False)
    return Step(
        id="stop",
        kind=StepKind.SHIFT,
        title=f"stop {count(len(workers), 'worker')} of {source}",
        words=f"{', '.join(one.name for one in workers)} of {source} are stopped, one after the other, each only after "
        f"a look that those of {target} work. {drained}Nova tells the guest to shut down and gives it a minute (by "
        "default): work that is not finished or handed back by then is cut off.",
        deadline=STOP_DEADLINE,
        outcome="it stops and needs a human",
        writes=writes,
        before=capacity.shares(asked.service, basis, asked.now),
        after=capacity.shares(asked.service, course.after(writes, basis), asked.now),
        checks=(
            *((f"before each: {hook.run[0]} ends with 0",) if hook else ()),
            f"before each: enough of {target} seen to work",
            "Nova says SHUTOFF, of each",
        ),
    )


def summary(asked: Asked, found: Sequence[Move]) -> str:
    """The plan in one sentence."""
    target, service = asked.target, asked.service
    source, side = target.other.upper(), service.side(target)
    if not found:
        return f"{target.upper()} {side.version} does all the work already; nothing is written."
    powers = [w.desired for move in found for step in move.steps for w in step.writes if isinstance(w.desired, Power)]
    on = sum(one.on for one in powers)
    verb = "goes back" if asked.intent.is_return else "moves"
    shares = f" ({', '.join(f'{move.percent} %' for move in found)})" if len(found) > 1 else ""
    return (
        f"All work {verb} from {source} {service.side(target.other).version} to {target.upper()} {side.version}: "
        f"{count(on, 'worker')} started and seen to work{shares}, then {len(powers) - on} stopped one by one."
    )
