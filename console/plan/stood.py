"""How the colour that a rollout leads away from stood when it began: what it had is what a way back gives it again.

A weight that somebody has set by hand is not the recorded one, and whoever was taken out by hand has a recorded weight
all the same: neither can be read off the members any more once they have been moved.
"""

from __future__ import annotations

from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import POWER, Service
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.plan import Action, Intent, Plan


def weights_of(basis: Basis) -> dict[str, int]:
    """The weight of each member, 0 for one that is disabled, by its id; of a worker, by its server's, 1 if it runs."""
    if basis.workers:
        return {one.id: int(bool(one.on)) for one in basis.servers}
    return {one.id: one.weight if one.in_rotation else 0 for one in basis.members}


def stood(plan: Plan, service: Service) -> dict[str, int]:
    """The same of the plan's source, as its rollout began; empty where it did not serve alone.

    In the middle of a shift nobody could tell whose doing a weight is.
    """
    ids = _ids(service, plan.source)
    if told := {key: weight for key, weight in plan.intent.stood.items() if key in ids}:
        return told
    if not _served_alone(plan, service):
        return {}
    return {key: weight for key, weight in weights_of(plan.basis).items() if key in ids}


def known(service: Service, intent: Intent, target: Colour) -> dict[str, int]:
    """What an intent knows of how it stood, and, of a rollback that an operator asks for, what the journal says."""
    found = service.record.stood if service.record is not None else None
    if found is None or intent.action is not Action.ROLLBACK or intent.undoes or found.colour is not target:
        return dict(intent.stood)
    ids = _ids(service, target)
    return {**{key: weight for key, weight in found.weights.items() if key in ids}, **intent.stood}


def was_out(asked: Asked, instance: Instance) -> bool:
    """Whether it served nobody when that began which a way back takes back, and does not now."""
    if asked.intent.action is not Action.ROLLBACK:
        return False
    works = asked.service.rotation == POWER
    keys = [instance.key] if works else [one.id for one in instance.members]
    told = [asked.stood[key] for key in keys if key in asked.stood]
    serves = instance.runs if works else any(one.in_rotation for one in instance.members)
    return bool(told) and not any(told) and not serves


def out_words(asked: Asked) -> str:
    """`was out when cutover 1a2b3c began`."""
    record, began = asked.service.record, "the rollout"
    if not asked.intent.undoes and record is not None and record.stood is not None:
        began = f"cutover {record.stood.rollout}"
    return f"{'did not run' if asked.service.rotation == POWER else 'was out'} when {began} began"


def _ids(service: Service, colour: Colour) -> set[str]:
    instances = service.side(colour).instances
    return {one.key for one in instances} | {member.id for one in instances for member in one.members}


def _served_alone(plan: Plan, service: Service) -> bool:
    """With a pool for each colour weight alone brings no traffic: a listener must send to the pool as well."""
    basis = plan.basis
    doors = {one.default_pool_id for one in basis.listeners if one.admin_state_up}
    serving = (pool for pool in basis.pools if not basis.by_listener or pool.id in doors)
    served = {one.id for pool in serving for one in pool.members if one.in_rotation}
    return served.isdisjoint(member.id for one in service.side(plan.target).instances for member in one.members)
