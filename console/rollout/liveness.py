"""Is a rollout's runner alive? Told by host, boot, process id and the process's start time."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Protocol

from console.rollout import pace
from console.rollout.records import RolloutState

STARTING = 15.0  # seconds that a runner may take from its start to its claim
_MODULES = frozenset({b"console.rollout.runner", b"console.rollout.train"})
_PROC = Path("/proc")
_BOOT_ID = _PROC / "sys/kernel/random/boot_id"
_SPACE = _PROC / "self/ns/pid"  # its inode is the number of the PID namespace


class Walked(Protocol):
    """A rollout, or a train: something that a process of its own sees to."""

    @property
    def id(self) -> str:
        """Its id, which is on the command line of its process."""

    @property
    def runner(self) -> str:
        """Which process; empty while there is none."""

    @property
    def state(self) -> RolloutState:
        """Where it is."""

    @property
    def waiting_since(self) -> float:
        """When a process was last asked for, Unix seconds."""


def runner_id(pid: int | None = None) -> str:
    """`host/boot/pid/start` of a process: a reused pid or another boot is another process."""
    pid = os.getpid() if pid is None else pid
    return f"{socket.gethostname()}/{boot_id()}/{pid}/{_start_time(pid)}"


def runner_host(rollout: Walked) -> str:
    """The host that the runner is, or was, on."""
    return rollout.runner.split("/")[0]


def alive(rollout: Walked) -> bool | None:
    """True or False for a runner of this host; None for one that only its lease can tell.

    That is one of another host; of another container, whose processes have other numbers; or of another user, where
    processes of others are hidden (`hidepid`).
    """
    if not rollout.runner:
        return False
    host, boot, pid, start = rollout.runner.split("/")
    if host != socket.gethostname():
        return None
    (boot, _, space), (our_boot, _, our_space) = boot.partition("."), boot_id().partition(".")
    if boot != our_boot or not pid.isdecimal():
        return False
    if space and space != our_space:
        return None
    found = _start_time(int(pid))
    return None if found is None else found == start != ""


def runner_pid(rollout: Walked) -> int | None:
    """The process of the runner, where it is one of this host and lives."""
    return int(rollout.runner.split("/")[2]) if alive(rollout) else None


def halted(pid: int) -> bool:
    """Whether the process stands still, by a signal or a debugger: it lives, and does nothing."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] in "Tt"


def unfinished(rollout: Walked) -> bool:
    """Begun, not ended, and with nobody left to end it.

    A runner gets some seconds to appear; on a busy machine it may need more, and its process then tells of it before
    its claim does.
    """
    if rollout.state.ended or alive(rollout) is not False:
        return False
    if rollout.state is not RolloutState.WAITING:
        return True
    return time.time() - rollout.waiting_since >= pace.real(STARTING) and not being_started(rollout.id)


def being_started(ident: str) -> bool:
    """Whether a process of this host that is to see to it has been started: its command line names module and id."""
    wanted = os.fsencode(ident)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended, or is hidden from us
        if wanted in words and _MODULES.intersection(words):
            return True
    return False


def boot_id() -> str:
    """Which boot of this machine it is, and in which of its spaces processes are numbered."""
    try:
        boot = _BOOT_ID.read_text().strip()
    except OSError:
        boot = "boot"
    try:
        return f"{boot}.{_SPACE.stat().st_ino}"
    except OSError:
        return boot


def _start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat, after the name, which may hold spaces and brackets; empty for no process.

    None: processes of others are hidden from us, so nobody can tell.
    """
    folder = _PROC / str(pid)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None if folder.exists() or not (_PROC / "1").exists() else ""
    return "" if fields[0] == "Z" else fields[19]
