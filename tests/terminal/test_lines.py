"""Terminals on which nothing can be drawn: `bluegreen` says so, and writes each change as a line."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ttykit import Console

from console.drill.server import Drill, running_drill

Open = Callable[..., Console]
BLUEGREEN = str(Path(sys.executable).with_name("bluegreen"))
ESCAPE = re.compile(rb"\x1b.")


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    with running_drill(instances=1, pending=0.1, heartbeat=0.2) as made:
        yield made


def watching(open_console: Open, drill: Drill, *verb: str, **env: str) -> Console:
    config = ["--config", str(drill.config_file)]
    environ = {"OS_CLIENT_CONFIG_FILE": str(drill.clouds_file), **env}
    console = open_console(BLUEGREEN, *verb, *config, env=environ, cols=200, rows=50)
    console.wait_for("well: BLUE live")
    console.child.kill(signal.SIGINT)
    console.ends(10)
    assert console.exit_code == 130
    assert console.left_behind() == []
    return console


@pytest.mark.parametrize("term", ["dumb", ""])
def test_where_nothing_can_be_drawn_changes_come_as_lines(open_console: Open, drill: Drill, term: str) -> None:
    console = watching(open_console, drill, TERM=term)
    assert b"no screen can be drawn here" in console.sent
    assert b"TERM=xterm-256color bluegreen" in console.sent
    assert not ESCAPE.search(console.sent)


def test_a_terminal_that_can_do_more_gets_colours_and_nothing_that_moves(open_console: Open, drill: Drill) -> None:
    console = watching(open_console, drill, "status", "--watch")
    assert {found.group() for found in re.finditer(rb"\x1b\[[\d;]*.", console.sent)} == {b"\x1b[32m", b"\x1b[0m"}


def test_no_color_gets_plain_text(open_console: Open, drill: Drill) -> None:
    console = watching(open_console, drill, "status", "--watch", NO_COLOR="1")
    assert not ESCAPE.search(console.sent)


def test_the_drill_says_so_as_well(open_console: Open) -> None:
    console = open_console(BLUEGREEN, "drill", "--instances", "1", env={"TERM": "dumb"}, cols=200)
    console.ends(40)
    assert console.exit_code == 2
    assert b"no screen can be drawn on this terminal" in console.sent
    assert not ESCAPE.search(console.sent)
