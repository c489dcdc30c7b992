"""`keys:` of the config: actions of the console on other keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from console.config.mistakes import Gathering, Mistake
from console.config.nodes import Value, nearest

_NAMED = (
    *("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
    *("up", "down", "left", "right", *(f"f{number}" for number in range(1, 25))),
)
_PATTERN = rf"(?:(?:ctrl|shift|alt)\+)*(?:[^\s\x00-\x20]|{'|'.join(_NAMED)})"  # compiled for a config that has keys
# The names of Unicode, shortened as the terminal library (Textual, `textual.keys`) shortens them.
_SHORT = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_TAKEN = ("ctrl+c", "ctrl+q")  # they leave, whatever happens


class Bound(Protocol):
    """An action of the console, as its registry has it."""

    @property
    def id(self) -> str:
        """Its name in the config."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys, the first one shown."""
        ...

    @property
    def places(self) -> Iterable[str]:
        """Where its keys work."""
        ...


Actions = Callable[[], Iterable[Bound]]


@dataclass(eq=False, repr=False)
class KeyMap:
    """The keys by action. Whether there are such actions, `mistakes_in` says: the core does not know them."""

    words: str = "a mapping of actions to keys"

    def read(self, value: Value) -> dict[str, str]:
        """The keys, in the terminal library's names."""
        gathering = Gathering()
        found = {}
        for action, entry in value.entries(self.words).items():
            found[action] = gathering.read(lambda entry=entry: _key(entry))  # type: ignore[misc]
        gathering.done()
        return {action: key for action, key in found.items() if key is not None}

    def show(self, default: Any) -> str:
        """As a YAML mapping."""
        return str(dict(default)) if default else "none"

    def json(self) -> dict[str, Any]:
        """Any action, and what looks like a key."""
        return {"type": "object", "additionalProperties": {"type": ["string", "integer"], "minLength": 1}}


def _key(value: Value) -> str:
    words = "a key like `c`, `?`, `f5` or `ctrl+r`"
    text = value.text or ""
    if value.kind not in ("str", "int") or re.fullmatch(_PATTERN, text) is None or not text.isprintable():
        raise value.wrong(words, hint=nearest(text, _NAMED) or "a sign that YAML takes for itself needs quotes")
    if text in _TAKEN:
        raise value.wrong("a key that is free everywhere", hint="ctrl+c and ctrl+q always leave")
    *held, last = text.split("+") if not text.endswith("+") else (*text[:-1].rstrip("+").split("+"), "+")
    return "+".join(filter(None, (*held, named(last))))


def named(sign: str) -> str:
    """The terminal library's name of a key: `question_mark` for `?`; letters, digits and names stay as they are."""
    if len(sign) != 1 or sign.isalnum():
        return sign
    name = unicodedata.name(sign, sign).lower().replace("-", "_").replace(" ", "_")
    return _SHORT.get(name, name)


def mistakes_in(keys: Value, chosen: dict[str, str], actions: Iterable[Bound]) -> Iterator[Mistake]:
    """Actions that there are not, and keys that would mean two things in one place."""
    known = {action.id: action for action in actions}
    entries = keys.readable_entries()
    for name, entry in entries.items():
        if name not in known:
            words = f"there is no action `{entry.path.rpartition('.')[2]}`, expected one of: {', '.join(sorted(known))}"
            yield entry.fault(words, nearest(name, known))
    for name in chosen.keys() & known.keys():
        action = known[name]
        for other in known.values():
            taken = (chosen[other.id],) if other.id in chosen else other.keys
            shared = sorted(set(action.places) & set(other.places))
            if other.id != name and shared and chosen[name] in taken:
                where = ", ".join(map(str, shared))
                yield entries[name].fault(f"the key is that of `{other.id}` already, in: {where}", "choose another key")
