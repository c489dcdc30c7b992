"""A Prometheus query as a gate: every sample of the answer must be within limits. No data is not a pass.

API: GET /api/v1/query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

from console.config.gate import Query
from console.model.text import clipped
from console.rollout.gates.asking import Ask, NoAnswer
from console.rollout.gates.outcome import Outcome, Verdict
from console.rollout.gates.subject import Subject

EVERY = 5.0  # seconds between two asks


class PrometheusAttempt:
    """Asked again and again: it passes once it has stayed within the limits for as long as is asked.

    `once`: the first answer decides. Without it only the deadline says that it failed; `last` has the state then.
    """

    def __init__(self, query: Query, subject: Subject, *, once: bool = False) -> None:
        self._query = query
        self._once = once
        self._text = _filled(query.query, subject)
        self._since: float | None = None
        self._next = 0.0
        self._ask: Ask | None = None
        self.last = Outcome(Verdict.UNJUDGED, "Prometheus has not answered yet")

    def poll(self) -> Outcome | None:
        """Passed when steady; the first answer, where that decides."""
        if self._ask is None:
            now = time.monotonic()
            if now < self._next:
                return None
            self._next = now + EVERY
            url = f"{self._query.url.rstrip('/')}/api/v1/query"
            self._ask = Ask("GET", url, self._query.token, params={"query": self._text})
        if not self._ask.over():
            return None
        asked, self._ask = self._ask, None
        self.last = _look(self._query, self._text, asked)
        if self.last.verdict is not Verdict.PASSED:
            self._since = None
        elif self._since is None:
            self._since = asked.at
        if self._once:
            return self.last
        steady = self._since is not None and asked.at - self._since >= self._query.steady
        return self.last if steady else None

    def stop(self) -> None:
        """See Attempt.stop: an ask that is under way ends by itself, and nobody hears it."""
        self._ask = None


def _filled(query: str, subject: Subject) -> str:
    """Braces are PromQL's own, so only these words are looked for. Quotes would end a label's value."""
    values = {"service": subject.service, "colour": str(subject.colour), "version": subject.version}
    for name, value in values.items():
        query = query.replace(f"{{{name}}}", value.replace("\\", "\\\\").replace('"', '\\"'))
    return query


def _look(query: Query, text: str, asked: Ask) -> Outcome:
    try:
        samples = list(_samples(asked.answer()))
    except NoAnswer as why:
        return Outcome(Verdict.UNJUDGED, f"Prometheus: {why}")
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return Outcome(Verdict.UNJUDGED, "Prometheus: no answer that can be understood")
    numbers = [(name, value) for name, value in samples if not math.isnan(value)]
    if not numbers or len(numbers) < len(samples):
        return Outcome(Verdict.UNJUDGED, f"no data for {clipped(text, 200)}")
    output = "\n".join(f"{value:g}  {name}" for name, value in samples)
    for name, value in numbers:
        if query.min is not None and value < query.min:
            return Outcome(Verdict.FAILED, f"{value:g} is below {query.min:g}: {clipped(name or text, 200)}", output)
        if query.max is not None and value > query.max:
            return Outcome(Verdict.FAILED, f"{value:g} is above {query.max:g}: {clipped(name or text, 200)}", output)
    limits = [f"at least {query.min:g}"] if query.min is not None else []
    limits += [f"at most {query.max:g}"] if query.max is not None else []
    found = ", ".join(f"{value:g}" for _, value in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
    return Outcome(Verdict.PASSED, f"{found}, wanted {' and '.join(limits)}", output)


def _samples(answer: Any) -> Iterator[tuple[str, float]]:
    """Labels and value of each sample, of a vector or a scalar."""
    data = answer["data"]
    if answer["status"] != "success":
        raise ValueError(answer["status"])
    if data["resultType"] == "scalar":
        yield "", float(data["result"][1])
    elif data["resultType"] == "vector":
        for one in data["result"]:
            labels = ", ".join(f"{key}={value}" for key, value in sorted(one["metric"].items()))
            yield labels, float(one["value"][1])
    else:
        raise ValueError(data["resultType"])
