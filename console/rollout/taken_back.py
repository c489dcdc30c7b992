"""What was rolled back and may not go out again by itself: versions, and the commits that they shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.model.marks import NO_VERSION
from console.model.record import Barred, Undone
from console.model.shipping import is_named
from console.plan.plan import Action, Carried, Shipment
from console.rollout.both_places import BothPlaces
from console.rollout.records import Rollout, RolloutState


def barred(places: BothPlaces, rollouts: Sequence[Rollout], allowed: Mapping[str, float]) -> tuple[Barred, ...]:
    """Each version whose last move was that it was taken back, unless it was allowed since. `rollouts`: newest first.

    `allowed`: what somebody has allowed, with the moment (Unix seconds).
    """
    found: dict[str, Barred] = {}
    settled: set[str] = set()
    for number, rollout in enumerate(rollouts):
        version, at = _version(rollout, rollouts[number + 1 :]), _ended(rollout)
        if rollout.state is RolloutState.DONE and rollout.plan.action.moves_traffic:
            settled.add(rollout.plan.target_version)  # carries the traffic since
        if version in NO_VERSION or version in found or version in settled or at <= allowed.get(version, 0.0):
            continue
        if places.wrote(rollout.id):
            found[version] = Barred(version, rollout.id, at, rollout.reason or rollout.sentence)
    return tuple(found.values())


def undone(
    places: BothPlaces,
    rollouts: Sequence[Rollout],
    allowed: Mapping[str, float],
    blamed: Mapping[str, Mapping[str, str]],
) -> tuple[tuple[Undone, ...], tuple[Barred, ...]]:
    """The commits that were taken back and have not been shipped or allowed since, by themselves or as a release.

    Where somebody has named the bad ones, these alone. What has shipped together with its revert is not in service: it
    stays one of them, with the revert. And the versions of which nobody knows the commits.
    """
    found: dict[str, Undone] = {}
    untold: dict[str, Barred] = {}
    settled: set[str] = set()
    reverts: list[Carried] = []
    for number, rollout in enumerate(rollouts):
        version, at = _version(rollout, rollouts[number + 1 :]), _ended(rollout)
        named = blamed.get(rollout.id, {})
        if rollout.state is RolloutState.DONE:
            settled |= {ident for one in _stayed(rollout.plan.shipment) for ident in one.ids}
            reverts += [one for one in rollout.plan.shipment.ships or () if one.reverts and not one.reverted_by]
        if not version or at <= allowed.get(version, 0.0) or not places.wrote(rollout.id):
            continue
        taken = _taken(rollout, rollouts[number + 1 :])
        if taken is None and not named:
            untold.setdefault(version, Barred(version, rollout.id, at, rollout.reason or rollout.sentence))
        if named:
            listed = {one.sha: one for one in taken or ()}
            taken = tuple(listed.get(sha, Carried(sha, "", 0.0, ids=(sha,))) for sha in named)
        for one in taken or ():
            if not settled.intersection(one.ids) and all(at > allowed.get(ident, 0.0) for ident in one.ids):
                ids, why = one.ids or (one.sha,), named.get(one.sha, "")
                found.setdefault(one.sha, Undone(ids, one.subject, version, rollout.id, at, why, _revert(ids, reverts)))
    return tuple(found.values()), tuple(untold.values())


def _stayed(shipment: Shipment) -> Sequence[Carried]:
    """What ships and is not taken back by what ships with it."""
    ships, gone = shipment.ships or (), shipment.reverts
    return [one for one in ships if not one.reverted_by and not any(is_named(one.ids, named) for named in gone)]


def _revert(ids: Sequence[str], reverts: Sequence[Carried]) -> tuple[str, ...]:
    """By which names the commit is known that took this one back, of those that have shipped since."""
    by = (one for one in reverts if any(is_named(ids, named) for named in one.reverts))
    return next((one.ids or (one.sha,) for one in by), ())


def _taken(rollout: Rollout, earlier: Sequence[Rollout]) -> Sequence[Carried] | None:
    """The commits that it took back; where it could not tell, those that its version shipped. None: nobody knows."""
    plan, shipment = rollout.plan, rollout.plan.shipment
    taken = shipment.undoes if plan.action is Action.ROLLBACK else shipment.ships
    if taken is not None:
        return taken
    cutovers = (one.plan for one in earlier if one.plan.action is Action.CUTOVER)
    same = (one.shipment.ships for one in cutovers if one.target_version == _version(rollout, earlier))
    return next((ships for ships in same if ships is not None), None)


def _version(rollout: Rollout, earlier: Sequence[Rollout]) -> str:
    """The version that a rollout took out of service as unfit; empty where it took none. `earlier`: newest first."""
    plan = rollout.plan
    if plan.action is Action.CUTOVER and rollout.state is RolloutState.ROLLED_BACK:
        # begun while both served it was rolled back only if the other one had carried the traffic before
        went_back = not plan.intent.no_before or _carried(earlier) == plan.source_version
        return plan.target_version if went_back else ""
    if plan.action is Action.ROLLBACK and rollout.state is RolloutState.DONE:
        return plan.source_version
    return ""


def _carried(rollouts: Sequence[Rollout]) -> str:
    """The version that carried all traffic last, by these, newest first; empty where they do not tell."""
    for rollout in rollouts:
        if rollout.plan.action.moves_traffic and rollout.state is RolloutState.DONE:
            return rollout.plan.target_version
        if rollout.plan.action is Action.CUTOVER and rollout.state is RolloutState.ROLLED_BACK:
            return "" if rollout.plan.intent.no_before else rollout.plan.source_version
    return ""


def _ended(rollout: Rollout) -> float:
    return rollout.ended_at or rollout.created_at
