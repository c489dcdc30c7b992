"""Colour themes and the stylesheet, read from the package `themes` so that they work from a wheel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from rich.style import Style
from textual.theme import Theme

DEFAULT, NO_COLOUR = "dark", "mono"


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme as the screens use it: Textual's part of it, and a Rich style for each role of a span."""

    theme: Theme
    roles: Mapping[str, Style]

    def style(self, role: str) -> Style:
        """The style of one or several roles separated by blanks; a role that the theme lacks adds nothing."""
        return _combined(tuple(self.roles.get(name, _NONE) for name in role.split()))


_NONE = Style()


@cache
def _combined(styles: tuple[Style, ...]) -> Style:
    return Style.combine((_NONE, *styles))


def names() -> tuple[str, ...]:
    """The themes there are, sorted."""
    files = (entry.name for entry in resources.files("themes").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


def stylesheet() -> str:
    """The base stylesheet, common to all themes."""
    return resources.files("themes").joinpath("base.tcss").read_text("utf-8")


@cache
def load(name: str) -> Palette:
    """Read a theme. KeyError where there is none of this name."""
    if name not in names():
        raise KeyError(name)
    text = resources.files("themes").joinpath(f"{name}.yaml").read_text("utf-8")
    # the C loader is several times faster, and this stands before the first paint
    raw: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    theme = Theme(
        name=name,
        dark=bool(raw.get("dark", True)),
        ansi=bool(raw.get("ansi", False)),
        variables=dict(raw.get("variables", {})),
        **raw["base"],
    )
    return Palette(theme, {role: Style.parse(style) for role, style in raw["roles"].items()})
