"""Stop what `up` started, by its pid files."""

from __future__ import annotations

import argparse
import shutil

from .. import services
from ..process import stop
from ..settings import CLOUDS_YAML, DATA, ETC, LOG, STATE, forget, say

_INFRASTRUCTURE = 3  # bus, its epmd, database: after everything that uses them


def arguments(parser: argparse.ArgumentParser) -> None:
    """--wipe."""
    parser.add_argument(
        "--wipe", action="store_true", help="also delete databases, queues and images; the environment stays"
    )


def run(given: argparse.Namespace) -> int:
    """Stop, in order; wipe if asked."""
    names = services.service_names()
    stop(names[:-_INFRASTRUCTURE])
    stop(names[-_INFRASTRUCTURE:])
    if given.wipe:
        for path in (DATA, ETC, LOG):
            shutil.rmtree(path, ignore_errors=True)
        for path in (STATE / "secrets.json", CLOUDS_YAML):
            path.unlink(missing_ok=True)
        forget()
    say("stopped and wiped" if given.wipe else "stopped")
    return 0
