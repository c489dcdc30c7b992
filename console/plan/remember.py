"""What became of a release is written on its servers, at the end: another host that goes back asks them (rule 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.model.instance import Instance
from console.model.marks import KEY, Mark, mark_of, text
from console.plan import course
from console.plan.asked import Asked
from console.plan.desired import ServerLabelled
from console.plan.plan import Action, Plan, Step, StepKind
from console.plan.rotations.move import Move

DEADLINE = 120.0  # seconds
AT_ONCE = 10  # servers that are read back together: Nova takes such a call at once


def remembering(asked: Asked, moves: Sequence[Move]) -> tuple[Step, ...]:
    """After a cutover that was watched to its end: that it is proven; after a rollback: what was taken back."""
    action, colour = asked.intent.action, asked.target
    if action is Action.CUTOVER and (moves or asked.intent.bakes):
        side = asked.service.side(colour)
        # who is held has served nobody; but what says there that it was taken back would outweigh all the others
        told = [one for one in side.instances if one.held_by is None or mark_of(one, side.version) is Mark.TAKEN_BACK]
        return _step(asked, Mark.PROVEN, told)
    if action is Action.ROLLBACK and (moves or asked.intent.bakes or asked.intent.began):
        side = asked.service.side(colour.other)
        return _step(asked, Mark.TAKEN_BACK, [one for one in side.instances if mark_of(one, side.version)])
    return ()


def without_notes(plan: Plan) -> Plan:
    """The same, of a way back out of a rollback: what that went to was not found bad, only left again."""
    return replace(plan, steps=tuple(step for step in plan.steps if step.kind is not StepKind.REMEMBER))


def _step(asked: Asked, mark: Mark, instances: Sequence[Instance]) -> tuple[Step, ...]:
    colour = asked.target if mark is Mark.PROVEN else asked.target.other
    version = asked.service.side(colour).version
    value = text(version, mark)
    unsaid = [one for one in instances if one.server is not None and mark_of(one, version) is not mark]
    if not value or not unsaid:
        return ()
    writes = [(one.name, ServerLabelled(one.key, one.name, {KEY: value})) for one in unsaid]
    return (
        Step(
            id="remember",
            kind=StepKind.REMEMBER,
            title=f"note it as {mark}",
            words=f"The metadata of {colour.upper()}'s servers says that {version[:12]} is {mark}, for those who do "
            "not have this journal. No traffic moves, nothing is restarted.",
            deadline=DEADLINE,
            outcome="it goes without the note, and says so",
            writes=tuple(course.write(desired, asked.basis, key) for key, desired in writes),
            at_once=AT_ONCE,
        ),
    )
