"""`bluegreen attach`: follow a rollout that is under way, from any console that shares its journal."""

from __future__ import annotations

import argparse

from console.cli.following import follow
from console.cli.json_lines import Begun, ending
from console.cli.looking import config_of, warn
from console.config.model import Config
from console.errors import JournalError, UsageError
from console.rollout import second_place
from console.rollout.journal import Journal

_RECENT = 50  # rollouts among which the one under way is looked for


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("rollout", nargs="?", metavar="ROLLOUT", help="default: the one under way, else the newest")
    parser.add_argument("--json", action="store_true", help="JSON lines on standard output: docs/automation.md")


def run(args: argparse.Namespace) -> int:
    """The rollout's exit code."""
    config = config_of(args)

    def verb(begun: Begun) -> int:
        rollout_id = newest(config.journal, args.rollout)
        begun(rollout_id)
        return follow(config, rollout_id, as_json=args.json)

    return ending(verb, as_json=args.json, config=lambda: config)


def under_way(config: Config, service: str) -> str | None:
    """The id of the service's rollout that has not ended; None where this journal has none, or cannot be read."""
    try:
        with Journal.open(config.journal, read_only=True) as journal:
            here = journal.rollouts(service)
    except JournalError as error:
        warn(f"{error.message}; the lease is looked at instead")
        here = []
    everywhere = [*(one for one in second_place.rollouts(config.journal) if one.service == service), *here]
    return next((one.id for one in everywhere if not one.state.ended), None)


def newest(journal_url: str, rollout_id: str | None) -> str:
    """The id of the rollout that is meant: the given one, the one that is under way, or the newest.

    Raises UsageError, where several are under way, and JournalError.
    """
    elsewhere = second_place.rollouts(journal_url)
    for one in elsewhere:
        if rollout_id is None or one.id.startswith(rollout_id):
            return one.id
    with Journal.open(journal_url, read_only=True) as journal:
        if rollout_id is not None:
            return journal.rollout(rollout_id).id
        found = journal.rollouts(limit=_RECENT)
    if not found:
        raise UsageError("the journal has no rollouts", "a cutover makes the first one")
    living = [one for one in found if not one.state.ended]
    if len(living) > 1:
        listed = ", ".join(f"{one.id} ({one.service})" for one in living)
        raise UsageError("which rollout?", f"under way: {listed}")
    return (living or found)[0].id
