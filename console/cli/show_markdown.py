"""A rollout as Markdown: for the ticket, the mail, and whoever reads it without this program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.cli.looking import date
from console.cli.plan_words import call_words
from console.model.text import visible
from console.plan.plan import Action, Plan, Step
from console.rollout.by_hand import by_hand, transcript, way_back_words
from console.rollout.records import Decision, Event, EventKind, Rollout

_QUIET = (EventKind.BEGUN,)


def markdown(rollout: Rollout, decisions: Sequence[Decision], events: Sequence[Event]) -> Iterator[str]:
    """Head, decisions, steps, what happened, and what is left by hand."""
    plan = rollout.plan
    yield f"# {_cell(plan.action)} of {_cell(plan.service)}: {_cell(rollout.state)}"
    yield ""
    yield _cell(rollout.sentence or plan.summary)
    yield ""
    way_back = by_hand(rollout, events).way_back
    if way_back is not None:
        yield from (_cell(way_back_words(rollout, way_back)), "")
    yield from _table(
        ("what", ""),
        [
            ("rollout", rollout.id),
            ("who", rollout.who.in_full),
            ("why", rollout.reason or "no reason given"),
            ("begun", date(rollout.created_at)),
            ("ended", date(rollout.ended_at) if rollout.ended_at is not None else "not yet"),
            ("from, to", f"{plan.source} {plan.source_version}, {plan.target} {plan.target_version}"),
            ("plan", plan.digest),
        ],
    )
    yield from ("## Read before it began", "", *(f"- {_cell(note)}" for note in plan.notes or ("nothing",)), "")
    yield from ("## What it ships", "", *_shipped(plan))
    yield "## Decisions"
    yield ""
    yield from _table(
        ("when", "what", "who", "why"),
        [(date(one.at), f"{one.kind} {one.step}".strip(), one.who.in_full, one.reason) for one in decisions],
    )
    yield "## Steps"
    yield ""
    yield from _table(("step", "call", "limit", "then"), [_step(step) for step in plan.steps])
    if way_back is not None:
        yield from ("## Steps of the way that was taken then", "")
        yield from _table(("step", "call", "limit", "then"), [_step(step) for step in way_back.steps])
    yield "## What happened"
    yield ""
    told = [one for one in events if one.kind not in _QUIET]
    yield from _table(("when", "step", "what"), [(date(one.at), one.step, _told(one)) for one in told])
    yield from ("## By hand", "", "```sh", *(visible(line) for line in transcript(rollout, events)), "```")


def _told(event: Event) -> str:
    """What happened; a login says whose it was."""
    return f"its runner logged in to the cloud as {event.text}" if event.kind is EventKind.AUTHENTICATED else event.text


def _shipped(plan: Plan) -> Iterator[str]:
    """Every commit that is in the record, one way and the other."""
    shipment = plan.shipment
    if shipment.ships is None or shipment.undoes is None:
        yield from ("Not known.", "")
        return
    if not shipment.ships and not shipment.undoes:
        yield from ("No commit.", "")
        return
    rows = [
        (way, one.sha[:12], one.subject, ", ".join(one.flags), one.tests)
        for way, commits in (("ships", shipment.ships), ("undoes", shipment.undoes))
        for one in commits
    ]
    yield from _table(("", "commit", "subject", "flags", "tests"), rows)
    asked = "safe to undo" if plan.action is Action.ROLLBACK else "safe to go back after"
    yield from (f"{asked}: {_cell(shipment.safety.words)}", "")


def _step(step: Step) -> tuple[str, ...]:
    call = "; ".join(call_words(write.call) for write in step.writes) or "writes nothing"
    return step.title, call, f"{step.deadline:.0f} s", step.outcome


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _cell(text: str) -> str:
    """Text from the cloud and from people: no control characters, no markup, one line."""
    shown = visible(text)
    for sign in "\\`*_[]<>|#":
        shown = shown.replace(sign, f"\\{sign}")
    return shown
