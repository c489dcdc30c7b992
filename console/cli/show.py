"""`bluegreen show`: one rollout, from the plan to the proof."""

from __future__ import annotations

import argparse

from console.cli.attach import newest
from console.cli.following import event_line
from console.cli.history import history_lines
from console.cli.looking import clock, config_of, say
from console.cli.plan_words import carried_lines, plan_lines
from console.cli.show_markdown import markdown
from console.model.text import visible
from console.rollout import second_place
from console.rollout.by_hand import transcript
from console.rollout.gates.printed import gate_output
from console.rollout.journal import Journal


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("rollout", nargs="?", metavar="ROLLOUT", help="default: the newest")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--commands", action="store_true", help="only the commands that finish or undo the rest by hand")
    form.add_argument(
        "--output", action="store_true", help="what its gates printed: of one under way, and of those that did not pass"
    )
    form.add_argument("--markdown", action="store_true", help="for a ticket or a mail")
    form.add_argument(
        "--json", action="store_true", help='{"schema": 1, "rollout": ..., "decisions": ..., "events": ...}'
    )


def run(args: argparse.Namespace) -> int:
    """Always 0."""
    config = config_of(args)
    rollout_id = newest(config.journal, args.rollout)
    with Journal.open(second_place.url_of(rollout_id, config.journal), read_only=True) as journal:
        rollout = journal.rollout(rollout_id)
        decisions, events = journal.decisions(rollout_id), journal.events(rollout_id)
    if args.json:
        import msgspec

        answer = {"schema": 1, "rollout": rollout, "decisions": decisions, "events": events}
        say(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
        return 0
    if args.commands:
        for line in transcript(rollout, events):
            say(visible(line))
        return 0
    if args.output:
        for line in gate_output(rollout, events):
            say(visible(line))
        return 0
    if args.markdown:
        for line in markdown(rollout, decisions, events):
            say(line)
        return 0
    for line in history_lines(rollout):
        say(visible(line))
    for line in (*plan_lines(rollout.plan), *carried_lines(rollout.plan)):
        say(line)
    for decision in decisions:
        why = f' "{decision.reason}"' if decision.reason else ""
        say(visible(f"{clock(decision.at)}  {decision.kind} {decision.step} by {decision.who.in_full}{why}"))
    for event in events:
        say(event_line(event))
    return 0
