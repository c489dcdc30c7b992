"""The plan of a change of single instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.config.model import ServiceConfig
from console.model.instance import Instance
from console.model.service import POWER, Service
from console.plan import capacity
from console.plan.asked import Asked
from console.plan.basis import basis_of
from console.plan.candidates import is_named
from console.plan.digest import digest
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan, Refusal, Step
from console.plan.preconditions import not_seen, writable
from console.plan.single import members, words, workers
from console.plan.single.enough import enough, hint
from console.plan.single.undoing import changed_ids
from console.plan.single.words import unseen
from console.plan.steps import reconcile_step


def plan(service: Service, config: ServiceConfig, intent: Intent, now: float) -> Plan | Refusal:
    """Plan it on what is observed. The instances are those that the order names; of `evict` and `admit` a colour's."""
    if refusal := not_seen(service, now) or writable(service, intent):
        return refusal
    order = intent.order
    assert isinstance(order, SingleOrder)
    named = _named(service, intent, order)
    missing = [name for name in order.names if not any(is_named(one, (name,)) for one in named)]
    if not named and not order.names and order.undone is None:
        return _nobody(service, intent)
    if not named or (missing and order.undone is None):  # who is gone since has nothing to be put back
        known = ", ".join(one.name for side in service.colours for one in side.instances)
        return Refusal("names", f"{service.name} has no instance {', '.join(missing)}", f"it has: {known}", 0)
    if len(colours := {one.colour for one in named}) > 1:
        return Refusal("colour", "the instances are of both colours", "name those of one colour", 0)
    intent = replace(intent, target=colours.pop())
    ratio = config.release.min_ratio if order.min_ratio is None else order.min_ratio
    least = config._replace(release=config.release._replace(min_ratio=ratio))
    asked = Asked(service, least, intent, basis_of(service, config), now)
    made = workers.steps(asked, named) if service.rotation == POWER else members.steps(asked, named)
    if isinstance(made, Refusal):
        return made
    return _below_floor(asked, made, named) or _made(asked, config, named, made)


def _named(service: Service, intent: Intent, order: SingleOrder) -> list[Instance]:
    """Those of the order, and whom the plan that it undoes has changed.

    Without names, the idle colour's whose members are to be disabled, or enabled again.
    """
    everyone = [one for side in service.colours for one in side.instances]
    if order.undone is not None:
        names = (*order.names, *changed_ids(order.undone or ()))
        return [one for one in everyone if is_named(one, names)]
    if order.names:
        return [one for one in everyone if is_named(one, order.names)]
    colour = intent.target or (service.live.other if service.live is not None else None)
    if colour is None or intent.action not in (Action.EVICT, Action.ADMIT):
        return []
    up = intent.action is Action.EVICT
    found = (one for one in service.side(colour).instances if one.members)
    return [one for one in found if any(m.admin_state_up == up for m in one.members) and not _is_held(one)]


def _nobody(service: Service, intent: Intent) -> Refusal:
    """Nobody was named, and there is none of the colour that is meant."""
    colour = intent.target or (service.live.other if service.live is not None else None)
    if colour is None:
        reason = "it is not clear which colour is idle: both of them carry traffic, or none"
        return Refusal("which", f"{service.name}: {reason}", "finish what is under way first", 0)
    as_wanted = "disabled" if intent.action is Action.EVICT else "enabled"
    reason = f"{colour.upper()} of {service.name} has no member that is not {as_wanted} already, or held"
    return Refusal("none", reason, "`bluegreen status` shows its members", 0)


def _is_held(one: Instance) -> bool:
    return any(member.held_by is not None for member in one.members)


def _below_floor(asked: Asked, steps: Sequence[Step], named: Sequence[Instance]) -> Refusal | None:
    least = capacity.floors(asked.service, asked.basis, asked.config.release.min_ratio, asked.now)
    broken = capacity.first_below(asked, steps, least)
    if not broken:
        return None
    names = ", ".join(one.name for one in named)
    fits = enough(asked, steps)
    return Refusal(
        code="floor",
        reason=f"{words.verb(asked.intent.action)} {names}: {broken} "
        f"(what serves now, times {asked.config.release.min_ratio:g})",
        hint=hint(asked, fits),
        rule=1,
        names=tuple(one.name for one in named),
        enough=fits,
    )


def _made(asked: Asked, config: ServiceConfig, named: Sequence[Instance], steps: Sequence[Step]) -> Plan:
    service, intent, colour = asked.service, asked.intent, asked.target
    version = service.side(colour).version
    every = (reconcile_step(service), *steps) if any(step.writes for step in steps) else (reconcile_step(service),)
    return Plan(
        service=service.name,
        environment=service.environment,
        action=intent.action,
        source=colour,
        target=colour,
        source_version=version,
        target_version=version,
        summary=words.summary(asked, named, steps),
        intent=intent,
        basis=asked.basis,
        steps=every,
        notes=words.notes(asked, named, steps),
        digest=digest(config, intent, asked.basis, [write.desired for step in steps for write in step.writes]),
        goal=words.goal(asked, named),
        floors=capacity.floors(service, asked.basis, asked.config.release.min_ratio, asked.now),
        unseen=tuple(one.key for one, _ in unseen(asked, named)),
    )
