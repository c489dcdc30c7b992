"""`bluegreen keep`, `unkeep`: the old colour stays the way back until a time, and is not retired before."""

from __future__ import annotations

import argparse
import time

from console.cli.looking import config_of, look, say, service_config
from console.cli.until import when
from console.config.model import Config
from console.errors import CloudError, UsageError
from console.model.colour import Colour
from console.model.record import Kept, moment
from console.model.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; `keep` alone takes an end and a colour."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out when the config has only one")
    if parser.prog.endswith(" keep"):
        parser.add_argument("--until", metavar="WHEN", help="`2026-12-24T08:00` (local time), or `8h`, `3d` from now")
        parser.add_argument("--colour", choices=[str(one) for one in Colour], help="default: the colour that is idle")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; everybody sees it")


def run(args: argparse.Namespace) -> int:
    """0 when it is recorded."""
    from console.rollout import restraint
    from console.rollout.journal import Journal
    from console.rollout.who import Who

    config = config_of(args)
    name = service_config(config, args.service).name
    if not args.reason:
        raise UsageError(f"`{args.verb}` needs --reason TEXT", "whoever meets it wants to know why")
    if args.verb == "unkeep":
        with Journal.open(config.journal) as journal:
            ended = restraint.unkeep(config, journal, name, Who.deciding(config, name), args.reason)
        say(visible(f"{ended.colour.upper()} of {name} is not kept any more; it was {ended.words}"))
        return 0
    if args.until is None:
        raise UsageError("until when?", "--until 2026-12-24T08:00, or 8h, 3d from now: what stands by costs")
    until = when(args.until, time.time())
    colour = _colour(config, name, Colour(args.colour) if args.colour else None)
    with Journal.open(config.journal) as journal:
        who = Who.deciding(config, name)
        living = restraint.keep(config, journal, name, who, Kept(colour, who.owner, args.reason, until))
    say(visible(f"{colour.upper()} of {name} is kept until {moment(until)}: it is not retired before"))
    if living is not None:
        say(f"rollout {living.id} retires it already: it stops before its next write; see what is left of it")
    say(visible(f"`bluegreen unkeep {name} --reason TEXT` ends it; so does the next cutover or rollback"))
    return 0


def _colour(config: Config, name: str, said: Colour | None) -> Colour:
    """The one that was said, else the idle one. While the cloud shows nothing, what was said is taken at its word."""
    from console.rollout import restraint

    try:
        service = look(config, name, patience=0)
    except CloudError:
        if said is None:
            raise
        return said
    colour = said or _idle(service.live, name)
    restraint.keepable(service, colour)
    return colour


def _idle(live: Colour | None, name: str) -> Colour:
    if live is None:
        raise UsageError(f"which colour of {name}? it is not clear which one is idle", "say it: --colour blue or green")
    return live.other
