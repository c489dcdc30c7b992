"""Instances are made: a group that spreads them, the servers, their members at weight 0, and their health there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from shlex import quote

from console.config.model import Kind
from console.model.health import judge
from console.model.server import Server
from console.model.service import Service
from console.plan import course
from console.plan.asked import Asked
from console.plan.desired import GroupMade, ServerGone, ServerMade
from console.plan.lifecycle.common import counted, made_plan, reconcile
from console.plan.lifecycle.entering import enter, not_seen_first
from console.plan.orders import LaunchOrder
from console.plan.plan import Action, Plan, Refusal, Step, StepKind

SPREAD = "soft-anti-affinity"  # a hard one fails when there are fewer hosts than instances (facts: Nova 2.4)
OPERATION = "op:"  # prefix of the tag by which a request is found again
_IS = {False: "carries no traffic", True: "serves"}  # by whether more of it are added


def plan(asked: Asked, order: LaunchOrder) -> Plan | Refusal:
    """Make what is missing of the order's instances, and wait until all of them are healthy where they stand."""
    refusal = _refused(asked, order)
    if refusal is not None:
        return refusal
    side, colour = asked.service.side(asked.target), asked.target.upper()
    failed = {server.name for server in _failed(asked)}
    missing = [name for name in order.new if name in failed or name not in {one.name for one in side.instances}]
    scaled = asked.intent.action is Action.SCALE
    steps = [reconcile(asked, ("the names are free", f"{colour} {_IS[scaled]}")), *_clear(asked)]
    if order.group and missing:
        steps.append(_group(asked, order))
    if missing:
        steps.append(_launch(asked, order, missing))
    steps += enter(asked, order)
    steps.append(_health(asked, order))
    there = f"; {len(order.new) - len(missing)} are there already" if len(missing) < len(order.new) else ""
    what = f"{counted(len(missing))} of {colour} from {order.image_name} (image {order.image_id}, {order.flavor_name})"
    summary = f"{what} made{there}, entered at weight 0 and checked there: no client gets to them."
    if asked.config.rotation.kind == Kind.POWER:
        summary = f"{what} made{there}. Workers have no load balancer in front: they work from the moment they boot."
    if scaled and asked.config.rotation.kind != Kind.POWER:
        summary = f"{what} made{there}, checked at weight 0, and then taken into rotation."
    return made_plan(
        asked,
        steps,
        summary=summary,
        goal=f"{colour} {_short(order.version) or order.image_name} stands by, {counted(len(order.names))} healthy",
        notes=(*_notes(asked, order), *order.notes),
        target_version=_short(order.version) or order.image_name,
    )


def _refused(asked: Asked, order: LaunchOrder) -> Refusal | None:
    service, target = asked.service, asked.target
    colour, side = target.upper(), service.side(target)
    serving = [one.name for one in side.instances if service.in_rotation(one)]
    ill = [server for server in _in_error(asked) if server not in _failed(asked)]
    if ill:  # it ran once, or nobody knows who made it: that is no build to be cleared away
        names = tuple(server.name for server in ill)
        return Refusal(
            "error",
            f"{', '.join(names)} of {colour} is in ERROR: {ill[0].fault or 'Nova does not say why'}",
            f"look at it: `openstack server show {ill[0].id}`; mend it, or delete it yourself, then plan again",
            11,
            names,
        )
    if serving and asked.intent.action is Action.LAUNCH and asked.config.rotation.kind != Kind.POWER:
        return Refusal(
            "live",
            f"{colour} carries traffic: {', '.join(serving)}",
            f"launch the other colour: --to {target.other}; or add more of the same with `bluegreen scale`",
            2,
            tuple(serving),
        )
    return not_seen_first(asked) or _mixed(asked, order)


