"""A user's theme file: read, checked to the word, and completed from the theme that it extends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.color import Color, ColorParseError

from console.errors import ConfigError
from console.model.text import clipped
from screens.themes import DEFAULT, Raw, built_in, names

_PARTS = ("extends", "dark", "ansi", "base", "variables", "roles")
_LARGEST = 100_000  # bytes: a theme has two of them for each of its words


def read(path: Path) -> Raw:
    """The whole theme: what the file says, and the rest from the theme that it `extends` (`dark`, if it says none).

    Raises:
        ConfigError: file:line, what is wrong, and what was expected.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise ConfigError(f"{path}: larger than {_LARGEST // 1000} kB: this is no theme")
        root = yaml.compose(text.decode(), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the theme can not be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        at = f":{error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        raise ConfigError(f"{path}{at}: this is no YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{path}: this is no YAML: {clipped(str(error), 200)}") from None
    return _completed(_Reader(path), root)


def _completed(reader: _Reader, root: yaml.Node | None) -> Raw:
    parts = reader.mapping(root, _PARTS) if root is not None else {}
    extends = reader.text(parts["extends"]) if "extends" in parts else DEFAULT
    if extends not in names():
        raise reader.error(parts["extends"], f"there is no theme {extends!r} to extend", extends, names())
    parent = built_in(extends)
    raw: dict[str, Any] = {
        "dark": reader.flag(parts["dark"]) if "dark" in parts else parent.get("dark", True),
        "ansi": reader.flag(parts["ansi"]) if "ansi" in parts else parent.get("ansi", False),
    }
    full = built_in(DEFAULT)
    for part, check in (("base", reader.colour), ("variables", reader.colour), ("roles", reader.style)):
        known = {**full[part], **parent[part]}
        own = reader.mapping(parts[part], known) if part in parts else {}
        raw[part] = {**parent[part], **{key: check(node) for key, node in own.items()}}
    return raw


class _Reader:
    """Takes values from nodes, or says with file and line what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def error(self, node: yaml.Node, problem: str, word: str = "", known: Iterable[str] = ()) -> ConfigError:
        """A ConfigError at the node; the hint names the nearest known word, or all of them."""
        words = sorted(known)
        near = get_close_matches(word, words, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(words)}" if words else ""
        return ConfigError(f"{self._path}:{node.start_mark.line + 1}: {clipped(problem, 200)}", hint)

    def mapping(self, node: yaml.Node, known: Iterable[str]) -> dict[str, yaml.Node]:
        """The values by their keys, each of which must be known, once."""
        return dict(self._pairs(node, tuple(known)))

    def _pairs(self, node: yaml.Node, known: tuple[str, ...]) -> Iterator[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, "expected keys with values")
        seen: set[str] = set()
        for key_node, value in node.value:
            key = self.text(key_node)
            if key not in known:
                raise self.error(key_node, f"unknown key {key!r}", key, known)
            if key in seen:
                raise self.error(key_node, f"{key!r} is there twice")
            seen.add(key)
            yield key, value

    def text(self, node: yaml.Node) -> str:
        """A word."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, "expected a word")
        return str(node.value)

    def flag(self, node: yaml.Node) -> bool:
        """Yes or no."""
        if node.tag != "tag:yaml.org,2002:bool":
            raise self.error(node, "expected true or false")
        return self.text(node).lower() in ("true", "yes", "on")

    def colour(self, node: yaml.Node) -> str:
        """A colour for Textual; of the variables also a text style."""
        text = self.text(node)
        try:
            Color.parse(text)
        except ColorParseError:
            words = {"reverse", "bold", "none", "underline"}
            if not text or not set(text.split()) <= words:
                raise self.error(node, f"{text!r} is no colour: '#5fafff' or a colour's name") from None
        return text

    def style(self, node: yaml.Node) -> str:
        """A Rich style, without links: nothing on the screen leads elsewhere."""
        text = self.text(node)
        try:
            style = Style.parse(text)
        except StyleSyntaxError:
            raise self.error(node, f"{text!r} is no style: 'bold #5fafff on #121212'") from None
        if style.link or style.blink or style.blink2 or style.conceal:
            raise self.error(node, f"{text!r}: no links, nothing that blinks or is hidden")
        return text
