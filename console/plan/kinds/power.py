"""A server that runs, or does not: `POST /servers/{id}/action` with `os-start` or `os-stop` (Nova API)."""

from __future__ import annotations

from collections.abc import Sequence

from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import Power
from console.plan.kinds.typed import openstack, until_active

SERVICE = "compute"


def call(desired: Power, basis: Basis) -> Call:
    """The action."""
    return _action(desired.server_id, on=desired.on)


def undo(desired: Power, basis: Basis) -> Call | None:
    """The opposite one."""
    return _action(desired.server_id, on=not desired.on)


def after(desired: Power, basis: Basis) -> Basis:
    """The basis that it leaves."""
    return basis.with_power(desired.server_id, on=desired.on)


def restore(desired: Sequence[Power], basis: Basis) -> tuple[Call, ...]:
    """Those that ran are started before those that did not are stopped."""
    found = [basis.server(key) for key in dict.fromkeys(one.server_id for one in desired)]
    return tuple(_action(one.id, on=bool(one.on)) for one in sorted(found, key=lambda one: not one.on))


def words(desired: Power) -> tuple[str, ...]:
    """What becomes of it."""
    return (f"{desired.name}  {'off -> on' if desired.on else 'on -> off'}",)


def _action(server_id: str, *, on: bool) -> Call:
    verb = "start" if on else "stop"
    # `server start` returns before the server runs: what is typed after it must not take the others away meanwhile
    typed = (openstack("server", verb, server_id), *((until_active(server_id),) if on else ()))
    return Call(
        service=SERVICE,
        method="POST",
        path=f"/servers/{server_id}/action",
        body={f"os-{verb}": None},
        commands=typed,
        size=verb,
    )
