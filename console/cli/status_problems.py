"""What of a service's problems is new between two looks, and what is over: of that alone which is known. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from console.model.health import Judgement, announced, contradiction
from console.model.instance import Instance
from console.model.problem import Problem
from console.model.service import Service
from console.model.text import some
from console.model.verdict import Verdict

# A number that stands by itself: it may grow with every look, and is no news. Names and addresses keep theirs.
_NUMBER = re.compile(r"(?<![\w.:-])\d+(?:\.\d+)?(?: (?:ms|s|min|h|d|days?)\b)?(?![\w:-]|\.\d)")

# By whom each is about (an instance, a source, or nobody), and what is said of them without its numbers.
Problems = Mapping[tuple[str, str], Problem]


def problems_of(service: Service, words: Verdict, now: float, before: Problems) -> Problems:
    """What is wrong at `now` (Unix seconds), with what was wrong `before` and cannot be seen to be over."""
    found = {(whom, _NUMBER.sub("#", one.reason or one.text)): one for one in words.found for whom in one.whom or ("",)}
    named = {whom for whom, _ in found if whom}

    def is_hidden(whom: str, one: Problem) -> bool:
        if one.sources:
            return any(service.source(name).problem for name in ([whom] if whom else one.sources))
        if whom:
            return any(health.stale for _, health in _seen(service, whom, now))
        return not words.fresh

    kept = {key: one for key, one in before.items() if key not in found and key[0] not in named}
    return {**found, **{key: one for key, one in kept.items() if is_hidden(key[0], one)}}


def begun(before: Problems, after: Problems) -> Iterator[str]:
    """The sentences that are new; of those about several instances only the ones that were not told of it."""
    yield from _sentences(after, [key for key in after if key not in before])


def ended(before: Problems, after: Problems, service: Service, now: float) -> Iterator[str]:
    """The sentences that are known to be true no more, each of those for whom it is.

    Of an instance that something else is said of now, or that is kept out now, it is not known.
    """
    named = {whom for whom, _ in after}
    over = [
        (whom, reason)
        for (whom, reason), one in before.items()
        if (whom, reason) not in after
        and (not whom or whom not in named)
        and (bool(one.sources) or not whom or _is_well(service, whom, now))
    ]
    yield from _sentences(before, over, past=True)


def _sentences(told: Problems, keys: list[tuple[str, str]], *, past: bool = False) -> Iterator[str]:
    """What was told of these, those with the same reason together."""
    by_reason: dict[tuple[str, bool], list[str]] = {}
    for whom, reason in keys:
        by_reason.setdefault((reason, bool(whom)), []).append(whom)
    for (reason, of_some), names in by_reason.items():
        one = told[names[0], reason]
        aged = past and one.sources  # how old its facts were is no news at the end
        whole = not of_some or (set(names) == set(one.whom) and not aged)
        yield one.text if whole else f"{some(names)}: {one.reason}"


def _seen(service: Service, name: str, now: float) -> Iterator[tuple[Instance, Judgement]]:
    every = (one for side in service.colours for one in side.instances)
    return ((one, announced(service, one, now)) for one in every if one.name == name)


def _is_well(service: Service, name: str, now: float) -> bool:
    return all(
        (health.healthy or health.stopped) and contradiction(one) is None for one, health in _seen(service, name, now)
    )
