"""What a terminal can do is told by its environment alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from console.terminal import TRUE_COLOUR, can_draw, colours, is_ascii_only, multiplexer, prepare, wants_no_colour


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, 0),
        ({"TERM": "dumb"}, 0),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, 0),
        ({"TERM": "vt100"}, 0),
        ({"TERM": "xterm-mono"}, 0),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "tmux-256color", "COLORTERM": "24bit"}, TRUE_COLOUR),
        ({"TERM": "xterm-direct"}, TRUE_COLOUR),
        ({"TERM": "xterm-kitty"}, 256),
        ({"TERM": "alacritty"}, 256),
        ({"TERM": "linux"}, 8),
        ({"TERM": "xterm-unheard-of"}, 16),
        ({"TERM": "colourless-by-terminfo"}, 0),
    ],
)
def test_colours(environ: dict[str, str], found: int) -> None:
    known = {"linux": 8, "colourless-by-terminfo": 0}
    assert colours(environ, known.get) == found


@pytest.mark.parametrize(
    ("environ", "system"),
    [
        ({"TERM": "linux"}, "standard"),
        ({"TERM": "dumb"}, "standard"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, "standard"),
    ],
)
def test_textual_is_told_the_colours(environ: dict[str, str], system: str) -> None:
    prepare(environ)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == system


def test_nothing_moves_and_ssh_gets_fewer_frames() -> None:
    environ = {"TERM": "xterm-256color"}
    prepare(environ)
    assert (environ["TEXTUAL_ANIMATIONS"], environ["TEXTUAL_SMOOTH_SCROLL"]) == ("none", "0")
    assert "TEXTUAL_FPS" not in environ
    assert "TEXTUAL_DISABLE_KITTY_KEY" not in environ
    far = {"TERM": "linux", "SSH_TTY": "/dev/pts/1", "TEXTUAL_ANIMATIONS": "full"}
    prepare(far)
    assert (far["TEXTUAL_FPS"], far["TEXTUAL_ANIMATIONS"], far["TEXTUAL_DISABLE_KITTY_KEY"]) == ("15", "full", "1")


def test_textual_is_told_where_there_are_no_colours() -> None:
    told = {}
    for name, environ in {"empty": {"TERM": "xterm", "NO_COLOR": ""}, "vt100": {"TERM": "vt100"}}.items():
        prepare(environ)
        told[name] = environ.get("NO_COLOR")
    assert told == {"empty": None, "vt100": "1"}


def test_no_color_counts_when_it_is_not_empty() -> None:
    assert wants_no_colour({"TERM": "xterm-256color", "NO_COLOR": "1"})
    assert not wants_no_colour({"TERM": "xterm-256color", "NO_COLOR": ""})
    assert wants_no_colour({"TERM": "vt100"})


def test_where_nothing_can_be_drawn() -> None:
    drawn = {term: can_draw({"TERM": term}) for term in ("", "dumb", "unknown", "vt100", "xterm")}
    assert drawn == {"": False, "dumb": False, "unknown": False, "vt100": True, "xterm": True}
    assert not can_draw({})


def test_ascii_for_poor_fonts_and_encodings() -> None:
    assert is_ascii_only({"TERM": "linux"}, "utf-8")
    assert is_ascii_only({"TERM": "xterm"}, "ascii")
    assert is_ascii_only({"TERM": "xterm"}, None)
    assert not is_ascii_only({"TERM": "xterm"}, "UTF-8")


def test_what_stands_between() -> None:
    assert [multiplexer(one) for one in ({"TMUX": "/tmp/t,1,0"}, {"STY": "1.pts"}, {})] == ["tmux", "screen", ""]


@pytest.mark.parametrize(("term", "found"), [("vt420", 0), ("linux", 8), ("no-such-terminal", 16)])
def test_this_host_s_terminfo_is_asked(term: str, found: int) -> None:
    code = "import os; from console.terminal import colours; print(colours(os.environ))"
    environ = {key: value for key, value in os.environ.items() if key not in ("COLORTERM", "TERM")}
    done = subprocess.run([sys.executable, "-c", code], env=environ | {"TERM": term}, capture_output=True, check=True)
    # a host may lack the entry, and then 16 are taken for granted
    assert int(done.stdout) in {found, 16}
