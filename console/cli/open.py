"""`bluegreen`, `bluegreen open`: the console on a terminal."""

from __future__ import annotations

import argparse
import gc
import os
import sys

from console.config import load
from console.config.model import Config
from console.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="open on this service")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--operate", action="store_true", help="open armed for 30 minutes instead of read-only")
    mode.add_argument("--read-only", action="store_true", help="can not be armed; opens the journal read-only as well")
    parser.add_argument("--ascii", action="store_true", help="only ASCII signs and frames")
    of_theme = "one of docs/themes.md or your own; default: the config's, mono under NO_COLOR"
    parser.add_argument("--theme", metavar="NAME", help=of_theme)
    parser.add_argument("--interval", type=float, metavar="SECONDS", help="between two looks at the cloud")


def run(args: argparse.Namespace) -> int:
    """Open the console; the config is read before, so that its mistakes are told on a terminal that shows them."""
    config = load(args.config, os.environ)
    if args.service is not None and args.service not in config.services:
        names = ", ".join(sorted(config.services))
        raise UsageError(f"the config has no service {args.service!r}", f"it has: {names}")
    if args.interval is not None:
        if args.interval < 1:
            raise UsageError(f"--interval {args.interval:g} is too short", "1 second is the least")
        config = config._replace(interval=args.interval)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        hint = "`bluegreen status` prints the same facts, `bluegreen status --watch` goes on and prints what changes"
        raise UsageError("the console needs a terminal", hint)
    from console.terminal import can_draw

    if not can_draw(os.environ):
        return _in_lines(config, args)
    from screens import app

    code = app.run(
        config,
        service=args.service,
        operate=args.operate,
        read_only=args.read_only,
        ascii_only=args.ascii,
        theme=args.theme,
    )
    # Nothing is left to be done. The interpreter's own way out takes the SDK apart for half a second, and may wait for
    # a thread that hangs in a call.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _in_lines(config: Config, args: argparse.Namespace) -> int:
    """On a terminal that cannot move its cursor: the same facts, each change as a line."""
    from console.cli.looking import warn
    from console.cli.status_watch import watch

    gc.enable()
    if args.operate:
        raise UsageError("--operate needs a terminal that screens can be drawn on", "`bluegreen cutover` needs none")
    warn(
        f"TERM is {os.environ.get('TERM') or 'not set'}: no screen can be drawn here, so each change is written as a "
        "line (as `bluegreen status --watch` does)\n"
        "  if this terminal can do more, name it: TERM=xterm-256color bluegreen"
    )
    return watch(config, [args.service] if args.service is not None else None)
