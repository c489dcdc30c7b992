"""The keys of trains: which services are released together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console.config.formats import NAME
from console.config.mistakes import Gathering
from console.config.nodes import Value
from console.config.sections import Key, Section, Several
from console.config.train import Train

TRAIN = Section(
    Train,
    (
        Key(
            "services",
            Several(NAME, "services", least=1),
            "which services, those first that others need; the same service in several regions is several of them",
            required=True,
        ),
    ),
)


@dataclass(eq=False, repr=False)
class Trains:
    """The trains by name."""

    words: str = "a mapping of train names"

    def read(self, value: Value) -> dict[str, Train]:
        """The trains, in the order of the file."""
        gathering = Gathering()
        trains: dict[str, Train] = {}
        for name, entry in value.entries(self.words).items():
            if not NAME.fits(name):
                gathering.add(entry.fault(f"expected {NAME.words}, found another kind of name", NAME.hint))
                continue
            found = gathering.read(lambda entry=entry: TRAIN.read(entry))  # type: ignore[misc]
            if found is not None and len(set(found.services)) < len(found.services):
                gathering.add(entry.fault("a service stands twice in a train", "each has one place"))
            if found is not None:
                trains[name] = found
        gathering.done()
        return trains

    def show(self, default: Any) -> str:
        """There are none by default."""
        return "none"

    def json(self) -> dict[str, Any]:
        """Trains by name."""
        return {"type": "object", "propertyNames": NAME.json(), "additionalProperties": TRAIN.json()}


TRAINS = Trains()
