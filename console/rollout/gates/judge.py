"""A program of the operators' own as a gate, asked over HTTP until it says continue or abort.

POST, JSON. Sent: `schema` 1, `rollout`, `service`, `colour`, `version`, `vip`, `instances`, `stage` (`shift` or `bake`)
and `seconds` since the first ask. Expected with status 200: `answer`, one of `wait`, `continue`, `abort`; `reasons`, a
list of sentences for people. The contract follows Spinnaker's deployment monitors.
"""

from __future__ import annotations

import time
from typing import Any

from console.config.gate import Judge
from console.model.text import clipped
from console.rollout.gates.asking import Ask, NoAnswer
from console.rollout.gates.outcome import Outcome, Verdict
from console.rollout.gates.subject import Subject

_MOST = 5  # reasons that are told


class JudgeAttempt:
    """Asked again while it says wait, or nothing that can be used. `last` has the state at a deadline."""

    def __init__(self, judge: Judge, subject: Subject, stage: str) -> None:
        self._judge = judge
        self._body = {"schema": 1, **subject.facts(), "stage": stage}
        self._began = time.monotonic()
        self._next = 0.0
        self._ask: Ask | None = None
        self.last = Outcome(Verdict.UNJUDGED, "the judge has not answered yet")

    def poll(self) -> Outcome | None:
        """What it said, once that ends the gate."""
        now = time.monotonic()
        if self._ask is None:
            if now < self._next:
                return None
            self._next = now + self._judge.every
            body = {**self._body, "seconds": round(now - self._began)}
            self._ask = Ask("POST", self._judge.url, self._judge.token, json=body)
        if not self._ask.over():
            return None
        asked, self._ask = self._ask, None
        try:
            word, reasons = _understood(asked.answer())
        except NoAnswer as why:
            self.last = Outcome(Verdict.UNJUDGED, f"the judge: {why}")
            return None
        sentence = f"the judge says {word}" + (f": {'; '.join(reasons)}" if reasons else "")
        if word == "wait":
            self.last = Outcome(Verdict.UNJUDGED, sentence, "\n".join(reasons))
            return None
        self.last = Outcome(Verdict.PASSED if word == "continue" else Verdict.FAILED, sentence, "\n".join(reasons))
        return self.last

    def stop(self) -> None:
        """See Attempt.stop: an ask that is under way ends by itself, and nobody hears it."""
        self._ask = None


def _understood(answer: Any) -> tuple[str, list[str]]:
    word = answer.get("answer") if isinstance(answer, dict) else None
    if word not in ("wait", "continue", "abort"):
        raise NoAnswer("it answered neither wait, continue nor abort")
    reasons = answer.get("reasons") or []
    if not isinstance(reasons, list):
        reasons = [reasons]
    return word, [clipped(str(reason), 300) for reason in reasons[:_MOST]]
