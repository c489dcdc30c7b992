"""Who of the target colour goes into rotation, at which weight, and who stays out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour, Role
from console.model.health import Health, judge, startable
from console.model.instance import Instance
from console.model.service import POOLS, POWER, ColourSet, Service
from console.plan.asked import Asked
from console.plan.backups import standing_by
from console.plan.drained import DRAINED
from console.plan.plan import Action, Intent, Refusal
from console.plan.stood import out_words, was_out
from console.plan.switches import gaining


@dataclass(slots=True)
class Candidates:
    """Instances of one colour, sorted into what happens to them.

    `enter`: with the weight of each of their members in rotation, by the member's id. `out`: kept out on purpose, with
    the reason. `untagged`: at weight 0 and nobody recorded whether they belong in rotation. `unfit`: wanted, but not
    healthy where they stand, with the reason.
    """

    enter: list[tuple[Instance, Mapping[str, int]]] = field(default_factory=list)
    out: list[tuple[Instance, str]] = field(default_factory=list)
    untagged: list[Instance] = field(default_factory=list)
    unfit: list[tuple[Instance, str]] = field(default_factory=list)

    @property
    def entering(self) -> frozenset[str]:
        """The ids of the members that go into rotation."""
        return frozenset(key for _, weights in self.enter for key, weight in weights.items() if weight)


def candidates(asked: Asked) -> Candidates:
    """Sort the target colour's instances."""
    found, service, intent = Candidates(), asked.service, asked.intent
    usual = usual_weight(service, asked.config, asked.target)
    for instance in service.side(asked.target).instances:
        if out := _kept_out(asked, instance):
            found.out.append((instance, out))
        elif service.rotation == POWER:
            _sort_worker(found, service, instance, intent, asked.now)
        elif not instance.members:
            found.unfit.append((instance, "it is in no pool, so no monitor has seen it healthy where it would serve"))
        else:
            _sort(found, asked, instance, usual)
    return found


def _sort(found: Candidates, asked: Asked, instance: Instance, usual: int) -> None:
    wanted = {one.id: _wanted(asked, one, instance, usual) for one in instance.members}
    weights = {key: weight for key, weight in wanted.items() if weight is not None}
    serves_all = all(one.in_rotation and weights.get(one.id, 257) <= one.weight for one in instance.members)
    if len(weights) < len(wanted):
        found.untagged.append(instance)
    elif serves_all and asked.service.in_rotation(instance) and not _gains(asked, instance):
        found.enter.append((instance, weights))  # has its traffic already; the floor counts only the healthy
    elif reason := _unready(asked.service, instance, asked.intent, asked.now):
        found.unfit.append((instance, reason))
    else:
        found.enter.append((instance, weights))


def _gains(asked: Asked, instance: Instance) -> bool:
    """Whether further clients come to it at the weight that it has: a listener more will send to its pool.

    Where the load balancer's own check of it fails, it sends nobody there, however many listeners do. A backup that
    gets nothing now serves as soon as nobody is before it.
    """
    if any(one.backup for one in instance.members):
        standing = standing_by(asked.service, asked.basis)
        if any(one.id in standing for one in instance.members):
            return True
    if asked.service.rotation != POOLS:
        return False
    gain = gaining(asked)
    return any(
        asked.service.pool_id_of(one) in gain and (one.operating_status != "ERROR" or one.id in instance.parked)
        for one in instance.members
    )


def _unready(service: Service, instance: Instance, intent: Intent, now: float) -> str:
    """Why it may not get traffic; empty where it may."""
    health = judge(service, _as_applied(instance, intent), now)
    parked = service.rotation == POOLS and len(instance.parked) == len(instance.members)
    if health.health is Health.UNKNOWN and intent.unchecked and parked and not service.probed:
        return ""
    return "" if health.healthy else health.reason


def _as_applied(instance: Instance, intent: Intent) -> Instance:
    """On a way back a member in provisioning ERROR is judged by its checks: the write that takes it in heals it.

    After a batch that the load balancer did not apply all of its members are in ERROR, and no way would be open.
    """
    if intent.action is not Action.ROLLBACK or not instance.members:
        return instance
    again = [replace(one, provisioning_status="ACTIVE") for one in instance.members]
    return replace(instance, member=again[0], further=tuple(again[1:]))


