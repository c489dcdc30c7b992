"""What was decided about a service, beyond one rollout: a freeze, and a version that may go out again.

From these and from the rollouts the record of a service is made: what planner and screens know of the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from console.errors import JournalError
from console.model.colour import Colour
from console.model.record import Barred, Freeze, Kept, Proven, Record, StandsBy, Undone
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.plan.plan import Action, Carried
from console.rollout.journal import Journal
from console.rollout.records import EventKind, Rollout, RolloutState
from console.rollout.schema import events, service_decisions
from console.rollout.schema import rollouts as table
from console.rollout.waiting import plan_of
from console.rollout.who import Who

_RECENT = 50  # rollouts of a service that its record is made from
# cutovers and rollbacks that came to an end, done or taken back
_MOVED = sa.and_(
    table.c.state.in_((RolloutState.DONE, RolloutState.ROLLED_BACK)),
    sa.or_(*(table.c.plan.contains(f'"action":"{action}"') for action in (Action.CUTOVER, Action.ROLLBACK))),
)
_NO_VERSION = ("", "unknown", "mixed")


class ServiceDecisionKind(StrEnum):
    """What may be decided about a service."""

    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    ALLOW = "allow"  # a version that was rolled back may go out again
    KEEP = "keep"  # a colour stays the way back until a time: it is not retired before
    UNKEEP = "unkeep"
    BLAME = "blame"  # of what was rolled back this commit is the bad one, the others may go out again
    ASK_ABORT = "ask abort"  # by the tag on the lease, of a rollout that another journal has


@dataclass(frozen=True, slots=True)
class ServiceDecision:
    """One row. `version`: of ALLOW; of BLAME "SHA ROLLOUT"; of KEEP the colour.

    `until`: of FREEZE, KEEP. Times in Unix seconds.
    """

    seq: int
    service: str
    at: float
    kind: ServiceDecisionKind
    who: Who
    reason: str
    version: str = ""
    until: float | None = None


def decide(
    journal: Journal,
    service: str,
    kind: ServiceDecisionKind,
    who: Who,
    reason: str,
    *,
    version: str = "",
    until: float | None = None,
) -> None:
    """Record a decision about a service. Raises JournalUnwritable."""
    row = {"service": service, "kind": kind, "version": version, "until": until, "reason": reason}
    who_json = msgspec.json.encode(who).decode()
    with journal.writing() as connection:
        connection.execute(service_decisions.insert().values(at=journal.now(), who=who_json, **row))


def service_decisions_of(journal: Journal, services: Sequence[str] | None = None) -> list[ServiceDecision]:
    """The decisions about these services (None: about all), in order. Raises JournalError."""
    query = sa.select(service_decisions).order_by(service_decisions.c.seq)
    if services is not None:
        query = query.where(service_decisions.c.service.in_(services))
    with journal.reading() as connection:
        if not journal.has_service_decisions(connection):
            return []
        rows = list(connection.execute(query))
    known = set(ServiceDecisionKind)
    return [
        ServiceDecision(
            row.seq,
            row.service,
            row.at,
            ServiceDecisionKind(row.kind),
            msgspec.json.decode(row.who, type=Who),
            row.reason,
            row.version,
            row.until,
        )
        for row in rows
        if row.kind in known
    ]


def records(journal: Journal, services: Iterable[str]) -> dict[str, Record]:
    """The record of each service. Raises JournalError."""
    names = list(services)
    decided = service_decisions_of(journal, names)
    return {name: _record(journal, name, [one for one in decided if one.service == name]) for name in names}


def _record(journal: Journal, service: str, decided: Sequence[ServiceDecision]) -> Record:
    recent = journal.rollouts(service, _RECENT)
    # however many were refused, or about single instances, since: what moved the traffic is not forgotten for them
    older = {one.id: one for one in journal.rollouts(service, _RECENT, where=_MOVED)} if len(recent) == _RECENT else {}
    every = {one.id: one for one in recent} | older
    rollouts = sorted((one for one in every.values() if one.state.ended), key=lambda one: -one.created_at)
    allowed = {one.version: one.at for one in decided if one.kind is ServiceDecisionKind.ALLOW}
    barred = _barred(journal, rollouts, allowed)
    proven = _proven(rollouts, {one.version for one in barred})
    return Record(
        _freeze(decided),
        barred,
        proven,
        undone=_undone(journal, rollouts, allowed, _blamed(decided)),
        heading=_heading(journal, recent),
        stands_by=_stands_by(rollouts),
        kept=_kept(decided, rollouts),
    )


def _heading(journal: Journal, rollouts: Sequence[Rollout]) -> Colour | None:
    """Where the rollout that has not ended moves the traffic to: on, or back where it goes back already."""
    rollout = next((one for one in rollouts if not one.state.ended and one.plan.action.moves_traffic), None)
    if rollout is None:
        return None
    planned = (plan_of(event) for event in reversed(journal.events(rollout.id)) if event.kind is EventKind.PLANNED)
    plan = next((one for one in planned if one is not None), rollout.plan)
    return plan.target


def _freeze(decided: Sequence[ServiceDecision]) -> Freeze | None:
    kinds = (ServiceDecisionKind.FREEZE, ServiceDecisionKind.UNFREEZE)
    last = next((one for one in reversed(decided) if one.kind in kinds), None)
    if last is None or last.kind is ServiceDecisionKind.UNFREEZE:
        return None
    return Freeze(last.who.owner, last.reason, last.at, last.until)


def _stands_by(rollouts: Sequence[Rollout]) -> StandsBy | None:
    """The source of the last cutover, unless another side was launched, or the traffic taken back, since."""
    for rollout in rollouts:
        plan, ended = rollout.plan, rollout.ended_at or rollout.created_at
        if rollout.state is not RolloutState.DONE:
            continue
        if plan.action is Action.CUTOVER:
            return StandsBy(plan.source, ended)
        if plan.action in (Action.LAUNCH, Action.ROLLBACK):
            return None  # what was rolled back is looked at, not waited out
    return None


def _kept(decided: Sequence[ServiceDecision], rollouts: Sequence[Rollout]) -> Kept | None:
    """The colour that somebody keeps, until the traffic is moved again: what serves needs no keeping."""
    kinds = (ServiceDecisionKind.KEEP, ServiceDecisionKind.UNKEEP)
    last = next((one for one in reversed(decided) if one.kind in kinds), None)
    if last is None or last.kind is ServiceDecisionKind.UNKEEP or last.until is None:
        return None
    moved = (one for one in rollouts if one.plan.action.moves_traffic and one.state is RolloutState.DONE)
    if last.version not in set(Colour) or any(one.created_at > last.at for one in moved):
        return None
    return Kept(Colour(last.version), last.who.owner, last.reason, last.until)


def _barred(journal: Journal, rollouts: Sequence[Rollout], allowed: Mapping[str, float]) -> tuple[Barred, ...]:
    """Each version whose last move was that it was taken back, unless it was allowed since."""
    found: dict[str, Barred] = {}
    settled: set[str] = set()
    for rollout in rollouts:
        version, at = _taken_back(rollout), rollout.ended_at or rollout.created_at
        if rollout.state is RolloutState.DONE and rollout.plan.action.moves_traffic:
            settled.add(rollout.plan.target_version)  # carries the traffic since
        if version in _NO_VERSION or version in found or version in settled or at <= allowed.get(version, 0.0):
            continue
        if _wrote(journal, rollout.id):
            found[version] = Barred(version, rollout.id, at, rollout.reason or rollout.sentence)
    return tuple(found.values())


def _blamed(decided: Sequence[ServiceDecision]) -> dict[str, dict[str, str]]:
    """By rollout, the SHAs of the commits that were named as the bad ones, each with the reason that was given last."""
    found: dict[str, dict[str, str]] = {}
    for one in decided:
        if one.kind is ServiceDecisionKind.BLAME:
            sha, _, rollout = one.version.partition(" ")
            found.setdefault(rollout, {})[sha] = one.reason
    return found


def _undone(
    journal: Journal, rollouts: Sequence[Rollout], allowed: Mapping[str, float], blamed: Mapping[str, Mapping[str, str]]
) -> tuple[Undone, ...]:
    """The commits that were taken back and have not been shipped or allowed since, by themselves or as a release.

    Where somebody has named the bad ones, these alone.
    """
    found: dict[str, Undone] = {}
    settled: set[str] = set()
    for rollout in rollouts:
        version, at, shipment = _taken_back(rollout), rollout.ended_at or rollout.created_at, rollout.plan.shipment
        if rollout.state is RolloutState.DONE:
            settled |= {ident for one in shipment.ships or () for ident in one.ids}
        taken = (shipment.undoes if rollout.plan.action is Action.ROLLBACK else shipment.ships) or ()
        named = blamed.get(rollout.id, {})
        if not version or not (taken or named) or at <= allowed.get(version, 0.0) or not _wrote(journal, rollout.id):
            continue
        if named:
            listed = {one.sha: one for one in taken}
            taken = tuple(listed.get(sha, Carried(sha, "", 0.0, ids=(sha,))) for sha in named)
        for one in taken:
            if not settled.intersection(one.ids) and all(at > allowed.get(ident, 0.0) for ident in one.ids):
                ids, why = one.ids or (one.sha,), named.get(one.sha, "")
                found.setdefault(one.sha, Undone(ids, one.subject, version, rollout.id, at, why))
    return tuple(found.values())


def _taken_back(rollout: Rollout) -> str:
    """The version that a rollout took out of service as unfit; empty where it took none."""
    plan = rollout.plan
    if plan.action is Action.CUTOVER and rollout.state is RolloutState.ROLLED_BACK:
        return plan.target_version
    if plan.action is Action.ROLLBACK and rollout.state is RolloutState.DONE:
        return plan.source_version
    return ""


def _wrote(journal: Journal, rollout_id: str) -> bool:
    query = sa.select(events.c.seq).where(events.c.rollout_id == rollout_id, events.c.kind == EventKind.INTENT)
    with journal.reading() as connection:
        return connection.execute(query.limit(1)).first() is not None


def _proven(rollouts: Sequence[Rollout], barred: set[str]) -> tuple[Proven, ...]:
    """Each version that carried all traffic, with the newest rollout that says so."""
    found: dict[str, Proven] = {}
    for rollout in rollouts:
        plan = rollout.plan
        if rollout.state is not RolloutState.DONE or plan.action not in (Action.CUTOVER, Action.ROLLBACK):
            continue
        at = rollout.ended_at or rollout.created_at
        went = [(plan.source_version, True)] if plan.action is Action.CUTOVER else []
        for version, until in ((plan.target_version, False), *went):
            if version not in _NO_VERSION and version not in barred:
                found.setdefault(version, Proven(version, rollout.id, at, until))
    return tuple(found.values())


def with_record(journal_url: str, service: Service) -> Service:
    """The service, with what the journal says of it; where that cannot be read, with why."""
    return replace(service, record=records_at(journal_url, [service.name])[service.name])


def with_records(journal_url: str, snapshot: Snapshot) -> Snapshot:
    """The same for every service of a snapshot, in one look at the journal."""
    found = records_at(journal_url, snapshot.services)
    return replace(
        snapshot, services={name: replace(one, record=found[name]) for name, one in snapshot.services.items()}
    )


def records_at(journal_url: str, services: Iterable[str]) -> dict[str, Record]:
    """The record of each service; where the journal cannot be read, why."""
    names = list(services)
    try:
        with Journal.open(journal_url, read_only=True) as journal:
            return records(journal, names)
    except JournalError as error:
        return dict.fromkeys(names, Record(problem=error.message))
