"""What a pool member reports from now on, as a real amphora would say it (without a data plane).

A heartbeat takes it to the real octavia-health-manager, which sets the operating_status of the member, its pool and
its load balancer. auto: forget it (ONLINE, or DRAINING with weight 0, NO_MONITOR with no health monitor).
--db: write the status straight into Octavia's database instead (for a pool that no listener uses, on which no
amphora reports).
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from .. import amphorae
from ..inside import OctaviaDatabase
from ..settings import fail, has_dataplane, say

INSIDE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """The member and its status."""
    parser.add_argument("member", help="id, or name if only one member has it")
    parser.add_argument("status", choices=[*amphorae.WORDS, "auto"])
    parser.add_argument("--db", action="store_true", help="write it into the database")


def run(given: argparse.Namespace) -> int:
    """Report it, and wait until the health manager has taken it."""
    if has_dataplane() and not given.db:
        fail("measured here, by a real haproxy: use set-app")
    if given.db and given.status == "auto":
        fail("--db and auto do not go together")
    database = OctaviaDatabase()
    member = database.one(
        f"member {given.member}",
        "SELECT m.id, m.name, m.operating_status status, p.load_balancer_id lb, p.id pool "
        "FROM member m JOIN pool p ON p.id = m.pool_id WHERE m.id=%s OR m.name=%s",
        given.member,
        given.member,
    )
    begun = time.monotonic()
    if given.db:
        database.rows("UPDATE member SET operating_status=%s WHERE id=%s", given.status, member["id"])
    else:
        amphorae.notes(lambda noted: _note(noted["members"], member["id"], given.status))
        amphorae.beat(database, member["lb"])
    now = _settled(database, member, given.status, begun)
    took = time.monotonic() - begun
    say(f"{member['id']} {member['name']}: {member['status']} -> {now} ({took:.2f} s)")
    return 0


def _note(members: dict[str, str], member_id: str, status: str) -> None:
    members.pop(member_id, None)
    if status != "auto":
        members[member_id] = amphorae.WORDS[status]


def _settled(database: OctaviaDatabase, member: dict[str, Any], wanted: str, begun: float) -> str:
    while True:
        row = database.one("member", "SELECT operating_status status FROM member WHERE id=%s", member["id"])
        waited = time.monotonic() - begun
        if row["status"] == wanted or (wanted == "auto" and waited > 1):
            return str(row["status"])
        if waited > 10:
            fail(
                f"still {row['status']}: is the pool {member['pool']} used by an enabled listener, "
                "and octavia-health-manager up?"
            )
        time.sleep(0.05)
