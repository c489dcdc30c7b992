"""Commands and filters typed in one burst, as a slow line delivers them; and the clipboard through tmux, for real."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from ttykit import Console

Open = Callable[..., Console]


def test_a_command_typed_in_one_burst_is_one_command(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for("api-blue-1", "LB ACTIVE")
    # c, o and r alone would open a plan, a dialog and a plan
    console.child.send(":instance api-green-2\r")
    console.wait_for("server-green-2")
    console.child.send(":q\r")
    console.ends(within=10)
    assert console.exit_code == 0
    assert console.left_behind() == []


def test_a_filter_typed_in_one_burst_is_one_filter(open_console: Open) -> None:
    console = open_console(cols=120, rows=40)
    console.wait_for("api-blue-1", "LB ACTIVE")
    console.child.send("/green-2q")
    console.wait_for("/green-2q", "no row holds these words")
    console.child.send("\x7f")
    console.wait_for("1 of 6 rows", "api-green-2")


def test_a_copy_in_tmux_reaches_the_terminal_outside(open_console: Open) -> None:
    console = open_console(cols=120, rows=40, env={"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"})
    console.wait_for("api-blue-1", "LB ACTIVE")
    console.child.send("y")
    console.wait_for("server id")
    console.child.send("b")
    console.wait_for("OSC 52 through tmux")
    found = re.search(rb"\x1bPtmux;\x1b\x1b\]52;c;([A-Za-z0-9+/=]+)\x07\x1b\\", console.sent)
    assert found is not None
    assert base64.b64decode(found[1]) == b"server-blue-1"
