"""A URL as a gate: every instance of the colour that comes in, or the VIP, must answer as expected."""

from __future__ import annotations

import asyncio
import time

from console.config.certificates import Trust, context
from console.config.gate import Gate
from console.config.model import Tls
from console.model.text import clipped
from console.rollout.gates.beside import Beside
from console.rollout.gates.outcome import Outcome, Verdict
from console.rollout.gates.subject import Subject, host
from console.watch.http import Answer, client, fetch

_TIMES = 3  # asked so often before it is believed
_PAUSE = 1.0  # seconds in between
_WITHIN = 5.0  # seconds for one answer
_AT_ONCE = 32


class HttpAttempt:
    """Asked up to three times: one odd answer is no verdict."""

    def __init__(self, gate: Gate, subject: Subject, trust: Trust) -> None:
        self._gate = gate
        self._urls = _urls(gate.http, subject)
        self._trust = trust
        self._asked = 0
        self._next = 0.0
        self._round: Beside[dict[str, Answer]] | None = None

    def poll(self) -> Outcome | None:
        """Passed when all answers are as expected; otherwise what the last round found."""
        if not self._urls:
            return Outcome(Verdict.UNJUDGED, "there is no address to ask")
        if self._round is None:
            if time.monotonic() < self._next:
                return None
            self._round = Beside(lambda: asyncio.run(self._ask()))
        if not self._round.over():
            return None
        answers, self._round = self._round.found(), None
        self._asked += 1
        self._next = time.monotonic() + _PAUSE
        bad = {name: answer for name, answer in answers.items() if answer.status not in self._gate.expect}
        if not bad:
            return Outcome(Verdict.PASSED, f"{len(answers)} of {len(answers)} answered as expected")
        return None if self._asked < _TIMES else self._verdict(bad)

    @property
    def last(self) -> Outcome:
        """Not over."""
        return Outcome(Verdict.UNJUDGED, "not all have answered")

    def stop(self) -> None:
        """See Attempt.stop: a round that is under way ends by itself, and nobody hears it."""
        self._round = None

    def _verdict(self, bad: dict[str, Answer]) -> Outcome:
        wanted = " or ".join(map(str, self._gate.expect))
        told = [f"{url}: {answer.status or answer.error}" for url, answer in bad.items()]
        sentence = f"{told[0]}, expected {wanted}" + (f" (and {len(told) - 1} more)" if len(told) > 1 else "")
        output = "\n".join(
            f"{url}\n{answer.status or answer.error}\n{answer.text[:2000]}" for url, answer in bad.items()
        )
        answered = any(answer.status is not None for answer in bad.values())
        return Outcome(Verdict.FAILED if answered else Verdict.UNJUDGED, clipped(sentence, 500), output)

    async def _ask(self) -> dict[str, Answer]:
        room = asyncio.Semaphore(_AT_ONCE)
        verify = context(Tls(), self._trust()) if self._gate.http.startswith("https") else None

        async def one(url: str) -> Answer:
            async with room:
                return await fetch(http, url, _WITHIN)

        async with client(verify) as http:
            return dict(zip(self._urls, await asyncio.gather(*map(one, self._urls)), strict=True))


def _urls(template: str, subject: Subject) -> list[str]:
    if "{vip}" in template and not subject.vip:
        return []
    url = template.replace("{vip}", host(subject.vip))
    if "{instance}" not in url:
        return [url]
    return list(dict.fromkeys(url.replace("{instance}", host(one.address)) for one in subject.instances))
