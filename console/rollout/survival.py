"""What a runner outlives on this host: found out by asking systemd, told in the confirmation and by `doctor`.

Where this user lingers, the user's own systemd manager goes on after a logout, and a scope of it keeps the runner.
Elsewhere a session of its own is what there is: a logout ends it only where logind is told to end such processes.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 3.0  # seconds that logind may take to answer
_LOGIND = Path("/etc/systemd")


@dataclass(frozen=True, slots=True)
class Survival:
    """How a runner is started here. `manager`: systemd-run, when the user's manager keeps it; empty: no scope.

    `logout`: whether it goes on after a logout. `runtime_dir`: where the manager listens.
    """

    manager: str = ""
    runtime_dir: str = ""
    logout: bool = True

    @property
    def words(self) -> str:
        """What carries the rollout out and what that outlives, in two sentences."""
        if self.manager:
            how = "A process in a scope of this user's systemd manager does it: it goes on when this console or its "
            return f"{how}connection is closed, and after a logout. {_REBOOT}"
        how = "A process in a session of its own does it: it goes on when this console or its connection is closed"
        if self.logout:
            return f"{how}, and after a logout. {_REBOOT}"
        return f"{how}. A LOGOUT ENDS IT: logind has KillUserProcesses=yes, and this user does not linger."


_REBOOT = "A reboot ends it; `bluegreen resume --due` then says what is left."


def survival(environ: Mapping[str, str]) -> Survival:
    """Ask this host. Never raises: what does not answer is not relied on."""
    path = environ.get("PATH", os.defpath)
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    manager = shutil.which("systemd-run", path=path) or ""
    lingers = _logind(path, "show-user", str(os.getuid()), "--property=Linger", "--value") == "yes"
    if manager and lingers and _listens(Path(runtime)):
        return Survival(manager, runtime)
    return Survival(logout=not kills_at_logout(path))


def kills_at_logout(path: str, folder: Path = _LOGIND) -> bool:
    """Whether logind ends a user's processes at logout: as it says, or as its files say where it does not answer."""
    said = _logind(path, "show-user", "--property=KillUserProcesses", "--value")
    if said:
        return said == "yes"
    return Path("/run/systemd/system").is_dir() and _told_to_kill(folder)


def _told_to_kill(folder: Path) -> bool:
    """The last word of the files counts."""
    value = "no"
    for path in (folder / "logind.conf", *sorted((folder / "logind.conf.d").glob("*.conf"))):
        try:
            lines = path.read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            key, _, word = line.strip().partition("=")
            if key.strip() == "KillUserProcesses":
                value = word.strip().lower()
    return value in ("yes", "true", "1", "on")


def _logind(path: str, *words: str) -> str:
    """What loginctl says; empty where there is none, or no logind behind it."""
    program = shutil.which("loginctl", path=path)
    return _said([program, *words]) if program is not None else ""


def _said(argv: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 our own words
            argv, check=False, capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _listens(runtime: Path) -> bool:
    """Whether the user's manager is there: systemd-run talks to its own socket."""
    try:
        return stat.S_ISSOCK((runtime / "systemd" / "private").stat().st_mode)
    except OSError:
        return False
