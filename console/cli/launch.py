"""`bluegreen launch` and `bluegreen scale`: make instances of the idle colour; more or fewer of the live one."""

from __future__ import annotations

import argparse

from console.cli.begin import add_begin_options, carry_through, concluded, looked
from console.cli.intent import plan_or_refuse, refuse
from console.cli.json_lines import Begun
from console.errors import UsageError
from console.model.colour import Colour


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of both verbs: those of the other one are refused when they are used."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    parser.add_argument("--image", default="", metavar="NAME", help="name or id; default: `launch.image` of the config")
    if parser.prog.endswith("scale"):
        parser.add_argument("--add", type=int, default=0, metavar="N", help="so many more of the live colour")
        parser.add_argument("--remove", type=int, default=0, metavar="N", help="so many fewer: those added last")
        parser.add_argument("--name", action="append", default=[], metavar="NAME", help="take this one away")
    else:
        parser.add_argument("--to", choices=[str(colour) for colour in Colour], help="default: the colour that is idle")
        parser.add_argument("--count", type=int, metavar="N", help="default: as many as serve")
        parser.add_argument(
            "--release",
            default="",
            metavar="NAME",
            help="what people call it, in metadata and user data; default: the image",
        )
    add_begin_options(parser)


def run(args: argparse.Namespace) -> int:
    """The exit code of the rollout."""
    return concluded(args, _run)


def _run(args: argparse.Namespace, begun: Begun) -> int:
    from console.plan.lifecycle.ordering import Wish
    from console.plan.unlabelled import unlabelled
    from console.rollout import asking

    config, settings, service = looked(args)
    if args.verb == "launch":
        if args.count is not None and args.count < 1:
            raise UsageError(f"--count {args.count} is out of range", "at least 1")
        colour = Colour(args.to) if args.to else asking.idle_colour(service)
        if colour is None:
            refuse(unlabelled(service, settings))
            raise UsageError("which colour? it is not clear which one is idle", "say it: --to blue or --to green")
        wish = Wish(colour, args.image, args.count, release=args.release)
        intent = asking.to_launch(service, settings, wish)
    else:
        names = tuple(args.name)
        if bool(args.add) + bool(args.remove) + bool(names) != 1 or min(args.add, args.remove) < 0:
            raise UsageError("how many?", "one of --add N, --remove N, --name NAME")
        live = refuse(asking.live_colour(service, settings))
        if args.add:
            intent = asking.to_launch(service, settings, Wish(live, args.image, adding=args.add), scale=True)
        else:
            names = names or asking.last_of(service, live, args.remove)
            intent = asking.to_take_away(service, settings, names)
    plan = plan_or_refuse(service, settings, refuse(intent))
    return carry_through(args, (config, settings, service), plan, begun)
