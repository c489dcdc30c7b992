"""From a plan to a rollout: shown, confirmed, begun, followed. The same for every verb that changes the cloud."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable

from console.cli.confirm import confirm, override
from console.cli.following import follow
from console.cli.json_lines import Begun, ending, print_line, print_plan
from console.cli.looking import HURRIED, PATIENT, config_of, look, say, service_config, warn
from console.cli.plan_words import plan_lines
from console.config.model import Config, ServiceConfig
from console.errors import LeaseHeld, Refused, UsageError
from console.model.service import Service
from console.plan.plan import Plan
from console.plan.withheld import unproven

Looked = tuple[Config, ServiceConfig, Service]  # the config, one service of it, and one look at that


_SHOWN = 8  # digits of a digest on a screen


def add_begin_options(parser: argparse.ArgumentParser) -> None:
    """How a change is confirmed, recorded and followed."""
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; recorded, and shown with the lease")
    parser.add_argument("--yes", action="store_true", help="do not ask; needs --reason")
    parser.add_argument(
        "--expect", type=_digest, metavar="DIGEST",
        help=f"only if the plan is this one, as `plan` showed it; its first {_SHOWN} digits, as a screen shows, do",
    )  # fmt: skip
    parser.add_argument("--take-over", default="", metavar="OWNER", help="take the expired lease of this owner over")
    parser.add_argument("--detach", action="store_true", help="start it and return; `attach` follows it")
    parser.add_argument("--json", action="store_true", help="JSON lines on standard output: docs/automation.md")


def _digest(text: str) -> str:
    """The digits of a plan's digest, or so many of the first ones that no other plan is taken for it."""
    if not re.fullmatch(f"[0-9a-f]{{{_SHOWN},16}}", text.lower()):
        raise argparse.ArgumentTypeError(f"{text!r} is no digest: {_SHOWN} to 16 hexadecimal digits")
    return text.lower()


def concluded(args: argparse.Namespace, verb: Callable[[argparse.Namespace, Begun], int]) -> int:
    """Run a verb; with `--json` its last line is its result, an error's too. Raises what the verb raises."""
    return ending(lambda begun: verb(args, begun), as_json=args.json, config=lambda: config_of(args))


def looked(args: argparse.Namespace) -> Looked:
    """The config, the service in it, and one look at it; refused before, where nothing could be changed anyway."""
    from console.rollout import request

    config = config_of(args)
    request.may_write(config)
    settings = service_config(config, args.service)
    if args.yes and not args.reason:
        raise UsageError("--yes needs --reason TEXT", "the record must say why, when nobody is asked")
    if not args.yes and not sys.stdin.isatty():
        raise UsageError("nobody can be asked: standard input is no terminal", "use --yes --reason TEXT")
    _may_write(config, settings.name)
    service = look(config, settings.name, patience=HURRIED if args.verb == "rollback" else PATIENT)
    _not_held(config, service, args.take_over)
    return config, settings, service


def carry_through(args: argparse.Namespace, looked_at: Looked, plan: Plan, begun: Begun) -> int:
    """Show the plan, ask, begin, follow. The exit code of the rollout; 130 when detached by ctrl+c."""
    config, settings, service = looked_at
    from console.rollout import request
    from console.rollout.survival import survival
    from console.rollout.who import Who

    tell = warn if args.json else say
    for line in plan_lines(plan):
        tell(line)
    if args.json:
        print_plan(plan)
    if args.expect is not None and not plan.digest.startswith(args.expect):
        raise Refused(f"the plan is {plan.digest}, not {args.expect}", "look at the plan again: something differs", 4)
    tell(f"  {survival(os.environ).words}")
    overridden: str = getattr(args, "override_rollback_safety", "")
    if args.yes:
        request.safe_or_overridden(plan, overridden)
    else:
        overridden = overridden or override(settings, plan)
    unknown = unproven(service, plan.intent, plan.target) if plan.action.moves_traffic else None
    reason = args.reason if args.yes else confirm(settings, plan, args.reason, unproven=bool(unknown))
    rollout_id = request.begin(
        config, plan, Who.deciding(config, plan.service), reason, args.take_over, override=overridden
    )
    begun(rollout_id)
    if args.json:
        print_line("started", rollout=rollout_id)
    tell(f"rollout {rollout_id} started. `bluegreen abort {rollout_id}` stops it")
    return 0 if args.detach else follow(config, rollout_id, as_json=args.json)


def _may_write(config: Config, name: str) -> None:
    """Say before planning what would be said at the first write."""
    from console.cloud.roles import cannot_write
    from console.cloud.session import Session

    settings = config.services[name]
    reason = cannot_write(Session.open(settings.cloud, settings.region).identity())
    if reason:
        raise Refused(reason, "changes need the role member in the project; `bluegreen status` shows everything")


def _not_held(config: Config, service: Service, take_over: str) -> None:
    """Tell at once who is at it; the runner's own attempt is what counts."""
    from console.cli.whose_lease import whose

    holder = service.lease
    if config.lease.network is None or holder is None:
        return
    if holder.foreign:
        raise Refused(holder.foreign, "delete that port or give the lease another network", rule=8)
    if take_over:
        return
    found = whose(config, holder)
    if not found.left:
        raise LeaseHeld(found.held(), found.hint)
