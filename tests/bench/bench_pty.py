"""A program in a pseudo-terminal, timed from outside: raw bytes only, so that reading them costs next to nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_HIDDEN = ("COLORTERM", "NO_COLOR", "TEXTUAL", "SSH_", "TERM", "COLUMNS", "LINES", "OS_", "BLUEGREEN")


class Timed:
    """One program, from its exec on. Times are seconds since then."""

    def __init__(
        self, argv: Sequence[str], *, cols: int = 120, rows: int = 40, env: Mapping[str, str] | None = None
    ) -> None:
        environ = {key: value for key, value in os.environ.items() if not key.startswith(_HIDDEN)}
        environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}
        self.sent = bytearray()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:  # in the child: nothing but exec
            with suppress(OSError):
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
                os.execve(sys.executable, [sys.executable, *argv], environ)
            os._exit(127)
        self.began = time.perf_counter()
        self.exit_code: int | None = None

    def until(self, *parts: bytes, within: float = 60.0, since: int = 0) -> float:
        """Read until every part was sent, after the first `since` bytes; returns when. Raises AssertionError."""
        while not all(self.sent.find(part, since) >= 0 for part in parts):
            if self.seconds > within or not self._read(0.25):
                tail = bytes(self.sent[-2000:]).decode("utf-8", "replace")
                raise AssertionError(f"{parts} did not come within {within:.0f} s; last was:\n{tail}")
        return self.seconds

    def pump(self, seconds: float) -> int:
        """Take what comes within so many seconds; returns how many bytes."""
        before, end = len(self.sent), time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and self._read(left):
            pass
        return len(self.sent) - before

    def rest(self, quiet: float = 1.0, within: float = 30.0) -> None:
        """Until nothing comes for a moment, or for as long as `within`."""
        end = time.perf_counter() + within
        while self.pump(quiet) and time.perf_counter() < end:
            pass

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.fd, keys)

    def echo(self, keys: bytes, within: float = 10.0) -> float:
        """Press keys; seconds until the first byte that answers them."""
        began = time.perf_counter()
        self.send(keys)
        before = len(self.sent)
        while len(self.sent) == before:
            waited = time.perf_counter() - began
            assert waited < within, f"no answer to {keys!r} within {within:.0f} s"
            self._read(within - waited)
        return time.perf_counter() - began

    @property
    def seconds(self) -> float:
        """Since its exec."""
        return time.perf_counter() - self.began

    @property
    def cpu(self) -> float:
        """CPU seconds that all its threads have used."""
        spent = 0
        for task in Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            with suppress(OSError, IndexError):
                spent += int(task.read_text().split()[0])
        return spent / 1e9

    @property
    def rss(self) -> float:
        """Resident memory in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def threads(self) -> int:
        """How many threads it has."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def sockets(self) -> int:
        """How many sockets it holds."""
        found = 0
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(OSError):
                found += str(link.readlink()).startswith("socket:")
        return found

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._reaped()

    def ends(self, within: float = 10.0) -> float:
        """Wait for its end; the seconds that took."""
        began = time.perf_counter()
        while not self._reaped():
            assert time.perf_counter() - began < within, f"still there after {within:.0f} s"
            self._read(0.02)
        return time.perf_counter() - began

    def close(self) -> None:
        """End it, whatever it does."""
        if not self._reaped():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        with suppress(OSError):
            os.close(self.fd)

    def __enter__(self) -> Timed:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reaped(self) -> bool:
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.exit_code = os.waitstatus_to_exitcode(status) if pid else None
        return self.exit_code is not None

    def _read(self, timeout: float) -> bool:
        """Take what is there; False once nothing can come any more."""
        if not select.select([self.fd], [], [], max(timeout, 0))[0]:
            return True
        try:
            chunk = os.read(self.fd, 1 << 16)
        except OSError:
            return False
        self.sent += chunk
        return bool(chunk)
