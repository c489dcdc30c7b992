"""How a service is released, by the record: the four figures of DORA, and releases week by week. Pure.

A release is a cutover that wrote something and ended: done, or taken back. It failed where it was taken back, by itself
or by a rollback of what it shipped; so one that stopped in the middle counts once somebody has gone back from it. Lead
time: from the commit (the committer's time, near enough the merge) to the end of the cutover that shipped it. Recovery:
from the end of a cutover that failed (of one that did not arrive: from its start) until the version before carried all
traffic again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from console.plan.plan import Action
from console.rollout.records import Rollout, RolloutState

WEEK = 7 * 86400.0
WEEKS = 12  # of history


@dataclass(frozen=True, slots=True)
class Week:
    """Releases that ended in one week, and those of them that were taken back."""

    releases: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """The figures over the last WEEKS weeks. Times in seconds; None where there is nothing to tell them from.

    `weeks`: the oldest first; the last one ends now. `per_week`: over the weeks since the first of these releases.
    `lead` and `recovery` are medians, `failure_rate` a share. `commits`: how many the lead time is from.
    """

    weeks: tuple[Week, ...] = (Week(),) * WEEKS
    releases: int = 0
    failures: int = 0
    per_week: float = 0.0
    lead: float | None = None
    commits: int = 0
    recovery: float | None = None

    @property
    def failure_rate(self) -> float | None:
        """The share of releases that were taken back."""
        return self.failures / self.releases if self.releases else None


def delivery(rollouts: Sequence[Rollout], wrote: Callable[[Rollout], bool], now: float) -> Delivery:
    """The figures of one service from its rollouts, whatever their order. `wrote`: whether a call was sent."""
    ended = sorted((one for one in rollouts if one.ended_at is not None), key=_end)
    recent = (one for one in ended if now - WEEKS * WEEK < _end(one) <= now)
    releases = [one for one in recent if _is_release(one, ended) and wrote(one)]
    if not releases:
        return Delivery()
    recovered = {one.id: found for one in releases if (found := _recovery(one, ended)) is not None}
    shipped = {  # one that was taken back and shipped again counts once, by the last time
        commit.sha: _end(one) - commit.at
        for one in releases
        if one.state is RolloutState.DONE
        for commit in one.plan.shipment.ships or ()
        if 0 < commit.at <= _end(one)
    }
    leads = list(shipped.values())
    weeks = [Week()] * WEEKS
    for one in releases:
        at = WEEKS - 1 - int((now - _end(one)) // WEEK)
        weeks[at] = Week(weeks[at].releases + 1, weeks[at].failures + (one.id in recovered))
    span = max((now - _end(releases[0])) / WEEK, 1.0)
    return Delivery(
        weeks=tuple(weeks),
        releases=len(releases),
        failures=len(recovered),
        per_week=len(releases) / span,
        lead=median(leads) if leads else None,
        commits=len(leads),
        recovery=median(recovered.values()) if recovered else None,
    )


def _end(rollout: Rollout) -> float:
    return rollout.ended_at if rollout.ended_at is not None else rollout.created_at


def _is_release(rollout: Rollout, ended: Sequence[Rollout]) -> bool:
    if rollout.plan.action is not Action.CUTOVER:
        return False
    stopped = rollout.state in (RolloutState.STOPPED, RolloutState.LEFT) and _recovery(rollout, ended) is not None
    return stopped or rollout.state in (RolloutState.DONE, RolloutState.ROLLED_BACK)


def _recovery(release: Rollout, ended: Sequence[Rollout]) -> float | None:
    """Seconds until what a release did was taken back; None where it was not."""
    if release.state is RolloutState.ROLLED_BACK:
        return _end(release) - release.created_at
    for later in ended:
        if later.state is not RolloutState.DONE or _end(later) <= _end(release):
            continue
        if later.plan.action is Action.ROLLBACK:
            undone = later.plan.source_version == release.plan.target_version
            began = _end(release) if release.state is RolloutState.DONE else release.created_at
            return _end(later) - began if undone else None
        if later.plan.action is Action.CUTOVER:
            return None
    return None
