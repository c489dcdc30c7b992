"""The clipboard of the terminal: plain, through tmux, through screen; what is too long goes into a file."""

from __future__ import annotations

import base64
import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from screen_text import shows
from tuikit import instance, make_app, service, with_instances

from console.model.colour import Colour
from console.model.service import BALANCER
from screens.copy_dialog import pieces_of
from screens.copying import MOST, copy, to_file, way
from screens.facts_screen import FactsScreen

XTERM = {"TERM": "xterm-256color"}


def decoded(sequence: str) -> str:
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found, sequence
    return base64.b64decode(found[1]).decode()


def test_plain() -> None:
    assert decoded(way("größe 1", XTERM).sequence) == "größe 1"


def test_through_tmux_bare_and_wrapped_with_every_escape_doubled() -> None:
    """The one for set-clipboard on, the other for allow-passthrough."""
    sequence = way("abc", {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}).sequence
    bare, _, wrapped = sequence.partition("\x1bPtmux;")
    assert decoded(bare) == "abc"
    assert wrapped.endswith("\x07\x1b\\")
    assert decoded(wrapped.removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")) == "abc"


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A tmux of the test's own, with its default settings."""
    if shutil.which("tmux") is None:
        say = pytest.fail if os.environ.get("LAB_REQUIRED") else pytest.skip
        say("not run: there is no tmux here (apt-get install tmux)")
    argv = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]

    def run(*words: str) -> str:
        return subprocess.run([*argv, *words], capture_output=True, text=True, check=True, timeout=30).stdout

    run("new-session", "-d", "sleep", "60")
    yield run
    run("kill-server")


def test_tmux_takes_it_with_its_default_settings(tmux: Callable[..., str], tmp_path: Path) -> None:
    written: list[str] = []
    environ = {**os.environ, "TERM": "tmux-256color", "TMUX": f"{tmp_path}/tmux,1,0"}
    said = copy("größe 1", environ, written.append, tmp_path)
    assert said.startswith("copied 7 characters to tmux's buffer")
    assert tmux("show-buffer") == "größe 1"
    assert not written


def test_without_an_answer_of_tmux_the_sequences_are_sent(tmp_path: Path) -> None:
    written: list[str] = []
    said = copy("abc", {"TERM": "tmux-256color", "TMUX": f"{tmp_path}/gone,1,0"}, written.append, tmp_path)
    assert said.startswith("sent 3 characters to the terminal's clipboard (OSC 52 through tmux)")
    assert len(written) == 1


def test_through_screen_in_pieces_that_it_has_room_for() -> None:
    text = "x" * 1000
    sequence = way(text, {"TERM": "screen", "STY": "4711.pts-1.host"}).sequence
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert all(len(piece) <= 76 for piece in pieces)
    assert decoded("".join(pieces)) == text


@pytest.mark.parametrize("term", ["linux", "dumb", "vt100", ""])
def test_a_terminal_without_clipboard_gets_a_file(term: str, tmp_path: Path) -> None:
    written: list[str] = []
    said = copy("abc", {"TERM": term}, written.append, tmp_path)
    assert not written
    (file,) = tmp_path.iterdir()
    assert str(file) in said
    assert file.read_text() == "abc"


def test_too_much_goes_into_a_file_that_only_its_user_reads(tmp_path: Path) -> None:
    written: list[str] = []
    assert "OSC 52" in copy("x" * MOST, XTERM, written.append, tmp_path)
    assert len(written[0]) <= 100_000
    said = copy("x" * (MOST + 1), XTERM, written.append, tmp_path / "state")
    assert len(written) == 1
    (file,) = (tmp_path / "state").iterdir()
    assert str(file) in said
    assert "74,994" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert to_file("abc", blocked / "state").startswith("not copied: ")


async def test_what_can_be_copied_is_what_stands_under_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("STY", raising=False)
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        screen = app.screen
        assert isinstance(screen, FactsScreen)
        pieces = {piece.label: piece.text for piece in pieces_of(screen)}
        assert pieces["server id"] == "server-blue-1"
        assert pieces["address"] == "10.0.0.1"
        assert pieces["VIP address"] == "203.0.113.7"
        assert "api-blue-1" in pieces["row"]
        assert "api-green-3" in pieces["screen as text"]
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        await pilot.press("y")
        await shows(pilot, "server id")
        await pilot.press("b")
        await shows(pilot, "sent 13 characters to the terminal's clipboard (OSC 52)")
        assert decoded(next(text for text in written if "]52;" in text)) == "server-blue-1"


async def test_a_problem_is_copied_with_its_sentence_and_what_to_do() -> None:
    now = time.time()
    facts = service(now)
    failed = replace(
        facts.sources[BALANCER],
        problem="503 from Octavia",
        hint="ask the operators",
        since=now - 300,
        seen_at=now - 305,
    )
    app, _, _ = make_app(replace(facts, sources={**facts.sources, BALANCER: failed}))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "STALE")
        await pilot.press("p")
        await shows(pilot, "503 from Octavia", "ask the operators")
        screen = app.screen
        assert isinstance(screen, FactsScreen)
        pieces = {piece.label: piece.text for piece in pieces_of(screen)}
        assert pieces["problem"] == "503 from Octavia"
        assert pieces["what to do"] == "ask the operators (ctrl+r asks at once)"
        assert [text.strip(" \N{RIGHTWARDS ARROW}") for text in pieces["row"].split("\n")[1:]] == [
            "503 from Octavia",
            "ask the operators",
        ]
        await pilot.press("y")
        await shows(pilot, "and 2 more lines")


async def test_of_several_live_versions_each_is_offered() -> None:
    now = time.time()
    mixed = [instance(Colour.BLUE, 1, now), instance(Colour.BLUE, 2, now, version="9" * 40)]
    app, _, _ = make_app(with_instances(service(now), Colour.BLUE, *mixed))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        screen = app.screen
        assert isinstance(screen, FactsScreen)
        pieces = {piece.label: piece.text for piece in pieces_of(screen)}
        assert {pieces["live version, 1 of 2"], pieces["live version, 2 of 2"]} >= {"9" * 40}
        await pilot.press("y")
        await shows(pilot, "live version, 1 of 2", "live version, 2 of 2")
