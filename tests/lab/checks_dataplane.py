"""`verify`: real requests through the real haproxy (about 60 s)."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import Any

from .balancer import Balancer, Load, Report
from .checks import Checks
from .dataplane import guests, haproxy
from .seed import settle


def run(cloud: Any, check: Checks) -> None:
    """Cut over, make members sick, switch pools, delete: under load."""
    balancer = Balancer(cloud, "verify-dp", 2)
    try:
        for monitor in balancer.ids["health_monitors"].values():  # faster checks
            balancer.api.update_health_monitor(monitor, delay=1, timeout=1, max_retries=2, max_retries_down=2)
            settle(balancer.api, balancer.id)
        balancer.put(blue=1, green=0)
        _cutover(balancer, check)
        _monitor(balancer, cloud.compute, check)
        _switch(balancer, check)
    finally:
        before = set(haproxy.existing())
        balancer.delete()
        check("deleted: its haproxy is gone", len(before - set(haproxy.existing())) == 1)
    try:
        urllib.request.urlopen(balancer.url, timeout=2)
        check("  and the VIP refuses", False)
    except urllib.error.URLError as error:
        check("  and the VIP refuses", "refused" in str(error), error)


def numbers(got: Report) -> str:
    """The account in a line."""
    return (
        f"{got['requests']} requests, {got['lost']} lost {got['errors'] or ''}, max gap {got['max_gap_ms']:.0f} ms, "
        f"p99 {got['p99_ms']:.1f} ms"
    )


def _cutover(balancer: Balancer, check: Checks) -> None:
    expected = {
        item["name"]: "ONLINE" if colour == "blue" else "DRAINING"
        for colour, items in balancer.members.items()
        for item in items
    }
    check.until("measured: blue ONLINE, green (weight 0) DRAINING", balancer.status, expected)
    with Load(balancer.url) as load:
        pass
    check("all traffic to blue", set(load.got["versions"]) == {"blue/2026.1"}, numbers(load.got))
    for mode in ("new", "keepalive"):
        balancer.put(blue=1, green=0)
        before = balancer.reloads()
        with Load(balancer.url, "--mode", mode) as load:
            took = balancer.put(blue=0, green=1)
            active_at = time.time()
        got = load.got
        last_blue = got["versions"].get("blue/2026.1", {}).get("last_s", 99)
        allowed = 0 if mode == "new" else 4  # a request in the moment of the reload's close
        good = got["lost"] <= allowed and got["started"] + last_blue < active_at and "green/2026.2" in got["versions"]
        figures = f"{took:.2f} s, {balancer.reloads() - before} reloads"
        check(f"batch weight swap, {mode}: moves all", good, numbers(got), figures)
    blue = {item["name"] for item in balancer.members["blue"]}
    check.until("weight 0: DRAINING", lambda: {balancer.status()[name] for name in blue}, {"DRAINING"})


def _monitor(balancer: Balancer, nova: Any, check: Checks) -> None:
    """Green carries the traffic; one of its two members gets sick."""
    sick, well = (item["name"] for item in balancer.members["green"])

    def status() -> str:
        return balancer.status()[sick]

    for mode in ("unhealthy", "crash", "hang"):
        with Load(balancer.url, "--timeout", "2", before=0, after=0) as load:
            guests.ask(op="mode", server=sick, mode=mode)
            begun = time.monotonic()
            check.until(f"{mode} member: the monitor ejects it", status, "ERROR")
            took = time.monotonic() - begun
        check("  accounted for", load.got["requests"] > 0, f"{took:.1f} s", numbers(load.got))
        with Load(balancer.url, before=0) as load:
            pass
        check("  no traffic to it", set(load.got["servers"]) == {well} and not load.got["lost"])
        guests.ask(op="mode", server=sick, mode="ok")
        check.until("  and back", status, "ONLINE")
    server = nova.get_server(balancer.ids["servers"]["green"][sick])
    nova.stop_server(server)
    check.until("server stopped: ERROR", status, "ERROR", 30)
    nova.start_server(server)
    check.until("  started: ONLINE", status, "ONLINE", 30)
    _latent(balancer, sick, check)


def _latent(balancer: Balancer, sick: str, check: Checks) -> None:
    guests.ask(op="mode", server=sick, mode="latent=20")
    with Load(balancer.url) as load:
        pass
    got = load.got
    good = got["servers"].get(sick) == 20 and got["errors"].get("500") and balancer.status()[sick] == "ONLINE"
    check("latent: good for 20 requests, then 500, and still ONLINE", good, got["errors"])
    guests.ask(op="mode", server=sick, mode="ok")
    stats = balancer.api.get(f"/lbaas/listeners/{balancer.ids['listener']}/stats").json()["stats"]
    check("statistics count them", stats["total_connections"] > 500, stats)


def _switch(balancer: Balancer, check: Checks) -> None:
    balancer.put(blue=1)
    with Load(balancer.url) as load:
        took = balancer.switch(balancer.ids["pools"]["green"])
    got = load.got
    good = not got["lost"] and set(got["versions"]) == {"blue/2026.1", "green/2026.2"}
    check("listener default_pool -> green: nothing lost", good, numbers(got), f"{took:.2f} s")
