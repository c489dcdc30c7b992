"""The databases' schemas, made by each service's own tool."""

from __future__ import annotations

import concurrent.futures
import hashlib
import os
import time
from collections.abc import Callable

from .process import run
from .settings import DATA, ETC, HOME, REGION, auth_url, fail, in_venv, passwords, say


def migrate() -> None:
    """Bring all schemas to the installed versions, unless that was done before."""
    stamp = DATA / "migrated"
    wanted = hashlib.sha256((HOME / "constraints.txt").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        failures = [failure for failure in pool.map(_timed, _MIGRATIONS) if failure]
    if failures:
        fail("\n".join(failures))
    stamp.write_text(wanted)


def _timed(name: str) -> str:
    """Run one migration; what went wrong. An exit in a thread would be lost, so it is caught."""
    begun = time.monotonic()
    problem = ""
    try:
        _MIGRATIONS[name]()
    except SystemExit as error:
        problem = str(error)
    say(f"  migrate {name:24} {time.monotonic() - begun:7.1f} s")
    return problem


def _keystone() -> None:
    for name in ("fernet", "receipts", "cred"):
        (ETC / "keystone" / name).mkdir(parents=True, mode=0o700, exist_ok=True)
    manage = [in_venv("keystone-manage"), "--config-file", str(ETC / "keystone" / "keystone.conf")]
    as_root = [] if os.geteuid() else ["--keystone-user", "0", "--keystone-group", "0"]
    run([*manage, "db_sync"], "migrate-keystone")
    for command in ("fernet_setup", "credential_setup"):
        run([*manage, command, *as_root], "migrate-keystone")
    urls = [word for kind in ("public", "internal", "admin") for word in (f"--bootstrap-{kind}-url", auth_url())]
    run(
        [*manage, "bootstrap", "--bootstrap-region-id", REGION, *urls],
        "migrate-keystone",
        {"OS_BOOTSTRAP_PASSWORD": passwords()["admin"]},
    )


def _nova() -> None:
    manage = [in_venv("nova-manage"), "--config-file", str(ETC / "nova" / "nova.conf")]
    run([*manage, "api_db", "sync"], "migrate-nova")
    run([*manage, "cell_v2", "map_cell0"], "migrate-nova")
    try:
        run([*manage, "cell_v2", "create_cell", "--name", "cell1"], "migrate-nova")
    except SystemExit as error:
        if "failed (2)" not in str(error):  # 2: the cell is there already
            raise
    run([*manage, "db", "sync"], "migrate-nova")


def _simple(program: str, config: str, *command: str) -> Callable[[], None]:
    name = config.split("/", maxsplit=1)[0]
    return lambda: run([in_venv(program), "--config-file", str(ETC / config), *command], f"migrate-{name}")


_MIGRATIONS: dict[str, Callable[[], None]] = {
    "neutron": _simple("neutron-db-manage", "neutron/neutron.conf", "upgrade", "heads"),
    "nova": _nova,
    "octavia": _simple("octavia-db-manage", "octavia/octavia.conf", "upgrade", "head"),
    "keystone": _keystone,
    "glance": _simple("glance-manage", "glance/glance-api.conf", "db_sync"),
    "placement": _simple("placement-manage", "placement/placement.conf", "db", "sync"),
}
