"""A plan or a refusal in words: the same text for `plan`, `cutover`, `rollback` and `resume`."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from console.model.call import Call
from console.model.commit import CiState
from console.model.text import visible
from console.plan.kinds.registry import kind_of
from console.plan.plan import Action, Carried, Plan, Refusal, Share, Step

WIDTH = 100  # columns: a record is read in tickets and mails as well


def plan_lines(plan: Plan, *, commands: bool = False) -> Iterator[str]:
    """The plan, line by line. Names come from the cloud: made visible."""
    yield from _wrapped("", f"{plan.action.upper()} {plan.service} ({plan.environment}): {plan.summary}")
    yield from shipment_lines(plan)
    for note in plan.notes:
        yield from _wrapped("  ! ", note)
    for number, step in enumerate(plan.steps, 1):
        yield from _step_lines(number, step, commands=commands)
    yield f"digest {plan.digest}"


def shipment_lines(plan: Plan) -> Iterator[str]:
    """`ships 6 commits, 8be41d0 to 3f2a9c1; 1 migration; tests of 5 of 6 passed`, and what is undone, if known."""
    shipment, back = plan.shipment, plan.action is Action.ROLLBACK
    for verb, commits in (("brings in" if back else "ships", shipment.ships), ("undoes", shipment.undoes)):
        if commits:
            yield from _wrapped(f"  {verb:<9}", _carried_words(commits, more=shipment.more))
    if shipment.ships is not None and shipment.undoes is not None:
        asked = "safe to undo" if back else "safe to go back after"
        yield from _wrapped("  ", f"{asked}: {shipment.safety.words}")


def carried_lines(plan: Plan) -> Iterator[str]:
    """Each commit that the record has, one way and the other."""
    for verb, commits in (("ships", plan.shipment.ships), ("undoes", plan.shipment.undoes)):
        for one in commits or ():
            marks = ", ".join((*one.flags, *((f"tests {one.tests}",) if one.tests != CiState.UNKNOWN else ())))
            yield visible(f"  {verb:<7} {one.words}{f'  ({marks})' if marks else ''}")


def _carried_words(commits: Sequence[Carried], *, more: bool) -> str:
    flags = Counter(flag for one in commits for flag in one.flags)
    tests = Counter(CiState(one.tests) for one in commits)
    parts = [
        f"{len(commits)}{' or more' if more else ''} commits, {commits[-1].sha[:7]} to {commits[0].sha[:7]}"
        if len(commits) > 1
        else commits[0].words,
        *(f"{number} {flag}" for flag, number in flags.items()),
    ]
    if tests[CiState.UNKNOWN] < len(commits):
        parts.append(f"tests of {tests[CiState.PASSED]} of {len(commits)} passed")
    return "; ".join(parts)


def _step_lines(number: int, step: Step, *, commands: bool) -> Iterator[str]:
    yield from _wrapped(f"  {number} ", f"{step.title}: {step.words}")
    for write in step.writes:
        yield visible(f"      call     {call_words(write.call)}")
        for changed in kind_of(write.desired).words(write.desired):
            yield visible(f"               {changed}")
    if step.way:
        yield visible(f"      listener {step.way}")
    for title, shares in (("now", step.before), ("after", step.after)):
        if shares is not None:
            yield f"      {title:<8} " + "   ".join(share_words(share) for share in shares)
    for check in step.checks:
        yield from _wrapped("      check    ", check)
    yield from _wrapped("      limit    ", f"{step.deadline:.0f} s; then: {step.outcome}")
    for write in step.writes if commands else ():
        for command in write.call.commands:
            yield visible(f"      same as  {command}")
        for note in write.call.notes:
            yield from _wrapped("               ", note)
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
    """`BLUE 3 in rotation, 3 healthy, 100 %`; `2 healthy, 1 not seen` where that is so."""
    return f"{share.colour.upper()} {share.in_rotation} in rotation, {share.seen}, {share.percent:.0f} %"


def refusal_lines(refusal: Refusal) -> Iterator[str]:
    """Why there is no plan, and what to do."""
    yield visible(f"refused: {refusal.reason}")
    yield visible(f"  {refusal.hint}")
