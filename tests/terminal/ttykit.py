"""A real terminal to run the program in: what is on its screen, what was sent, and how it was left."""

from __future__ import annotations

import os
import re
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pexpect
import pyte

# modes that a program switches on for itself and must switch off: mouse, focus, alternate screen, bracketed paste
_MUST_END_OFF = {"1000", "1002", "1003", "1004", "1006", "1015", "1049", "2004"}
ON_FAKES = str(Path(__file__).parent / "on_fakes.py")  # the program over facts made by hand
_HIDDEN = ("COLORTERM", "NO_COLOR", "TEXTUAL", "SSH_", "TERM", "COLUMNS", "LINES")


class Console:
    """One program in a pseudo-terminal of `cols` x `rows`."""

    def __init__(
        self, argv: Sequence[str], *, cols: int = 80, rows: int = 24, env: Mapping[str, str] | None = None
    ) -> None:
        environ = {key: value for key, value in os.environ.items() if not key.startswith(_HIDDEN)}
        environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}
        self.sent = b""
        self.screen = pyte.Screen(cols, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.child: Any = pexpect.spawn(
            sys.executable, list(argv), dimensions=(rows, cols), env=environ, timeout=None, echo=True
        )
        self.before = termios.tcgetattr(self.child.child_fd)

    @property
    def text(self) -> str:
        """The screen now."""
        return "\n".join(self.screen.display)

    def pump(self, seconds: float) -> bytes:
        """Take what comes within so many seconds; returns it."""
        end, taken = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            try:
                chunk = self.child.read_nonblocking(65536, timeout=min(left, 0.05))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                break
            taken += chunk
            self._stream.feed(chunk)
        self.sent += taken
        return taken

    def wait_for(self, *parts: str, within: float = 30.0) -> None:
        """Until every part is on the screen; fails, showing the screen, when it does not come."""
        end = time.monotonic() + within
        while not all(part in self.text for part in parts):
            assert time.monotonic() < end, f"{parts} did not come:\n{self.text}"
            assert self.child.isalive() or self.pump(0.1), f"it ended:\n{self.text}"
            self.pump(0.05)

    def rest(self, quiet: float = 0.6, within: float = 20.0) -> None:
        """Until nothing was sent for a moment."""
        end = time.monotonic() + within
        while self.pump(quiet):
            assert time.monotonic() < end, "it never rests"

    def ends(self, within: float) -> float:
        """Wait for the end; returns the seconds it took, fails when it takes longer."""
        began = time.monotonic()
        while self.child.isalive():
            assert time.monotonic() - began < within, f"still running after {within} s:\n{self.text}"
            self.pump(0.02)
        took = time.monotonic() - began
        self.pump(0.2)
        return took

    @property
    def exit_code(self) -> int | None:
        """The exit code, None where a signal ended it."""
        code: int | None = self.child.exitstatus
        return code

    def left_behind(self) -> list[str]:
        """What the program left switched on; empty when the terminal is as it was."""
        state: dict[str, str] = {}
        for modes, switch in re.findall(rb"\x1b\[\?([\d;]+)([hl])", self.sent):
            state |= {mode: switch.decode() for mode in modes.decode().split(";")}
        left = [f"mode {mode}" for mode, switch in state.items() if switch == "h" and mode in _MUST_END_OFF]
        left += ["cursor hidden"] if state.get("25") == "l" else []
        left += ["line wrap off"] if state.get("7") == "l" else []
        if termios.tcgetattr(self.child.child_fd)[:4] != self.before[:4]:
            left.append("terminal attributes")
        return left

    def colours(self) -> set[str]:
        """The SGR parameters that choose a colour, as they were sent."""
        found: set[str] = set()
        for sequence in re.findall(rb"\x1b\[([\d;:]*)m", self.sent):
            found |= {each for each in re.split("[;:]", sequence.decode()) if _is_colour(each)}
        return found

    def close(self) -> None:
        """End it, whatever it does."""
        try:
            with suppress(OSError):  # a test may have taken its terminal away
                self.child.close(force=True)
        except pexpect.ExceptionPexpect:  # killed, and a busy machine has not ended it within a tenth of a second
            self.child.wait()


def _is_colour(parameter: str) -> bool:
    # with 39 and 49, the terminal's own: who asks for no colour wants none named
    chosen = {*range(30, 50), *range(90, 108)}
    return parameter.isdecimal() and int(parameter) in chosen
