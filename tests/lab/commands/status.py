"""What runs (by pid file), with its memory; exit 1 if something is down."""

from __future__ import annotations

import argparse
import collections
from pathlib import Path

from .. import services
from ..process import read_pid
from ..settings import PORT, say

_PORTS = {"octavia-health-manager": "hm", "rabbit": "amqp"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """--quiet."""
    parser.add_argument("--quiet", action="store_true", help="only the exit code")


def run(given: argparse.Namespace) -> int:
    """A line per process."""
    pids = {name: read_pid(name) for name in reversed(services.service_names())}
    down = [name for name, pid in pids.items() if pid is None]
    if given.quiet:
        return 1 if down else 0
    memory = _memory_by_session()
    for name, pid in pids.items():
        port = PORT.get(_PORTS.get(name, name), "")
        say(f"{name:24} {pid or 'DOWN':<8} {port:<7} {memory[pid or 0]:6.0f} MB")
    say(f"{'total':24} {'':8} {'':7} {sum(memory[pid] for pid in pids.values() if pid):6.0f} MB")
    return 1 if down else 0


def _memory_by_session() -> dict[int, float]:
    """Proportional set size in MB of each session's processes."""
    found: dict[int, float] = collections.defaultdict(float)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            leader = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            rollup = (entry / "smaps_rollup").read_text()
        except OSError:
            continue
        found[leader] += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return found
