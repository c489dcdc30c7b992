"""Stand-in for what amphorae tell Octavia's health manager: signed UDP reports of members and listeners.

With a data plane they come from the statistics of the real haproxies; without one they are made from the database
and from data/amphora.json, where `set-member-status` notes what members should report. As a program (started by
`up`) it reports for every load balancer for ever, and keeps the haproxies alive.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import socket
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from .dataplane import haproxy
from .inside import OctaviaDatabase
from .settings import DATA, HEARTBEAT, IP, PORT, has_dataplane, passwords, say

WORDS = {"ONLINE": "UP", "ERROR": "DOWN", "DRAINING": "DRAIN", "OFFLINE": "MAINT", "NO_MONITOR": "no check"}
"""operating_status -> what haproxy says."""

Notes = dict[str, dict[str, Any]]
Deltas = Mapping[str, Mapping[str, int]]
_FILE = DATA / "amphora.json"


def notes(change: Callable[[Notes], None] | None = None) -> Notes:
    """What members and listeners should report; `change` edits it under a lock."""
    with _FILE.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        noted: Notes = json.loads(file.read() or "{}")
        noted.setdefault("members", {})
        noted.setdefault("listeners", {})
        if change:
            change(noted)
            file.seek(0)
            file.truncate()
            json.dump(noted, file)
    return noted


def beat(
    database: OctaviaDatabase, load_balancer: str | None = None, deltas: Deltas | None = None, sequence: int = 0
) -> None:
    """Send one report for each (or one) load balancer. `deltas`: statistics to add, by listener."""
    noted = notes()
    if has_dataplane():
        alive = database.rows("SELECT id FROM amphora WHERE status != 'DELETED'")
        haproxy.tend([row["id"] for row in alive])
    found = database.rows("SELECT id, load_balancer_id lb FROM amphora WHERE status IN ('ALLOCATED', 'ERROR')")
    for amphora in found:
        if load_balancer and amphora["lb"] != load_balancer:
            continue
        report: dict[str, Any] = {"id": amphora["id"], "seq": sequence, "ver": 3, "listeners": {}, "pools": {}}
        if has_dataplane():
            _measure(haproxy.Amphora(amphora["id"]), report)
        else:
            _simulate(database, noted, amphora["lb"], report, deltas or {})
        _send(report)


def _send(report: Mapping[str, Any]) -> None:
    data = zlib.compress(json.dumps(report).encode(), 9)
    signature = hmac.new(passwords()["heartbeat"].encode(), data, hashlib.sha256).hexdigest()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.sendto(data + signature.encode(), (IP, PORT["hm"]))


def _measure(amphora: haproxy.Amphora, report: dict[str, Any]) -> None:
    """What the health daemon of an amphora reads from haproxy's statistics socket."""
    from octavia.amphorae.backends.health_daemon import health_daemon
    from octavia.common import config  # noqa: F401 - registers the options

    health_daemon.CONF.set_override("base_path", str(DATA / "octavia"), "haproxy_amphora")  # for its counters
    if not amphora.running:
        return
    rows, pools = health_daemon.get_stats(str(amphora.socket))
    for row in rows:
        if row["svname"] == "FRONTEND":
            delta = health_daemon.calculate_stats_deltas(row["pxname"], row)
            report["listeners"][row["pxname"]] = {
                "status": row["status"],
                "stats": {
                    "tx": delta["bout"],
                    "rx": delta["bin"],
                    "conns": int(row["scur"]),
                    "totconns": delta["stot"],
                    "ereq": delta["ereq"],
                },
            }
    for name, pool in pools.items():
        report["pools"][name] = {"status": pool["status"], "members": pool["members"]}
    health_daemon.persist_counters()


def _simulate(
    database: OctaviaDatabase, noted: Notes, load_balancer: str, report: dict[str, Any], deltas: Deltas
) -> None:
    """What a haproxy would say, from the database and the notes. Only pools in use are reported."""
    in_use: dict[str, str] = {}
    listeners = database.rows(
        "SELECT id, default_pool_id pool FROM listener WHERE load_balancer_id=%s AND enabled AND "
        "provisioning_status NOT IN ('DELETED', 'ERROR', 'PENDING_CREATE')",
        load_balancer,
    )
    for listener in listeners:
        statistics = {"tx": 0, "rx": 0, "conns": 0, "totconns": 0, "ereq": 0}
        statistics |= noted["listeners"].get(listener["id"], {})
        statistics |= deltas.get(listener["id"], {})
        report["listeners"][listener["id"]] = {"status": "OPEN", "stats": statistics}
        redirects = database.rows(
            "SELECT redirect_pool_id pool FROM l7policy WHERE listener_id=%s AND enabled AND "
            "redirect_pool_id IS NOT NULL",
            listener["id"],
        )
        for pool in [listener["pool"], *(row["pool"] for row in redirects)]:
            if pool:
                in_use.setdefault(pool, listener["id"])
    for pool, listener_id in in_use.items():
        report["pools"][f"{pool}:{listener_id}"] = _simulate_pool(database, noted, pool)


def _simulate_pool(database: OctaviaDatabase, noted: Notes, pool: str) -> dict[str, Any]:
    """As haproxy's `show stat` says it (checked with 2.6) and Octavia's haproxy_query.py passes it on."""
    monitored = database.rows("SELECT 1 x FROM health_monitor WHERE pool_id=%s AND enabled", pool)
    rows = database.rows(
        "SELECT id, weight, enabled FROM member WHERE pool_id=%s AND "
        "provisioning_status NOT IN ('PENDING_CREATE', 'DELETED')",
        pool,
    )
    members, usable = {}, False
    for row in rows:
        word = noted["members"].get(row["id"], "UP" if monitored else "no check")
        if not row["enabled"]:
            word = "MAINT"
        elif word == "UP" and not row["weight"]:
            word = "DRAIN"
        members[row["id"]] = word
        usable |= word in ("UP", "no check") and row["weight"] > 0
    return {"status": "UP" if usable or not members else "DOWN", "members": members}


def main() -> None:
    """Report for ever."""
    sequence = 0
    database: OctaviaDatabase | None = None
    while True:
        begun = time.monotonic()
        try:
            database = database or OctaviaDatabase()
            beat(database, sequence=sequence)
        except Exception as error:  # noqa: BLE001 - services come and go; the next round tries again
            say(time.ctime(), repr(error))
            database = None
        sequence += 1
        time.sleep(max(0.1, HEARTBEAT - (time.monotonic() - begun)))


if __name__ == "__main__":
    main()
