"""Every screen and dialog on every kind of terminal: no colour, sign or sequence that it was not made for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from ttykit import ON_FAKES, Console

Open = Callable[..., Console]

# A key, and what is on the screen after it; from the fleet through everything that there is, and back.
WALK = (
    ("", ("api", "glance", "cinder")),
    ("?", ("keys on",)),
    ("\x1b", ("api", "glance", "cinder")),
    ("p", ("problem",)),
    ("\x1b", ("api", "glance", "cinder")),
    ("\r", ("api-blue-1", "api-blue-2")),
    ("\r", ("api-blue-1", "ACTIVE")),
    ("\x1b", ("api-blue-1", "api-blue-2")),
    ("b", ("203.0.113.7",)),
    ("\x1b", ("api-blue-1", "api-blue-2")),
    ("m", ("cut over to GREEN ships",)),
    ("\r", ("nova/x.py",)),
    ("\x1b", ("cut over to GREEN ships",)),
    ("\x1b", ("api-blue-1", "api-blue-2")),
    ("c", ("CUT OVER",)),
    ("\x1b", ("api-blue-1", "api-blue-2")),
    ("o", ("Cancel",)),
    ("\x1b", ("api-blue-1", "api-blue-2")),
    (":", ()),
    ("\x1b", ("api-blue-1", "api-blue-2")),
)

SGR = re.compile(rb"\x1b\[([\d;:]*)m")
BASIC = {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}  # 16 colours, as foreground and background


def walked(console: Console) -> Iterator[str]:
    """Each screen of the walk."""
    for key, parts in WALK:
        console.child.send(key)
        console.rest(quiet=0.15)
        console.wait_for(*parts)
        yield console.text
    console.child.send("\x03")
    console.ends(10)
    assert console.exit_code == 0
    assert console.left_behind() == []


def colour_kinds(console: Console) -> set[str]:
    """Which ways of choosing a colour were used: `basic`, `256`, `true`."""
    found: set[str] = set()
    for sequence in SGR.findall(console.sent):
        text = sequence.decode()
        found |= {"256"} if re.search(r"[34]8[;:]5[;:]", text) else set()
        found |= {"true"} if re.search(r"[34]8[;:]2[;:]", text) else set()
        rest = re.sub(r"[34]8[;:](?:5[;:]\d+|2[;:]\d+[;:]\d+[;:]\d+)", "", text)
        found |= {"basic"} if any(part.isdecimal() and int(part) in BASIC for part in re.split("[;:]", rest)) else set()
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env", "kinds", "ascii_only"),
    [
        pytest.param({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {"true", "basic"}, False, id="truecolor"),
        pytest.param({"TERM": "linux"}, {"basic"}, True, id="linux"),
        pytest.param({"TERM": "vt100"}, set(), True, id="vt100"),
        pytest.param({"TERM": "xterm-256color", "NO_COLOR": "1"}, set(), False, id="NO_COLOR"),
        pytest.param({"TERM": "linux", "NO_COLOR": "1", "LC_ALL": "C", "PYTHONUTF8": "0"}, set(), True, id="poorest"),
    ],
)
def test_every_screen_uses_what_the_terminal_has(
    open_console: Open, env: dict[str, str], kinds: set[str], *, ascii_only: bool
) -> None:
    console = open_console(ON_FAKES, "fleet", env=env)
    screens = list(walked(console))
    assert len(set(screens)) > 6, "the walk shows many screens"
    assert colour_kinds(console) <= kinds
    assert bool(colour_kinds(console)) is bool(kinds)
    assert bool(console.colours()) is bool(kinds), "not even the terminal's own colours are named"
    if ascii_only:
        assert [screen for screen in screens if not screen.isascii()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env", "kinds", "size"),
    [
        pytest.param({}, {"256", "basic"}, (80, 24), id="80x24"),
        pytest.param({"NO_COLOR": "1"}, set(), (120, 40), id="120x40 NO_COLOR"),
    ],
)
def test_nothing_blinks_or_moves_by_itself(
    open_console: Open, env: dict[str, str], kinds: set[str], size: tuple[int, int]
) -> None:
    cols, rows = size
    console = open_console(ON_FAKES, "fleet", env=env, cols=cols, rows=rows)
    for key, parts in (("", ("glance",)), ("\r", ("api-blue-1",)), ("o", ("Cancel",)), ("\x1b", ()), (":", ())):
        console.child.send(key)
        console.wait_for(*parts)
        console.rest()
        assert console.pump(1.3) == b"", f"bytes without a cause after {key!r}"
    assert b"\x1b[5m" not in console.sent
    assert colour_kinds(console) <= kinds


def test_an_old_console_is_not_asked_for_a_keyboard_protocol(open_console: Open) -> None:
    console = open_console(env={"TERM": "linux"})
    console.wait_for("api-blue-1")
    assert b"\x1b[>" not in console.sent


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "vt100"}], ids=["NO_COLOR", "vt100"])
def test_a_theme_chosen_later_brings_no_colours(open_console: Open, env: dict[str, str]) -> None:
    console = open_console(env=env)
    console.wait_for("api-blue-1")
    console.child.send(":")
    console.rest(0.2)
    console.child.send("theme light\r")
    console.rest()
    assert "theme light" not in console.text, "it was done"
    assert console.colours() == set()


def test_an_empty_no_color_means_nothing(open_console: Open) -> None:
    console = open_console(env={"NO_COLOR": ""})
    console.wait_for("api-blue-1")
    assert "256" in colour_kinds(console)
