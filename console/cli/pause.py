"""`bluegreen pause` and `bluegreen extend`: hold a rollout before its next write; give one that waits more time."""

from __future__ import annotations

import argparse

from console.cli.attach import newest
from console.cli.looking import config_of, say
from console.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; those of `extend` are refused by `pause`."""
    parser.add_argument("rollout", nargs="?", metavar="ROLLOUT", help="default: the newest")
    parser.add_argument("--by", type=int, metavar="SECONDS", help="extend: how much longer it waits or bakes")
    parser.add_argument("--reason", default="", metavar="TEXT")


def run(args: argparse.Namespace) -> int:
    """0 when the rollout hears it."""
    from console.rollout import request, second_place
    from console.rollout.journal import Journal
    from console.rollout.who import Who

    if (args.verb == "extend") is not (args.by is not None):
        raise UsageError("`extend` needs --by SECONDS" if args.verb == "extend" else "`pause` takes no --by")
    if args.by is not None and not 1 <= args.by <= 86_400:
        raise UsageError(f"--by {args.by} is out of range", "from 1 to 86400 seconds")
    config = config_of(args)
    request.may_write(config)
    rollout_id = newest(config.journal, args.rollout)
    with Journal.open(second_place.url_of(rollout_id, config.journal)) as journal:
        if args.verb == "pause":
            request.pause(journal, rollout_id, Who.current(), args.reason)
            say(f"rollout {rollout_id} waits before its next write, if it has one; "
                f"`bluegreen resume {rollout_id}` goes on")  # fmt: skip
            return 0
        found = request.extend(journal, rollout_id, args.by, Who.current(), args.reason)
    say(f"rollout {rollout_id}: {args.by} s more for {found.step.title}")
    return 0
