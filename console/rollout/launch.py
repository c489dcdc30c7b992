"""Start a runner so that it outlives what started it: in a scope of the user's systemd manager, or in a new session.

`systemd-run --scope` registers itself with the manager and then becomes the program: environment and files are
inherited, so no credential is among the unit's properties, which `systemctl show` prints. A service would have them
there: `--setenv` makes its environment a property.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from console.config.model import Config
from console.config.places import make_private, state_dir
from console.errors import JournalError
from console.rollout.survival import survival

RUNNER = "console.rollout.runner"
CONDUCTOR = "console.rollout.train"

_PATIENCE = 5.0  # seconds that the manager may take to make a scope
_LOOK = 0.02  # seconds between two looks at whether it has


def start_runner(config: Config, rollout_id: str, *, elsewhere: bool = False) -> None:
    """Start the runner of a rollout. Raises JournalError.

    It works in the same folder, where the SDK looks for clouds.yaml first; `-P` keeps Python from importing code from
    there. Credentials reach it by the inherited environment, never by argv. What it says before it has the journal goes
    to `runner.log` in the state folder. `elsewhere`: the rollout is in the second place.
    """
    _start_module(config, RUNNER, rollout_id, ["--second-place"] if elsewhere else [])


def start_conductor(config: Config, train_id: str) -> None:
    """Start the conductor of a train, in the same way. Raises JournalError."""
    _start_module(config, CONDUCTOR, train_id, [])


def _start_module(config: Config, module: str, ident: str, more: Sequence[str]) -> None:
    log = state_dir() / "runner.log"
    argv = [sys.executable, "-P", "-m", module, ident, "--config", str(config.path.absolute()), *more]
    try:
        make_private(log.parent)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _start(argv, ident, descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise JournalError(
            f"{module} cannot be started: {error}", f"check {log.parent} and the installation"
        ) from error


def _start(argv: Sequence[str], rollout_id: str, log: int) -> None:
    kept = survival(os.environ)
    if kept.manager:
        environ = {**os.environ, "XDG_RUNTIME_DIR": kept.runtime_dir}
        pid = _spawn([*scope(kept.manager, rollout_id), *argv], environ, log)
        if _became(pid, argv[0]):
            return
    _spawn(argv, os.environ, log)


def scope(manager: str, rollout_id: str) -> list[str]:
    """The words before a command that put it into a scope of its own; another one for each start."""
    name = f"bluegreen-{rollout_id}-{secrets.token_hex(2)}"
    said = f"--description=bluegreen rollout {rollout_id}"
    return [manager, "--user", "--scope", "--quiet", "--collect", f"--unit={name}", said, "--"]


def _spawn(argv: Sequence[str], environ: Mapping[str, str], log: int) -> int:
    """Start it in a session of its own, without a terminal; returns its process id."""
    return os.posix_spawn(
        argv[0],
        list(argv),
        environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
        ],
        setsid=True,
    )


def _became(pid: int, program: str) -> bool:
    """Whether systemd-run has become the program; False where it ended first, or takes too long and is ended."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if _program_of(pid) == program:
            return True
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
        time.sleep(_LOOK)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def _program_of(pid: int) -> str:
    """The first word of a process's command line; empty where it has ended."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0])
    except OSError:
        return ""
