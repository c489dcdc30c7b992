"""`bluegreen history`: past rollouts and what was decided about services, newest first."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from console.cli.looking import config_of, date, say
from console.cli.plan_words import shipment_lines
from console.model.record import moment
from console.model.text import visible
from console.rollout import second_place
from console.rollout.journal import Journal
from console.rollout.liveness import unfinished
from console.rollout.records import Rollout
from console.rollout.standing import ServiceDecision, service_decisions_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE")
    parser.add_argument("--limit", type=int, default=20, metavar="N")
    parser.add_argument("--json", action="store_true", help='{"schema": 1, "rollouts": [...], "decided": [...]}')


def run(args: argparse.Namespace) -> int:
    """Always 0: an empty history is one."""
    url = config_of(args).journal
    with Journal.open(url, read_only=True) as journal:
        moved = _elsewhere(url, args.service)
        here = journal.rollouts(args.service, args.limit)
        rollouts = [*moved, *(one for one in here if one.id not in {each.id for each in moved})]
        decided = service_decisions_of(journal, [args.service] if args.service is not None else None)[-args.limit :]
    if args.json:
        import msgspec

        answer = {"schema": 1, "rollouts": rollouts, "decided": decided}
        say(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
        return 0
    if not rollouts:
        say("no rollouts yet")
    told = [
        *((one.created_at, (*history_lines(one), *_shipped(one))) for one in rollouts),
        *((one.at, (decided_line(one),)) for one in decided),
    ]
    for _, lines in sorted(told, key=lambda each: each[0], reverse=True):
        for line in lines:
            say(visible(line))
    return 0


def _shipped(rollout: Rollout) -> Iterator[str]:
    yield from (f"      {line}" for line in shipment_lines(rollout.plan))


def _elsewhere(journal_url: str, service: str | None) -> list[Rollout]:
    """Ways back that were recorded while the journal could not be written."""
    return [one for one in second_place.rollouts(journal_url) if service in (None, one.service)]


def decided_line(decision: ServiceDecision) -> str:
    """`        2026-12-23 14:03:22  freeze nova-api until 2026-12-24 08:00  alice@jump1 "holidays"`."""
    what = f"{decision.kind} {decision.service} {decision.version}".rstrip()
    until = f" until {moment(decision.until)}" if decision.until is not None else ""
    return f'        {date(decision.at)}  {what}{until}  {decision.who.owner} "{decision.reason}"'


def history_lines(rollout: Rollout) -> Iterator[str]:
    """One rollout in a line, and its sentence below."""
    state = "UNFINISHED, its runner is gone" if unfinished(rollout) else str(rollout.state)
    plan = rollout.plan
    why = f'"{rollout.reason}"' if rollout.reason else ""
    what = f"{plan.what} {plan.target_version}"
    line = f"{rollout.id}  {date(rollout.created_at)}  {what}  {state}  {rollout.who.owner} {why}".rstrip()
    yield line
    if rollout.sentence:
        yield f"        {rollout.sentence}"
