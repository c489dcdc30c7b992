"""A command as a gate: exit code 0 passes, and where it leaves test results they must say the same.

It gets a clean environment: what says which colour is tested, a few variables every program needs, and those that the
config names. No credentials of ours otherwise. It runs in a group of its own that is killed at the end.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from console.config.gate import Gate
from console.model.text import clipped
from console.rollout.gates.outcome import Outcome, Verdict
from console.rollout.gates.output import Output, tail
from console.rollout.gates.results import Summary, Unreadable, summary_of
from console.rollout.gates.subject import Told
from console.watch.command import PASSED_ON

_WARDEN = Path(__file__).with_name("warden.py")
_ENDING = 10.0  # seconds for the warden to end its command, which asks first and kills after 3
_LEFTOVERS = 1.0  # seconds for the last output, which a process that left the group may hold back
_NOT_RUN = (126, 127)  # not executable, not found: as shells and the warden say it
_PLACE = "{results}"


class CommandAttempt:
    """The command under way. Raises OSError where it cannot be begun."""

    def __init__(self, gate: Gate, subject: Told, log: Path) -> None:
        self._gate = gate
        self._since = time.time()
        self._own = tempfile.TemporaryDirectory(prefix="bluegreen-gate-", ignore_cleanup_errors=True)
        self._output = Output(log, (os.environ.get(name, "") for name in gate.env))
        argv = [word.replace(_PLACE, self._own.name) for word in gate.run]
        self._process = subprocess.Popen(  # noqa: S603 the operators' own command, from a config that others cannot write
            [sys.executable, "-I", str(_WARDEN), *argv],
            env=self._environment(subject),
            cwd=gate.folder or self._own.name,
            stdin=subprocess.PIPE,  # its end is the warden's sign that nobody waits any more
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reading = threading.Thread(target=self._read, name="gate output", daemon=True)
        self._reading.start()

    def poll(self) -> Outcome | None:
        """What the exit code and the results say."""
        code = self._process.poll()
        if code is None:
            return None
        self._finish()
        verdict, sentence = self._judged(code)
        return Outcome(verdict, sentence, tail(self._output.path))

    @property
    def last(self) -> Outcome:
        """Not over; what it prints is in its log."""
        return Outcome(Verdict.UNJUDGED, f"{self._gate.run[0]} is not over", tail(self._output.path))

    def stop(self) -> None:
        """Kill what is left of it."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            try:
                self._process.wait(_ENDING)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._finish()
        self._own.cleanup()

    def _finish(self) -> None:
        self._reading.join(_LEFTOVERS)
        self._output.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not self._reading.is_alive():
                with contextlib.suppress(OSError):
                    pipe.close()

    def _environment(self, subject: Told) -> Mapping[str, str]:
        passed = {name: os.environ[name] for name in (*PASSED_ON, *self._gate.env) if name in os.environ}
        return {**passed, **subject.variables(), "BLUEGREEN_RESULTS": self._own.name}

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # the file was closed meanwhile
            while data := os.read(self._process.stdout.fileno(), 65_536):
                self._output.add(data)

    def _judged(self, code: int) -> tuple[Verdict, str]:
        if code in _NOT_RUN:
            return Verdict.UNJUDGED, f"{self._gate.run[0]} could not be run (exit {code})"
        if code > 128 or code < 0:
            number = code - 128 if code > 0 else -code
            name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
            return Verdict.UNJUDGED, f"{self._gate.run[0]} was ended by {name}"
        if not self._gate.results:
            last = next((line for line in reversed(tail(self._output.path).splitlines()) if line.strip()), "")
            said = f": {clipped(last, 200)}" if last else ""
            return (Verdict.PASSED, "exit 0") if code == 0 else (Verdict.FAILED, f"exit {code}{said}")
        pattern = str(Path(self._gate.folder or self._own.name) / self._gate.results.replace(_PLACE, self._own.name))
        try:
            return _compared(code, summary_of(pattern, self._since))
        except Unreadable as why:
            return Verdict.UNJUDGED, f"exit {code}, {why}"


def _compared(code: int, summary: Summary) -> tuple[Verdict, str]:
    """Exit code and results must agree: each of them alone has fooled people."""
    if summary.failed:
        return Verdict.FAILED, summary.words
    if code != 0:
        return Verdict.UNJUDGED, f"exit {code}, although {summary.words}"
    if not summary.passed:
        return Verdict.UNJUDGED, f"exit 0, but no test was run ({summary.skipped} skipped)"
    return Verdict.PASSED, summary.words
