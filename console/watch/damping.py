"""A health must hold for two observations before it is announced, so that one odd answer does not flap."""

from __future__ import annotations

from dataclasses import dataclass, replace

from console.model.health import Health, Judged, Judgement, holds_until, is_sighted, judge
from console.model.instance import Announced, Instance
from console.model.service import AHEAD, PROBES, ColourSet, Service
from console.model.tally import carried, tally
from console.watch.roles_since import RolesSince

Marks = tuple[float | None, ...]  # when each source that an observation is made of answered; None: it is not fresh


@dataclass(slots=True)
class _Track:
    """One instance: what was announced, and since when and since which answers the last observation says so."""

    told: Announced
    seen_since: float
    marks: Marks
    blind: bool  # what was announced is only that a source was stale
    before: Announced | None = None  # while it is blind: what was announced last when it was not


class Damper:
    """Remembers the health of a service's instances from one observation to the next. One thread at a time."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}
        self._roles = RolesSince()
        self._last: tuple[Service, Service, float, float] | None = None  # as it came, as it went; holds from, until

    def damped(self, service: Service, now: float) -> Service:
        """The service with what is announced of each instance, at `now` (Unix seconds).

        The first observation is announced at once, and so is what is unknown because a source is stale: that is never
        smoothed over. Anything else is announced when every source that still answers has answered again and says so:
        bad news waits for no source that has begun to fail, good news for all that are fresh. And nothing stays
        announced as healthy while a source that must say so does not answer.
        """
        if (again := self._again(service, now)) is not None:
            return again
        tracks: dict[str, _Track] = {}
        judged: Judged = {}
        told = {
            side.colour: tuple(self._one(service, one, now, tracks, judged) for one in side.instances)
            for side in service.colours
        }
        self._tracks = tracks  # of instances that are gone nothing is kept
        blue, green = (ColourSet(colour, instances) for colour, instances in told.items())
        found = replace(service, blue=blue, green=green, roles_since=self._roles.of(service))
        found.memo["judged"] = judged
        # counted in this thread, so that a screen finds it done
        until = min(tally(found, side, now).until for side in found.colours)
        self._last = (service, found, now, until)
        return found

    def _again(self, service: Service, now: float) -> Service | None:
        """What was told before, if no source has answered since and none has grown stale."""
        if self._last is None or not self._last[2] <= now <= self._last[3]:
            return None
        before, told, _, _ = self._last
        if before.blue is not service.blue or before.green is not service.green:
            return None
        found = replace(service, blue=told.blue, green=told.green, roles_since=told.roles_since)
        found.memo.update(carried(told.memo))
        self._last = (service, found, *self._last[2:])
        return found

    def _one(
        self, service: Service, instance: Instance, now: float, tracks: dict[str, _Track], judged: Judged
    ) -> Instance:
        seen, track = judge(service, instance, now), self._tracks.get(instance.key)
        marks = _marks(service, instance, now, bad=seen.health is not Health.HEALTHY)
        if track is None or track.blind or (_told_well(track) and not is_sighted(service, instance, now)):
            track = _first(seen, _since(track, seen, now), marks, track)
        else:
            track = _next(track, seen, marks, now)
        tracks[instance.key] = track
        told = replace(instance, announced=track.told)
        judged[id(told)] = told, seen, now, holds_until(service, instance, now)
        return told


def _marks(service: Service, instance: Instance, now: float, *, bad: bool) -> Marks:
    """When each source answered. What is not fresh is not waited for: it may never answer again. With `bad` news nor
    is what has failed since: it would hold them back until it is stale."""
    sources, probe = map(service.source, service.decisive), instance.probe
    probed_at = probe.at if probe is not None and -AHEAD <= now - probe.at <= service.source(PROBES).good_for else None
    return (*(one.seen_at if one.fresh(now) and not (bad and one.problem) else None for one in sources), probed_at)


def _told_well(track: _Track) -> bool:
    return track.told.word == Health.HEALTHY


def _since(track: _Track | None, seen: Judgement, now: float) -> float:
    """Since when it is what is seen. What is after a blind time as it was before has been so since it began."""
    known = () if track is None else (track.told,) if seen.stale else (track.before, track.told)
    return next((one.since for one in known if one is not None and one.word == seen.health.value), now)


def _first(seen: Judgement, since: float, marks: Marks, track: _Track | None) -> _Track:
    """What is announced without waiting; `track`: of what was announced until then."""
    word, before = seen.health.value, None
    if seen.stale and track is not None:
        before = track.before if track.blind else track.told
    return _Track(Announced(word, seen.reason, since, word, seen.hint), since, marks, seen.stale, before)


def _next(track: _Track, seen: Judgement, marks: Marks, now: float) -> _Track:
    word, told = seen.health.value, track.told
    if word == told.word:
        before = told if seen.stale else None
        return _Track(
            replace(told, reason=seen.reason, seen=word, hint=seen.hint), told.since, marks, seen.stale, before
        )
    if word != told.seen:  # the first observation that says so
        track = _Track(replace(told, seen=word), now, marks, blind=False)
    if seen.stale or _all_after(marks, track.marks):
        return _first(seen, track.seen_since, marks, track)
    return track


def _all_after(marks: Marks, first: Marks) -> bool:
    """Whether each source that is still fresh has answered again since: at another time, which is an earlier one if a
    clock was set. Of two that are not fresh any more nothing is known, and what the others say twice stands."""
    return all(later != earlier for later, earlier in zip(marks, first, strict=True) if later is not None)
