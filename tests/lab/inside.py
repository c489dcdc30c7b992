"""Running in the lab's own environment, where openstacksdk and the database client of the pinned versions are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from .settings import CLOUDS_YAML, HOME, IP, PORT, VENV, environment, fail, in_venv, passwords


def enter() -> None:
    """Start this command again on the lab's python, unless it runs there."""
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        return
    if not Path(in_venv("python")).exists():
        fail(f"no environment at {VENV}: run `python -m tests.lab up` first")
    command = [in_venv("python"), "-W", "ignore", "-P", "-m", "lab", *sys.argv[1:]]
    more = {"PYTHONPATH": str(HOME.parent), "OS_CLIENT_CONFIG_FILE": str(CLOUDS_YAML)}
    sys.stdout.flush()
    os.execve(command[0], command, environment() | more)


def connect(name: str = "lab") -> Any:
    """An openstacksdk connection to one of the lab's clouds."""
    if not CLOUDS_YAML.exists():
        fail(f"no {CLOUDS_YAML}: run `python -m tests.lab up` first")
    import openstack

    return openstack.connect(cloud=name)


class OctaviaDatabase:
    """Octavia's database, for what its API does not say or allow."""

    def __init__(self) -> None:
        import pymysql

        self._connection = pymysql.connect(
            host=IP,
            port=PORT["mysql"],
            user="lab",
            password=passwords()["db"],
            database="octavia",
            autocommit=True,
            cursorclass=pymysql.cursors.DictCursor,
        )

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Run one statement; what it found."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def one(self, what: str, sql: str, *values: object) -> dict[str, Any]:
        """The only row found; ends the program where there are none or several."""
        found = self.rows(sql, *values)
        if len(found) != 1:
            fail(f"{len(found)} objects found, not one: {what}")
        return found[0]
