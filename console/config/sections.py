"""Lists and mappings of the file: which keys a section has, of which kind, and what they are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from console.config.kinds import Kind
from console.config.nodes import Value


@dataclass(frozen=True, slots=True)
class Several:
    """A list of one kind, or a single one."""

    each: Kind
    name: str
    least: int = 0

    @property
    def words(self) -> str:
        """What the list is of."""
        return f"a list of {self.name}, or one"

    def read(self, value: Value) -> tuple[Any, ...]:
        """The values, in order."""
        if value.kind not in ("seq", "map"):
            return (self.each.read(value),)
        items = [self.each.read(item) for item in value.items(self.words)]
        if len(items) < self.least:
            raise value.wrong(self.words)
        return tuple(items)

    def show(self, default: Any) -> str:
        """As a YAML list."""
        return f"[{', '.join(self.each.show(item) for item in default)}]"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Keys of any name, each with one kind of value."""

    each: Kind
    name: str

    @property
    def words(self) -> str:
        """What the pairs are."""
        return f"a mapping of {self.name}"

    def read(self, value: Value) -> dict[str, Any]:
        """The pairs."""
        return {key: self.each.read(entry) for key, entry in value.entries(self.words).items()}

    def show(self, default: Any) -> str:
        """As a YAML mapping."""
        return "{" + ", ".join(f"{key}: {self.each.show(item)}" for key, item in default.items()) + "}"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section. `default` is what the reference says where the model's own default does not tell."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping with known keys, made into `model` by keyword; unset keys keep the model's defaults.

    `make` builds it instead where the rest of the file has a say, from the values that were set.
    """

    model: type
    keys: tuple[Key, ...]
    make: Callable[[Mapping[str, Any]], Any] | None = None

    @property
    def words(self) -> str:
        """The keys."""
        return "a mapping with " + ", ".join(key.name for key in self.keys)

    def values(self, value: Value) -> dict[str, Any]:
        """The values that are set, by key.

        Raises:
            ConfigError: a key is unknown, a required one is missing, or a value is of another kind.
        """
        known = {key.name: key for key in self.keys}
        entries = value.entries(self.words)
        for name, entry in entries.items():
            if name not in known:
                raise value.unknown(name, entry.key_line, known)
        for key in self.keys:
            if key.required and key.name not in entries:
                raise value.fault(f"expected the key `{key.name}`, found none", f"`{key.name}`: {key.help}")
        return {name: known[name].kind.read(entry) for name, entry in entries.items()}

    def read(self, value: Value) -> Any:
        """The model."""
        values = self.values(value)
        return self.make(values) if self.make is not None else self.model(**values)

    def show(self, default: Any) -> str:
        """Where to look: a section's defaults are those of its keys."""
        return "none" if default is None else "see its keys"
