"""A MariaDB of the test's own: in a folder, on a socket, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_SHARE = Path("/usr/share/mysql")
_TABLES = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
_FAST = (
    "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--performance-schema=0", "--skip-log-bin",
)  # fmt: skip


@contextlib.contextmanager
def mysql(folder: Path) -> Iterator[str]:
    """The URL of an empty database. Skips where MariaDB is not installed; with LAB_REQUIRED that is a failure."""
    program = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not (_SHARE / _TABLES[0]).exists():
        say = pytest.fail if os.environ.get("LAB_REQUIRED") else pytest.skip
        say("not run: there is no MariaDB here (apt-get install mariadb-server)")
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    # a socket's path has a hundred characters at most
    with (
        tempfile.TemporaryDirectory(prefix="bluegreen-mysql-") as own,
        (folder / "mysql.log").open("ab") as log,
    ):
        yield from _served(program, Path(own), log.fileno(), folder / "mysql.log")


def _served(program: str, own: Path, log: int, shown: Path) -> Iterator[str]:
    base = [program, "--no-defaults", f"--datadir={own / 'data'}", *_FAST, *([] if os.geteuid() else ["--user=root"])]
    (own / "data").mkdir()
    made = subprocess.run([*base, "--bootstrap"], input=_system_tables(), stdout=log, stderr=log, check=False)
    assert made.returncode == 0, shown.read_text()
    init = own / "init.sql"
    init.write_text(
        "CREATE DATABASE journal CHARACTER SET utf8mb4;\n"
        "CREATE USER bluegreen@localhost IDENTIFIED BY 'sesame';\n"
        "GRANT ALL ON journal.* TO bluegreen@localhost;\n"
    )
    where = [f"--socket={own / 's'}", "--skip-networking", f"--pid-file={own / 'pid'}", f"--init-file={init}"]
    server = subprocess.Popen([*base, *where], stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while not (own / "s").exists():
            assert server.poll() is None, shown.read_text()
            assert time.monotonic() < end, shown.read_text()
            time.sleep(0.1)
        yield f"mysql://bluegreen:sesame@localhost/journal?unix_socket={own / 's'}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _system_tables() -> bytes:
    """What `mariadb-install-db` feeds it, which wants packages that are not needed otherwise."""
    begin = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL, @skip_auth_anonymous=1;\n"
    return (begin + "\n".join((_SHARE / name).read_text() for name in _TABLES) + "\n").encode()