def _mixed(asked: Asked, order: LaunchOrder) -> Refusal | None:
    """A colour is of one image: two in one would be shifted, judged and taken back as if they were the same."""
    service, target = asked.service, asked.target
    colour, side = target.upper(), service.side(target)
    alike = _alike(asked, order)
    strangers = tuple(one.name for one in side.instances if one.name not in order.names)
    other = tuple(name for name, same in alike.items() if same is False)
    if strangers or other:
        runs = f"run {side.version}" if side.versions else "are there"
        image = f", of another image than {order.image_name}, and a colour is of one" if other and not strangers else ""
        return Refusal(
            "there",
            f"{counted(len(side.instances))} of {colour} {runs} already{image}: {', '.join(strangers or other)}",
            _instead(asked, order),
            2,
            strangers or other,
        )
    untold = tuple(name for name, same in alike.items() if same is None)
    if untold and asked.intent.action is Action.SCALE:  # it would serve with no gate and no bake before it
        return Refusal(
            "untold",
            f"whether {', '.join(untold)} of {colour} run the release of {order.image_name} cannot be told: "
            "neither image nor version can be compared",
            _instead(asked, order),
            2,
            untold,
        )
    return None


def _alike(asked: Asked, order: LaunchOrder) -> dict[str, bool | None]:
    """Whether each instance that stays runs what is ordered, by name: by its image, else by its version, else None.

    A server that was booted from a volume has no image.
    """
    failed = {server.name for server in _failed(asked)}
    found: dict[str, bool | None] = {}
    for one in asked.service.side(asked.target).instances:
        image_id = one.server.image_id if one.server is not None else None
        if one.name in failed:
            continue
        if image_id:
            found[one.name] = image_id == order.image_id
        else:
            known = bool(order.version) and one.version is not None
            found[one.name] = one.version.value == order.version if known and one.version is not None else None
    return found


def _instead(asked: Asked, order: LaunchOrder) -> str:
    """What to do where another release is in the colour. `retire` deletes the idle one: said of that one only."""
    name, target = asked.service.name, asked.target
    if asked.service.live is target.other:
        return f"cut over to them, or retire them first: `bluegreen retire {name}`"
    if asked.service.live is target:
        return (
            f"launch the other colour with it: `bluegreen launch {name} --to {target.other} --image {order.image_id}`"
        )
    return "finish what is under way first: it is not clear which colour is live"


def _in_error(asked: Asked) -> list[Server]:
    servers = [one.server for one in asked.service.side(asked.target).instances if one.member is None]
    return [server for server in servers if server is not None and server.status == "ERROR"]


def _failed(asked: Asked) -> list[Server]:
    """Builds of an earlier attempt that failed: made by an operation of ours, and never launched."""
    return [server for server in _in_error(asked) if _operation(server.tags) and not server.launched]


def _clear(asked: Asked) -> Iterator[Step]:
    """What failed holds names, quota and ports."""
    broken = _failed(asked)
    if not broken:
        return
    writes = [
        course.write(
            ServerGone(server.id, server.name, asked.target, _operation(server.tags)), asked.basis, server.name
        )
        for server in broken
    ]
    faults = "; ".join(f"{server.name}: {server.fault or 'ERROR'}" for server in broken)
    yield Step(
        id="clear",
        kind=StepKind.REMOVE,
        title=f"delete {counted(len(broken))} that could not be built",
        words=f"They were never in any pool: {faults}",
        deadline=300.0,
        outcome="it stops and needs a human",
        writes=tuple(writes),
        checks=("each is in ERROR and in no pool",),
    )


def _operation(tags: tuple[str, ...]) -> str:
    return next((tag for tag in tags if tag.startswith(OPERATION)), "")


def _group(asked: Asked, order: LaunchOrder) -> Step:
    return Step(
        id="group",
        kind=StepKind.WRITE,
        title="a server group",
        words="Nova is asked to keep the instances of the colour on different hosts, as far as it can: one host that "
        "dies takes one of them.",
        deadline=60.0,
        outcome="it stops; nothing was made",
        writes=(course.write(GroupMade(order.group, SPREAD), asked.basis),),
        checks=(f"there is a server group {order.group}",),
    )


