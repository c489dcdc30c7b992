"""The options that say what is wanted: shared by `plan`, `cutover` and `rollback`."""

from __future__ import annotations

import argparse
import time
from typing import TypeVar

from console.config.model import ServiceConfig
from console.errors import Refused
from console.model.colour import Colour
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan as make_plan

_Made = TypeVar("_Made")


def add_intent_options(parser: argparse.ArgumentParser) -> None:
    """SERVICE, --to, --in, --out, and who is asked on the way."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    parser.add_argument("--to", choices=[str(colour) for colour in Colour], help="default: the colour that is not live")
    parser.add_argument(
        "--in", dest="take_in", action="append", default=[], metavar="NAME",
        help="an instance at weight 0 without a recorded weight, or out before, belongs in rotation (or `all`)",
    )  # fmt: skip
    parser.add_argument(
        "--out", dest="leave_out", action="append", default=[], metavar="NAME", help="an instance stays out of rotation"
    )
    parser.add_argument(
        "--live-fails", action="store_true",
        help="what serves fails for clients although its checks pass: it is no capacity that must be kept",
    )  # fmt: skip

    parser.add_argument(
        "--unchecked", action="store_true",
        help="an idle pool that no monitor checks, or workers without a probe, may serve all the same",
    )  # fmt: skip
    parser.add_argument(
        "--one-by-one", action="store_true",
        help="a call for each member, where the cloud has no additive batch of members (API before 2.11, or a 501)",
    )  # fmt: skip
    parser.add_argument(
        "--unattended", action="store_true", help="go through the shares of `release.shift` without waiting for a word"
    )
    parser.add_argument(
        "--confirm", choices=["operator", "proof"], default="operator",
        help="who keeps a cutover with `release.confirm_within`: an operator's second word, or the proof alone",
    )  # fmt: skip


def intent_of(args: argparse.Namespace, action: Action) -> Intent:
    """The intent that the options spell."""
    target = Colour(args.to) if args.to else None
    return Intent(
        action,
        target,
        tuple(args.take_in),
        tuple(args.leave_out),
        source_fails=args.live_fails,
        unattended=args.unattended,
        keep_on_proof=args.confirm == "proof",
        unchecked=args.unchecked,
        one_by_one=args.one_by_one,
    )


def plan_or_refuse(service: Service, config: ServiceConfig, intent: Intent) -> Plan:
    """The plan. Raises Refused with the planner's words."""
    return refuse(make_plan(service, config, intent, time.time()))


def refuse(made: _Made | Refusal) -> _Made:
    """What was asked for. Raises Refused where that is a refusal, with its words."""
    if isinstance(made, Refusal):
        raise Refused(made.reason, made.hint, made.rule)
    return made
