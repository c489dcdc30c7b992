"""python -m tests.lab COMMAND: the door to the lab."""

from __future__ import annotations

import argparse
import importlib
import sys

from . import inside

COMMANDS = (
    "up",
    "down",
    "status",
    "seed",
    "loadgen",
    "freeze",
    "break-lb",
    "set-app",
    "set-member-status",
    "set-lb-status",
    "set-server-status",
    "set-listener-stats",
    "verify",
    "bench",
)


def main() -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="A real OpenStack on this machine.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f".commands.{name.replace('-', '_')}", __package__)
        text = module.__doc__ or ""
        command = commands.add_parser(
            name,
            help=text.splitlines()[0],
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.arguments(command)
        command.set_defaults(module=module)
    given = parser.parse_args()
    if getattr(given.module, "INSIDE", False):
        inside.enter()
    code: int = given.module.run(given)
    return code


if __name__ == "__main__":
    sys.exit(main())
