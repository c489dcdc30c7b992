"""How the screens look at the moment: the theme's styles and the table of signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from rich.style import Style

from screens.view.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from textual.app import App

    from screens.themes import Palette


class Look(NamedTuple):
    """A theme and a table of signs."""

    palette: Palette
    glyphs: Glyphs = UNICODE

    def style(self, role: str) -> Style:
        """The style of a span's roles."""
        return self.palette.style(role)


class HasLook(Protocol):
    """What a widget needs of the program that it is in."""

    look: Look


def look_of(app: App[object]) -> Look:
    """The look of the running program."""
    return cast("HasLook", app).look
