"""Keys that come in a burst, or pasted, are taken in their order: over a slow line that is how they come."""

from __future__ import annotations

from collections.abc import Callable

from ttykit import Console

Open = Callable[..., Console]


def test_a_burst_of_keys_fills_the_form(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for("api-blue-1")
    console.child.send("o")
    console.wait_for("Cancel")
    console.child.send("api\rrelease 2026.2\r")
    console.wait_for("ARMED 30 min")


def test_a_pasted_name_counts_as_typed_and_its_line_end_does_not(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for("api-blue-1")
    console.child.send("o")
    console.wait_for("Cancel")
    console.child.send("\x1b[200~api\nwhy\n\x1b[201~")
    console.pump(0.5)
    assert "ARMED" not in console.text
    console.child.send("\r")
    console.wait_for("a reason is asked for")


def test_enter_at_once_cancels(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for("api-blue-1")
    console.child.send("o")
    console.wait_for("Cancel")
    console.child.send("\r")
    console.pump(0.5)
    assert "Cancel" not in console.text
    assert "READ-ONLY" in console.text
