from __future__ import annotations

import pytest

from console.cli.printer import printer


@pytest.mark.parametrize(("term", "coloured"), [("xterm-256color", True), ("vt100", False)])
def test_a_terminal_without_colours_is_sent_none(
    term: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, coloured: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as if what is captured were a terminal
    monkeypatch.delenv("NO_COLOR", raising=False)
    printer().print("[red]ill[/red]")
    assert ("\x1b[31m" in capsys.readouterr().out) is coloured
