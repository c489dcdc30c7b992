"""What doctor says of this terminal: what the screens will draw on it, and what stands in between."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from console.cli.finding import Finding, ok, warning

_SLOW_ESCAPE = 100  # milliseconds that tmux may wait for the rest of a key before esc feels slow

Ask = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class Terminal:
    """What there is to look at. `ask` runs a program and returns what it prints, or nothing."""

    environ: Mapping[str, str]
    is_terminal: bool
    encoding: str
    size: tuple[int, int]
    ask: Ask

    @classmethod
    def current(cls) -> Terminal:
        """The terminal of this process."""
        columns, lines = shutil.get_terminal_size()
        encoding = sys.stdout.encoding or "unknown"
        return cls(os.environ, sys.stdin.isatty() and sys.stdout.isatty(), encoding, (columns, lines), _said)


def terminal(here: Terminal) -> Iterator[Finding]:
    """Kind, size, colours, characters, and what tmux lets through."""
    if not here.is_terminal:
        yield ok("terminal.kind", "input or output is no terminal: the verbs work, the screens need one")
        return
    from console.terminal import LEAST, can_draw

    name = here.environ.get("TERM", "")
    if not can_draw(here.environ):
        yield warning(
            "terminal.kind",
            f"TERM is {name or 'not set'}: no screen can be drawn",
            "`bluegreen` writes each change as a line, as `bluegreen status --watch` does",
            "if the terminal can do more, name it: export TERM=xterm-256color",
        )
        return
    columns, lines = here.size
    yield ok("terminal.kind", f"{name}, {columns}x{lines}, {_colours(here.environ)}{_between(here.environ)}")
    if columns < LEAST[0] or lines < LEAST[1]:
        means = "what a decision needs may have no room; the screens say so as long as they are that small"
        what = f"{columns}x{lines} is less than {LEAST[0]}x{LEAST[1]}"
        yield warning("terminal.size", what, means, "make the window larger")
    yield from _characters(here)
    yield from _tmux(here)


def _characters(here: Terminal) -> Iterator[Finding]:
    from console.terminal import is_ascii_only

    if "utf" not in here.encoding.lower():
        means = "frames and signs are drawn in ASCII, and other letters as question marks"
        mend = "set LANG to a UTF-8 locale, such as C.UTF-8"
        yield warning("terminal.characters", f"the encoding is {here.encoding}", means, mend)
    elif is_ascii_only(here.environ, here.encoding):
        yield ok("terminal.characters", "ASCII frames and signs: the fonts of such consoles lack others")
    else:
        yield ok("terminal.characters", "UTF-8; where the font lacks signs, `bluegreen --ascii` draws others")


def _colours(environ: Mapping[str, str]) -> str:
    from console.terminal import TRUE_COLOUR, colours

    found = colours(environ)
    if found == 0:  # asked first: the switches of the screens say NO_COLOR then, whether or not the user did
        return f"no colours: a terminal of type {environ.get('TERM') or 'unknown'} has none"
    if environ.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    return "16 million colours" if found == TRUE_COLOUR else f"{found} colours"


def _between(environ: Mapping[str, str]) -> str:
    from console.terminal import multiplexer

    between = multiplexer(environ)
    far = ", over SSH (15 frames a second at most)" if "SSH_CONNECTION" in environ or "SSH_TTY" in environ else ""
    return f"{f', in {between}' if between else ''}{far}"


def _tmux(here: Terminal) -> Iterator[Finding]:
    """What tmux itself says of its settings; silent where it does not."""
    from console.terminal import multiplexer

    if multiplexer(here.environ) != "tmux":
        return
    clipboard = here.ask(("tmux", "show-options", "-gsv", "set-clipboard"))
    passed = here.ask(("tmux", "show-options", "-gwv", "allow-passthrough"))
    if clipboard == "off" and passed in ("", "off"):
        means = "what is copied reaches tmux's own buffer (prefix and ]), not your terminal's clipboard"
        mend = "tmux set -s set-clipboard on"
        yield warning("terminal.clipboard", "tmux has set-clipboard off and no passthrough", means, mend)
    elif clipboard:
        passes = f", allow-passthrough {passed}" if passed else ""
        yield ok("terminal.clipboard", f"tmux hands on what is copied (set-clipboard {clipboard}{passes})")
    escape = here.ask(("tmux", "show-options", "-gsv", "escape-time"))
    if escape.isdecimal() and int(escape) > _SLOW_ESCAPE:
        means = "esc goes back only after that"
        yield warning("terminal.escape", f"tmux waits {escape} ms after esc", means, "tmux set -s escape-time 20")


def _said(argv: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 a fixed command of ours
            argv, capture_output=True, text=True, timeout=2, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
