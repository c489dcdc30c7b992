"""Fewer colours, fewer characters, fewer cells: the same facts."""

from __future__ import annotations

from collections.abc import Callable

from ttykit import Console

Open = Callable[..., Console]

FACTS = ("PRODUCTION", "api", "BLUE live", "GREEN idle", "rollback ready", "LB ACTIVE", "fresh", "READ-ONLY", "lost 0")


def test_80x24_has_every_fact_that_a_decision_needs(open_console: Open) -> None:
    console = open_console()
    console.wait_for(*FACTS, "api-blue-1", "4 would ship")
    console.child.send("\t")
    console.wait_for("api-green-1")
    console.child.send("c")
    console.wait_for("CUT OVER", "to GREEN", "READ-ONLY")


def test_no_color_sends_no_colour(open_console: Open) -> None:
    console = open_console(env={"NO_COLOR": "1"})
    console.wait_for(*FACTS, "api-blue-1")
    console.child.send("co")
    console.wait_for("Cancel")
    console.rest()
    assert console.colours() == set()


def test_colours_are_sent_where_they_are_welcome(open_console: Open) -> None:
    console = open_console()
    console.wait_for(*FACTS, "api-blue-1")
    assert "38" in console.colours()


def test_a_poor_font_gets_ascii(open_console: Open) -> None:
    console = open_console(env={"TERM": "linux"})
    console.wait_for(*FACTS, "api-blue-1")
    console.child.send("c")
    console.wait_for("CUT OVER")
    assert console.text.isascii()


def test_a_locale_without_utf8_gets_ascii(open_console: Open) -> None:
    console = open_console(env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    console.wait_for("api-blue-1", "BLUE")
    assert console.text.isascii()


def test_nothing_is_sent_while_nothing_changes(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for(*FACTS, "api-blue-1")
    console.rest()
    assert console.pump(3.0) == b""


def test_moving_the_cursor_costs_two_lines(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for("api-blue-3")
    console.rest()
    console.child.send("j")
    assert 0 < len(console.pump(1.0)) < 1000
