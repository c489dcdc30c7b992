"""The instances of a service as a table, with the columns that its rotation has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from console.model.health import Health, announced, disagreement
from console.model.instance import Instance
from console.model.service import BALANCER, POOLS, POWER, Service
from console.model.text import visible


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and what it says of an instance."""

    head: str
    cell: Callable[[Service, Instance], str]
    right: bool = False


def table(service: Service, now: float) -> Table:
    """A row per instance, BLUE first."""
    columns = _columns(service)
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    for column in columns:
        found.add_column(column.head, no_wrap=True, justify="right" if column.right else "left")
    found.add_column("")
    for instance in (*service.blue.instances, *service.green.instances, *service.uncoloured):
        health = announced(service, instance, now)
        cells = [
            *(column.cell(service, instance) for column in columns),
            _note(instance, health.health, health.stopped),
        ]
        style = "" if health.healthy or health.stopped else "yellow"
        found.add_row(*(Text(visible(cell), style=style) for cell in cells))
    return found


def _columns(service: Service) -> list[Column]:
    found = [Column("colour", _colour), Column("instance", lambda _, one: one.name), Column("nova", _nova)]
    if service.rotation != POWER:
        found += [*([Column("pool", _pool)] if service.rotation == POOLS else []), Column("member", _member)]
        found.append(Column("weight", _weight, right=True))
    if service.probed:
        found.append(Column("probe", lambda _, one: one.probe.words if one.probe is not None else "not probed"))
    return [*found, Column("version", lambda _, one: one.version.short if one.version is not None else "unknown")]


def _colour(_: Service, instance: Instance) -> str:
    return instance.colour.upper() if instance.colour is not None else "?"


def _nova(_: Service, instance: Instance) -> str:
    server = instance.server
    if server is None:
        return "no server" if instance.static else ("gone" if instance.gone else "not listed")
    return f"{server.status} ({server.task_state})" if server.task_state else server.status


def _pool(service: Service, instance: Instance) -> str:
    names = {pool.id: pool.name or pool.id for part in service.balanced for pool in part.pools}
    return ", ".join(dict.fromkeys(names.get(service.pool_id_of(member), "?") for member in instance.members))


def _member(service: Service, instance: Instance) -> str:
    """The members' statuses; a parked pool's are of long ago."""
    if not instance.members:
        return "in no pool" if service.source(BALANCER).seen_at is not None else "unknown"
    words = ["parked" if one.id in instance.parked else one.operating_status for one in instance.members]
    return ", ".join(dict.fromkeys(words))


def _weight(_: Service, instance: Instance) -> str:
    return ", ".join(dict.fromkeys(str(member.weight) for member in instance.members))


def _note(instance: Instance, health: Health, stopped: bool) -> str:
    note = f"held by {instance.held_by}" if instance.held_by else disagreement(instance)
    if instance.announced is not None and instance.announced.wavering:
        note = note or f"wavering: {instance.announced.seen} once"
    return note or ("" if health is Health.HEALTHY or stopped else health.value)
