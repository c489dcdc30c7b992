"""Write a load balancer's provisioning_status into Octavia's database.

For states that do not last by themselves: PENDING_UPDATE (a stuck load balancer: changes get 409) or ERROR; ACTIVE
sets it right again.
"""

from __future__ import annotations

import argparse

from ..inside import OctaviaDatabase
from ..settings import say

INSIDE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """The load balancer and its status."""
    parser.add_argument("lb", help="id or name")
    parser.add_argument("status", choices=["ACTIVE", "ERROR", "PENDING_UPDATE", "PENDING_CREATE", "PENDING_DELETE"])


def run(given: argparse.Namespace) -> int:
    """Write the row."""
    database = OctaviaDatabase()
    found = database.one(
        f"load balancer {given.lb}",
        "SELECT id, name, provisioning_status status FROM load_balancer WHERE id=%s OR name=%s",
        given.lb,
        given.lb,
    )
    database.rows("UPDATE load_balancer SET provisioning_status=%s WHERE id=%s", given.status, found["id"])
    say(f"{found['id']} {found['name']}: {found['status']} -> {given.status}")
    return 0
