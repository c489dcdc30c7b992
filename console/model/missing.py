"""What is missing from a colour that serves: an instance that serves nobody, although nobody took it out."""

from __future__ import annotations

from console.model.colour import Role
from console.model.health import startable
from console.model.instance import Instance
from console.model.service import POWER, Service


def is_missing(service: Service, instance: Instance) -> bool:
    """Whether the instance, which nobody keeps out, is in no pool, or (`power`) does not run, while its colour serves.

    One that is in a pool with weight 0 is not: somebody took it out, or it waits for its first check there. Neither is
    one that comes or goes; nor, while both colours run, a worker that is off: a shift may be at it.
    """
    role = service.role(instance.colour) if instance.colour is not None else Role.NONE
    if role not in (Role.LIVE, Role.BOTH) or service.in_rotation(instance) or _comes_or_goes(instance):
        return False
    if service.rotation != POWER:
        return not instance.members
    return role is Role.LIVE or not startable(instance)


def is_as_a_rollout_leaves_it(service: Service, instance: Instance) -> bool:
    """Whether one that is missing may be meant to be, while a rollout of ours is under way.

    What it launches is in no pool at first, and what it takes away is in none at last; a worker is stopped before it is
    deleted.
    """
    return service.rotation != POWER or startable(instance)


def _comes_or_goes(instance: Instance) -> bool:
    server = instance.server
    return server is not None and (server.status == "BUILD" or server.task_state in ("powering-on", "deleting"))
