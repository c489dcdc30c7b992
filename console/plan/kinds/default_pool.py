"""A listener's default pool: `PUT /v2/lbaas/listeners/{id}` with `default_pool_id` alone (Octavia API)."""

from __future__ import annotations

from collections.abc import Sequence

from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import DefaultPool
from console.plan.kinds.typed import openstack

SERVICE = "load-balancer"


def call(desired: DefaultPool, basis: Basis) -> Call:
    """The one PUT; all else of the listener stays as it is."""
    return _sending(desired.listener_id, desired.after)


def undo(desired: DefaultPool, basis: Basis) -> Call | None:
    """The PUT that goes back; none where the listener had no default pool: Octavia's clients cannot unset it."""
    return _sending(desired.listener_id, desired.before) if desired.before is not None else None


def after(desired: DefaultPool, basis: Basis) -> Basis:
    """The basis that it leaves."""
    return basis.with_default_pool(desired.listener_id, desired.after)


def restore(desired: Sequence[DefaultPool], basis: Basis) -> tuple[Call, ...]:
    """One PUT for each listener, the last one first."""
    listeners = [basis.listener(key) for key in dict.fromkeys(one.listener_id for one in reversed(desired))]
    return tuple(_sending(one.id, one.default_pool_id) for one in listeners if one.default_pool_id is not None)


def words(desired: DefaultPool) -> tuple[str, ...]:
    """From where to where."""
    return (f"listener {desired.name}  default pool {desired.before or 'none'} -> {desired.after}",)


def _sending(listener_id: str, pool_id: str) -> Call:
    return Call(
        service=SERVICE,
        method="PUT",
        path=f"/v2/lbaas/listeners/{listener_id}",
        body={"listener": {"default_pool_id": pool_id}},
        commands=(openstack("loadbalancer", "listener", "set", "--wait", "--default-pool", pool_id, listener_id),),
    )
