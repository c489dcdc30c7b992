"""`bluegreen sign`: say by name that a rollout may go on, having seen what its checklist asks for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from console.cli.attach import newest
from console.cli.confirm import confirm_word
from console.cli.looking import config_of, say, service_config
from console.errors import Refused, UsageError
from console.model.text import visible
from console.plan.plan import Step


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("rollout", nargs="?", metavar="ROLLOUT", help="default: the newest")
    parser.add_argument("--yes", action="store_true", help="do not ask; needs --reason, and --checked for a checklist")
    parser.add_argument("--reason", default="", metavar="TEXT")
    parser.add_argument("--checked", choices=["all"], help="say that everything on the checklist was seen")


def run(args: argparse.Namespace) -> int:
    """0 when the signature is recorded."""
    from console.rollout import request, second_place
    from console.rollout.journal import Journal
    from console.rollout.records import DecisionKind
    from console.rollout.waiting import waiting
    from console.rollout.who import Who

    if args.yes and (args.rollout is None or not args.reason):
        raise UsageError(
            "--yes needs the rollout's id and --reason TEXT", "the record must say what was signed, and why"
        )
    config = config_of(args)
    request.may_write(config)
    rollout_id = newest(config.journal, args.rollout)
    with Journal.open(second_place.url_of(rollout_id, config.journal)) as journal:
        rollout = journal.rollout(rollout_id)
        found = waiting(rollout, journal.events(rollout_id))
        if found is None or found.word is not DecisionKind.SIGN:
            raise UsageError(
                f"rollout {rollout_id} waits for nobody's signature",
                f"`bluegreen attach {rollout_id}` shows what it does",
            )
        reason = _read_and_signed(found.step, args, lambda why: confirm_word(
            service_config(config, rollout.service), f"sign for rollout {rollout_id} of {rollout.service}", why
        ))  # fmt: skip
        who = Who.deciding(config, rollout.service)
        request.say_word(journal, rollout_id, who, reason, step=found.step.id)
    say(f"rollout {rollout_id}: signed by {who.words}")
    return 0


def _read_and_signed(step: Step, args: argparse.Namespace, confirmed: Callable[[str], str]) -> str:
    """Each line of the checklist is answered by itself. Returns the reason; raises Refused, UsageError."""
    assert step.gate is not None
    checklist = step.gate.checklist
    say(visible(step.words))
    for line in checklist:
        say(visible(f"  [ ] {line}"))
    if args.yes:
        if checklist and args.checked is None:
            raise UsageError("there is a checklist: --yes needs --checked all", "who signs says to have seen all of it")
        return str(args.reason)
    if not sys.stdin.isatty():
        raise Refused("nobody can be asked: standard input is no terminal", "use --yes --reason TEXT --checked all")
    for line in checklist if args.checked is None else ():
        if not _ticked(line):
            raise Refused(f"not signed: {visible(line)}", "nothing was recorded; the rollout goes on waiting")
    return confirmed(str(args.reason))


def _ticked(line: str) -> bool:
    try:
        return input(f"{visible(line)}  y/n: ").strip().lower() == "y"
    except (EOFError, KeyboardInterrupt):
        return False
