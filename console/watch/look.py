"""One source of facts: ask, remember the last good answer, and say how old it is and what went wrong since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from console.errors import ApiError, BluegreenError
from console.model.service import Source

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """The last good answer, and the state of the source that gave it. One object, so that the two belong together."""

    value: Value | None
    source: Source


class Look(Generic[Value]):
    """Asks one source. `run` is called by one thread at a time; `seen` may be read by any.

    `good_for`: age in seconds up to which an answer counts as fresh. An answer is as old as its question.
    """

    def __init__(self, name: str, ask: Callable[[], Value], *, good_for: float, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self.seen: Seen[Value] = Seen(None, Source(name, good_for=good_for))
        self.failures = 0  # in a row
        self.pause = 0.0  # seconds that the source itself asked to be left alone for

    def run(self) -> None:
        """Ask once. What goes wrong becomes the source's problem; the last good answer stays."""
        at = self._clock()
        try:
            value = self._ask()
        except BluegreenError as error:
            self._failed(at, error.message, error.hint)
            self.pause = error.retry_after if isinstance(error, ApiError) else 0.0
        except Exception as error:  # noqa: BLE001 an answer that nobody foresaw must not end the watch
            self._failed(at, f"unexpected {type(error).__name__}: {error}", "a fault of this program: please report it")
        else:
            self.pause = 0.0
            self.tell(value, at)

    def tell(self, value: Value, at: float) -> None:
        """Take an answer that someone else got, at `at`."""
        self.failures = 0
        self.seen = Seen(value, replace(self.seen.source, seen_at=at, problem="", since=None, hint=""))

    @property
    def value(self) -> Value | None:
        """The last good answer, however old."""
        return self.seen.value

    def _failed(self, at: float, problem: str, hint: str) -> None:
        self.failures += 1
        last = self.seen
        since = last.source.since if last.source.since is not None else at
        self.seen = Seen(last.value, replace(last.source, problem=problem, since=since, hint=hint))


def older(first: Source, second: Source) -> Source:
    """One source made of two: as old as the older, with the problem of either."""
    trouble = first if first.problem else second
    seen_at = None if first.seen_at is None or second.seen_at is None else min(first.seen_at, second.seen_at)
    return replace(second, seen_at=seen_at, problem=trouble.problem, since=trouble.since, hint=trouble.hint)
