"""Gates while the new colour bakes: carried out again and again, beside the looks. Nothing here waits for one.

A gate that fails twice in a row is evidence against the colour; one that cannot be judged is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.config.gate import BAKE, Gate
from console.model.service import Service
from console.plan.plan import Plan, Step
from console.rollout.gates.begin import begin
from console.rollout.gates.outcome import Attempt, Outcome, Verdict
from console.rollout.gates.output import log_path
from console.rollout.gates.subject import Subject
from console.rollout.runner import boot_clock
from console.rollout.runner.gate import told
from console.rollout.runner.run import Run

_EVERY = 60.0  # seconds from the end of a gate that passed to its next beginning
_TIMES = 2  # failures in a row that are believed


@dataclass(slots=True)
class _Round:
    """One gate: what it came to last, and the attempt under way."""

    number: int
    gate: Gate
    attempt: Attempt | None = None
    began: float = 0.0
    next: float = 0.0
    last: Outcome | None = None
    failures: int = 0

    @property
    def open(self) -> bool:
        """Whether nobody can say yet how it went: it runs, was never over, or has failed once."""
        return self.attempt is not None or self.last is None or 0 < self.failures < _TIMES


class BakeGates:
    """All gates of one bake."""

    def __init__(self, run: Run, plan: Plan, step: Step) -> None:
        self._run, self._plan, self._step = run, plan, step
        gates: Sequence[Gate] = run.service.release.gates
        self._rounds = [_Round(number, gate) for number, gate in enumerate(gates, 1) if BAKE in gate.at]

    @property
    def open(self) -> bool:
        """Whether the bake must not end yet."""
        return any(one.open for one in self._rounds)

    @property
    def against(self) -> str:
        """Evidence, in a clause."""
        failed = [one for one in self._rounds if one.failures >= _TIMES and one.last is not None]
        return "; ".join(f"gate {one.gate.title} failed {_TIMES} times: {_said(one)}" for one in failed)

    @property
    def blind(self) -> str:
        """Which could not be judged, in a clause."""
        unjudged = [one for one in self._rounds if one.last is not None and one.last.verdict is Verdict.UNJUDGED]
        return "; ".join(f"gate {one.gate.title} cannot be judged: {_said(one)}" for one in unjudged)

    def look(self, service: Service | None, *, over: bool) -> None:
        """Begin what is due, and hear what has ended. `over`: only what is still open is begun again."""
        for one in self._rounds:
            now = boot_clock.now()
            if one.attempt is None and service is not None and now >= one.next and (one.open or not over):
                subject = Subject.of(self._run.rollout_id, self._plan, service, self._run.service)
                log = log_path(self._run.rollout_id, f"{self._step.id}-gate-{one.number}")
                one.attempt = begin(one.gate, subject, log=log, trust=self._run.trust, baking=True)
                one.began = now
            if one.attempt is not None:
                self._poll(one, one.attempt)

    def stop(self) -> None:
        """End whatever runs."""
        for one in self._rounds:
            if one.attempt is not None:
                one.attempt.stop()
                one.attempt = None

    def _poll(self, one: _Round, attempt: Attempt) -> None:
        outcome = attempt.poll()
        if outcome is None and boot_clock.now() - one.began > one.gate.timeout:
            outcome = attempt.last
        if outcome is None:
            return
        attempt.stop()
        one.attempt = None
        one.failures = one.failures + 1 if outcome.verdict is Verdict.FAILED else 0
        changed = one.last is None or one.last.verdict is not outcome.verdict or one.failures
        one.last = outcome
        one.next = boot_clock.now() + (_EVERY if outcome.verdict is Verdict.PASSED else 0.0)
        if changed:
            told(self._run, self._step.id, one.gate, outcome)


def _said(one: _Round) -> str:
    return one.last.sentence if one.last is not None else ""
