"""Members that serve while no colour does: nobody has labelled them, so there is no live colour to plan beside."""

from __future__ import annotations

from collections.abc import Iterator

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.service import POOLS, POWER, Service
from console.plan.plan import Refusal


def unlabelled(service: Service, config: ServiceConfig | None = None) -> Refusal | None:
    """Refuse to plan beside what serves without a colour, and name the next step; None where a colour serves.

    `config`: where it says `foreign: ignore`, members that are of no instance are no reason. Backups are none either:
    they may say sorry for a service that has no colour yet.
    """
    empty = [side.colour for side in service.colours if not side.instances]
    serving = any(service.in_rotation(one) for side in service.colours for one in side.instances)
    if service.rotation == POWER or serving or not empty:
        return None
    ignored = config is not None and config.foreign == "ignore"
    names = (*(() if ignored else _strangers(service)), *_uncoloured(service))
    if not names:
        return None
    many = "1 member serves" if len(names) == 1 else f"{len(names)} members serve"
    into = f" --as {empty[0]}" if len(empty) == 1 else ""
    return Refusal(
        code="unlabelled",
        reason=f"{many} {service.name} without a label, so that no colour of it is live: {_some(names)}",
        hint=f"`bluegreen adopt {service.name}{into}` makes a colour of what serves; no traffic moves",
        rule=0,
        names=names,
    )


def _strangers(service: Service) -> Iterator[str]:
    yield from (one.name or one.address for one in service.foreign if _serves(service, one))


def _uncoloured(service: Service) -> Iterator[str]:
    found = (one for one in service.uncoloured if any(_serves(service, member) for member in one.members))
    yield from (one.name for one in found)


def _serves(service: Service, member: Member) -> bool:
    attached = service.rotation != POOLS or service.pool_id_of(member) in service.serving_pools
    return member.in_rotation and not member.backup and attached


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
