"""`bluegreen abort`: ask a rollout to stop; it goes back unless told to hold."""

from __future__ import annotations

import argparse

from console.cli import by_lease
from console.cli.attach import newest, under_way
from console.cli.following import follow
from console.cli.looking import config_of, say, warn
from console.config.model import Config
from console.errors import JournalUnwritable
from console.plan.plan import Action, Plan
from console.plan.way_back import goes_back


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "rollout", nargs="?", metavar="ROLLOUT|SERVICE",
        help="default: the one under way; of a service whose rollout another journal has, it is asked by the lease",
    )  # fmt: skip
    parser.add_argument("--hold", action="store_true", help="stay where it is, instead of going back")
    parser.add_argument("--reason", default="", metavar="TEXT")
    parser.add_argument("--detach", action="store_true", help="ask, and do not wait for the end")


def run(args: argparse.Namespace) -> int:
    """The rollout's exit code: 6 when it went back, 7 when it holds."""
    from console.rollout import request

    config = config_of(args)
    request.may_write(config)
    if args.rollout in config.services:
        found = under_way(config, args.rollout)
        if found is None:
            return by_lease.abort(config, args.rollout, args)
        args.rollout = found
    rollout_id = newest(config.journal, args.rollout)
    try:
        asked, before = _ask(config, rollout_id, args)
    except JournalUnwritable as error:
        return _ask_without_record(config, rollout_id, args, error)
    say(f"rollout {rollout_id} was asked to {asked}")
    return 0 if args.detach else follow(config, rollout_id, said_after=before)


def _ask(config: Config, rollout_id: str, args: argparse.Namespace) -> tuple[str, int]:
    """What was asked for, and the number of the last event before. Raises JournalError, UsageError."""
    from console.rollout import request, second_place
    from console.rollout.journal import Journal
    from console.rollout.who import Who

    with Journal.open(second_place.url_of(rollout_id, config.journal)) as journal:
        before = max((event.seq for event in journal.events(rollout_id)), default=0)
        who = Who.deciding(config, journal.rollout(rollout_id).service)
        request.abort(journal, rollout_id, who, args.reason, hold=args.hold)
        return "hold" if args.hold else what_it_does(journal.rollout(rollout_id).plan), before


def _ask_without_record(config: Config, rollout_id: str, args: argparse.Namespace, error: JournalUnwritable) -> int:
    """The journal takes no word: by the lease; where that is in the journal as well, its runner is told by a signal."""
    from console.rollout.journal import Journal
    from console.rollout.liveness import runner_host, runner_pid

    with Journal.open(config.journal, read_only=True) as journal:
        rollout = journal.rollout(rollout_id)
    if config.lease.network is not None:
        warn(f"{error.message}; it is asked by a tag on its lease instead")
        return by_lease.abort(config, rollout.service, args)
    pid, host = runner_pid(rollout), runner_host(rollout)
    stop = f"kill {pid}" if pid is not None else f"end its runner on {host or 'its host'}"
    raise JournalUnwritable(
        f"{error.message}; so nobody can be asked through it",
        f"make room; or `{stop}`: it ends after the call in flight, then `bluegreen resume {rollout.id} --go-back`",
    ) from error


def what_it_does(plan: Plan) -> str:
    """What an abort of a rollout of this plan comes to: it goes back where there is a way back, else it stops."""
    if plan.intent.no_before and plan.action is Action.CUTOVER:
        return f"go to {plan.source.upper()}, which did not carry all traffic when it began"
    undone = plan.action not in (Action.ROLLBACK, Action.TAKE_BACK) and goes_back(plan)
    return "go back" if undone else f"stop where it is: a {plan.action} is not taken back by itself"
