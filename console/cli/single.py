"""`bluegreen drain`, `restore`, `hold`, `unhold`, `replace`, `evict`: changes of single instances, each a plan."""

from __future__ import annotations

import argparse
from dataclasses import replace

from console.cli.begin import add_begin_options, carry_through, concluded, looked
from console.cli.intent import plan_or_refuse
from console.cli.json_lines import Begun
from console.cli.looking import config_of
from console.errors import UsageError
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent

_NAMED = "the service (may be left out when the config has only one), then the instances"


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("words", nargs="*", metavar="NAME", help=_NAMED)
    verb = parser.prog.rsplit(" ", 1)[-1]
    if verb in ("drain", "replace"):
        parser.add_argument(
            "--min-ratio", type=_ratio, metavar="SHARE",
            help="how much of the capacity of now is enough while it lasts (0.8); default: release.min_ratio",
        )  # fmt: skip
    parser.add_argument(
        "--one-by-one", action="store_true",
        help="a call for each member, where the cloud has no additive batch of members (API before 2.11, or a 501)",
    )  # fmt: skip
    if verb == "restore":
        parser.add_argument(
            "--unchecked", action="store_true",
            help="it may serve although nobody sees whether it works, unless it is known not to",
        )  # fmt: skip
    if verb == "evict":
        parser.add_argument("--undo", action="store_true", help="enable again the members that it has disabled")
    add_begin_options(parser)


def run(args: argparse.Namespace) -> int:
    """The exit code of the rollout; 130 when detached by ctrl+c."""
    return concluded(args, _run)


def _run(args: argparse.Namespace, begun: Begun) -> int:
    from console.rollout.evicted import way_back
    from console.rollout.who import Who

    services, words = config_of(args).services, list(args.words)
    args.service = words.pop(0) if words and words[0] in services else None
    action = Action.ADMIT if getattr(args, "undo", False) else Action(args.verb)
    _count(action, words)
    config, settings, service = looked(args)
    order = SingleOrder(tuple(words), Who.current().owner, getattr(args, "min_ratio", None))
    undone = way_back(config.journal, service) if action is Action.ADMIT else None
    intent = undone or Intent(action, order=order, unchecked=getattr(args, "unchecked", False))
    intent = replace(intent, one_by_one=args.one_by_one)
    plan = plan_or_refuse(service, settings, intent)
    return carry_through(args, (config, settings, service), plan, begun)


def _count(action: Action, names: list[str]) -> None:
    if action in (Action.EVICT, Action.ADMIT):
        if names:
            raise UsageError("evict is of all members of the idle colour", "bluegreen evict SERVICE")
    elif action is Action.REPLACE and len(names) != 2:
        raise UsageError("one instance is replaced by one other", "bluegreen replace SERVICE OLD NEW")
    elif not names:
        raise UsageError(f"{action} of which instance?", f"bluegreen {action} SERVICE INSTANCE")


def _ratio(text: str) -> float:
    found = float(text)
    if not 0 < found <= 1:
        raise argparse.ArgumentTypeError("a share above 0, up to 1")
    return found
