"""The table of keys of the README, made from the registry."""

from __future__ import annotations

from collections.abc import Iterable

from screens.keys import ACTIONS, Action, Danger, Place, shown


def reference() -> str:
    """The table of keys for the README, in Markdown."""
    rows = ["| key | where | does | changes the cloud |", "|---|---|---|---|"]
    rows += [f"| {_keys(each)} | {_where(each.places)} | {each.help} | {_mutates(each)} |" for each in ACTIONS]
    return "\n".join(rows) + "\n"


def _keys(each: Action) -> str:
    return " ".join(f"`{shown(key)}`" for key in each.keys)


def _where(places: Iterable[Place]) -> str:
    found = set(places)
    if found == set(Place):
        return "everywhere"
    missing = [place for place in Place if place not in found]
    if len(missing) == 1:
        return f"everywhere but {missing[0]}"
    return ", ".join(place for place in Place if place in found)


def _mutates(each: Action) -> str:
    if not each.mutates:
        return "no"
    return "after typed confirmation" if each.danger is Danger.TYPED else "after confirmation"
