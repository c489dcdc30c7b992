"""Begin a gate of any kind but a sign-off, which is a word of people and no test."""

from __future__ import annotations

from pathlib import Path

from console.config.certificates import Trust
from console.config.gate import BAKE, SHIFT, Gate
from console.rollout.gates.command import CommandAttempt
from console.rollout.gates.http import HttpAttempt
from console.rollout.gates.judge import JudgeAttempt
from console.rollout.gates.outcome import Attempt, Outcome, Verdict
from console.rollout.gates.prometheus import PrometheusAttempt
from console.rollout.gates.subject import Subject, Told


class NotBegun:
    """A gate that could not be begun; `last` says why."""

    def __init__(self, why: str) -> None:
        self.last = Outcome(Verdict.UNJUDGED, why)

    def poll(self) -> Outcome:
        """Why."""
        return self.last

    def stop(self) -> None:
        """Nothing runs."""


def begin(gate: Gate, subject: Subject, *, log: Path, trust: Trust, baking: bool = False) -> Attempt:
    """The gate under way. `baking`: while the new colour carries the traffic, where one look decides."""
    if gate.run:
        return begin_command(gate, subject, log)
    if gate.http:
        return HttpAttempt(gate, subject, trust)
    if gate.prometheus is not None:
        return PrometheusAttempt(gate.prometheus, subject, once=baking)
    if gate.judge is not None:
        return JudgeAttempt(gate.judge, subject, BAKE if baking else SHIFT)
    return NotBegun("nothing runs for it by itself")


def begin_command(gate: Gate, told: Told, log: Path) -> Attempt:
    """The gate's command under way."""
    if gate.folder is not None and not gate.folder.is_dir():
        return NotBegun(f"there is no folder {gate.folder}")
    try:
        return CommandAttempt(gate, told, log)
    except OSError as error:
        return NotBegun(f"it could not be begun: {error.strerror or error}")
