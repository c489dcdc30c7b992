"""A PostgreSQL of the test's own: in a folder, on a socket, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of an empty database. Skips where PostgreSQL is not installed; with LAB_REQUIRED that is a failure."""
    programs = _programs()
    if programs is None:
        say = pytest.fail if os.environ.get("LAB_REQUIRED") else pytest.skip
        say("not run: there is no PostgreSQL here (apt-get install postgresql)")
    assert programs is not None
    folder.mkdir(parents=True, exist_ok=True)
    # not below pytest's own folder, whose mode another run of it sets back to its user's alone
    with tempfile.TemporaryDirectory(prefix="bluegreen-postgresql-", ignore_cleanup_errors=True) as own:
        yield from _served(programs, folder, Path(own))


def _served(programs: Path, folder: Path, own: Path) -> Iterator[str]:
    data = own / "data"
    data.mkdir(mode=0o700)
    user = _not_root(data)
    _run(user, [str(programs / "initdb"), "-D", str(data), "-U", "bluegreen", "-A", "trust", "--no-sync", "-E", "UTF8"])
    options = ["-D", str(data), "-k", str(data), "-c", "listen_addresses=", "-c", "fsync=off"]
    with (folder / "postgres.log").open("ab") as log:
        server = subprocess.Popen([*_as(user), str(programs / "postgres"), *options], stdout=log, stderr=log)
    try:
        _until_ready(programs, data, folder)
        yield f"postgresql://bluegreen@/postgres?host={data}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _programs() -> Path | None:
    """The newest installed version's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("postgres")
    return Path(named).resolve().parent if named else None


def _not_root(data: Path) -> str | None:
    """PostgreSQL does not run as root: the user that it runs as instead, to whom the folder then belongs."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else "nobody")
    os.chown(data, user.pw_uid, user.pw_gid)
    for parent in data.parents:
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return user.pw_name


def _as(user: str | None) -> list[str]:
    return ["setpriv", f"--reuid={user}", "--clear-groups", "--"] if user is not None else []


def _run(user: str | None, command: Sequence[str]) -> None:
    done = subprocess.run([*_as(user), *command], check=False, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr


def _until_ready(programs: Path, data: Path, folder: Path) -> None:
    end = time.monotonic() + 30
    command = [str(programs / "pg_isready"), "-h", str(data), "-U", "bluegreen", "-d", "postgres", "-q"]
    while subprocess.run(command, check=False).returncode != 0:
        assert time.monotonic() < end, (folder / "postgres.log").read_text()
        time.sleep(0.1)