def _launch(asked: Asked, order: LaunchOrder, missing: list[str]) -> Step:
    writes = tuple(
        course.write(_made(asked, order, name, turn), asked.basis, name) for turn, name in enumerate(missing)
    )
    zones = f", spread over {', '.join(order.zones)}" if len(order.zones) > 1 else ""
    again = f"A build that fails is deleted and tried again, {order.retries} times at most"
    return Step(
        id="launch",
        kind=StepKind.LAUNCH,
        title=f"launch {counted(len(missing))}",
        words=f"One request for each, {order.at_once} under way at once{zones}. {again}"
        f"{', in the next zone' if len(order.zones) > 1 else ''}. Each carries a tag of this operation: what it "
        "makes is found again if an answer is lost, and can be taken back exactly.",
        deadline=order.deadline * (1 + order.retries),
        outcome="it stops; what was built stays, and `resume` goes on or takes it back",
        writes=writes,
        at_once=order.at_once,
        checks=("each is ACTIVE",),
        names=order.new,
    )


def _made(asked: Asked, order: LaunchOrder, name: str, turn: int) -> ServerMade:
    body: dict[str, object] = {
        "imageRef": order.image_id,
        "flavorRef": order.flavor_id,
        "networks": [{"uuid": network} for network in order.networks],
        "metadata": dict(order.metadata),
        "tags": list(order.tags),
    }
    if order.security_groups:
        body["security_groups"] = [{"name": group} for group in order.security_groups]
    if order.key:
        body["key_name"] = order.key
    return ServerMade(
        name=name,
        colour=asked.target,
        body=body,
        group=order.group,
        zones=order.zones,
        turn=turn,
        user_data=order.user_data,
        retries=order.retries,
        deadline=order.deadline,
    )


def _health(asked: Asked, order: LaunchOrder) -> Step:
    return Step(
        id="health",
        kind=StepKind.HEALTH,
        title="healthy where they stand",
        words="Nova, the load balancer's monitor and our own probe must agree for each instance, twice in a row. "
        "An instance that has booted is not yet one that works.",
        deadline=order.deadline,
        outcome="it stops and names who is not well, and why; nothing serves from it",
        checks=(f"{counted(len(order.new))} healthy",),
        names=order.new,
    )


def _notes(asked: Asked, order: LaunchOrder) -> Iterator[str]:
    service, config = asked.service, asked.config
    live = len(service.side(asked.target.other).instances)
    if asked.intent.action is Action.LAUNCH and 0 < len(order.names) < live:
        yield f"{asked.target.upper()} will have {len(order.names)} instances, and {live} serve now: a cutover needs "
        yield f"release.min_ratio below {len(order.names) / live:g}"
    if asked.intent.action is Action.LAUNCH:
        yield from _held_back(service, order)
        if config.commits is not None and order.version:
            yield f"what it ships: `bluegreen commits {config.name} --with {quote(order.version)}`"
    if cost := config.launch.cost_per_hour * len(order.new):
        together = "both colours together cost" if asked.intent.action is Action.LAUNCH else "the colour costs"
        until = " until one of them is retired" if asked.intent.action is Action.LAUNCH else ""
        yield f"{together} {cost:g} more an hour{until}"
    if not order.version:
        yield f"image {order.image_name} tells no version by which its answers could be told apart"
    if untold := [name for name, same in _alike(asked, order).items() if same is None]:
        yield f"whether {', '.join(untold)} run the release of {order.image_name} cannot be told: no image, no version"
    ill = [one.name for one in service.side(asked.target.other).instances if not judge(service, one, asked.now).healthy]
    if ill and asked.intent.action is Action.LAUNCH:
        yield f"of what serves now, {', '.join(ill)} is not healthy"


def _held_back(service: Service, order: LaunchOrder) -> Iterator[str]:
    """What will be refused at the cutover is said before anything is made."""
    record = service.record
    if record is None:
        return
    if bar := record.bar_on(_short(order.version)):
        yield f"{bar.version} was rolled back, {bar.when}: a cutover to it is refused until somebody allows it"
    elif record.undone:
        first = record.undone[0]
        held = f"{counted(len(record.undone), 'commit')} of {first.version} held back since it was rolled back"
        yield f"{held}: a cutover to an image with one of them, and without its revert, is refused"


def _short(version: str) -> str:
    return version[:7] if re.fullmatch("[0-9a-f]{40}", version) else version
