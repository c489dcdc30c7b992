"""What goes over the line, and how soon a key is answered."""

from __future__ import annotations

import os
import signal
import statistics
from collections.abc import Iterator
from pathlib import Path

from bench_ground import PROGRAMS, away, drill, fresh_home
from bench_pty import Timed
from bench_start import FIRST_PAINT, TRUTH
from bench_table import Row, spread

IDLE_BAR, CELLS_BAR = 50.0, 2048.0  # bytes a second; bytes
ECHO_BAR, QUIT_BAR = 50.0, 1000.0  # ms
FIRST_PICTURES = 5.0  # seconds in which every source answers first


def idle(folder: Path, seconds: float, settle: float) -> Iterator[Row]:
    """Bytes a second when nothing changes: on facts that stay, and on a drill that answers and is probed.

    `settle`: seconds after the first facts that do not count; the minute of traffic fills itself in them.
    """
    with Timed([PROGRAMS, "scene", "6"], env=fresh_home(folder)) as program:
        program.until(FIRST_PAINT)
        program.rest()
        sent = program.pump(seconds)
        yield Row("idle, between two snapshots", sent / seconds, "B/s", 0.0, f"over {seconds:.0f} s")
    with drill(folder) as cloud, Timed(cloud.argv, env={**fresh_home(folder), **cloud.env}) as program:
        program.until(*TRUTH)
        started = len(program.sent)
        program.pump(FIRST_PICTURES)
        filling = program.pump(seconds)
        note = f"over {seconds:.0f} s, from {FIRST_PICTURES:.0f} s after the first facts on"
        yield Row("idle, while the minute of traffic fills", filling / seconds, "B/s", IDLE_BAR, note)
        program.pump(max(settle - seconds, 0.0))
        before = program.cpu
        sent = program.pump(seconds)
        note = f"over {seconds:.0f} s; {started / 1000:.1f} kB until the first facts"
        yield Row("idle, on the drill", sent / seconds, "B/s", IDLE_BAR, note)
        yield Row("processor while idle, on the drill", 100 * (program.cpu - before) / seconds, "%")


def three_cells(folder: Path, rounds: int) -> Iterator[Row]:
    """Bytes that it takes to show three changed facts, the verdict that follows from them included."""
    with Timed([PROGRAMS, "scene", "6"], env=fresh_home(folder)) as program:
        program.until(FIRST_PAINT, b"api-blue-1")
        program.rest()
        found: list[float] = []
        for _ in range(rounds):
            os.kill(program.pid, signal.SIGUSR1)
            found.append(program.pump(1.0))
        assert min(found) > 0, "the three cells did not change on the screen"
        yield Row("three cells change", statistics.median(found), "B", CELLS_BAR, spread(found))


def hanging(folder: Path, rounds: int) -> Iterator[Row]:
    """Key echo and leaving while every call to the cloud hangs."""
    echoes: list[float] = []
    dialogs: list[float] = []
    quits: list[float] = []
    with away(folder, hangs=True) as cloud:
        for _ in range(rounds):
            with Timed(cloud.argv, env={**fresh_home(folder), **cloud.env}) as program:
                program.until(FIRST_PAINT)
                program.pump(3.0)  # the SDK is imported, and waits for its first answer
                before = len(program.sent)
                dialogs.append(1000 * program.echo(b"?"))
                program.until(b"keys on the", since=before)
                program.send(b"\x1b")
                program.rest(quiet=0.3)
                program.send(b":")
                program.rest(quiet=0.3)
                for key in b"nova":
                    echoes.append(1000 * program.echo(bytes([key])))
                    program.rest(quiet=0.2)
                program.send(b"\x1b")
                program.rest(quiet=0.3)
                program.send(b"q")
                quits.append(1000 * program.ends())
                assert program.exit_code == 0, f"it left with {program.exit_code}"
    yield Row("a key is answered, all calls hang", statistics.median(echoes), "ms", ECHO_BAR, spread(echoes))
    yield Row("the help begins to open, all calls hang", statistics.median(dialogs), "ms", note=spread(dialogs))
    yield Row("leaving, all calls hang", max(quits), "ms", QUIT_BAR, f"the longest of {rounds}: {spread(quits)}")
