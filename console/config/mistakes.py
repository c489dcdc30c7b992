"""What is wrong with a file: each mistake by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from console.errors import ConfigError

Read = TypeVar("Read")


class Mistake(ConfigError):
    """One mistake; `line` of the file, from 1."""

    def __init__(self, message: str, hint: str = "", line: int = 1) -> None:
        super().__init__(message, hint)
        self.line = line

    @property
    def all(self) -> tuple[Mistake, ...]:
        """This one."""
        return (self,)


class Mistakes(Mistake):
    """Several mistakes in one file, in its order. As an error it is the first of them."""

    def __init__(self, several: Sequence[Mistake]) -> None:
        first, *more = sorted(several, key=lambda each: each.line)
        hint = f"({len(more)} more: `bluegreen config check` lists them all)"
        super().__init__(first.message, f"{first.hint} {hint}".strip(), first.line)
        self._all = (first, *more)

    @property
    def all(self) -> tuple[Mistake, ...]:
        """Each of them, with its own hint."""
        return self._all


class Gathering:
    """Reads on after a mistake, so that all of them are found."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def read(self, make: Callable[[], Read]) -> Read | None:
        """What `make` returns; None where it raised a Mistake, which is kept."""
        try:
            return make()
        except Mistake as mistake:
            self._found += mistake.all
        return None

    def add(self, mistake: Mistake) -> None:
        """Keep a mistake."""
        self._found += mistake.all

    def done(self) -> None:
        """Raise what was kept, if anything: a Mistake, or Mistakes."""
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise Mistakes(self._found)
