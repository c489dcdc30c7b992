"""Rings while a rollout goes on: each webhook has a thread of its own, so that no slow one delays anything."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping, Sequence

from console.config.notice import Notice, Occasion
from console.plan.plan import Plan
from console.rollout.notices.compose import body, facts
from console.rollout.notices.deliver import Delivery, deliver
from console.rollout.records import Rollout


class Bell:
    """The webhooks that want to hear of one rollout. Every method but `finish` returns at once."""

    def __init__(self, notices: Sequence[Notice], rollout: Rollout, plan: Plan) -> None:
        self._rollout, self._plan = rollout, plan
        self._done: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._open = 0
        self._lines: list[tuple[Notice, queue.SimpleQueue[Mapping[str, str]]]] = []
        for notice in notices:
            if not notice.services or rollout.service in notice.services:
                self._lines.append((notice, queue.SimpleQueue()))
                threading.Thread(target=self._send, args=self._lines[-1], name="notice", daemon=True).start()

    def ring(self, occasion: Occasion, sentence: str) -> None:
        """Tell whoever wants to hear of it."""
        told = facts(self._rollout, self._plan, occasion, sentence)
        for notice, line in self._lines:
            if occasion in notice.events:
                self._open += 1
                line.put(told)

    def heard(self) -> list[Delivery]:
        """What has come of it since this was asked last."""
        found = []
        while self._open:
            try:
                found.append(self._done.get_nowait())
            except queue.Empty:
                break
            self._open -= 1
        return found

    def finish(self, within: float) -> list[Delivery]:
        """The rest, waited for; what is still on its way after `within` seconds is given up, and said so."""
        end, found = time.monotonic() + within, []
        while self._open:
            try:
                found.append(self._done.get(timeout=max(end - time.monotonic(), 0.001)))
            except queue.Empty:
                found.append(Delivery(False, f"given up after {within:g} s: {self._open} notices are not delivered"))
                self._open = 0
            else:
                self._open -= 1
        return found

    def _send(self, notice: Notice, line: queue.SimpleQueue[Mapping[str, str]]) -> None:
        while True:
            told = line.get()
            try:
                self._done.put(deliver(notice.url, told["event"], body(notice, told)))
            except Exception as error:  # noqa: BLE001 a message that cannot be sent must not end the thread
                self._done.put(Delivery(False, f"not told {notice.url} of {told['event']}: {type(error).__name__}"))
