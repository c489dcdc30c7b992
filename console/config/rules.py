"""Which keys of a section go together. Each rule finds the mistakes, and says itself as a JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from console.config.mistakes import Mistake
from console.config.nodes import Value


class Unread(Exception):
    """A rule asks for a value that is wrong by itself: what it would say of the right one cannot be known."""


@dataclass(eq=False, repr=False)
class Given:
    """A section as it stands in the file: where it is, its entries, and what could be read of them, by key.

    `misspelt`: a key is unknown, and may stand for one that seems to be missing.
    """

    value: Value
    entries: Mapping[str, Value]
    values: Mapping[str, Any]
    misspelt: bool = False

    def said(self, key: str, usual: Any = None) -> Any:
        """What the key says; `usual` where it is not set. Raises Unread: it is wrong by itself, or may be misspelt."""
        if key not in self.values and (key in self.entries or self.misspelt):
            raise Unread(key)
        return self.values.get(key, usual)

    def lacks(self, *keys: str) -> bool:
        """Whether it is certain that none of the keys is there."""
        return not self.misspelt and not any(key in self.entries for key in keys)

    def mistake(self, key: str, sentence: str, hint: str = "") -> Mistake:
        """A mistake on the line of the key, or of the section where the key is not set."""
        return self.entries.get(key, self.value).fault(sentence, hint)


class Rule(Protocol):
    """A rule of a section."""

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """Each violation, with its line. Raises Unread, after what could be said."""
        ...

    def json(self) -> dict[str, Any]:
        """A schema that every section must fit; empty where JSON Schema cannot say it."""
        ...


@dataclass(eq=False, repr=False)
class Excludes:
    """`key` stands alone: none of `others` may stand beside it."""

    key: str
    others: tuple[str, ...]
    hint: str = ""

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """One for each of the others."""
        for other in self.others:
            if self.key in given.entries and other in given.entries:
                yield given.mistake(other, f"`{other}` means nothing beside `{self.key}`", self.hint or "keep one")

    def json(self) -> dict[str, Any]:
        """None of the others beside it."""
        return {"if": {"required": [self.key]}, "then": _without(self.others)}


@dataclass(eq=False, repr=False)
class Needs:
    """`key` means something only together with `other`."""

    key: str
    other: str
    hint: str = ""

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """The other is missing."""
        if self.key in given.entries and given.lacks(self.other):
            yield given.mistake(self.key, f"expected `{self.other}` beside `{self.key}`, found none", self.hint)

    def json(self) -> dict[str, Any]:
        """The key depends on the other."""
        return {"dependentRequired": {self.key: [self.other]}}


@dataclass(eq=False, repr=False)
class OneOf:
    """Exactly one of the keys is set."""

    keys: tuple[str, ...]
    hint: str = ""

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """None of them, or several."""
        found = [key for key in self.keys if key in given.entries]
        words = " or ".join(f"`{key}`" for key in self.keys)
        if given.lacks(*self.keys):
            yield given.mistake("", f"expected the key {words}, found none", self.hint)
        for other in found[1:]:
            yield given.mistake(other, f"expected one of {words}, found `{found[0]}` as well", "keep one of them")

    def json(self) -> dict[str, Any]:
        """One of them is required, and only one."""
        return {"oneOf": [{"required": [key]} for key in self.keys]}


@dataclass(eq=False, repr=False)
class SomeOf:
    """At least one of `keys` is set; where `key` is not empty, only if `key` is set."""

    keys: tuple[str, ...]
    hint: str = ""
    key: str = ""

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """None of them."""
        if (self.key and self.key not in given.entries) or not given.lacks(*self.keys):
            return
        words = " or ".join(f"`{key}`" for key in self.keys)
        if self.key:
            yield given.mistake(self.key, f"expected {words} beside `{self.key}`, found none", self.hint)
        else:
            yield given.mistake("", f"expected the key {words}, found none", self.hint)

    def json(self) -> dict[str, Any]:
        """One of them is required."""
        some = {"anyOf": [{"required": [key]} for key in self.keys]}
        return {"if": {"required": [self.key]}, "then": some} if self.key else some


@dataclass(eq=False, repr=False)
class Depending:
    """What `key` says (`usual` where it is not set) decides which other keys may and must be there."""

    key: str
    usual: str
    only: Mapping[str, tuple[str, ...]]  # a key, and the values of `key` with which it means something
    needs: Mapping[str, tuple[str, ...]]  # a value of `key`, and the keys that it needs
    hint: str = ""

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """Keys that mean nothing, and keys that are missing."""
        said = given.said(self.key, self.usual)
        for name, values in self.only.items():
            if name in given.entries and said not in values:
                meant = " or ".join(f"`{self.key}: {value}`" for value in values)
                sentence = f"`{name}` means nothing with `{self.key}: {said}`: it is for {meant}"
                yield given.mistake(name, sentence, self.hint)
        for name in self.needs.get(said, ()):
            if given.lacks(name):
                yield given.mistake(self.key, f"`{said}` needs the key `{name}` beside it, found none", self.hint)

    def json(self) -> dict[str, Any]:
        """A condition for each key that depends, and for each value that needs one."""
        conditions: list[dict[str, Any]] = []
        for name, values in self.only.items():
            said: dict[str, Any] = {"properties": {self.key: {"enum": list(values)}}}
            unless_usual = {} if self.usual in values else {"required": [self.key]}
            conditions.append({"if": {"required": [name]}, "then": said | unless_usual})
        for value, names in self.needs.items():
            set_to = {"properties": {self.key: {"const": value}}, "required": [self.key]}
            conditions.append({"if": set_to, "then": {"required": list(names)}})
        return {"allOf": conditions}


@dataclass(eq=False, repr=False)
class Checked:
    """A rule that only code can say."""

    check: Callable[[Given], Iterable[Mistake]]

    def mistakes(self, given: Given) -> Iterator[Mistake]:
        """What the code finds."""
        yield from self.check(given)

    def json(self) -> dict[str, Any]:
        """Nothing: JSON Schema cannot say it."""
        return {}


def _without(names: Iterable[str]) -> dict[str, Any]:
    properties = dict.fromkeys(names, False)
    return {"properties": properties} if properties else {}
