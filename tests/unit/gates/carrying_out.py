"""Carry a gate out as the runner does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.config.certificates import public
from console.config.gate import Gate
from console.rollout.gates.begin import begin
from console.rollout.gates.outcome import Attempt, Outcome
from console.rollout.gates.output import log_path
from console.rollout.gates.subject import Subject

LOG = ("a1b2c3", "gate-1")


@contextmanager
def under_way(gate: Gate, subject: Subject, *, baking: bool = False) -> Iterator[Attempt]:
    """The gate, stopped at the end."""
    attempt = begin(gate, subject, log=log_path(*LOG), trust=public, baking=baking)
    try:
        yield attempt
    finally:
        attempt.stop()


def judged(gate: Gate, subject: Subject, *, limit: float = 40.0, baking: bool = False) -> Outcome:
    """What it comes to."""
    with under_way(gate, subject, baking=baking) as attempt:
        end = time.monotonic() + limit
        while (outcome := attempt.poll()) is None:
            assert time.monotonic() < end, attempt.last
            time.sleep(0.05)
        return outcome


def log() -> Path:
    """Where its output is."""
    return log_path(*LOG)
