"""New instances as members of their colour's pools: at weight 0 where a pool serves, to be seen healthy there first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from console.config.model import Kind
from console.model.balancer import Member
from console.model.readiness import balancers
from console.plan import course
from console.plan.asked import Asked
from console.plan.backups import ignores_weights
from console.plan.desired import MembersEntered
from console.plan.labels import labels
from console.plan.lifecycle.common import PENDING_DEADLINE, counted, pool_ids
from console.plan.orders import LaunchOrder
from console.plan.plan import Action, Refusal, Step, StepKind
from console.plan.rotations.weights import pool_names


def enter(asked: Asked, order: LaunchOrder) -> Iterator[Step]:
    """One batch for each pool in which any of them is not yet, or is without the load balancer having applied it."""
    members = {one.name: one.members for one in asked.service.side(asked.target).instances}
    weight = order.weight if _is_parked(asked) else 0
    pools = pool_ids(asked, asked.target)
    for number, pool_id in enumerate(pools):
        inside = {
            name: [member for member in found if asked.service.pool_id_of(member) in (pool_id, "")]
            for name, found in members.items()
        }
        again = [name for name in order.new if not_applied(inside.get(name, []))]
        names = tuple(name for name in order.new if not inside.get(name) or name in again)
        if not names:
            continue
        port, subnet_id = _place(asked, order, pool_id)
        desired = MembersEntered(
            pool_id=pool_id,
            names=names,
            colour=asked.target,
            port=port,
            subnet_id=subnet_id,
            weight=weight,
            intended=order.weight,
            tags=labels(asked.config, asked.target).member_tags,
        )
        which = f"pool {pool_names(asked).get(pool_id, pool_id)}" if len(pools) > 1 else "the pool"
        yield Step(
            id=f"enter-{number}" if number else "enter",
            kind=StepKind.WRITE,
            title=f"enter {which} at weight {weight}",
            words=f"One write makes {counted(len(names), 'member')} at weight {weight}, with the weight that they are "
            "to have recorded in their tags. The load balancer checks them there, and sends no client to them."
            + (f" It did not apply what was written for {', '.join(again)}: that is written again." if again else ""),
            deadline=PENDING_DEADLINE,
            outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
            writes=(course.write(desired, asked.basis),),
            checks=("load balancer ACTIVE", f"{counted(len(names), 'member')} there, at weight {weight}"),
            names=names,
        )


def not_applied(members: Sequence[Member]) -> bool:
    """Whether the load balancer may run something else than was written for one of them: a write of it mends that."""
    return any(one.provisioning_status == "ERROR" for one in members)


def not_seen_first(asked: Asked) -> Refusal | None:
    """Refuse members of a pool that serves where weight 0 keeps no client away: they would serve before any check."""
    blind = [one for one in balancers(asked.service) if ignores_weights(one)]
    if not blind or asked.config.rotation.kind == Kind.POWER or _is_parked(asked):
        return None
    pools = asked.config.rotation.kind == Kind.POOLS
    return Refusal(
        "provider",
        f"load balancer {blind[0].name} is of the provider {blind[0].provider}, which ignores weights: at weight 0 "
        "clients get to a member all the same",
        "launch the other colour in the size that it is to have, and cut over"
        if pools
        else "give each colour a pool of its own, and say `kind: pools`",
        2,
    )


def _is_parked(asked: Asked) -> bool:
    """Whether the pool that they enter has no traffic: they are checked there with the weight they will serve with."""
    return asked.intent.action is Action.LAUNCH and asked.config.rotation.kind == Kind.POOLS


def _place(asked: Asked, order: LaunchOrder, pool_id: str) -> tuple[int, str | None]:
    """Port and subnet: those of the order, or in one of several pools those that its members have there."""
    part = asked.service.part_of(pool_id)
    if part is None or len(pool_ids(asked, asked.target)) < 2 or asked.config.launch.port:
        return order.port, order.subnet_id
    siblings = [one for pool in part.pools for one in part.members.get(pool.id, ())]
    alike = Counter((one.protocol_port, one.subnet_id) for one in part.members.get(pool_id, ()) or siblings)
    return alike.most_common(1)[0][0] if alike else (order.port, order.subnet_id)
