"""One source of facts: ask, remember the last good answer, and say how old it is and what went wrong since."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from console.errors import ApiError, BluegreenError, CloudError
from console.model.service import Source

Value = TypeVar("Value")

STEP = 1.0  # seconds: a wall clock that moved by less was slewed, not set


@dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """The last good answer, and the state of the source that gave it. One object, so that the two belong together."""

    value: Value | None
    source: Source


class Look(Generic[Value]):
    """Asks one source. `run` is called by one thread at a time; `seen` may be read by any.

    `good_for`: age in seconds up to which an answer counts as fresh. An answer is as old as its question. `slack`
    stretches it while the source is asked less often; it holds from the next answer on, so that a source that is
    asked more often again is not called stale before it could answer.

    Times in `seen` are by the wall clock as it stands: when somebody sets it, they move with it, so that nothing
    becomes fresh or stale by that. `steady` is the clock that nobody sets.
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[], Value],
        *,
        good_for: float,
        clock: Callable[[], float],
        steady: Callable[[], float] | None = None,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._steady = steady or steady_beside(clock)
        self._good_for = good_for
        self.slack = 1.0
        self._seen: tuple[Seen[Value], float] = (Seen(None, Source(name, good_for=good_for)), self._offset())
        self.failures = 0  # in a row
        self.pause = 0.0  # seconds that the source itself asked to be left alone for

    @property
    def seen(self) -> Seen[Value]:
        """The last good answer and the state of the source."""
        seen, offset = self._seen
        set_by = self._offset() - offset
        return seen if abs(set_by) < STEP else Seen(seen.value, _moved(seen.source, set_by))

    def run(self) -> None:
        """Ask once. What goes wrong becomes the source's problem; the last good answer stays."""
        began = self._steady()
        try:
            value = self._ask()
        except BluegreenError as error:
            self.pause = error.retry_after if isinstance(error, ApiError) else 0.0
            self._failed(began, error.message, error.hint, error.cause if isinstance(error, CloudError) else "")
        except Exception as error:  # noqa: BLE001 an answer that nobody foresaw must not end the watch
            self._failed(began, *unforeseen(error))
        else:
            self.pause = 0.0
            self.tell(value, self._wall(began))

    def tell(self, value: Value, at: float) -> None:
        """Take an answer that someone else got, at `at`."""
        self.failures = 0
        self._keep(value, replace(self.seen.source, seen_at=at, problem="", since=None, hint="", doing="", cause=""))

    @property
    def value(self) -> Value | None:
        """The last good answer, however old."""
        return self.seen.value

    def fail(self, error: BluegreenError | OSError) -> None:
        """Take a failure of someone else who asked."""
        hint = error.hint if isinstance(error, BluegreenError) else ""
        self._failed(self._steady(), error.message if isinstance(error, BluegreenError) else str(error), hint)

    def say(self, doing: str, *, waits: bool) -> None:
        """Say what is done about a problem; `waits`: later than usual."""
        seen = self.seen
        if seen.source.problem and seen.source.doing != doing:
            self._keep(seen.value, replace(seen.source, doing=doing, waits=waits))

    def _failed(self, began: float, problem: str, hint: str, cause: str = "") -> None:
        self.failures += 1
        last = self.seen
        since = last.source.since if last.source.since is not None else self._wall(began)
        self._keep(last.value, replace(last.source, problem=problem, since=since, hint=hint, cause=cause))

    def _keep(self, value: Value | None, source: Source) -> None:
        self._seen = Seen(value, replace(source, good_for=self._good_for * self.slack)), self._offset()

    def _wall(self, steady: float) -> float:
        """A moment of the steady clock by the wall clock as it stands: it may have been set in between."""
        return self._clock() - (self._steady() - steady)

    def _offset(self) -> float:
        return self._clock() - self._steady()


def unforeseen(error: Exception) -> tuple[str, str]:
    """Problem and hint of an error that nobody foresaw."""
    return f"unexpected {type(error).__name__}: {error}", "a fault of this program: please report it"


class WallClock:
    """Notices when somebody sets the wall clock."""

    def __init__(self, clock: Callable[[], float], steady: Callable[[], float] | None = None) -> None:
        self._clock, self._steady = clock, steady or steady_beside(clock)
        self._offset = clock() - self._steady()

    def set_by(self) -> float:
        """Seconds by which it was set since the last call, 0 where it was not."""
        offset = self._clock() - self._steady()
        by = offset - self._offset
        if abs(by) < STEP:
            return 0.0
        self._offset = offset
        return by


def steady_beside(clock: Callable[[], float]) -> Callable[[], float]:
    """The clock to hold it against: a clock of a test moves as its test likes, so only the real one has another."""
    return steady_time if clock is time.time else clock


def steady_time() -> float:
    """Seconds on a clock that nobody sets and that goes on while the machine sleeps, where there is such a clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _moved(source: Source, by: float) -> Source:
    seen_at = source.seen_at + by if source.seen_at is not None else None
    return replace(source, seen_at=seen_at, since=source.since + by if source.since is not None else None)


def older(first: Source, second: Source) -> Source:
    """One source made of two: as old as the older, with the problem of either."""
    trouble = first if first.problem else second
    seen_at = None if first.seen_at is None or second.seen_at is None else min(first.seen_at, second.seen_at)
    return replace(trouble, name=second.name, seen_at=seen_at, good_for=second.good_for)
