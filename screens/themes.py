"""Colour themes and the stylesheet: those of the package `themes`, and those of the user as YAML files.

docs/themes.md says what a theme file holds and what each role is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from rich.style import Style
from textual.theme import Theme

import themes as packaged
from console.config.places import CONFIG_VARIABLE, config_candidates

DEFAULT, NO_COLOUR = "dark", "mono"

Raw = Mapping[str, Any]  # a theme file as YAML gives it


class Palette(NamedTuple):
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


# importlib.resources would read archives as well, and import what that takes before the first paint
_FOLDER = Path(packaged.__path__[0])


def names() -> tuple[str, ...]:
    """The themes of the package, sorted."""
    files = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


def stylesheet() -> str:
    """The base stylesheet, common to all themes."""
    return sheet("base").read_text("utf-8")


def sheet(name: str) -> Path:
    """The file of a stylesheet: `base`, or of screens that the first paint does without."""
    return _FOLDER / f"{name}.tcss"


@cache
def built_in(name: str) -> Raw:
    """A theme of the package as it is written. KeyError where there is none of this name."""
    if name not in names():
        raise KeyError(name)
    text = (_FOLDER / f"{name}.yaml").read_text("utf-8")
    # the C loader is several times faster, and this stands before the first paint
    raw: Raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return raw


@cache
def load(name: str) -> Palette:
    """A theme of the package. KeyError where there is none of this name."""
    return palette(name, built_in(name))


def palette(name: str, raw: Raw) -> Palette:
    """The palette of a theme that is known to be well-formed."""
    theme = Theme(
        name=name,
        dark=bool(raw.get("dark", True)),
        ansi=bool(raw.get("ansi", False)),
        variables=dict(raw.get("variables", {})),
        **raw["base"],
    )
    return Palette(theme, {role: Style.parse(style) for role, style in raw["roles"].items()})


def folders(config: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Where themes of one's own are: `themes` beside the config file, and in the user's config folder."""
    usual = {name: value for name, value in environ.items() if name != CONFIG_VARIABLE}
    return tuple(dict.fromkeys((config.parent / "themes", config_candidates(usual)[0].parent / "themes")))


class Catalogue:
    """The themes of the package and of these folders; of two with one name that of the later folder counts."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = tuple(folders)

    def names(self) -> tuple[str, ...]:
        """Every theme that can be chosen, sorted; a folder that can not be read has none."""
        found = {path.stem for folder in self.folders for path in _files(folder)}
        return tuple(sorted(found.union(names())))

    def load(self, name: str) -> Palette:
        """Read a theme.

        Raises:
            KeyError: there is none of this name.
            ConfigError: its file can not be read or is wrong; file:line, what is wrong, and the nearest valid word.
        """
        path = self.file(name)
        if path is None:
            return load(name)
        from screens.theme_files import read  # noqa: PLC0415 most people have no theme of their own

        return palette(name, read(path))

    def file(self, name: str) -> Path | None:
        """The file of this name in a folder; None: there is none, or the name is no file's."""
        return next((path for folder in reversed(self.folders) for path in _files(folder) if path.stem == name), None)

    def stamp(self, name: str) -> tuple[str, int, int] | None:
        """What changes with the theme's file: where it is, when it was written, its size. None: the package's own."""
        path = self.file(name)
        if path is None:
            return None
        try:
            about = path.stat()
        except OSError:
            return str(path), 0, 0
        return str(path), about.st_mtime_ns, about.st_size


def _files(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(sorted(folder.glob("*.yaml")))
    except OSError:
        return ()
