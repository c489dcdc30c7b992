"""`python -m console.rollout.runner.ask_abort SERVICE TAG PORT...`: tag the leases of a rollout of somebody else's.

It is a process of its own because it writes to the cloud. The tag is all that it writes: the owner reads it at its next
heartbeat, and what follows is the owner's doing (facts: OpenStack 7a).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from console.cloud.writer import Writer
from console.config import load
from console.errors import BluegreenError, NotFound
from console.rollout.request import may_write
from console.watch.observe import Observer


def main(argv: Sequence[str] | None = None) -> int:
    """0 when at least one of the ports has the tag; else the error's sentence on standard error, and its exit code."""
    parser = argparse.ArgumentParser(prog="console.rollout.runner.ask_abort", description=__doc__)
    parser.add_argument("service")
    parser.add_argument("tag")
    parser.add_argument("ports", nargs="+")
    parser.add_argument("--config", type=Path, required=True)
    args = parser.parse_args(argv)
    try:
        config = load(args.config, os.environ)
        may_write(config)
        writer = Writer(Observer(config, [args.service]).session(args.service))
        gone = sum(not _tagged(writer, port, args.tag) for port in args.ports)
        if gone == len(args.ports):
            raise NotFound("the lease was given back meanwhile", "the rollout has ended: look at the service")
    except BluegreenError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _tagged(writer: Writer, port: str, tag: str) -> bool:
    try:
        writer.tag_port(port, tag)
    except NotFound:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
