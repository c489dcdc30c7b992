"""YAML nodes with their places: where each value stands in the file, and how to complain about it there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import yaml

from console.config.mistakes import Mistake
from console.model.text import clipped, visible

_TAG = "tag:yaml.org,2002:"
_MERGE = _TAG + "merge"
_KINDS = {
    _TAG + "bool": "which YAML reads as yes or no",
    _TAG + "null": "which is no value",
    _TAG + "timestamp": "which YAML reads as a date",
}
_SHOWN = 60  # characters of a wrong value that an error repeats


class Value(NamedTuple):
    """A node of the file, the dotted path to it, and the line of its key (from 1)."""

    file: str
    path: str
    node: yaml.Node
    key_line: int

    @property
    def line(self) -> int:
        """The line where the value itself begins, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def kind(self) -> str:
        """`str`, `int`, `float`, `bool`, `null`, `map`, `seq`, or a tag that means nothing here."""
        return str(self.node.tag).removeprefix(_TAG)

    @property
    def text(self) -> str | None:
        """A scalar as it is written, without its quotes; None for lists and mappings."""
        return self.node.value if isinstance(self.node, yaml.ScalarNode) else None

    @property
    def found(self) -> str:
        """What stands here, for an error message."""
        if self.kind not in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp"):
            return f"the tag `{clipped(self.kind, _SHOWN)}`"
        if isinstance(self.node, yaml.MappingNode):
            return "a mapping" if self.node.value else "an empty mapping"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list" if self.node.value else "an empty list"
        said = f"`{clipped(self.text or '', _SHOWN)}`" if self.text else "nothing"
        kind = _KINDS.get(str(self.node.tag)) if self.text else None
        return f"{said}, {kind}" if kind else said

    def wrong(self, expected: str, found: str | None = None, hint: str = "") -> Mistake:
        """The error for a value that is not what it should be."""
        return self._error(self.line, f"{self._subject}expected {expected}, found {found or self.found}", hint)

    def fault(self, sentence: str, hint: str = "") -> Mistake:
        """The error for something that "expected, found" cannot say; it names the line of the key."""
        return self._error(self.key_line, f"{self._subject}{sentence}", hint)

    def items(self, expected: str = "a list") -> list[Value]:
        """The values of a list.

        Raises:
            ConfigError: it is no list.
        """
        if not isinstance(self.node, yaml.SequenceNode) or self.kind != "seq":
            raise self.wrong(expected)
        return [self._child(f"[{i}]", node, node) for i, node in enumerate(self.node.value)]

    def entries(self, expected: str = "a mapping", above: tuple[int, ...] = ()) -> dict[str, Value]:
        """The values of a mapping by key, merge keys (`<<`) resolved, the mapping's own keys first.

        `above` are the mappings that this one is merged into, so that a circle is seen.

        Raises:
            ConfigError: it is no mapping, a key stands there twice, or a key is no plain word.
        """
        if not isinstance(self.node, yaml.MappingNode) or self.kind != "map":
            raise self.wrong(expected)
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        for key_node, node in self.node.value:
            if key_node.tag == _MERGE:
                merged |= {k: v for k, v in self._merged(key_node, node, above).items() if k not in merged}
                continue
            key = self._child("", key_node, key_node)
            if key.text is None or key.kind == "null":
                raise key.wrong("a word as the key")
            if key.text in own:
                raise self._error(
                    key.line,
                    f"{self._subject}the key `{clipped(key.text, _SHOWN)}` stands here twice",
                    f"the first one is on line {own[key.text].key_line}; keep one of them",
                )
            own[key.text] = self._child(f".{key.text}", node, key_node)
        return own | {key: value for key, value in merged.items() if key not in own}

    def readable_entries(self) -> dict[str, Value]:
        """The entries, or none where there is a mistake in that: whoever reads the mapping tells it."""
        try:
            return self.entries()
        except Mistake:
            return {}

    def unknown(self, key: str, line: int, allowed: Iterable[str]) -> Mistake:
        """The error for a key of this mapping, on `line`, that means nothing."""
        words = tuple(allowed)
        return self._error(
            line,
            f"{self._subject}unknown key `{clipped(key, _SHOWN)}`, expected one of: {', '.join(words)}",
            nearest(key, words),
        )

    def _merged(self, key_node: yaml.Node, node: yaml.Node, above: tuple[int, ...]) -> dict[str, Value]:
        here = (*above, id(self.node))
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, Value] = {}
        for source in sources:
            if id(source) in here or len(here) > 3:
                raise self._child("", key_node, key_node).wrong("a mapping of its own to merge", "a circle")
            entries = self._child("", source, source).entries("a mapping to merge", here)
            found |= {key: value for key, value in entries.items() if key not in found}
        return found

    def _child(self, step: str, node: yaml.Node, at: yaml.Node) -> Value:
        path = f"{self.path}{step}" if self.path else step.removeprefix(".")
        return Value(self.file, path, node, int(at.start_mark.line) + 1)

    def _error(self, line: int, sentence: str, hint: str) -> Mistake:
        return Mistake(f"{visible(self.file)}:{line}: {sentence}", hint, line)

    @property
    def _subject(self) -> str:
        return f"{clipped(self.path, 120)}: " if self.path else ""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A hint: the allowed word that is probably meant; empty where none is near."""
    import difflib  # noqa: PLC0415 only where something is wrong

    near = difflib.get_close_matches(word[:_SHOWN].lower(), tuple(allowed), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""
