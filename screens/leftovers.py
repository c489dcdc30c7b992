"""What Textual keeps of widgets that are gone."""

from __future__ import annotations

from typing import cast

from textual._styles_cache import StylesCache


class _Remembering:
    """As much of functools' cache as is needed here."""

    def cache_clear(self) -> None:
        """Forget every call."""


def forget_lines() -> None:
    """Let go of the drawn lines of closed screens.

    A method of StylesCache is remembered by functools.lru_cache with its instance (textual 8: get_inner_outer), which
    keeps the lines of the last thousand widgets: tens of megabytes in a console that is walked through all day.
    """
    cast("_Remembering", StylesCache.get_inner_outer).cache_clear()
