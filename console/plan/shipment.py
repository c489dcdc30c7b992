"""What a plan ships and undoes, whether that can be undone, and the sentences about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.commit import CiState
from console.model.compared import of_now
from console.model.marks import is_proven
from console.model.service import Service
from console.model.shipping import Batch, Marked, Safe, Safety, Shipping
from console.plan.plan import Action, Carried, Plan, Shipment

KEPT = 200  # commits each way that are written into the journal, and at most as many older ones that are flagged
_SUBJECT = 100  # characters of a subject that are kept there
_TESTS = {CiState.FAILED: "failed", CiState.NONE: "no tests", CiState.RUNNING: "still running"}


def shipment_of(service: Service, config: ServiceConfig, action: Action, target: Colour, now: float) -> Shipment:
    """What makes way for what when all traffic goes to `target`. `now`: Unix seconds."""
    if config.commits is None:
        return Shipment(safety=Safety(Safe.UNKNOWN, "the config names no source of commits (`commits`)"))
    shipping = of_now(service)
    ships, undoes = shipping.towards(target)
    found = Shipment(
        ships=_carried(ships),
        undoes=_carried(undoes),
        safety=safety_of(service, action, shipping, target, now),
        more=any(one is not None and (one.more or len(one.commits) > KEPT) for one in (ships, undoes)),
        reverts=tuple(named for one in ships.commits for named in one.reverts) if ships is not None else (),
    )
    unheard = _unheard(ships) if action is Action.CUTOVER else ()
    return replace(found, notes=(*_notes(found, action, target), *unheard))


def _unheard(ships: Batch | None) -> tuple[str, ...]:
    """What is said where whoever was asked for tests did not tell: that is no pass."""
    number, why = ships.unheard() if ships is not None else (0, "")
    if ships is None or not number:
        return ()
    return (f"whether tests of {number} of {len(ships.commits)} commits passed is not known: {why}",)


def taken_back(plan: Plan) -> Shipment:
    """Of the way back of a cutover, by what was known when that was planned."""
    there = plan.shipment
    found = replace(there, ships=there.undoes, undoes=there.ships, reverts=(), notes=())
    return replace(found, notes=tuple(_notes(found, Action.ROLLBACK, plan.source)))


def safety_of(service: Service, action: Action, shipping: Shipping, target: Colour, now: float) -> Safety:
    """Of a cutover: can it be taken back? Of a rollback, and of a cutover that goes back: can this be undone?

    A rollback to what is not known to have carried the traffic is as good as a release of what it brings in.
    """
    if action is not Action.ROLLBACK:
        return shipping.after(target, now)
    brings, undoes = shipping.towards(target)
    found, record = shipping.safety(undoes, now), service.record
    proven = record is not None and is_proven(record, service.side(target))
    if proven or brings is None or not brings.commits:
        return found
    brought = shipping.safety(brings, now)
    if brought.verdict is Safe.NO or (brought.verdict is Safe.UNKNOWN and found.verdict is Safe.YES):
        return Safety(brought.verdict, f"{target.upper()} brings in {brought.reason}", brought.commits)
    return found


def _notes(shipment: Shipment, action: Action, target: Colour) -> Iterator[str]:
    """What must be read of it, the gravest first."""
    what = "going back afterwards is" if action is Action.CUTOVER else "going back is"
    found = shipment.safety
    if found.verdict is Safe.NO:
        yield f"{what} NOT safe: {found.reason}"
    elif found.verdict is Safe.UNKNOWN:
        yield f"whether {what} safe is not known: {found.reason}"
    if action is not Action.CUTOVER:
        return
    untested = [one for one in shipment.ships or () if one.untested]
    if untested:
        tests = {one.sha: f"{one.words} ({_TESTS[CiState(one.tests)]})" for one in untested}
        yield f"ships without passing tests: {_first(list(tests.values()))}"
    if shipment.undoes:
        first = _first([one.words for one in shipment.undoes])
        yield f"{target.upper()} lacks what is live now, which it would undo: {first}"


def _first(words: Sequence[str]) -> str:
    more = f" and {len(words) - 3} more" if len(words) > 3 else ""
    return f"{', '.join(words[:3])}{more}"


def _carried(batch: Batch | None) -> tuple[Carried, ...] | None:
    if batch is None:
        return None
    newest, older = batch.commits[:KEPT], batch.commits[KEPT:]
    # a revert is kept as well: what is reverted itself later must be known to have been taken back
    return tuple(_kept(one) for one in (*newest, *[one for one in older if one.alarming or one.reverts][:KEPT]))


def _kept(one: Marked) -> Carried:
    commit = one.commit
    state, back = commit.ci.state, one.reverted_by
    return Carried(commit.sha, commit.subject[:_SUBJECT], commit.at, one.flags, one.ids, state, one.reverts, back)
