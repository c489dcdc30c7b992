"""Who of the target colour goes into rotation, at which weight, and who stays out, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import ColourSet, Service
from console.plan.plan import Action, Intent, Refusal


@dataclass(slots=True)
class Candidates:
    """Instances of one colour, sorted into what happens to them.

    `enter`: with their weight in rotation. `out`: kept out on purpose, with the reason. `untagged`: at weight 0 and
    nobody recorded whether they belong in rotation. `unfit`: wanted, but not healthy where they stand, with the reason.
    """

    enter: list[tuple[Instance, Member, int]] = field(default_factory=list)
    out: list[tuple[Instance, str]] = field(default_factory=list)
    untagged: list[Instance] = field(default_factory=list)
    unfit: list[tuple[Instance, str]] = field(default_factory=list)


def candidates(service: Service, config: ServiceConfig, intent: Intent, target: Colour, now: float) -> Candidates:
    """Sort the target colour's instances."""
    found = Candidates()
    usual = usual_weight(service, config, target)
    for instance in service.side(target).instances:
        member = instance.member
        out = _kept_out(instance, intent)
        if out:
            found.out.append((instance, out))
        elif member is None:
            found.unfit.append((instance, "it is in no pool, so no monitor has seen it healthy where it would serve"))
        elif (weight := _wanted(member, instance, intent, usual)) is None:
            found.untagged.append(instance)
        elif member.in_rotation and weight <= member.weight:
            found.enter.append((instance, member, weight))  # has its traffic already; the floor counts only the healthy
        elif (health := judge(service, _as_applied(instance, intent), now)).healthy:
            found.enter.append((instance, member, weight))
        else:
            found.unfit.append((instance, health.reason))
    return found


def _as_applied(instance: Instance, intent: Intent) -> Instance:
    """On a way back a member in provisioning ERROR is judged by its checks: the write that takes it in heals it.

    After a batch that the load balancer did not apply all of its members are in ERROR, and no way would be open.
    """
    if intent.action is not Action.ROLLBACK:
        return instance
    again = [replace(one, provisioning_status="ACTIVE") for one in instance.members]
    return replace(instance, member=again[0], further=tuple(again[1:])) if again else instance


def names_nobody(service: Service, intent: Intent) -> Refusal | None:
    """Refuse a name that no instance has: a slip of the finger must not decide who serves."""
    instances = [instance for side in service.colours for instance in side.instances]
    unknown = tuple(
        name
        for name in (*intent.take_in, *intent.leave_out)
        if name != "all" and not any(_named(instance, (name,)) for instance in instances)
    )
    if not unknown:
        return None
    known = ", ".join(instance.name for instance in instances)
    return Refusal("names", f"{service.name} has no instance {', '.join(unknown)}", f"it has: {known}", 0, unknown)


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
    members = (instance.member for instance in side.instances)
    return Counter(weight for m in members if m is not None and (weight := m.weight or m.intended_weight))


def _kept_out(instance: Instance, intent: Intent) -> str:
    if instance.held_by is not None:
        return f"held by {instance.held_by}"
    if _named(instance, intent.leave_out):
        return "left out as you said"
    if instance.member is not None and instance.member.weight == 0 and instance.member.intended_weight == 0:
        return "its recorded weight is 0"
    return ""


def _wanted(member: Member, instance: Instance, intent: Intent, usual: int) -> int | None:
    if member.intended_weight is not None:
        # A recorded 0 on a member that carries traffic is contradicted by the traffic.
        return member.intended_weight or member.weight
    if member.weight > 0:
        return member.weight
    return usual if _named(instance, intent.take_in) else None


def _named(instance: Instance, names: tuple[str, ...]) -> bool:
    if "all" in names:
        return True
    ids = {instance.name, instance.key} | ({instance.member.id} if instance.member is not None else set())
    return not ids.isdisjoint(names)
