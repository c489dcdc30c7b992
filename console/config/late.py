"""A kind that most files do not use, imported when one does: the first paint waits for every import."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from console.config.kinds import Kind
from console.config.nodes import Value


@dataclass(eq=False, repr=False)
class Late:
    """The kind of this name in this module."""

    module: str
    name: str

    def find(self) -> Kind:
        """The kind itself."""
        found: Kind = getattr(importlib.import_module(self.module), self.name)
        return found

    @property
    def words(self) -> str:
        """What it takes."""
        return self.find().words

    def read(self, value: Value) -> Any:
        """The value for the model."""
        return self.find().read(value)

    def show(self, default: Any) -> str:
        """A default as one would write it."""
        return self.find().show(default)

    def json(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return self.find().json()
