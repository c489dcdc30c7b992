"""Follows the file of the theme that is worn, in a thread of its own: a file system may hang."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message

from console.errors import BluegreenError
from screens.themes import Catalogue, Palette

_EVERY = 2.0  # seconds


class ThemeRead(Message):
    """The theme's file has changed: the colours of now on, or why those of before are kept."""

    def __init__(self, palette: Palette | None, problem: str = "") -> None:
        super().__init__()
        self.palette = palette
        self.problem = problem


class Theming:
    """Posts ThemeRead when the file of the theme that is worn was written."""

    def __init__(self, catalogue: Catalogue, name: str, post: Callable[[Message], object]) -> None:
        self._catalogue = catalogue
        self._post = post
        self._name = name
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look; with no folder to look at there is nothing to do."""
        if self._catalogue.folders:
            threading.Thread(target=self._run, name="theme", daemon=True).start()

    def stop(self) -> None:
        """Look no more; returns at once."""
        self._stopped.set()

    def follow(self, name: str) -> None:
        """Another theme is worn."""
        self._name = name

    def _run(self) -> None:
        name, stamp = self._name, self._catalogue.stamp(self._name)
        while not self._stopped.wait(_EVERY):
            worn, found = self._name, self._catalogue.stamp(self._name)
            if worn == name and found != stamp:
                self._post(read(self._catalogue, worn))
            name, stamp = worn, found


def read(catalogue: Catalogue, name: str) -> ThemeRead:
    """The theme as it is now, or why it can not be worn."""
    try:
        return ThemeRead(catalogue.load(name))
    except BluegreenError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return ThemeRead(None, f"theme: {error.message}{hint}; the colours of before are kept")
    except KeyError:
        return ThemeRead(None, f"there is no theme {name!r} any more; its colours are kept")
