"""Stop a service for a while (SIGSTOP, then SIGCONT).

freeze octavia-worker 10     every change to a load balancer stays PENDING_*
freeze nova-compute-1 10     servers stay BUILD, actions do not happen
freeze octavia 10            the API does not answer (time-outs)
freeze haproxy-XXXXXXXX 10   the VIP hangs, updates stay PENDING_UPDATE
freeze NAME                  until `freeze NAME --thaw`
"""

from __future__ import annotations

import argparse
import os
import signal
import time

from ..process import read_pid, session
from ..settings import fail, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """The service, how long, or --thaw."""
    parser.add_argument("name")
    parser.add_argument("seconds", type=float, nargs="?", default=0)
    parser.add_argument("--thaw", action="store_true")


def run(given: argparse.Namespace) -> int:
    """Freeze the whole session of the service."""
    pid = read_pid(given.name)
    if not pid:
        fail(f"{given.name} does not run")
    if not given.thaw:
        _send(pid, signal.SIGSTOP)
        say(given.name, "frozen")
        if not given.seconds:
            return 0
    try:
        time.sleep(given.seconds)
    finally:
        _send(pid, signal.SIGCONT)
        say(given.name, "runs")
    return 0


def _send(leader: int, number: signal.Signals) -> None:
    for pid in session(leader):
        os.kill(pid, number)
