"""What is different between two looks at a service, in sentences: for a log, a pipe, a screen reader. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from console.cli.status_problems import Problems, begun, ended, problems_of
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.model.traffic import Traffic
from console.model.verdict import Verdict, verdict

_NAMES_SHOWN = 6
_LATELY = 10.0  # seconds of traffic that say who answers
# What is left out where it is not known: how many are healthy, that all are, and that a status is of an earlier time.
_KNOWN = re.compile(r"(?<= )[\d?]+(?=/\d)| ready\b|(?<=^LB) was\b|(?<=^LBs) were\b")

Facts = dict[str, dict[str, str]]


class Tone(StrEnum):
    """How a line is meant."""

    PLAIN = "plain"
    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class News:
    """One line about a service."""

    service: str
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Seen:
    """What was told of a service last: the other half of the next comparison."""

    service: Service
    words: Verdict
    fresh: bool
    at: float
    problems: Problems = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)  # of each instance, by its key
    answering: frozenset[str] = frozenset()
    lost: Counter[str] = field(default_factory=Counter)  # requests through the VIP of late, by what they got instead
    parts: tuple[str, ...] = ()  # of the verdict, as they were told
    lease: str = ""  # who holds it, as it was told


def look(service: Service, now: float, before: Seen | None = None) -> tuple[Seen, tuple[News, ...]]:
    """What is true of the service at `now` (Unix seconds), and what is news since `before`; all of it without."""
    words = verdict(service, now)
    traffic = service.traffic
    seen = Seen(
        service,
        words,
        words.fresh,
        now,
        problems_of(service, words, now, before.problems if before is not None else {}),
        {one.key: _facts(one, before) for one in _all(service)},
        _answering(traffic, now) or (before.answering if before is not None else frozenset()),
        _lost(traffic, now),
        _parts(words) if before is None else tuple(map(_told, before.parts, _parts(words))),
        service.lease.told(now) if service.lease is not None else "",
    )
    lines = _first(seen) if before is None else _since(before, seen)
    return seen, tuple(lines)


def _first(seen: Seen) -> Iterator[News]:
    name, words = seen.service.name, seen.words
    yield News(
        name,
        f"{words.state}: {', '.join(filter(None, (words.restraint, *_parts(words))))}, {words.freshness}",
        _tone_of(words),
    )
    yield from (News(name, f"problem: {sentence}", Tone.BAD) for sentence in words.problems)


def _since(before: Seen, seen: Seen) -> Iterator[News]:
    name, was, words = seen.service.name, before.words, seen.words
    if was.state != words.state:
        yield News(name, words.state, _tone_of(words))
    if before.fresh != seen.fresh:
        yield News(name, "fresh again" if seen.fresh else words.freshness, _tone(seen.fresh))
    for old, new in zip(before.parts, seen.parts, strict=True):
        if old != new:
            yield News(name, f"{new} (was {old})")
    for sentence in begun(before.problems, seen.problems):
        yield News(name, f"problem: {sentence}", Tone.BAD)
    for sentence in ended(before.problems, seen.problems, seen.service, seen.at):
        yield News(name, f"over: {sentence}", Tone.GOOD)
    yield from (News(name, text) for text in _instances(before, seen))
    yield from _traffic(before, seen)
    if text := _lease(before, seen):
        yield News(name, text)
    if was.restraint != words.restraint:
        yield News(name, words.restraint or f"not frozen any more (was {was.restraint})")


def _tone_of(words: Verdict) -> Tone:
    return Tone.PLAIN if words.asking else _tone(words.healthy)


def _tone(good: object) -> Tone:
    return Tone.GOOD if good else Tone.BAD


def _parts(words: Verdict) -> tuple[str, ...]:
    return words.blue, words.green, words.rollback, words.balancer


def _told(old: str, new: str) -> str:
    """What is told of a part: that a number is not known while a source is stale is said of the source."""
    return old if ("?/" in new or new.startswith("LB")) and _KNOWN.sub("", old) == _KNOWN.sub("", new) else new


# -- instances


def _instances(before: Seen, seen: Seen) -> Iterator[str]:
    """Instances of which the same can be said are named together."""
    names = {one.key: one.name for service in (before.service, seen.service) for one in _all(service)}
    told: dict[str, list[str]] = {}
    for key, facts in seen.facts.items():
        old = before.facts.get(key)
        text = f"seen first, {', '.join(filter(None, facts.values()))}" if old is None else _difference(old, facts)
        if text:
            told.setdefault(text, []).append(names[key])
    for key in before.facts.keys() - seen.facts.keys():
        told.setdefault("seen no more", []).append(names[key])
    for text, which in told.items():
        yield f"{_names(which)}: {text}"


def _all(service: Service) -> Iterable[Instance]:
    return (*service.blue.instances, *service.green.instances, *service.uncoloured)


def _difference(was: dict[str, str], now: dict[str, str]) -> str:
    changed = (name for name in now if was[name] != now[name])
    return ", ".join(f"{now[name] or f'no {name}'} (was {was[name] or f'no {name}'})" for name in changed)


def _facts(instance: Instance, before: Seen | None) -> dict[str, str]:
    """What is compared: each a word or two that does not change by itself.

    What was observed once, against what is announced, is told when it is observed again.
    """
    server, member, probe = instance.server, instance.member, instance.probe
    task = f" ({server.task_state})" if server is not None and server.task_state else ""
    found = {
        "colour": instance.colour.upper() if instance.colour is not None else "",
        "server": f"server {server.status}{task}" if server is not None else "",
        "member": f"member {member.operating_status}" if member is not None else "",
        "weight": f"weight {instance.weight}" if member is not None else "",
        "probe": "" if probe is None else "probe ok" if probe.ok else f"probe {probe.words}",
        "version": f"version {instance.version.short}" if instance.version is not None else "",
        "hold": f"held by {instance.held_by}" if instance.held_by else "",
    }
    old = before.facts.get(instance.key) if before is not None else None
    if old is not None and instance.announced is not None and instance.announced.wavering:
        found |= {name: old[name] for name in ("server", "member", "probe")}
    return found


def _names(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:_NAMES_SHOWN]), len(names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


# -- traffic, lease


def _answering(traffic: Traffic | None, now: float) -> frozenset[str]:
    if traffic is None:
        return frozenset()
    lately = (traffic.colour_of(answer) for answer in traffic.answers if now - answer.at <= _LATELY)
    return frozenset(colour.upper() for colour in lately if colour is not None)


def _traffic(before: Seen, seen: Seen) -> Iterator[News]:
    name = seen.service.name
    if before.answering != seen.answering and seen.answering:
        who = " and ".join(colour.upper() for colour in Colour if colour.upper() in seen.answering)
        yield News(name, f"through the VIP: answered by {who}")
    for why, lost in seen.lost.items():
        if why not in before.lost:  # what goes on is no news: that it is over will be
            yield News(name, f"through the VIP: {lost} request{'' if lost == 1 else 's'} lost ({why})", Tone.BAD)


def _lost(traffic: Traffic | None, now: float) -> Counter[str]:
    answers = traffic.lately(now).answers if traffic is not None else ()
    return Counter(one.error or f"status {one.status}" for one in answers if not one.ok)


def _lease(before: Seen, seen: Seen) -> str:
    was = before.service.lease
    if seen.service.lease is None:
        return f"lease free again (it was {was.owner} doing {was.action})" if was is not None else ""
    return f"lease: {seen.lease}" if before.lease != seen.lease else ""
