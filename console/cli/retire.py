"""`bluegreen retire`: delete the idle colour. `bluegreen adopt`: label what serves as a colour."""

from __future__ import annotations

import argparse

from console.cli.begin import add_begin_options, carry_through, concluded, looked
from console.cli.intent import plan_or_refuse, refuse
from console.cli.json_lines import Begun
from console.errors import UsageError
from console.model.colour import Colour


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    colours = [str(colour) for colour in Colour]
    if parser.prog.endswith("adopt"):
        parser.add_argument(
            "--as", dest="colour", choices=colours, help="default: the one that serves, else one without instances"
        )
    else:
        parser.add_argument("--colour", choices=colours, help="default: the colour that is idle")
    add_begin_options(parser)


def run(args: argparse.Namespace) -> int:
    """The exit code of the rollout."""
    return concluded(args, _run)


def _run(args: argparse.Namespace, begun: Begun) -> int:
    from console.plan.unlabelled import unlabelled
    from console.rollout import asking

    config, settings, service = looked(args)
    colour = Colour(args.colour) if args.colour else None
    if args.verb == "adopt":
        intent = asking.to_adopt(service, settings, colour)
    else:
        colour = colour or asking.idle_colour(service)
        if colour is None:
            refuse(unlabelled(service, settings))
            raise UsageError("which colour? it is not clear which one is idle", "say it: --colour blue or green")
        intent = asking.to_retire(service, settings, colour)
    plan = plan_or_refuse(service, settings, refuse(intent))
    return carry_through(args, (config, settings, service), plan, begun)
