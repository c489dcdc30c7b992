"""Everything that is wrong, as one list: sources that fail or are stale, what harms a service, this console itself."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from console.config.model import names_production
from console.model.need import Need, Rank, rank
from screens.verdicts import Verdicts, without_figures

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service, Source
    from console.model.snapshot import Snapshot
    from console.rollout.records import Rollout
    from screens.messages import JournalView

CONSOLE, ROLLOUT, HEALTH = "this console", "rollout", "health"
_PATH = re.compile(r" /\S+ answered ")
_DECIDE_NOTHING = ("statistics", "sessions")  # sources; their names are in the model, which is imported later


class Trouble(NamedTuple):
    """One problem. `about` is a source, `health`, `rollout` or this console; `since` (Unix seconds) may be unknown.

    `seen_here` says that it began at some time before `since`, which is when this console saw it first. `instance` is
    the key of the instance that it is about, if it is about one. `grave`: it harms what serves, or hides it.
    `need`: what clients lose by it.
    """

    services: tuple[str, ...]
    about: str
    text: str
    hint: str = ""
    since: float | None = None
    seen_here: bool = False
    instance: str = ""
    grave: bool = True
    sources: tuple[str, ...] = ()  # those that have this cause in common, one or several; none of what is no source's
    waits: bool = False  # the next try is far off: a key need not wait for it
    need: Need = Need.REST

    @property
    def key(self) -> str:
        """An identity that survives a further second; two that differ in figures alone share it."""
        return f"{self.about}|{self.services[0] if self.services else ''}|{without_figures(self.text)}"


def troubles(
    snapshot: Snapshot | None, verdicts: Verdicts, names: Iterable[str], own: Iterable[str], now: float
) -> list[Trouble]:
    """All of these services, the gravest first; those of several services with one cause are one."""
    names = list(names)
    found = [Trouble((), CONSOLE, text, "", verdicts.noticed("", text)) for text in own]
    services = snapshot.services if snapshot is not None else {}
    for name in names:
        service = services.get(name)
        if service is not None:
            found += _of_sources(name, service.sources, now)
            found += _of_health(service, verdicts, now)
    if snapshot is not None:
        closeups = [each for each in (snapshot.instance, *snapshot.load_balancers) if each is not None]
        for closeup in closeups:
            if closeup.service in names:
                further = _for_causes_of_their_own(closeup.sources, services.get(closeup.service))
                found += [each._replace(grave=False) for each in _of_sources(closeup.service, further, now)]
    ours = {name for name in names if name in services and names_production(services[name].environment)}
    return sorted(_merged(found), key=lambda each: _rank(each, ours))


def _rank(trouble: Trouble, production: Set[str]) -> tuple[bool, bool, Rank]:
    """What is wrong with this console comes before the services that it may hide."""
    ours = not production.isdisjoint(trouble.services)
    return not trouble.grave, trouble.about != CONSOLE, rank(trouble.need, needs_you=trouble.grave, production=ours)


class Cause(NamedTuple):
    """Why sources of several services do not answer: said once for all of them."""

    text: str
    sources: tuple[str, ...]
    services: tuple[str, ...]
    hint: str = ""
    waits: bool = False

    @property
    def words(self) -> str:
        """The sentence."""
        return f"{' and '.join(self.sources)} of {len(self.services)} services: {self.text}"


def shared_causes(services: Iterable[Service], now: float) -> tuple[Cause, ...]:
    """What makes sources of more than one service stale."""
    found: dict[str, Cause] = {}
    for service in services:
        for source in service.sources.values():
            if source.problem and not source.fresh(now):
                before = found.get(source.problem, Cause(source.problem, (), (), source.advice, source.waits))
                found[source.problem] = before._replace(
                    sources=tuple(dict.fromkeys((*before.sources, source.name))),
                    services=tuple(dict.fromkeys((*before.services, service.name))),
                )
    return tuple(cause for cause in found.values() if len(cause.services) > 1)


class Tally:
    """The rows that the list of problems has: every count on a screen is of these, made once a second at most."""

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._last: tuple[object, ...] = ()
        self._found: tuple[Trouble, ...] = ()

    def of(
        self, names: Sequence[str], snapshot: Snapshot | None, journal: JournalView, own: Sequence[str], now: float
    ) -> tuple[Trouble, ...]:
        """For these services and this console."""
        # facts and journal are immutable: that they are the same ones says it all
        asked = tuple(names), id(snapshot), id(journal), tuple(own), math.floor(now)
        if asked != self._last:
            left = of_rollouts(journal.open, journal.orphans, names)
            self._found = (*left, *troubles(snapshot, self._verdicts, names, own, now))
            self._last = asked
        return self._found


def of_rollouts(open_ones: Mapping[str, Rollout], orphans: frozenset[str], names: Iterable[str]) -> list[Trouble]:
    """Rollouts that nobody will end."""
    return [
        Trouble((name,), ROLLOUT, f"rollout {each.id} needs you: nobody ends it", "open it and settle it")
        for name in names
        if (each := open_ones.get(name)) is not None and each.id in orphans
    ]


def _for_causes_of_their_own(sources: Mapping[str, Source], service: Service | None) -> dict[str, Source]:
    """Those of the sources of a closer look that do not fail for what another one fails for, which is told once."""
    known = {_cause(one) for one in service.sources.values() if one.problem} if service is not None else set()
    found: dict[str, Source] = {}
    for name, source in sources.items():
        if not source.problem or (cause := _cause(source)) not in known:
            found[name] = source
            known |= {cause} if source.problem else set()
    return found


def _cause(source: Source) -> str:
    """Why it fails, whatever it asked for: `cloud prod: compute answered 403: ...` of each path."""
    return source.cause or _PATH.sub(" answered ", source.problem)


def _of_sources(name: str, sources: Mapping[str, Source], now: float) -> Iterator[Trouble]:
    for source in sources.values():
        if source.problem:
            since = source.since if source.since is not None else source.seen_at
            grave = source.name not in _DECIDE_NOTHING and not source.fresh(now)
            row = Trouble((name,), source.name, source.problem, source.advice, since, grave=grave)
            yield row._replace(sources=(source.name,), waits=source.waits)
        elif source.seen_at is not None and not source.fresh(now):
            text, only = "stale: nothing has answered, and nothing failed", (source.name,)
            yield Trouble((name,), source.name, text, "", source.seen_at, sources=only)


def _of_health(service: Service, verdicts: Verdicts, now: float) -> Iterator[Trouble]:
    """The verdict's sentences, but for those that only repeat what a source says."""
    problems = verdicts.of(service, now).found
    by_name = {one.name: one for side in service.colours for one in side.instances} if problems else {}
    for problem in problems:
        if problem.sources:
            continue
        text = problem.text
        # a sentence about an instance begins with its name, which may have these signs in it
        ends = (end for end, char in enumerate(text) if char in ":,")
        instance = next((by_name[text[:end]] for end in ends if text[:end] in by_name), None)
        since, seen_here = verdicts.noticed(service.name, text), True
        if instance is not None and instance.announced is not None:
            since, seen_here = instance.announced.since, False
        serving = instance is None or instance.weight > 0
        about = instance.key if instance is not None else ""
        yield Trouble((service.name,), HEALTH, text, problem.hint, since, seen_here, about, serving, need=problem.need)


def _merged(found: Iterable[Trouble]) -> list[Trouble]:
    merged: dict[tuple[object, ...], Trouble] = {}
    alike = Counter[tuple[str, ...]]()
    for each in found:
        # two services may well say the same of two different instances; of themselves they say it with other figures
        about = "source" if each.sources else each.about
        text = without_figures(each.text) if each.about == HEALTH else each.text
        # what one service says twice with other figures is about two things
        alike[about, text, *each.services] += each.about == HEALTH
        key = (about, text, each.services if each.instance else (), alike[about, text, *each.services])
        before = merged.get(key)
        if before is None:
            merged[key] = each
            continue
        known = [since for since in (before.since, each.since) if since is not None]
        merged[key] = before._replace(
            services=tuple(dict.fromkeys((*before.services, *each.services))),
            text=_of_the_first(before) if each.text != before.text and len(before.services) == 1 else before.text,
            since=min(known, default=None),
            grave=before.grave or each.grave,
            need=min(before.need, each.need),
            sources=tuple(dict.fromkeys((*before.sources, *each.sources))),
            waits=before.waits or each.waits,
        )
    return list(merged.values())


def _of_the_first(trouble: Trouble) -> str:
    return f"{trouble.services[0]}: {trouble.text}"
