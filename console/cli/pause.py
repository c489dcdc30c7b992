"""`bluegreen pause` and `bluegreen extend`: hold a rollout before its next write; give one that waits more time."""

from __future__ import annotations

import argparse

from console.cli.attach import newest
from console.cli.looking import config_of, say
from console.cli.until import span


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; `extend` alone has a time."""
    parser.add_argument("rollout", nargs="?", metavar="ROLLOUT", help="default: the newest")
    if parser.prog.split()[-1] == "extend":
        parser.add_argument(
            "--by", required=True, metavar="TIME", help="how much longer it waits or bakes: `300` (seconds), `5m`, `1h`"
        )
    parser.add_argument("--reason", default="", metavar="TEXT")


def run(args: argparse.Namespace) -> int:
    """0 when the rollout hears it. Raises Refused where it waits already."""
    from console.rollout import request, second_place
    from console.rollout.journal import Journal
    from console.rollout.who import Who

    more = span(args.by) if args.verb == "extend" else 0
    config = config_of(args)
    request.may_write(config)
    rollout_id = newest(config.journal, args.rollout)
    with Journal.open(second_place.url_of(rollout_id, config.journal)) as journal:
        who = Who.deciding(config, journal.rollout(rollout_id).service)
        if args.verb == "pause":
            request.pause(journal, rollout_id, who, args.reason)
            say(f"rollout {rollout_id} waits before its next write, if it has one; a way back does not wait. "
                f"`bluegreen resume {rollout_id}` goes on")  # fmt: skip
            return 0
        found = request.extend(journal, rollout_id, more, who, args.reason)
    say(f"rollout {rollout_id}: {more} s more for {found.step.title}")
    return 0
