"""`bluegreen resume`: go on with a rollout that waits for a word; or settle one whose runner died, or that stopped."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress

from console.cli import by_lease
from console.cli.attach import under_way
from console.cli.confirm import confirm, confirm_word, override
from console.cli.following import follow
from console.cli.looking import HURRIED, config_of, look, say, service_config, warn
from console.cli.plan_words import plan_lines
from console.config.model import Config
from console.errors import JournalError, Refused, UsageError
from console.model.text import visible
from console.rollout import request, second_place
from console.rollout.journal import Journal
from console.rollout.liveness import alive, runner_host, unfinished
from console.rollout.records import DecisionKind, Rollout, RolloutState
from console.rollout.settled import left_words, settled_by
from console.rollout.takeover import refuse_living
from console.rollout.waiting import waiting
from console.rollout.who import Who

_WORDS = {DecisionKind.GO_ON: "go on with", DecisionKind.KEEP: "keep what was done by"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "rollout", nargs="?", metavar="ROLLOUT|SERVICE",
        help="default: the one that is unfinished; of a service whose rollout another journal has, by its lease",
    )  # fmt: skip
    choice = parser.add_mutually_exclusive_group()
    for kind, flag in (
        (DecisionKind.FINISH, "--finish"),
        (DecisionKind.GO_BACK, "--go-back"),
        (DecisionKind.LEAVE, "--leave"),
    ):
        choice.add_argument(flag, dest="choice", action="store_const", const=kind)
    choice.add_argument(
        "--due", action="store_true",
        help="for a boot unit: take up what waited on this host and still may; 7 when something needs a person",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation; needs --reason")
    parser.add_argument("--reason", default="", metavar="TEXT")
    parser.add_argument("--take-over", default="", metavar="OWNER", help="take the expired lease of this owner over")
    parser.add_argument(
        "--override-rollback-safety", default="", metavar="REASON",
        help="although its commits are not rollback-safe; why is recorded",
    )  # fmt: skip
    parser.add_argument("--detach", action="store_true", help="start it and return")


def run(args: argparse.Namespace) -> int:
    """Without a choice: show the offers, 7 if there are any. With one: the rollout's exit code."""
    config = config_of(args)
    if args.yes and not args.reason:
        raise UsageError("--yes needs --reason TEXT", "the record must say why, when nobody is asked")
    request.may_write(config)
    if args.due:
        if args.rollout is not None:
            raise UsageError("--due looks at every rollout of this host", "leave the rollout out")
        from console.cli import resume_due

        return resume_due.run(config)
    if args.rollout in config.services:
        found = unfinished_of(config, args.rollout)
        if found is None:
            return by_lease.resume(config, args.rollout, args)
        args.rollout = found
    with Journal.open(_place(config, args.rollout)) as journal:
        rollout = _which(journal, args.rollout)
        if rollout is not None and not unfinished(rollout) and not rollout.state.ended:
            if not (args.take_over and alive(rollout) is None):
                return _go_on(config, journal, rollout, args)
            warn(f"looking whether the runner on {runner_host(rollout)} gives a sign of life")
            refuse_living(config, journal, rollout)
        if rollout is None:
            say("nothing to resume: no rollout is unfinished")
            return 0
        until = request.judged_after(journal, rollout, config.lease.ttl)
        request.wait_until_judged(until, _counting(rollout))
        service = look(config, rollout.service, patience=HURRIED)
        offers = request.offers(config, rollout, service, time.time(), journal.events(rollout.id))
        if args.choice is None:
            return _show(rollout, offers)
        offer = next(offer for offer in offers if offer.kind is args.choice)
        reason, over = _confirmed(config, rollout, offer, args)
        more = {"reason": reason, "take_over": args.take_over, "override": over}
        request.resume(config, journal, rollout, offer, Who.deciding(config, rollout.service), **more)
    if offer.kind is DecisionKind.LEAVE:
        say(f"rollout {rollout.id} is closed; nothing more was written")
        return 0
    return 0 if args.detach else follow(config, rollout.id)


def unfinished_of(config: Config, service: str) -> str | None:
    """The id of the service's rollout that somebody has to end, or that is under way; None where there is none here."""
    if (found := under_way(config, service)) is not None:
        return found
    with suppress(JournalError), Journal.open(config.journal, read_only=True) as journal:
        return next((one.id for one in request.to_resume(journal, service)), None)
    return None


def _place(config: Config, rollout_id: str | None) -> str:
    """The journal that has the rollout: the second place, while one that has not ended is there."""
    with suppress(JournalError), Journal.open(config.journal) as journal:
        second_place.bring_home(journal)
    if rollout_id is not None:
        return second_place.url_of(rollout_id, config.journal)
    return second_place.url(config.journal) if second_place.rollouts(config.journal) else config.journal


