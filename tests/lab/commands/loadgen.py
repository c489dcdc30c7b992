"""Constant-rate HTTP GETs and an exact account of them, as JSON.

Open loop: request i starts at i/rate, however slow the answers are. Modes:
  new        every request on a connection of its own (Connection: close)
  keepalive  --connections long-lived ones, used in turn; no retry, so that a request sent on a connection that was
             just being closed counts as lost ("stale"), although a client that retries would hide it
  both       half of the rate each
--cookie: as many clients as --connections, each with a cookie jar of its own.
Ctrl-C or TERM ends it early, with the report. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
from pathlib import Path

from .. import report
from ..load import Load, Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to ask and how."""
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, default=100, help="requests/s (100)")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--mode", choices=["new", "keepalive", "both"], default="new")
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--cookie", action="store_true")
    parser.add_argument("--timeout", type=float, default=5, help="seconds")
    parser.add_argument("--out", type=Path, help="every request, one JSON line each")
    parser.add_argument("--live", action="store_true", help="a line each second on stderr")


def run(given: argparse.Namespace) -> int:
    """Run it and print the account."""
    options = {key: value for key, value in vars(given).items() if key in Settings.__dataclass_fields__}
    load = Load(Settings(**options))
    gc.disable()  # no pauses of our own in the latencies
    asyncio.run(load.run())
    if given.out:
        given.out.write_text("".join(json.dumps(record._asdict()) + "\n" for record in load.records))
    print(json.dumps(report.whole(load), indent=1))
    return 0
