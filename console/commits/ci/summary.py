"""Many results of one commit in one word, with the one that decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.commits.links import web
from console.model.commit import Ci, CiState

# a failure is never hidden by what is still running, and a pass needs all to have passed
_ORDER = (CiState.FAILED, CiState.RUNNING, CiState.UNKNOWN, CiState.PASSED)
_LONGEST = 200  # characters kept of a name


@dataclass(frozen=True, slots=True)
class Result:
    """What one test, or one run of tests, came to. `link`: its web page."""

    name: str
    state: CiState
    link: str = ""


def summed(who: str, results: Iterable[Result], link: str = "") -> Ci:
    """All results together; `link` is the page of all. CiState.NONE where there are none."""
    found = [one for one in results if one.state is not CiState.NONE]
    for state in _ORDER:
        deciding = [one for one in found if one.state is state]
        if not deciding:
            continue
        first, more = deciding[0], len(deciding) - 1
        if state is CiState.PASSED and more:
            return _ci(state, f"{who}: {len(found)} checks", link or first.link)
        name = f"{who}: {first.name[:_LONGEST]}" if first.name else who
        return _ci(state, f"{name} and {more} more" if more else name, first.link or link)
    return Ci(CiState.NONE, who)


def _ci(state: CiState, label: str, link: str) -> Ci:
    return Ci(state, label[: 2 * _LONGEST], web(link))
