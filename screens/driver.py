"""Textual's driver of a terminal, steadier: it outlives a terminal that is gone, and wakes once when it is woken.

SIGCONT comes without a SIGTSTP before it after a SIGSTOP, and beside the SIGHUP of a terminal that is closed (POSIX:
an orphaned process group). Textual 8.2.8 then starts a second pair of threads that read keys and write; where the
terminal is gone the one that writes dies of it, and the console waits for it for ever.
"""

from __future__ import annotations

import asyncio
import termios
from contextlib import suppress
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver


class _Heedless:
    """A file that says nothing of a terminal that is gone: what is written then is lost, whoever writes goes on."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class SteadyDriver(LinuxDriver):
    """For a terminal of Linux, BSD or macOS."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file = cast("Any", _Heedless(cast("IO[str]", self._file)))

    def _sigcont_application(self, *_: object) -> None:
        # in its turn: the signal may have come in the middle of a write, whose lock waking up would wait for
        with suppress(RuntimeError):  # the loop does not run yet, or no more
            asyncio.get_running_loop().call_soon_threadsafe(self._woken)

    def _woken(self) -> None:
        """Take the terminal again, which others have used meanwhile."""
        if not self._auto_restart or self._is_lost():
            return
        if not self._must_signal_resume:  # nobody has told that the terminal was to be left
            self.suspend_application_mode()
        self.resume_application_mode()

    def _is_lost(self) -> bool:
        try:
            termios.tcgetattr(self.fileno)
        except (termios.error, OSError):
            return True
        return False
