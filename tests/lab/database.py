"""The lab's MariaDB: started as a plain process, without fsync."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .process import log_file, spawn, wait_port
from .settings import DATA, IP, PORT, RUN, environment, fail, passwords, write_private

SCHEMAS = ("keystone", "placement", "glance", "neutron", "nova_api", "nova_cell0", "nova", "octavia")

_HOME = DATA / "mysql"
_SHARE = Path("/usr/share/mysql")
_OPTIONS = """
    --skip-name-resolve --skip-log-bin --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
    --innodb-flush-method=nosync --innodb-buffer-pool-size=192M --innodb-log-file-size=64M --max-connections=400
    --performance-schema=0 --character-set-server=utf8 --skip-ssl
"""


def start() -> None:
    """Start it and wait until it listens; the first time its data directory is made."""
    as_root = [] if os.geteuid() else ["--user=root"]
    if not (_HOME / "mysql").is_dir():
        _bootstrap(as_root)
    init = RUN / "init.sql"
    statements = [f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8;" for name in SCHEMAS]
    statements += [
        f"CREATE USER IF NOT EXISTS lab@'{IP}' IDENTIFIED BY '{passwords()['db']}';",
        f"GRANT ALL ON *.* TO lab@'{IP}';",
        "ALTER USER root@localhost ACCOUNT LOCK;",
    ]
    write_private(init, "\n".join(statements) + "\n")
    where = [
        f"--datadir={_HOME}",
        f"--init-file={init}",
        f"--bind-address={IP}",
        f"--port={PORT['mysql']}",
        f"--socket={_HOME / 's.sock'}",
        f"--pid-file={_HOME / 'mysqld.pid'}",
    ]
    spawn("mysql", ["mariadbd", "--no-defaults", *where, *_OPTIONS.split(), *as_root])
    wait_port(PORT["mysql"], "mysql")


def _bootstrap(as_root: list[str]) -> None:
    """Make the data directory by hand: mariadb-install-db wants packages that are not needed otherwise."""
    _HOME.mkdir(parents=True, mode=0o700, exist_ok=True)
    tables = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
    sql = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL, @skip_auth_anonymous=1;\n"
    sql += "\n".join((_SHARE / name).read_text() for name in tables) + "\n"
    fast = ["--skip-name-resolve", "--innodb-flush-method=nosync", "--innodb-log-file-size=64M"]
    with log_file("mysql").open("ab") as out:
        done = subprocess.run(
            ["mariadbd", "--no-defaults", "--bootstrap", f"--datadir={_HOME}", *fast, *as_root],
            input=sql.encode(),
            stdout=out,
            stderr=out,
            env=environment(),
            check=False,
        )
    if done.returncode:
        shutil.rmtree(_HOME)
        fail(f"mariadbd --bootstrap failed: see {log_file('mysql')}")
