"""What a single value of the file may be: each kind says in words what it takes, reads it, and shows a default.

`json` is the same as a JSON Schema, for editors; where that language can say less, it allows more than `read`.
Wrong values raise ConfigError with file:line, what was expected and what was found.

Here and in the tables the classes are the plainest kind of dataclass: each further method that is generated costs the
first paint a third of a millisecond, and there are many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from console.config.nodes import Value, nearest
from console.model.text import visible

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(ms|s|m|h|d)?")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_TEXT_KINDS = ("str", "int", "float", "timestamp")


class Kind(Protocol):
    """One kind of value. `words` complete the sentence "expected ..."."""

    @property
    def words(self) -> str:
        """What it takes."""
        ...

    def read(self, value: Value) -> Any:
        """The value for the model; ConfigError where it is of another kind."""
        ...

    def show(self, default: Any) -> str:
        """A default as one would write it in the file."""
        ...

    def json(self) -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of what it takes."""
        ...


def whole(pattern: str) -> str:
    """A pattern that the whole text must fit, as JSON Schema writes it."""
    return f"^(?:{pattern})$"


@dataclass(eq=False, repr=False)
class Text:
    """One line of text that fits a pattern, taken as it is written: `1.10` stays `1.10`.

    A `hidden` one may be a secret: errors do not repeat it.
    """

    words: str = "one line of text"
    pattern: str = r".{1,255}"
    hint: str = ""
    hidden: bool = False

    def read(self, value: Value) -> str:
        """The text."""
        text = value.text
        if text is not None and value.kind in ("bool", "null") and text:
            raise value.wrong(self.words, hint=f'put it in quotes to make it text: "{text}"')
        if text is None or value.kind not in _TEXT_KINDS or visible(text) != text or not self.fits(text):
            hidden = "something else" if self.hidden and text else None
            raise value.wrong(self.words, hidden, self.hint)
        return text

    def fits(self, text: str) -> bool:
        """Whether the text may stand here."""
        return bool(text.strip()) and re.fullmatch(self.pattern, text) is not None

    def show(self, default: Any) -> str:
        """The text."""
        return str(default) or "none"

    def json(self) -> dict[str, Any]:
        """Numbers are text as well: in YAML `1.10` has no quotes."""
        return {"type": ["string", "number"], "pattern": whole(self.pattern)}


@dataclass(eq=False, repr=False)
class Choice:
    """One of a few words."""

    allowed: tuple[str, ...]

    @property
    def words(self) -> str:
        """The words, the last one after "or"."""
        quoted = [f"`{word}`" for word in self.allowed]
        return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))

    def read(self, value: Value) -> str:
        """The word."""
        if value.text in self.allowed:
            return str(value.text)
        raise value.wrong(self.words, hint=nearest(value.text or "", self.allowed))

    def show(self, default: Any) -> str:
        """The word."""
        return str(default)

    def json(self) -> dict[str, Any]:
        """The words."""
        return {"enum": list(self.allowed)}


@dataclass(eq=False, repr=False)
class Flag:
    """Yes or no."""

    words: str = "true or false"

    def read(self, value: Value) -> bool:
        """The flag, in any spelling of YAML."""
        if value.kind != "bool" or value.text is None:
            raise value.wrong(self.words)
        return value.text.lower() in ("true", "yes", "on")

    def show(self, default: Any) -> str:
        """As YAML writes it."""
        return str(default).lower()

    def json(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(eq=False, repr=False)
class Whole:
    """A whole number in a range."""

    low: int
    high: int

    @property
    def words(self) -> str:
        """The range."""
        return f"a whole number from {self.low} to {self.high}"

    def read(self, value: Value) -> int:
        """The number. Octal, hexadecimal and the like are not taken: they are typing errors here."""
        text = value.text or ""
        if value.kind != "int" or not _WHOLE.fullmatch(text) or not self.low <= int(text) <= self.high:
            raise value.wrong(self.words)
        return int(text)

    def show(self, default: Any) -> str:
        """The number."""
        return str(default)

    def json(self) -> dict[str, Any]:
        """The range."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(eq=False, repr=False)
class Decimal:
    """A number in a range; `above` takes the lower end away from it."""

    low: float
    high: float
    above: bool = False

    @property
    def words(self) -> str:
        """The range."""
        low = f"above {self.low:g} and up" if self.above else f"from {self.low:g}"
        return f"a number {low} to {self.high:g}"

    def read(self, value: Value) -> float:
        """The number."""
        text = value.text or ""
        if value.kind not in ("int", "float") or not _DECIMAL.fullmatch(text):
            raise value.wrong(self.words)
        number = float(text)
        if not self.low <= number <= self.high or (self.above and number == self.low):
            raise value.wrong(self.words)
        return number

    def show(self, default: Any) -> str:
        """The number."""
        return f"{default:g}"

    def json(self) -> dict[str, Any]:
        """The range."""
        low = "exclusiveMinimum" if self.above else "minimum"
        return {"type": "number", low: self.low, "maximum": self.high}


@dataclass(eq=False, repr=False)
class Duration:
    """A time in a range, in seconds or with a unit."""

    low: float
    high: float

    @property
    def words(self) -> str:
        """The range, and how to write it."""
        return f"a time from {self.show(self.low)} to {self.show(self.high)} (`5`, `60s`, `10m`)"

    def read(self, value: Value) -> float:
        """The time in seconds."""
        match = _DURATION.fullmatch(value.text or "")
        if match is None or value.kind not in ("int", "float", "str"):
            raise value.wrong(self.words)
        seconds = float(match[1]) * _UNITS[match[2] or ""]
        if not self.low <= seconds <= self.high:
            raise value.wrong(self.words)
        return seconds

    def show(self, default: Any) -> str:
        """With the largest unit that gives a whole number."""
        for unit in ("d", "h", "m", "s"):
            if default >= _UNITS[unit] and default % _UNITS[unit] == 0:
                return f"{default / _UNITS[unit]:g}{unit}"
        return f"{default * 1000:g}ms" if default else "0"

    def json(self) -> dict[str, Any]:
        """A number in the range, or a text with a unit, of which only the form can be said."""
        number = {"type": "number", "minimum": self.low, "maximum": self.high}
        return {"anyOf": [number, {"type": "string", "pattern": whole(_DURATION.pattern)}]}
