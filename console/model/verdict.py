"""Is it well, what serves, can I go back, how old is what I see: the one line above everything, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.model.colour import Colour, Role
from console.model.need import Need, worst
from console.model.problem import Problem
from console.model.readiness import Readiness, balancers, pools, rollback
from console.model.retirement import retirement
from console.model.roles import is_settled, role_words
from console.model.service import BALANCER, POWER, ColourSet, Service, Source
from console.model.tally import tally
from console.model.troubles import (
    age_words,
    asked_sources,
    other_troubles,
    serving_troubles,
    stale_sources,
    stale_words,
)

__all__ = ["Verdict", "role_words", "verdict"]

_WORSE = {"ACTIVE": 0, "PENDING": 1, "ERROR": 4}  # everything else is between


@dataclass(frozen=True, slots=True)
class Verdict:
    """The words of the verdict line, and the reasons behind them.

    `healthy`: all that serves is known to be well. `found` is what is wrong: what is not known first, then what harms
    clients, the worst first; trouble of the idle colour is among it and does not make the service unhealthy.
    `settled`: the weights that the API shows are the ones that the load balancer applies. `fresh`: a decision may be
    made of these facts. `asking`: a source has not answered its first question yet, and nothing is known to be wrong.
    """

    blue: str  # "BLUE live a1b2c3 6/6"
    green: str
    rollback: str  # "rollback ready: 6 warm, 1 call"
    balancer: str  # "LB ACTIVE"; "LB was ACTIVE" while its facts are stale
    freshness: str  # "fresh", "asking: vip", "STALE 40 s: servers", "STALE 40 s: 2 sources": why is the first problem
    found: tuple[Problem, ...]
    healthy: bool
    rollback_state: Readiness
    balancer_ready: bool
    fresh: bool
    settled: bool
    asking: bool = False
    restraint: str = ""  # "FROZEN until 2026-12-24 08:00"
    due: str = ""  # "BLUE due to be retired"

    @property
    def state(self) -> str:
        """The one word: `well`, `asking` (nothing is known to be wrong, and not all is known) or `NOT WELL`."""
        return "well" if self.healthy else "asking" if self.asking else "NOT WELL"

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in sentences."""
        return tuple(problem.text for problem in self.found)

    @property
    def need(self) -> Need:
        """What clients lose by all that is wrong."""
        return worst(self.found)

    @property
    def rollback_ready(self) -> bool:
        """Whether one call goes back, without a question."""
        return self.rollback_state is Readiness.READY

    def side(self, colour: Colour) -> str:
        """The words for a colour."""
        return self.blue if colour is Colour.BLUE else self.green

    @property
    def line(self) -> str:
        """The whole line, without environment and name."""
        parts = (self.restraint, self.blue, self.green, self.rollback, self.due, self.balancer, self.freshness)
        return "   ".join(filter(None, parts))


def verdict(service: Service, now: float) -> Verdict:
    """The verdict on a service at `now` (Unix seconds)."""
    way_back, old = rollback(service, now), retirement(service, now)
    stale, asked = stale_sources(service, now), asked_sources(service, now)
    troubles = tuple(sorted(serving_troubles(service, now), key=lambda one: one.need))
    freeze = service.record.frozen(now) if service.record is not None else None
    found = balancers(service)
    ready = service.rotation == POWER or (bool(found) and all(one.provisioning_status == "ACTIVE" for one in found))
    return Verdict(
        blue=_side_words(service, service.blue, now),
        green=_side_words(service, service.green, now),
        rollback=way_back.words,
        balancer=_balancer_words(service, now),
        freshness=_freshness(stale, asked, now),
        found=(*stale_words(stale, now), *troubles, *other_troubles(service, now)),
        healthy=not stale and not asked and not troubles,
        rollback_state=way_back.state,
        balancer_ready=ready,
        fresh=not stale and not asked,
        settled=is_settled(service),
        asking=bool(asked) and not stale and not troubles,
        restraint=f"FROZEN {freeze.limit}" if freeze is not None else "",
        due=old.short(now) if old is not None else "",
    )


def _side_words(service: Service, side: ColourSet, now: float) -> str:
    name, role = side.colour.upper(), role_words(service, side.colour)
    if not side.instances:
        return f"{name} {role}"
    found = tally(service, side, now)
    # 0 is said where it is known: what a stale source does not tell may be any number
    healthy = "?" if found.unseen and not found.healthy else str(found.healthy)
    count = f"{healthy}/{found.meant}" if found.stopped < found.meant or not found.meant else ""
    words = [name, role, side.version, count]
    share = service.share(side.colour)
    if share is not None and (role == Role.BOTH or (role == Role.LIVE and share < 1)):
        words.append(f"{100 * share:.0f} %")
    if role == Role.IDLE and found.meant and found.healthy == found.standing == found.meant:
        words.append("ready")
    if found.stopped:
        words.append(f"{found.stopped} stopped")
    if found.kept_out:
        words.append(f"({found.kept_out} kept out)")
    return " ".join(filter(None, words))


def _freshness(stale: Sequence[Source], asked: Sequence[Source], now: float) -> str:
    if not stale:
        return f"asking: {', '.join(one.name for one in asked)}" if asked else "fresh"
    return f"STALE {age_words(stale[0], now)}: {stale[0].name if len(stale) == 1 else f'{len(stale)} sources'}"


def _balancer_words(service: Service, now: float) -> str:
    if service.rotation == POWER:
        return "no LB"
    found = balancers(service)
    if not found:
        return "LB unknown"
    statuses = {one.provisioning_status for one in found}
    worst = max(found, key=lambda one: _WORSE.get(one.provisioning_status.partition("_")[0], 3))
    name = f" {worst.name}" if len(statuses) > 1 else ""
    several = len(found) > 1 and not name
    was = "" if service.source(BALANCER).fresh(now) else " were" if several else " was"
    status = f"LB{'s' if several else ''}{name}{was} {worst.provisioning_status}"
    return f"{status}, pool ERROR" if any(one.provisioning_status == "ERROR" for one in pools(service)) else status
