"""A plan or a refusal in words: the same text for `plan`, `cutover`, `rollback` and `resume`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from console.model.call import Call
from console.model.text import visible
from console.plan.kinds.registry import kind_of
from console.plan.plan import Plan, Refusal, Share, Step

WIDTH = 100  # columns: a record is read in tickets and mails as well


def plan_lines(plan: Plan, *, commands: bool = False) -> Iterator[str]:
    """The plan, line by line. Names come from the cloud: made visible."""
    yield from _wrapped("", f"{plan.action.upper()} {plan.service} ({plan.environment}): {plan.summary}")
    for note in plan.notes:
        yield from _wrapped("  ! ", note)
    for number, step in enumerate(plan.steps, 1):
        yield from _step_lines(number, step, commands=commands)
    yield f"digest {plan.digest}"


def _step_lines(number: int, step: Step, *, commands: bool) -> Iterator[str]:
    yield from _wrapped(f"  {number} ", f"{step.title}: {step.words}")
    for write in step.writes:
        yield visible(f"      call     {call_words(write.call)}")
        for changed in kind_of(write.desired).words(write.desired):
            yield visible(f"               {changed}")
    for title, shares in (("now", step.before), ("after", step.after)):
        if shares is not None:
            yield f"      {title:<8} " + "   ".join(share_words(share) for share in shares)
    for check in step.checks:
        yield from _wrapped("      check    ", check)
    yield from _wrapped("      limit    ", f"{step.deadline:.0f} s; then: {step.outcome}")
    for write in step.writes if commands else ():
        for command in write.call.commands:
            yield visible(f"      same as  {command}")
        for command in write.undo.commands if write.undo is not None else ():
            yield visible(f"      undo     {command}")


def call_words(call: Call) -> str:
    """`PUT /v2/lbaas/pools/ID/members?additive_only=true  (6 members)`."""
    return f"{call.line}  ({call.size})" if call.size else call.line


def _wrapped(head: str, text: str) -> Iterator[str]:
    """Text from the cloud made visible, folded under its head."""
    blank = " " * len(head)
    yield from textwrap.wrap(visible(text), WIDTH, initial_indent=head, subsequent_indent=blank)


def share_words(share: Share) -> str:
    """`BLUE 3 in rotation, 3 healthy, 100 %`."""
    return f"{share.colour.upper()} {share.in_rotation} in rotation, {share.healthy} healthy, {share.percent:.0f} %"


def refusal_lines(refusal: Refusal) -> Iterator[str]:
    """Why there is no plan, and what to do."""
    yield visible(f"refused: {refusal.reason}")
    yield visible(f"  {refusal.hint}")
