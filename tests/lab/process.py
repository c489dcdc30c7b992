"""Processes of the lab: each has a pid file and a log, and leads a session of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from .settings import IP, LOG, RUN, STATE, environment, fail, say

_children: dict[str, subprocess.Popen[bytes]] = {}


def log_file(name: str) -> Path:
    """Where a process writes."""
    return LOG / f"{name}.log"


def pid_file(name: str) -> Path:
    """Where a process's pid and start time are."""
    return RUN / f"{name}.pid"


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command's name; empty: no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _start_time(pid: int) -> str | None:
    """The process's start time, so that a reused pid is never mistaken. None: gone, or a zombie."""
    fields = _stat(pid)
    return None if not fields or fields[0] == "Z" else fields[19]


def read_pid(name: str) -> int | None:
    """The pid of a process that runs."""
    try:
        pid, start = pid_file(name).read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if _start_time(int(pid)) == start else None


def spawn(name: str, command: Sequence[str], extra: Mapping[str, str] | None = None) -> bool:
    """Start a process unless its pid file shows it alive; whether it was started."""
    if read_pid(name):
        return False
    with log_file(name).open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment() | dict(extra or {}),
            cwd=STATE,
            start_new_session=True,
        )
    pid_file(name).write_text(f"{process.pid} {_start_time(process.pid)}\n")
    _children[name] = process
    return True


def session(leader: int) -> Iterator[int]:
    """The processes of the session that we started as `leader`."""
    for entry in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields and int(fields[3]) == leader:
            yield int(entry.name)


def stop(names: Iterable[str], wait: float = 20) -> None:
    """TERM, after `wait` seconds KILL, each named process and the session it leads."""
    names = list(names)
    left = {name: pid for name in names if (pid := read_pid(name))}
    for pid in left.values():
        for part in session(pid):  # `freeze` may have stopped it
            os.kill(part, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + wait
    while left and time.monotonic() < end:
        for name, pid in list(left.items()):
            if name in _children:
                _children[name].poll()
            if read_pid(name) is None:
                _kill_followers(pid)
                del left[name]
        time.sleep(0.1)
    for name, pid in left.items():
        say(f"  {name} ({pid}) did not stop on TERM: KILL")
        _kill_followers(pid)
        if read_pid(name):
            os.kill(pid, signal.SIGKILL)
    for name in names:
        if name in left or read_pid(name) is None:
            pid_file(name).unlink(missing_ok=True)


def _kill_followers(leader: int) -> None:
    for pid in session(leader):
        if pid != leader:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def check_alive(name: str) -> None:
    """End the program, with the end of the log, if the process has died."""
    if name in _children:
        _children[name].poll()
    if read_pid(name) is None:
        fail(f"{name} died; the end of {log_file(name)}:\n{_tail(name)}")


def wait_port(port: int, name: str, timeout: float = 60) -> None:
    """Wait until the process listens."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            socket.create_connection((IP, port), 1).close()
        except OSError:
            check_alive(name)
            time.sleep(0.1)
        else:
            return
    fail(f"{name}: nothing listens on {port} after {timeout:.0f} s; see {log_file(name)}")


def wait_http(port: int, name: str, path: str = "/", timeout: float = 120) -> None:
    """Wait until the process answers with less than 500."""
    end = time.monotonic() + timeout
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    last = ""
    while time.monotonic() < end:
        try:
            opener.open(f"http://{IP}:{port}{path}", timeout=5).close()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
            last = str(error)
        except OSError as error:
            last = str(error)
        else:
            return
        check_alive(name)
        time.sleep(0.2)
    fail(f"{name}: no good answer on {port} after {timeout:.0f} s ({last}); see {log_file(name)}")


def run(command: Sequence[str], log: str, extra: Mapping[str, str] | None = None) -> None:
    """Run to the end, into a log; a failure ends the program with the end of that log."""
    with log_file(log).open("ab") as out:
        out.write(f"\n$ {' '.join(command)}\n".encode())
        out.flush()
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment() | dict(extra or {}),
            cwd=STATE,
            check=False,
        )
    if done.returncode:
        fail(f"failed ({done.returncode}): {' '.join(command)}\n{_tail(log)}")


def _tail(log: str) -> str:
    return "\n".join(log_file(log).read_text(errors="replace").splitlines()[-25:])
