"""A health must hold for two observations before it is announced, so that one odd answer does not flap."""

from __future__ import annotations

from dataclasses import dataclass, replace

from console.model.health import Judged, Judgement, holds_until, judge
from console.model.instance import Announced, Instance
from console.model.service import ColourSet, Service
from console.model.tally import carried, tally

Marks = tuple[float | None, ...]  # when each source that an observation is made of answered


@dataclass(slots=True)
class _Track:
    """One instance: what was announced, and since when and since which answers the last observation says so."""

    told: Announced
    seen_since: float
    marks: Marks
    blind: bool  # what was announced is only that a source was stale


class Damper:
    """Remembers the health of a service's instances from one observation to the next. One thread at a time."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}
        self._last: tuple[Service, Service, float, float] | None = None  # as it came, as it went; holds from, until

    def damped(self, service: Service, now: float) -> Service:
        """The service with what is announced of each instance, at `now` (Unix seconds).

        The first observation is announced at once, and so is what is unknown because a source is stale: that is never
        smoothed over. Anything else is announced when every source has answered again and still says so.
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
        found = replace(service, blue=blue, green=green)
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
        found = replace(service, blue=told.blue, green=told.green)
        found.memo.update(carried(told.memo))
        self._last = (service, found, *self._last[2:])
        return found

    def _one(
        self, service: Service, instance: Instance, now: float, tracks: dict[str, _Track], judged: Judged
    ) -> Instance:
        seen, probe = judge(service, instance, now), instance.probe
        answered = tuple(service.source(name).seen_at for name in service.decisive)
        marks = (*answered, probe.at if probe is not None else None)
        track = self._tracks.get(instance.key)
        track = _first(seen, now, marks) if track is None or track.blind else _next(track, seen, marks, now)
        tracks[instance.key] = track
        told = replace(instance, announced=track.told)
        judged[id(told)] = told, seen, now, holds_until(service, instance, now)
        return told


def _first(seen: Judgement, since: float, marks: Marks) -> _Track:
    """What is announced without waiting."""
    word = seen.health.value
    return _Track(Announced(word, seen.reason, since, word), since, marks, seen.stale)


def _next(track: _Track, seen: Judgement, marks: Marks, now: float) -> _Track:
    word, told = seen.health.value, track.told
    if word == told.word:
        return _Track(replace(told, reason=seen.reason, seen=word), told.since, marks, seen.stale)
    if word != told.seen:  # the first observation that says so
        track = _Track(replace(told, seen=word), now, marks, blind=False)
    if seen.stale or _all_after(marks, track.marks):
        return _first(seen, track.seen_since, marks)
    return track


def _all_after(marks: Marks, first: Marks) -> bool:
    """Whether every source has answered again since: at another time, which is an earlier one if a clock was set."""
    return all(
        later is not None and later != earlier
        for later, earlier in zip(marks, first, strict=True)
        if earlier is not None
    )
