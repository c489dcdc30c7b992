"""Every kind of desired state by its type: how a write of it is looked after."""

from __future__ import annotations

from console.plan import desired as states
from console.plan.desired import DefaultPool, MemberState, PolicyGone, Power, PreviewPolicy, PreviewRule, Weights
from console.plan.plan import Plan, Step, Write
from console.rollout.runner.kinds import groups, members, servers
from console.rollout.runner.kinds.default_pool import DefaultPoolUnderWay
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.kinds.making import ServerMadeUnderWay
from console.rollout.runner.kinds.power import PowerUnderWay
from console.rollout.runner.kinds.preview import PreviewUnderWay
from console.rollout.runner.kinds.weights import BatchUnderWay
from console.rollout.runner.run import Run

_KINDS: dict[type, type[UnderWay]] = {
    Weights: BatchUnderWay,
    DefaultPool: DefaultPoolUnderWay,
    Power: PowerUnderWay,
    MemberState: BatchUnderWay,
    PreviewPolicy: PreviewUnderWay,
    PreviewRule: PreviewUnderWay,
    PolicyGone: PreviewUnderWay,
    states.ServerMade: ServerMadeUnderWay,
    states.ServerLabelled: servers.ServerLabelledUnderWay,
    states.ServerTagged: servers.ServerTaggedUnderWay,
    states.ServerLocked: servers.ServerLockedUnderWay,
    states.ServerStopped: servers.ServerStoppedUnderWay,
    states.ServerGone: servers.ServerGoneUnderWay,
    states.GroupMade: groups.GroupMadeUnderWay,
    states.GroupGone: groups.GroupGoneUnderWay,
    states.MembersEntered: members.MembersEnteredUnderWay,
    states.MembersRaised: members.MembersRaisedUnderWay,
    states.MembersLabelled: members.MembersLabelledUnderWay,
    states.MemberGone: members.MemberGoneUnderWay,
}


def under_way(run: Run, plan: Plan, step: Step, write: Write) -> UnderWay:
    """The write, as the engine carries it out."""
    return _KINDS[type(write.desired)](run, plan, step, write)
