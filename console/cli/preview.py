"""`bluegreen preview`: the standing L7 policy that keeps the idle pool of `rotation: pools` attached and checked."""

from __future__ import annotations

import argparse

from console.cli.begin import add_begin_options, carry_through, concluded, looked
from console.cli.intent import plan_or_refuse
from console.cli.json_lines import Begun
from console.plan.plan import Action, Intent


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    parser.add_argument("--remove", action="store_true", help="delete the policies that it has made")
    add_begin_options(parser)


def run(args: argparse.Namespace) -> int:
    """The exit code of the rollout; 130 when detached by ctrl+c."""
    return concluded(args, _run)


def _run(args: argparse.Namespace, begun: Begun) -> int:
    config, settings, service = looked(args)
    intent = Intent(Action.UNPREVIEW if args.remove else Action.PREVIEW)
    return carry_through(args, (config, settings, service), plan_or_refuse(service, settings, intent), begun)
