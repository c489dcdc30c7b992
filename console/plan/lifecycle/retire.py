"""A colour is deleted, last of all: out of the pool, stopped, then deleted, one by one (DESIGN §6, rule 11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from console.config.model import Kind
from console.model.colour import Colour
from console.model.health import healthy_count, judge
from console.model.instance import Instance
from console.plan import course
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.desired import Desired, GroupGone, MemberGone, ServerGone, ServerLocked, ServerStopped
from console.plan.lifecycle.common import PENDING_DEADLINE, counted, made_plan, reconcile
from console.plan.orders import RetireOrder, TakeBackOrder
from console.plan.plan import Plan, Refusal, Step, StepKind
from console.plan.steps import prove_that
from console.plan.unlabelled import unlabelled
from console.plan.withheld import kept, unsettled

DELETE_DEADLINE = 300.0  # seconds, for each instance


def plan(asked: Asked, order: RetireOrder) -> Plan | Refusal:
    """Delete every instance of the target colour."""
    going = tuple(asked.service.side(asked.target).instances)
    refusal = kept(asked.service, asked.target, asked.now) or unsettled(asked.service)
    refusal = refusal or _refused(asked, going, begun=order.begun)
    if refusal is not None:
        return refusal
    colour, other = asked.target.upper(), asked.target.other.upper()
    steps = [
        reconcile(asked, (f"no instance of {colour} has traffic", f"{other} is healthy")),
        prove_that(asked.service, asked.config, asked.target.other),
        *_locked(asked),
        *removal(asked, going, asked.basis, group=order.group),
    ]
    return made_plan(
        asked,
        steps,
        summary=f"{counted(len(going))} of {colour} {asked.service.side(asked.target).version} deleted, one by one: "
        "out of the pool, stopped, deleted. There is no way back but another launch.",
        goal=f"{colour} is gone: {counted(len(going))} deleted; {other} carries all traffic",
        notes=(*_notes(asked, going), *order.notes),
    )


def take_back(asked: Asked, order: TakeBackOrder) -> Plan | Refusal:
    """Delete exactly what a launch has made; nothing of it ever had traffic."""
    going = [
        one
        for one in asked.service.side(asked.target).instances
        if one.server is not None and set(one.server.tags) & set(order.tags)
    ]
    serving = [one.name for one in going if asked.service.in_rotation(one)]
    if serving and asked.config.rotation.kind != Kind.POWER:
        return Refusal(
            "live",
            f"{', '.join(serving)}: in rotation by now",
            f"finish it; then take them away again: `bluegreen scale {asked.service.name} --remove N`"
            if asked.service.live is asked.target
            else "go back first: `bluegreen rollback`; then retire them",
            11,
            tuple(serving),
        )
    others = [one for side in asked.service.colours for one in side.instances if one not in going]
    working = [one for one in others if asked.service.in_rotation(one)] if serving else []
    well = [one for one in working if judge(asked.service, one, asked.now).healthy]
    if serving and not well:
        return Refusal(
            "floor",
            f"{', '.join(serving)} work by now, and no other worker of {asked.service.name} is seen to be healthy",
            "start the others first: `bluegreen rollback`; or keep what was launched",
            1,
            tuple(serving),
        )
    alone = len(going) == len(asked.service.side(asked.target).instances)
    steps = [
        reconcile(asked, ("what is deleted carries this operation's tag, and has no traffic",)),
        *removal(asked, going, asked.basis, group=order.group if alone else "", operation=order.tags, staying=well),
    ]
    return made_plan(
        asked,
        steps,
        summary=f"What this launch has made is deleted: {counted(len(going))} of {asked.target.upper()}, nothing else.",
        goal=f"what was launched is gone: {counted(len(going))}",
    )


def removal(
    asked: Asked,
    going: Sequence[Instance],
    basis: Basis,
    *,
    group: str = "",
    operation: Sequence[str] = (),
    staying: Sequence[Instance] = (),
) -> Iterator[Step]:
    """Members first, one by one; then servers: unlocked, stopped, deleted.

    `operation`: of these tags each has one. `staying`: who must be healthy before each of these steps.
    """
    well = tuple(one.key for one in staying)
    for step in _removal(asked, going, basis, group, operation):
        yield replace(step, healthy=well, checks=(*step.checks, *_STAYING[: len(well)]))


_STAYING = ("those that stay are healthy",)


def _removal(
    asked: Asked, going: Sequence[Instance], basis: Basis, group: str, operation: Sequence[str]
) -> Iterator[Step]:
    names = {member.id: one.name for one in going for member in one.members}
    leave: list[tuple[str, Desired]] = [
        (member.id, MemberGone(pool.id, member.id, names[member.id]))
        for pool in basis.pools
        for member in pool.members
        if member.id in names
    ]
    if leave:
        yield _step(basis, leave, "leave", f"out of the pool: {counted(len(leave), 'member')}", _LEAVE)
    servers = [one.server for one in going if one.server is not None]
    if locked := [(one.id, ServerLocked(one.id, one.name, locked=False)) for one in servers if one.locked]:
        yield _step(basis, locked, "unlock", f"unlock {counted(len(locked))}", _UNLOCK)
    works = asked.config.rotation.kind == Kind.POWER  # what a launch has made had no traffic, but a worker works
    running = [one for one in servers if one.status == "ACTIVE" and (works or not operation)]
    if running:
        stops = [(one.id, ServerStopped(one.id, one.name)) for one in running]
        yield _step(basis, stops, "stop", f"stop {counted(len(running))}", _STOP)
    if servers:
        tag = {one.id: next((tag for tag in one.tags if tag in operation), "") for one in servers}
        gone = [(one.id, ServerGone(one.id, one.name, asked.target, tag[one.id])) for one in servers]
        yield _step(basis, gone, "delete", f"delete {counted(len(servers))}", _DELETE)
    if group:
        yield _step(basis, [("", GroupGone(group))], "group", "the server group", _GROUP)


def _locked(asked: Asked) -> Iterator[Step]:
    """What serves from here on alone is locked first, where the config says so.

    Workers are not: a locked server cannot be stopped, and stopping it is how another colour takes over (409, Nova).
    """
    if not asked.config.launch.lock or asked.config.rotation.kind == Kind.POWER:
        return
    colour = asked.target.other
    reason = f"serves {asked.service.name} as {colour.upper()}; bluegreen unlocks it when it is retired"
    serving = [one.server for one in asked.service.side(colour).instances if asked.service.in_rotation(one)]
    open_ones = [one for one in serving if one is not None and not one.locked]
    if open_ones:
        locks = [(one.id, ServerLocked(one.id, one.name, locked=True, reason=reason)) for one in open_ones]
        yield _step(asked.basis, locks, "lock", f"lock {counted(len(locks))} of {colour.upper()}", _LOCK)


_LOCK = "With the other colour gone there is nothing to go back to: what serves is locked against deletion by accident."
_LEAVE = "Each is removed by a write of its own, which cannot hit a member that somebody else has added."
_UNLOCK = "They were locked against deletion by accident; this is on purpose."
_STOP = "Stopped, they still can be started again: the last moment to notice that somebody needs them."
_DELETE = (
    "One at a time, each looked at again right before: in no pool, of this service and colour. The first surprise "
)
_DELETE += "ends it. This cannot be undone."
_GROUP = "Nothing is in it any more."


def _step(basis: Basis, desired: Sequence[tuple[str, Desired]], ident: str, title: str, words: str) -> Step:
    writes = tuple(course.write(one, basis, key if len(desired) > 1 else "") for key, one in desired)
    return Step(
        id=ident,
        kind=StepKind.REMOVE,
        title=title,
        words=words,
        deadline=PENDING_DEADLINE if ident == "leave" else DELETE_DEADLINE,
        outcome="it stops where it is, and needs a human",
        writes=writes,
        checks=("each is re-checked right before",),
    )


def _refused(asked: Asked, going: Sequence[Instance], *, begun: bool) -> Refusal | None:
    service, target = asked.service, asked.target
    colour, other = target.upper(), target.other.upper()
    if not going and not begun:
        return Refusal("gone", f"{colour} of {service.name} has no instances: there is nothing to delete", "", 11)
    serving = tuple(one.name for one in going if service.in_rotation(one))
    if serving:
        return Refusal(
            "live",
            f"{', '.join(serving)} of {colour} {'has' if len(serving) == 1 else 'have'} traffic",
            f"cut over to {other} first; what serves is never deleted",
            11,
            serving,
        )
    static = tuple(one.name for one in going if one.server is None)
    if static:
        return Refusal(
            "unknown",
            f"Nova lists no server for {', '.join(static)} of {colour}",
            "that is not this program's to delete: take it out of the pool by hand",
            11,
            static,
        )
    held = tuple(one.name for one in going if one.held_by is not None)
    if held:
        who = ", ".join(sorted({str(one.held_by) for one in going if one.held_by}))
        return Refusal("held", f"{', '.join(held)} of {colour} are held by {who}", "release the hold first", 11, held)
    busy = tuple(one.name for one in going if one.server is not None and one.server.task_state)
    if busy:
        return Refusal("busy", f"{', '.join(busy)} are being changed", "wait until Nova is done with them", 4, busy)
    return _other_serves(asked, target.other)


def _other_serves(asked: Asked, colour: Colour) -> Refusal | None:
    """What stays must carry the traffic, and be well."""
    service, side = asked.service, asked.service.side(colour)
    well = healthy_count(service, side, asked.now)
    serving = [one for one in side.instances if service.in_rotation(one)]
    if not serving:
        return unlabelled(service, asked.config) or Refusal(
            "floor",
            f"{colour.upper()} carries no traffic: with {asked.target.upper()} gone nothing would be left to serve",
            "cut over first",
            1,
        )
    ill = [f"{one.name}: {found.reason}" for one in serving if not (found := judge(service, one, asked.now)).healthy]
    if ill:
        return Refusal(
            "unproven",
            f"{colour.upper()} is not well ({well} of {len(serving)}): {'; '.join(ill)}",
            f"{asked.target.upper()} is the way back as long as it is there: mend {colour.upper()} first",
            11,
        )
    return None


def _notes(asked: Asked, going: Sequence[Instance]) -> Iterator[str]:
    servers = [one.server for one in going if one.server is not None]
    for server in servers:
        if server.volumes:
            yield f"{server.name} has volumes, which stay unless they are deleted with it: {', '.join(server.volumes)}"
        floating = [one.ip for one in server.addresses if one.floating]
        if floating:
            yield f"{server.name} has floating IPs, which stay in the project: {', '.join(floating)}"
        if server.locked and server.locked_reason:
            yield f"{server.name} is locked: {server.locked_reason}"
    cost = asked.config.launch.cost_per_hour * len(servers)
    if cost:
        yield f"that frees {counted(len(servers))}, {cost:g} an hour"
    if asked.config.vip is None:
        yield "not proven from outside: no vip check is configured"
