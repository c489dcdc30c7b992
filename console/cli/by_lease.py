"""`abort SERVICE` and `resume SERVICE` for a rollout that this console's journal does not have: by the lease alone."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from console.cli.confirm import confirm, override
from console.cli.following import follow
from console.cli.looking import HURRIED, clock, look, say, warn
from console.cli.plan_words import plan_lines
from console.cli.whose_lease import whose
from console.config.model import Config
from console.errors import LeaseHeld, Refused, UsageError
from console.model.lease import LeaseHolder
from console.model.service import Service
from console.model.text import visible
from console.model.verdict import verdict
from console.rollout.request import Offer

_LEFT, _WAITS_FOR_A_HUMAN, _WENT_BACK = 130, 7, 6


def abort(config: Config, name: str, args: argparse.Namespace) -> int:
    """Ask by a tag on the lease, and watch it until it is given back: 6 when it went back, 7 when it did not."""
    from console.rollout import from_cloud
    from console.rollout.who import Who

    holder = _held(look(config, name, patience=0))
    found = whose(config, holder)
    if found.ended:
        raise UsageError(f"no rollout of {name} is under way; the lease is {found.words(time.time())}", found.hint)
    from_cloud.ask_to_abort(config, name, holder, Who.deciding(config, name), args.reason, hold=args.hold)
    then = "stay where it is" if args.hold else "go back"
    say(visible(f"{holder.owner}, rollout {holder.rollout}, was asked by a tag on its lease to {then}; "
                f"it sees that within {holder.ttl / 6:.0f} s"))  # fmt: skip
    if args.detach:
        return 0
    try:
        left = from_cloud.watch_lease(config, name, holder, _tell)
    except KeyboardInterrupt:
        warn("\nleft; what was asked stays asked")
        return _LEFT
    if left.dead:
        warn(f"no sign of life from {visible(holder.owner)} for {holder.ttl:.0f} s: nobody hears it\n"
             f"  `bluegreen resume {name}` goes on in its place")  # fmt: skip
        return _WAITS_FOR_A_HUMAN
    return _ended(config, name, holder)


def _ended(config: Config, name: str, holder: LeaseHolder) -> int:
    service = look(config, name, patience=0)
    say(visible(f"the lease was given back. {verdict(service, time.time()).line}"))
    source = holder.action.rpartition(" ")[2].partition(">")[0]
    return _WENT_BACK if service.live is not None and service.live.value == source else _WAITS_FOR_A_HUMAN


def _tell(holder: LeaseHolder) -> None:
    say(visible(f"{clock(time.time())}  {holder.owner} is at step {holder.step or '-'}"))


def resume(config: Config, name: str, args: argparse.Namespace) -> int:
    """Without a choice: what the lease tells and what is offered, 7. With one: the exit code of the new rollout."""
    from console.rollout import from_cloud, request
    from console.rollout.who import Who

    service = look(config, name, patience=HURRIED)
    if service.lease is None:
        say(f"nothing to resume: no rollout of {name} is unfinished, and nobody holds its lease")
        return 0
    holder = _held(service)
    found = whose(config, holder)
    if found.ended:
        say(visible(f"nothing to resume; the lease is {found.words(time.time())}; {found.hint}"))
        return 0
    offers = from_cloud.offers_of(config, service, holder, time.time())
    if args.choice is None:
        return _show(name, holder, offers)
    offer = next((one for one in offers if one.kind is args.choice), None)
    if offer is None:
        raise UsageError("the record of this rollout is in another journal", "--finish or --go-back")
    if args.take_over != holder.owner:
        raise LeaseHeld(
            f"{holder.told(time.time())}; who goes on in its place takes its lease over",
            f"only if it is dead: --take-over {holder.owner}",
        )
    if offer.plan is None:
        assert offer.refusal is not None
        raise Refused(f"{offer.kind} is not open: {offer.refusal.reason}", offer.refusal.hint, offer.refusal.rule)
    for line in plan_lines(offer.plan):
        say(line)
    reason, over = args.reason, str(args.override_rollback_safety)
    if not args.yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody can be asked: standard input is no terminal", "use --yes --reason TEXT")
        over = over or override(config.services[name], offer.plan)
        reason = confirm(config.services[name], offer.plan, args.reason)
    rollout_id = request.begin(
        config, offer.plan, Who.deciding(config, offer.plan.service), reason, args.take_over, override=over
    )
    say(f"rollout {rollout_id} started; it waits until the lease of {visible(holder.owner)} is surely dead")
    return 0 if args.detach else follow(config, rollout_id)


def _held(service: Service) -> LeaseHolder:
    holder = service.lease
    if holder is None:
        raise UsageError(f"no rollout of {service.name} is under way: nobody holds its lease", "`bluegreen history`")
    if holder.foreign:
        raise Refused(holder.foreign, "delete that port or give the lease another network", rule=8)
    return holder


def _show(name: str, holder: LeaseHolder, offers: Sequence[Offer]) -> int:
    import humanize

    age = humanize.naturaltime(max(0, round(time.time() - holder.renewed_at)))
    say(visible(holder.told(time.time())))
    say(
        visible(f"  its record is in another journal; last sign of life {age}, dead without one for {holder.ttl:.0f} s")
    )
    for offer in offers:
        say(visible(f"  --{offer.kind.replace(' ', '-'):<8} {offer.words}"))
        if offer.plan is not None:
            say(visible(f"             {offer.plan.summary}"))
        if offer.refusal is not None:
            say(visible(f"             not open: {offer.refusal.reason}"))
    say(f"choose: bluegreen resume {name} --finish | --go-back, with --take-over {visible(holder.owner)}")
    return _WAITS_FOR_A_HUMAN