def _go_on(config: Config, journal: Journal, rollout: Rollout, args: argparse.Namespace) -> int:
    """Say the word that it waits for: to go on with the next share, to keep the cutover, to end the bake."""
    if args.choice is not None:
        raise UsageError(f"rollout {rollout.id} is under way", f"`bluegreen abort {rollout.id}` stops it")
    found = waiting(rollout, journal.events(rollout.id))
    settings = service_config(config, rollout.service)
    if found is not None and found.word is DecisionKind.SIGN:
        raise UsageError(f"rollout {rollout.id} waits for a signature", f"`bluegreen sign {rollout.id}` gives one")
    if args.yes and args.rollout is None:
        raise UsageError("--yes needs the rollout's id", f"rollout {rollout.id} of {rollout.service} waits")
    if found is not None and not args.yes:
        say(visible(f"rollout {rollout.id}: {found.step.title}. {found.step.words}"))
        if not sys.stdin.isatty():
            raise Refused("nobody can be asked: standard input is no terminal", "use --yes --reason TEXT")
    reason = str(args.reason)
    if found is not None and not args.yes:
        reason = confirm_word(
            settings,
            f"{_WORDS[found.word]} rollout {rollout.id} of {rollout.service}",
            reason,
        )
    seen = found.step.id if found is not None else ""
    before = max((event.seq for event in journal.events(rollout.id)), default=0)
    done = request.say_word(journal, rollout.id, Who.deciding(config, rollout.service), reason, step=seen)
    say(f"rollout {rollout.id}: {done.word}")
    return 0 if args.detach else follow(config, rollout.id, said_after=before)


def _which(journal: Journal, wanted: str | None) -> Rollout | None:
    found = request.to_resume(journal)
    if wanted is not None:
        rollout = journal.rollout(wanted)
        if not rollout.state.ended:
            return rollout
        if rollout.id not in {other.id for other in found} and not unfinished(rollout):
            raise _ended(journal, rollout)
        return rollout
    if len(found) > 1:
        listed = ", ".join(f"{rollout.id} ({rollout.service})" for rollout in found)
        raise UsageError("which rollout?", f"unfinished: {listed}")
    return found[0] if found else next((one for one in journal.rollouts() if not one.state.ended), None)


def _ended(journal: Journal, rollout: Rollout) -> UsageError:
    """Why nothing of it can be resumed: it came to its end, or a later one has settled what it left."""
    if rollout.state is not RolloutState.STOPPED:
        return UsageError(f"rollout {rollout.id} is not unfinished: {rollout.state}", rollout.sentence)
    by = settled_by(journal, rollout, journal.rollouts(rollout.service, limit=request.ALL))
    what = f"rollout {by.id} ({by.plan.what}, {by.state})" if by is not None else "a later one"
    return UsageError(
        f"rollout {rollout.id} has nothing left to resume: {what} has settled it since", left_words(rollout)
    )


def _counting(rollout: Rollout) -> request.Told:
    said: list[bool] = []

    def told(left: float) -> None:
        if not said:
            said.append(True)
            warn(f"the answer to the last call of rollout {rollout.id} was lost; judging it in {left:.0f} s")

    return told


def _show(rollout: Rollout, offers: tuple[request.Offer, ...]) -> int:
    say(visible(f"rollout {rollout.id}: {rollout.plan.summary}"))
    say(visible(f"  {rollout.state}, begun by {rollout.who.words}. {rollout.sentence or 'Its runner is gone.'}"))
    for offer in offers:
        flag = "--" + offer.kind.replace(" ", "-")
        say(visible(f"  {flag:<10} {offer.words}"))
        if offer.plan is not None:
            say(visible(f"             {offer.plan.summary}"))
        if offer.refusal is not None:
            say(visible(f"             not open: {offer.refusal.reason}"))
    say(f"choose: bluegreen resume {rollout.id} --finish | --go-back | --leave")
    return 7


def _confirmed(config: Config, rollout: Rollout, offer: request.Offer, args: argparse.Namespace) -> tuple[str, str]:
    """The reason, and that of an override, where the plan needs one. Raises Refused."""
    over = str(args.override_rollback_safety)
    if offer.plan is None:
        return str(args.reason), over
    for line in plan_lines(offer.plan):
        say(line)
    if args.yes:
        return str(args.reason), over
    if not sys.stdin.isatty():
        raise Refused("nobody can be asked: standard input is no terminal", "use --yes --reason TEXT")
    settings = config.services[rollout.service]
    over = over or override(settings, offer.plan)
    return confirm(settings, offer.plan, args.reason), over
