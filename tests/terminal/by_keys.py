"""An operator at the keyboard: plans are read, started and followed to their end, key by key, in a real terminal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ttykit import Console

from console.plan.plan import StepKind
from console.rollout.journal import Journal
from console.rollout.records import Event, Rollout
from console.rollout.waiting import waiting

_ASKED = "Cancel"  # every dialog has it
_READ = "read before you start"  # above the notes of a plan


@dataclass
class Operator:
    """Somebody at the service screen of one console, whose journal the test reads to see what came of it."""

    console: Console
    journal: str
    service: str
    said: set[tuple[str, str]] = field(default_factory=set)

    def arm(self, reason: str) -> None:
        """Allow changes: the name and the reason are typed."""
        self.console.wait_for(self.service, "fresh", within=120)
        self._keys("o", _ASKED)
        self.console.child.send(f"{self.service}\r{reason}\r")
        self.console.wait_for("ARMED", within=60)

    def carry_out(self, key: str, word: str, *, within: float) -> tuple[Rollout, list[Event]]:
        """Open a plan with a key, start it with the word that is asked for, and follow it; back on the service screen.

        Where it waits between two shares the operator goes on. `within`: seconds until it must have ended.
        """
        before = {one.id for one in self._rollouts()}
        for _ in range(5):
            self._open(key)
            self._keys("\r", _ASKED)
            self.console.child.send(f"{word}\r")
            if self._started(before):
                break
            self._leave()
        (rollout,) = (one for one in self._rollouts() if one.id not in before)
        ended = self._followed(rollout.id, time.monotonic() + within)
        self.console.wait_for(ended.state.upper(), within=60)
        self._leave()
        with self._record() as journal:
            return ended, journal.events(ended.id)

    def _open(self, key: str) -> None:
        """The plan of a key; what the console has not seen yet may refuse it for a moment."""
        for _ in range(10):
            self.console.child.send(key)
            end = time.monotonic() + 20
            while time.monotonic() < end:
                if _READ in self.console.text:
                    return
                self.console.pump(0.2)
            self._leave()
        raise AssertionError(f"{key} opened no plan:\n{self.console.text}")

    def _started(self, before: set[str]) -> bool:
        """Whether the journal has a rollout; False once the console says that the plan has changed meanwhile."""
        end = time.monotonic() + 60
        while time.monotonic() < end and "not started" not in self.console.text:
            self.console.pump(0.2)
            if any(one.id not in before for one in self._rollouts()):
                return True
        return False

    def _followed(self, rollout_id: str, end: float) -> Rollout:
        while True:
            with self._record() as journal:
                rollout, events = journal.rollout(rollout_id), journal.events(rollout_id)
            if rollout.state.ended:
                return rollout
            assert time.monotonic() < end, f"{[event.text for event in events[-5:]]}\n{self.console.text}"
            found = waiting(rollout, events)
            step = (rollout_id, found.step.id) if found is not None else None
            if found is not None and step not in self.said and found.step.kind in (StepKind.PAUSE, StepKind.CONFIRM):
                self.console.wait_for("WAITS FOR YOU", within=60)  # the console looks at the journal by itself
                self._keys("n", _ASKED)
                self.console.child.send("y\r")
                self.said.add((rollout_id, found.step.id))
            self.console.pump(0.5)

    def _keys(self, keys: str, shows: str) -> None:
        self.console.child.send(keys)
        self.console.wait_for(shows, within=60)

    def _leave(self) -> None:
        self.console.child.send("\x1b")
        self.console.pump(1.5)  # an escape that something follows at once would be another key

    def _record(self) -> Journal:
        return Journal.open(self.journal)

    def _rollouts(self) -> list[Rollout]:
        with self._record() as journal:
            return list(journal.rollouts(self.service))
