"""`bluegreen cutover` and `bluegreen rollback`: look, plan, show, ask, start the runner, follow it."""

from __future__ import annotations

import argparse

from console.cli.begin import add_begin_options, carry_through, concluded, looked
from console.cli.intent import add_intent_options, intent_of, plan_or_refuse
from console.cli.json_lines import Begun
from console.plan.plan import Action


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_intent_options(parser)
    add_begin_options(parser)
    parser.add_argument(
        "--override-rollback-safety", default="", metavar="REASON",
        help="although its commits say that going back is not safe; recorded",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """The exit code of the rollout; 130 when detached by ctrl+c."""
    return concluded(args, _run)


def _run(args: argparse.Namespace, begun: Begun) -> int:
    config, settings, service = looked(args)
    plan = plan_or_refuse(service, settings, intent_of(args, Action(args.verb)))
    return carry_through(args, (config, settings, service), plan, begun)
