"""Lists and mappings of the file: which keys a section has, of which kind, and what they are for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from console.config.kinds import Kind, Text, whole
from console.config.mistakes import Gathering, Mistake
from console.config.nodes import Value
from console.config.rules import Given, Rule, Unread


@dataclass(eq=False, repr=False)
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
        if value.kind not in ("seq", "map") or (value.kind == "map" and isinstance(self.each, Section)):
            return (self.each.read(value),)
        items = value.items(self.words)
        if len(items) < self.least:
            raise value.wrong(self.words)
        gathering = Gathering()
        found = [gathering.read(lambda item=item: self.each.read(item)) for item in items]  # type: ignore[misc]
        gathering.done()
        return tuple(found)

    def show(self, default: Any) -> str:
        """As a YAML list."""
        return f"[{', '.join(self.each.show(item) for item in default)}]" if default else "none"

    def json(self) -> dict[str, Any]:
        """A list, or one."""
        each = self.each.json()
        return {"anyOf": [each, {"type": "array", "items": each, "minItems": self.least}]}


@dataclass(eq=False, repr=False)
class Pairs:
    """Keys of any name, or of names that fit `key`, each with one kind of value."""

    each: Kind
    name: str
    key: Text | None = None

    @property
    def words(self) -> str:
        """What the pairs are."""
        return f"a mapping of {self.name}"

    def read(self, value: Value) -> dict[str, Any]:
        """The pairs."""
        gathering = Gathering()
        found = {}
        for key, entry in value.entries(self.words).items():
            if self.key is not None and not self.key.fits(key):
                gathering.add(entry.fault(f"expected {self.key.words} as the key", self.key.hint))
            found[key] = gathering.read(lambda entry=entry: self.each.read(entry))  # type: ignore[misc]
        gathering.done()
        return found

    def show(self, default: Any) -> str:
        """As a YAML mapping."""
        shown = ", ".join(f"{key}: {self.each.show(item)}" for key, item in default.items())
        return f"{{{shown}}}" if shown else "none"

    def json(self) -> dict[str, Any]:
        """A mapping."""
        names = {"propertyNames": {"pattern": whole(self.key.pattern)}} if self.key is not None else {}
        return {"type": "object", "additionalProperties": self.each.json(), **names}


@dataclass(eq=False, repr=False)
class Key:
    """One key of a section. `default` is what the reference says where the model's own default does not tell."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    default: str | None = None


@dataclass(eq=False, repr=False)
class Section:
    """A mapping with known keys, made into `model` by keyword; unset keys keep the model's defaults.

    `make` builds it instead where the rest of the file has a say, from the values that were set. `rules` say which
    keys and values do not go together.
    """

    model: type[Any]  # of named tuples
    keys: tuple[Key, ...]
    make: Callable[[Mapping[str, Any]], Any] | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def words(self) -> str:
        """The keys."""
        return "a mapping with " + ", ".join(key.name for key in self.keys)

    def values(self, value: Value) -> dict[str, Any]:
        """The values that are set, by key.

        Raises:
            ConfigError: a key is unknown, a required one is missing, or a value is of another kind.
        """
        gathering = Gathering()
        found = self.gather(value, gathering)
        gathering.done()
        return found

    def gather(self, value: Value, gathering: Gathering) -> dict[str, Any]:
        """The values that are set and right, by key. What is wrong is added. Raises ConfigError: it is no mapping."""
        known = {key.name: key for key in self.keys}
        entries = value.entries(self.words)
        found = {}
        for name, entry in entries.items():
            if name not in known:
                gathering.add(value.unknown(name, entry.key_line, known))
                continue
            try:
                found[name] = known[name].kind.read(entry)
            except Mistake as mistake:
                gathering.add(mistake)
        given = Given(value, entries, found, misspelt=not entries.keys() <= known.keys())
        for key in self.keys:
            if key.required and given.lacks(key.name):
                gathering.add(value.fault(f"expected the key `{key.name}`, found none", f"`{key.name}`: {key.help}"))
        for rule in self.rules:
            with contextlib.suppress(Unread):
                for broken in rule.mistakes(given):
                    gathering.add(broken)
        return found

    def read(self, value: Value) -> Any:
        """The model."""
        values = self.values(value)
        return self.make(values) if self.make is not None else self.model(**values)

    def default(self, key: Key) -> Any:
        """The model's default of a key that is not required."""
        return self.model._field_defaults[key.name]

    def show(self, default: Any) -> str:
        """Where to look: a section's defaults are those of its keys."""
        return "none" if default is None else "see its keys"

    def json(self) -> dict[str, Any]:
        """The keys with what they are for, and the rules."""
        made: dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {key.name: {"description": key.help, **key.kind.json()} for key in self.keys},
        }
        required = [key.name for key in self.keys if key.required]
        conditions = [found for rule in self.rules if (found := rule.json())]
        return made | ({"required": required} if required else {}) | ({"allOf": conditions} if conditions else {})
