"""What doctor looks at on this host: config, journal, runner, terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from console.cli.finding import Finding, ok, problem, warning
from console.config.model import Config
from console.errors import BluegreenError
from console.rollout.file_system import is_networked, kind
from console.rollout.journal import Journal

_LEAST = 80, 24  # columns and lines that every screen fits


def config(found: Config) -> Iterator[Finding]:
    """Which file, and who could change it."""
    services = f"{len(found.services)} service{'' if len(found.services) == 1 else 's'}"
    yield ok("config", f"{found.path}: {services}")
    if found.writable_by_others:
        mend = "chmod go-w the file and its folder, and let them belong to you or root: changes are refused until then"
        yield problem("config", found.writable_by_others, mend)
    if found.read_only:
        yield warning("config", "read_only: true: this config takes arming and changes away altogether")


def journal(found: Config) -> Iterator[Finding]:
    """Where rollouts are recorded, and whether it can be written."""
    if not found.journal.startswith("sqlite"):
        yield from _database(found)
        return
    path = Path(found.journal.partition("///")[2].partition("?")[0])
    if is_networked(path):
        mend = "put it on a local disk, or use a database server: `journal: postgresql://…`"
        yield problem("journal", f"{path} is on a network file system ({kind(path)}): its locks do not hold", mend)
        return
    place = next((one for one in (path, *path.parents) if one.exists()), Path("/"))
    needed = os.W_OK if place == path else os.W_OK | os.X_OK
    if not os.access(place, needed):
        yield problem("journal", f"{place} cannot be written by this user", "name another file in `journal:`")
        return
    if not path.exists():
        yield ok("journal", f"{path}: not there yet, the first rollout makes it")
        return
    yield from _database(found)
    if path.stat().st_mode & 0o077:
        yield warning("journal", f"other users can read {path}", f"chmod 600 {path}")


def _database(found: Config) -> Iterator[Finding]:
    shown = _without_password(found.journal)
    try:
        with Journal.open(found.journal, read_only=True) as opened:
            last = opened.rollouts(limit=1)
    except BluegreenError as error:
        yield problem("journal", error.message, error.hint)
        return
    recorded = f"last rollout {last[0].id} of {last[0].service}: {last[0].state}" if last else "no rollouts yet"
    yield ok("journal", f"{shown}: {recorded}")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def runner(environ: Mapping[str, str]) -> Iterator[Finding]:
    """What a rollout survives."""
    yield ok(
        "runner",
        "a rollout runs as a process in a session of its own: it survives a closed terminal, a dropped SSH session "
        "and a crash of this program; it does not survive a reboot of this host (`bluegreen resume` goes on)",
    )
    if _kills_at_logout() and "SSH_CONNECTION" in environ:
        yield warning(
            "runner",
            "systemd-logind has KillUserProcesses=yes: it ends rollouts when you log out",
            "loginctl enable-linger, and start the console with `systemd-run --user --scope bluegreen`",
        )


def _kills_at_logout(files: tuple[Path, ...] | None = None) -> bool:
    """Whether logind is told to end a user's processes; its last word counts."""
    if files is None:
        files = (Path("/etc/systemd/logind.conf"), *sorted(Path("/etc/systemd/logind.conf.d").glob("*.conf")))
    value = "no"
    for path in files:
        try:
            lines = path.read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            key, _, word = line.strip().partition("=")
            if key.strip() == "KillUserProcesses":
                value = word.strip().lower()
    return value in ("yes", "true", "1", "on")


def terminal(environ: Mapping[str, str], *, is_terminal: bool, encoding: str) -> Iterator[Finding]:
    """What the screens can use."""
    if not is_terminal:
        yield ok("terminal", "the output is no terminal: the verbs work, the screens need one")
        return
    name = environ.get("TERM", "")
    if name in ("", "dumb"):
        yield problem("terminal", f"TERM is {name or 'not set'}: no screen can be drawn", "set TERM, or use the verbs")
    columns, lines = shutil.get_terminal_size()
    if columns < _LEAST[0] or lines < _LEAST[1]:
        yield warning("terminal", f"{columns}x{lines} is less than 80x24: make the window larger")
    yield ok("terminal", f"{name or '?'}, {columns}x{lines}, {_colours(environ)}{_inside(environ)}")
    if "utf" not in encoding.lower():
        yield warning("terminal", f"the encoding is {encoding}: ASCII is drawn", "set LANG to a UTF-8 locale")


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256color" in environ.get("TERM", "") else "16 colours"


def _inside(environ: Mapping[str, str]) -> str:
    return ", in tmux" if environ.get("TMUX") else ", in screen" if environ.get("STY") else ""


def encoding_of_output() -> str:
    """The encoding that standard output has."""
    return sys.stdout.encoding or "unknown"
