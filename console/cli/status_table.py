"""The instances of a service as a table, with the columns that its rotation has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from console.model.health import Health, announced, disagreement
from console.model.instance import Instance
from console.model.service import BALANCER, POOLS, POWER, Service
from console.model.text import visible

_GAP = 2  # cells between two columns
_WORD = 12  # cells: the longest word that a narrow terminal does not break
_NOTE = 24  # cells: a reason that has fewer of them beside its row is written below


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, what it says of an instance, and down to how many cells it may break words to fit."""

    head: str
    cell: Callable[[Service, Instance], str]
    right: bool = False
    least: int = _WORD


def table(service: Service, now: float, width: int) -> Group:
    """A row per instance, BLUE first, in so many cells: what is too long goes on below itself, and nothing is cut.

    What is odd about an instance stands at the end of its row, or below all of them by the instance's name.
    """
    columns = _columns(service)
    rows: list[list[Text]] = []
    notes: list[tuple[str, Text]] = []
    for instance in (*service.blue.instances, *service.green.instances, *service.uncoloured):
        health = announced(service, instance, now)
        style = "" if health.healthy or health.stopped else "yellow"
        rows.append([Text(visible(column.cell(service, instance)), style=style) for column in columns])
        notes.append((instance.name, Text(visible(_note(instance, health.health, health.stopped)), style=style)))
    widths = _fitted(columns, rows, width)
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, _GAP - 1, 0, 0))
    for column, cells in zip(columns, widths, strict=True):
        found.add_column(column.head, width=cells, justify="right" if column.right else "left", overflow="fold")
    left, needed = width - sum(widths) - _GAP * len(widths), max((note.cell_len for _, note in notes), default=0)
    beside = 0 < min(needed, _NOTE) <= left
    if beside:
        found.add_column("", width=min(needed, left), overflow="fold")
    for row, (_, note) in zip(rows, notes, strict=True):
        found.add_row(*row, *([note] if beside else []))
    below = [] if beside else [Text(f"{visible(name)}: ", note.style).append(note) for name, note in notes if note]
    return Group(found, *below)


def _fitted(columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int) -> list[int]:
    """How wide each column may be: as wide as what it says, where that fits; else the widest give way first.

    No column gives way below its longest word, or below its `least`, before all have done so.
    """
    told = list(zip(*rows, [Text(column.head) for column in columns], strict=True))
    widths = [max(cell.cell_len for cell in cells) for cells in told]
    words = [max(_longest_word(cell) for cell in cells) for cells in told]
    space = width - _GAP * (len(widths) - 1)
    for floors in ([min(word, one.least) for word, one in zip(words, columns, strict=True)], [1] * len(widths)):
        while sum(widths) > space and (wide := [at for at, one in enumerate(widths) if one > floors[at]]):
            widths[max(wide, key=lambda at: widths[at])] -= 1
    return widths


def _longest_word(cell: Text) -> int:
    return max((cell_len(word) for word in cell.plain.split()), default=1)


def _columns(service: Service) -> list[Column]:
    found = [Column("colour", _colour), Column("instance", lambda _, one: one.name, least=8), Column("nova", _nova)]
    if service.rotation != POWER:
        found += [*([Column("pool", _pool, least=8)] if service.rotation == POOLS else []), Column("member", _member)]
        found.append(Column("weight", _weight, right=True))
    if service.probed:
        found.append(Column("probe", lambda _, one: one.probe.words if one.probe is not None else "not probed"))
    version = Column("version", lambda _, one: one.version.short if one.version is not None else "unknown", least=8)
    return [*found, version]


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
