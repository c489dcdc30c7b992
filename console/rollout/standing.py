"""What was decided about a service, beyond one rollout: a freeze, and a version that may go out again.

From these and from the rollouts the record of a service is made: what planner and screens know of the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from console.errors import JournalError
from console.model.colour import Colour
from console.model.marks import NO_VERSION
from console.model.record import Freeze, Kept, Left, Proven, Record, StandsBy, Stood
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.plan.plan import Action
from console.plan.single.undoing import changed_ids, written
from console.plan.stood import weights_of
from console.rollout import taken_back
from console.rollout.both_places import BothPlaces
from console.rollout.journal import Journal
from console.rollout.records import EventKind, Rollout, RolloutState
from console.rollout.schema import rollouts as table
from console.rollout.schema import service_decisions
from console.rollout.waiting import plan_of
from console.rollout.who import Who

_RECENT = 50  # rollouts of a service that its record is made from
_REMEMBERED = 100  # of those that were taken back, however long ago
# cutovers and rollbacks that came to an end, done or taken back
_MOVED = sa.and_(
    table.c.state.in_((RolloutState.DONE, RolloutState.ROLLED_BACK)),
    sa.or_(*(table.c.plan.contains(f'"action":"{action}"') for action in (Action.CUTOVER, Action.ROLLBACK))),
)
_TAKEN_BACK = sa.or_(
    sa.and_(table.c.state == RolloutState.ROLLED_BACK, table.c.plan.contains(f'"action":"{Action.CUTOVER}"')),
    sa.and_(table.c.state == RolloutState.DONE, table.c.plan.contains(f'"action":"{Action.ROLLBACK}"')),
)


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
    places = BothPlaces(journal)
    return {name: _record(places, name, [one for one in decided if one.service == name]) for name in names}


def _record(places: BothPlaces, service: str, decided: Sequence[ServiceDecision]) -> Record:
    recent = places.rollouts(service, _RECENT)
    # however many were refused, or about single instances, since: what moved the traffic is not forgotten for them
    every = {one.id: one for one in recent}
    if len(recent) >= _RECENT:
        for limit, where in ((_RECENT, _MOVED), (_REMEMBERED, _TAKEN_BACK)):
            every |= {one.id: one for one in places.rollouts(service, limit, where=where)}
    newest = sorted(every.values(), key=lambda one: -one.created_at)
    rollouts = [one for one in newest if one.state.ended]
    allowed = {one.version: one.at for one in decided if one.kind is ServiceDecisionKind.ALLOW}
    barred = taken_back.barred(places, rollouts, allowed)
    undone, untold = taken_back.undone(places, rollouts, allowed, _blamed(decided))
    proven = _proven(rollouts, {one.version for one in barred})
    return Record(
        _freeze(decided),
        barred,
        proven,
        undone=undone,
        untold=untold,
        heading=_heading(places, recent),
        under_way=any(not one.state.ended for one in recent),
        unsettled=_unsettled(places, recent),
        stands_by=_stands_by(rollouts),
        kept=_kept(decided, rollouts),
        left=_left(places, newest),
        stood=_stood(places, newest),
    )


def _heading(places: BothPlaces, rollouts: Sequence[Rollout]) -> Colour | None:
    """Where the rollout that has not ended moves the traffic to: on, or back where it goes back already."""
    rollout = next((one for one in rollouts if not one.state.ended and one.plan.action.moves_traffic), None)
    if rollout is None:
        return None
    planned = (plan_of(event) for event in reversed(places.events(rollout.id)) if event.kind is EventKind.PLANNED)
    plan = next((one for one in planned if one is not None), rollout.plan)
    return plan.target


def _freeze(decided: Sequence[ServiceDecision]) -> Freeze | None:
    kinds = (ServiceDecisionKind.FREEZE, ServiceDecisionKind.UNFREEZE)
    last = next((one for one in reversed(decided) if one.kind in kinds), None)
    if last is None or last.kind is ServiceDecisionKind.UNFREEZE:
        return None
    return Freeze(last.who.owner, last.reason, last.at, last.until)


def _unsettled(places: BothPlaces, rollouts: Sequence[Rollout]) -> str:
    """Of the rollouts, newest first: the one that moved traffic and of which nobody knows yet what becomes of it."""
    for rollout in rollouts:
        if not rollout.plan.action.moves_traffic or rollout.state is RolloutState.REFUSED:
            continue
        if not rollout.state.ended or (rollout.state is RolloutState.STOPPED and places.wrote(rollout.id)):
            return rollout.id
        if rollout.state is not RolloutState.FAILED:
            return ""
    return ""


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


def _left(places: BothPlaces, rollouts: Sequence[Rollout]) -> Left | None:
    """What the last cutover took the traffic from. Instances made or deleted since change what is enough."""
    for rollout in rollouts:
        plan, done = rollout.plan, rollout.state is RolloutState.DONE
        if rollout.state in (RolloutState.REFUSED, RolloutState.ROLLED_BACK):
            continue
        if plan.action.is_undone and plan.action is not Action.CUTOVER and not (plan.action.moves_traffic and done):
            continue  # of single instances; or a way back that has not come to its end
        if not done and not places.wrote(rollout.id):
            continue
        if plan.action is not Action.CUTOVER:
            return None
        began = plan.intent.began or plan.floors
        return Left(plan.source, rollout.id, began, unfinished=not done) if began else None
    return None


def _stood(places: BothPlaces, rollouts: Sequence[Rollout]) -> Stood | None:
    """How the colour stood that the last cutover took the traffic from. One begun between the two does not tell.

    Of what somebody has told to come with the others since, it does not either.
    """
    told: set[str] = set()
    for rollout in rollouts:
        plan, done = rollout.plan, rollout.state is RolloutState.DONE
        if done and plan.action in (Action.RESTORE, Action.UNHOLD, Action.REPLACE):
            told |= changed_ids(written(plan))
        if not plan.action.moves_traffic or rollout.state in (RolloutState.REFUSED, RolloutState.ROLLED_BACK):
            continue
        if plan.action is Action.ROLLBACK and not done:
            continue  # a way back that has not come to its end
        if not plan.writes or (not done and not places.wrote(rollout.id)):
            continue
        if plan.action is Action.ROLLBACK or plan.intent.no_before:
            return None
        stood = {**weights_of(plan.basis), **plan.intent.stood}
        return Stood(plan.source, rollout.id, {key: weight for key, weight in stood.items() if key not in told})
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


def _blamed(decided: Sequence[ServiceDecision]) -> dict[str, dict[str, str]]:
    """By rollout, the SHAs of the commits that were named as the bad ones, each with the reason that was given last."""
    found: dict[str, dict[str, str]] = {}
    for one in decided:
        if one.kind is ServiceDecisionKind.BLAME:
            sha, _, rollout = one.version.partition(" ")
            found.setdefault(rollout, {})[sha] = one.reason
    return found


def _proven(rollouts: Sequence[Rollout], barred: set[str]) -> tuple[Proven, ...]:
    """Each version that carried all traffic, with the newest rollout that says so."""
    found: dict[str, Proven] = {}
    for rollout in rollouts:
        plan = rollout.plan
        if rollout.state is not RolloutState.DONE or plan.action not in (Action.CUTOVER, Action.ROLLBACK):
            continue
        at = rollout.ended_at or rollout.created_at
        went = [(plan.source_version, True)] if plan.action is Action.CUTOVER and not plan.intent.no_before else []
        for version, until in ((plan.target_version, False), *went):
            if version not in NO_VERSION and version not in barred:
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