def _sort_worker(found: Candidates, service: Service, instance: Instance, intent: Intent, now: float) -> None:
    """A worker that is off is started and seen to work before it counts; one that runs must work already."""
    health = judge(service, instance, now)
    unchecked = intent.unchecked and not service.probed and instance.server is not None and instance.server.running
    if health.healthy or unchecked or startable(instance):
        found.enter.append((instance, {}))
    else:
        found.unfit.append((instance, health.reason))


def names_nobody(service: Service, intent: Intent) -> Refusal | None:
    """Refuse a name that no instance has: a slip of the finger must not decide who serves."""
    instances = [instance for side in service.colours for instance in side.instances]
    unknown = tuple(
        name
        for name in (*intent.take_in, *intent.leave_out)
        if name != "all" and not any(is_named(instance, (name,)) for instance in instances)
    )
    if not unknown:
        return None
    known = ", ".join(instance.name for instance in instances)
    return Refusal("names", f"{service.name} has no instance {', '.join(unknown)}", f"it has: {known}", 0, unknown)


def held_where_it_serves(service: Service, intent: Intent, target: Colour) -> Refusal | None:
    """Refuse a cutover that would take out whom somebody keeps in: a hold says that none does.

    The way back is open: there such an instance goes out with the others, and is named.
    """
    held = holding(service, target.other)
    if not held or intent.action is not Action.CUTOVER or intent.source_fails:
        return None
    words = ", ".join(f"{one.name} (by {one.held_by})" for one in held)
    return Refusal(
        "held",
        f"of {target.other.upper()}, which is to make way, {words} {'is' if len(held) == 1 else 'are'} held where "
        f"{'it serves' if len(held) == 1 else 'they serve'}",
        f"release the hold first: bluegreen unhold {service.name} {held[0].name}",
        2,
        tuple(one.name for one in held),
    )


def holding(service: Service, colour: Colour) -> list[Instance]:
    """Those of a colour that serve and are held."""
    return [one for one in service.side(colour).instances if one.held_by is not None and service.in_rotation(one)]


def usual_weight(service: Service, config: ServiceConfig, target: Colour) -> int:
    """The weight for an instance that has none recorded: configured, else what the others have, else 1."""
    if config.release.weight is not None:
        return config.release.weight
    for side in (service.side(target), service.side(target.other)):
        weights = _weights(side)
        if weights:
            return weights.most_common(1)[0][0]
    return 1


def _weights(side: ColourSet) -> Counter[int]:
    members = (member for instance in side.instances for member in instance.members)
    return Counter(weight for member in members if (weight := member.weight or member.intended_weight))


def _kept_out(asked: Asked, instance: Instance) -> str:
    service, intent = asked.service, asked.intent
    if instance.held_by is not None:
        return f"held by {instance.held_by}"
    if is_named(instance, intent.leave_out):
        return "left out as you said"
    if was_out(asked, instance) and not is_named(instance, (*intent.take_in, *intent.needed)):
        return f"it {out_words(asked)}{'' if intent.undoes else f' (--in {instance.name} takes it in)'}"
    if not instance.members:
        return ""
    if all(one.weight == 0 and one.intended_weight == 0 for one in instance.members):
        return "its recorded weight is 0"
    if instance.key in intent.drained and not intent.drained_needed:
        return DRAINED
    if _drained(service, instance) and not is_named(instance, intent.take_in):
        return "it is at weight 0 while its colour carries all traffic: somebody took it out (--in takes it in)"
    return ""


def _drained(service: Service, instance: Instance) -> bool:
    """In the middle of a shift a weight of 0 may be the shift's; while its colour serves alone it is somebody's."""
    alone = instance.colour is not None and service.role(instance.colour) is Role.LIVE
    return alone and service.rotation != POWER and all(one.weight == 0 for one in instance.members)


def _wanted(asked: Asked, member: Member, instance: Instance, usual: int) -> int | None:
    known = asked.stood.get(member.id)
    if known is not None and not is_named(instance, (*asked.intent.take_in, *asked.intent.needed)):
        return max(known, member.weight)
    if member.full_weight > 0 or member.intended_weight is not None:
        return member.full_weight
    return usual if is_named(instance, asked.intent.take_in) else None


def is_named(instance: Instance, names: tuple[str, ...]) -> bool:
    """Whether one of these names, or ids, is the instance's; `all` is everyone's."""
    if "all" in names:
        return True
    ids = {instance.name, instance.key, *(member.id for member in instance.members)}
    return not ids.isdisjoint(names)
