"""`bluegreen history`: past rollouts, newest first."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from console.cli.looking import config_of, date, say
from console.cli.plan_words import shipment_lines
from console.model.text import visible
from console.rollout import second_place
from console.rollout.journal import Journal
from console.rollout.liveness import unfinished
from console.rollout.records import Rollout


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE")
    parser.add_argument("--limit", type=int, default=20, metavar="N")
    parser.add_argument("--json", action="store_true", help='{"schema": 1, "rollouts": [...]}')


def run(args: argparse.Namespace) -> int:
    """Always 0: an empty history is one."""
    url = config_of(args).journal
    with Journal.open(url, read_only=True) as journal:
        rollouts = [*_elsewhere(url, args.service), *journal.rollouts(args.service, args.limit)]
    if args.json:
        import msgspec

        answer = {"schema": 1, "rollouts": rollouts}
        say(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
        return 0
    if not rollouts:
        say("no rollouts yet")
    for rollout in rollouts:
        for line in history_lines(rollout):
            say(visible(line))
        for line in shipment_lines(rollout.plan):
            say(f"      {line}")
    return 0


def _elsewhere(journal_url: str, service: str | None) -> list[Rollout]:
    """Ways back that were recorded while the journal could not be written."""
    return [one for one in second_place.rollouts(journal_url) if service in (None, one.service)]


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
