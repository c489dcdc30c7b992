"""The keys that say what a release must keep to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.config.kinds import Decimal, Duration, Whole
from console.config.late import Late
from console.config.mistakes import Mistake
from console.config.model import Release
from console.config.rules import Checked, Given
from console.config.sections import Key, Section, Several

if TYPE_CHECKING:  # imported by files that have gates
    from console.config.gate import Gate

_DAY = 86400.0


def _rising(given: Given) -> Iterator[Mistake]:
    steps = given.said("shift", (100,))
    if list(steps) != sorted(set(steps)) or steps[-1] != 100:
        yield given.mistake(
            "shift", f"expected rising percentages up to 100, found {list(steps)}", "for example [10, 50, 100]"
        )


def _gates(given: Given) -> Iterator[Mistake]:
    gates: tuple[Gate, ...] = given.said("gates", ())
    names = [gate.name for gate in gates if gate.name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield given.mistake("gates", f"two gates are called `{name}`", "each sign-off and each output is found by name")
    if any("bake" in gate.at for gate in gates) and not given.said("bake"):
        yield given.mistake("gates", "a gate with `at: bake` needs the key `bake` beside `gates`", "`bake: 10m`")


RELEASE = Section(
    Release,
    (
        Key("min_ratio", Decimal(0, 1, above=True), "healthy capacity kept in rotation, against that of now"),
        Key(
            "weight",
            Whole(1, 256),
            "weight in rotation of an instance that has none recorded",
            default="as the live ones have",
        ),
        Key(
            "shift",
            Several(Whole(1, 100), "percentages", least=1),
            "percent of the capacity that each step gives to the idle colour",
        ),
        Key("bake", Duration(0, 7 * _DAY), "how long the old colour stays warm and watched after the last step"),
        Key(
            "confirm_within",
            Duration(0, _DAY),
            "goes back by itself (begun while both serve: stops) unless confirmed again within it; `0`: it does not",
        ),
        Key(
            "gates",
            Late("console.config.gating", "GATES"),
            "tests that must pass before any traffic is shifted, or while the new colour bakes",
        ),
        Key("retire_after", Duration(0, 365 * _DAY), "after which deleting the old colour is shown as due; `0`: never"),
    ),
    rules=(Checked(_rising), Checked(_gates)),
)
