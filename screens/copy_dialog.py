"""What can be copied from a screen, and the dialog that asks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from console.config.places import state_dir
from console.model.text import clipped, visible
from screens.copying import copy, to_file
from screens.dialogs.dialog import Dialog
from screens.view.line import line, plain
from screens.view.table import Column, Row
from screens.view.words import count
from screens.widgets.panel import Panel
from screens.widgets.table import Table

if TYPE_CHECKING:
    from console.model.instance import Instance
    from screens.facts_screen import FactsScreen

_KEYS = "abcdefhilmnopqrstuvxyz"  # but g, j and k, which move the cursor, and w
_VERSIONS = 5  # of a live colour that are offered: more than one is a fault already


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that may be copied, and what it is called."""

    label: str
    text: str


class CopyDialog(Dialog[str]):
    """A row for each piece; its letter copies it, as enter does the one under the cursor.

    Dismissed with the number of the piece, or `file`.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__("Copy to the clipboard of your terminal", ())
        self._rows = [
            *(_row(str(number), _KEYS[number], piece.label, piece.text) for number, piece in enumerate(pieces)),
            _row("file", "w", "write a file", "the screen as text, into a file that only you can read"),
        ]

    def controls(self) -> Iterable[Widget]:
        """The rows."""
        yield Table(id="choices", heading=False, marked=True)

    def on_mount(self) -> None:
        """The cursor is on the first row."""
        super().on_mount()
        self.query_one("#text", Panel).display = False
        table = self.query_one("#choices", Table)
        table.entitle(line((self._heading, "title")), line(("esc leaves", "dim")))
        longest = max(len(row.cells[1][0]) for row in self._rows)
        table.fill((Column("", 1), Column("", max(longest, 16)), Column("", 0, most=150)), self._rows)
        table.focus()

    def on_key(self, event: events.Key) -> None:
        """Copy."""
        row = next((row for row in self._rows if row.cells[0][0] == event.character), None)
        if row is not None or event.key == "enter":
            event.stop()
            self.dismiss(row.key if row is not None else self.query_one("#choices", Table).cursor_key)


def ask_what_to_copy(screen: FactsScreen) -> None:
    """Ask, copy, and say on the message line which way was used."""
    pieces = list(pieces_of(screen))[: len(_KEYS)]

    def answered(chosen: str | None) -> None:
        if chosen is None:
            return
        if chosen == "file":
            screen.say(to_file(pieces[-1].text, state_dir()))
            return
        driver = screen.app._driver  # noqa: SLF001 Textual's own copying goes this way, without multiplexers
        write = driver.write if driver is not None else lambda _: None
        screen.say(copy(pieces[int(chosen)].text, os.environ, write, state_dir()))

    screen.app.push_screen(CopyDialog(pieces), answered)


def _row(key: str, letter: str, label: str, text: str) -> Row:
    first, *more = text.strip().split("\n")
    words = " ".join(clipped(first, 200).split())
    rest = f"  and {count(len(more), 'more line')}" if more else ""
    return Row(key, ((letter, "key"), (label, "strong"), (words + rest, "")))


def pieces_of(screen: FactsScreen) -> Iterator[Piece]:
    """What there is to copy here: of the row under the cursor, of the service, and the whole screen at the end."""
    yield from (Piece(label, text) for label, text in screen.pieces())
    instance = _instance(screen)
    if instance is not None:
        yield from _of_instance(instance)
    table = screen.focused
    if isinstance(table, Table) and table.rows:
        row = table.rows[table.cursor]
        notes = "".join(f"\n  {plain(note)}" for note in row.notes)
        yield Piece("row", "  ".join(text for text, _ in row.cells if text.strip()) + notes)
    service = screen.console_app.service(screen.service_name)
    if service is not None:
        app = screen.console_app
        found = app.verdicts.of(service, app.judged_at)
        found = replace(found, freshness=app.paused_words or found.freshness)
        yield Piece("verdict", f"{visible(service.name)}: {found.line}")
        if service.balancer is not None:
            yield Piece("load balancer id", visible(service.balancer.id))
            if service.balancer.vip_address:
                yield Piece("VIP address", visible(service.balancer.vip_address))
        if (live := service.live) is not None:
            versions = service.side(live).versions
            for number, version in enumerate(versions[:_VERSIONS], start=1):
                several = f", {number} of {len(versions)}" if len(versions) > 1 else ""
                yield Piece(f"live version{several}", visible(version))
    yield Piece("screen as text", text_of(screen))


def text_of(screen: FactsScreen) -> str:
    """The screen as it stands, without colours."""
    strips = screen._compositor.render_strips(screen.app.size)  # noqa: SLF001 there is no public way
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips).rstrip() + "\n"


def _of_instance(instance: Instance) -> Iterator[Piece]:
    yield Piece("name", visible(instance.name))
    if instance.server is not None:
        yield Piece("server id", visible(instance.server.id))
    if instance.member is not None:
        yield Piece("member id", visible(instance.member.id))
        yield Piece("address", visible(instance.member.address))
    if instance.version is not None:
        yield Piece("version", visible(instance.version.value))


def _instance(screen: FactsScreen) -> Instance | None:
    """The instance that is shown, or under the cursor."""
    service = screen.console_app.service(screen.service_name)
    if service is None:
        return None
    table = screen.focused
    key = getattr(screen, "key", "") or (table.cursor_key if isinstance(table, Table) else "")
    return next((one for side in service.colours for one in side.instances if one.key == key), None)
