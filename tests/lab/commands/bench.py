"""Measure ways to move traffic from blue to green, through the real Octavia and haproxy, under load.

N servers each side (makes and deletes bench-*). Load: 200 requests/s on new connections and 200/s over 100
keep-alive ones. A line per cutover; --json FILE keeps the accounts of all runs.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

from ..balancer import Balancer, Load, Report
from ..inside import connect
from ..settings import fail, has_dataplane, say

INSIDE = True
_OTHER = {"blue": "green", "green": "blue"}
_BOTH = ("--mode", "both", "--connections", "100")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Size and rounds."""
    parser.add_argument("n", nargs="?", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)


def run(given: argparse.Namespace) -> int:
    """All ways, one after the other."""
    if not has_dataplane():
        fail("nothing to measure: this lab has no data plane")
    bench = _Bench(Balancer(connect(), "bench", given.n), given.rounds)
    try:
        bench.without_load()
        bench.weights()
        bench.pools()
        bench.sticky()
    finally:
        bench.balancer.delete()
        if given.json:
            given.json.write_text(json.dumps(bench.kept, indent=1))
    return 0


class _Bench:
    def __init__(self, balancer: Balancer, rounds: int) -> None:
        self.balancer, self.rounds = balancer, rounds
        self.kept: list[Report] = []

    def without_load(self) -> None:
        balancer = self.balancer
        balancer.put(blue=1, green=0)
        swaps = [balancer.put(blue=i % 2, green=1 - i % 2) for i in range(6)]
        singles = [balancer.weight(member, 2) for member in itertools.islice(balancer.api.members(balancer.pool), 6)]
        balancer.put(blue=1, green=0)
        say("without load: batch", _seconds(swaps), "s; one member", _seconds(singles), "s")

    def weights(self) -> None:
        live = "blue"
        for _ in range(self.rounds):
            live = _OTHER[live]
            self._row("batch weight swap", functools.partial(self._swap, live))
        for _ in range(min(2, self.rounds)):
            live = _OTHER[live]
            self._row("single-member updates", functools.partial(self._singles, live))
        self.balancer.put(blue=1)  # from here on each pool has its own colour

    def pools(self) -> None:
        pools = [self.balancer.pool, self.balancer.ids["pools"]["green"]]
        for i in range(self.rounds):
            self._row("listener default_pool switch", functools.partial(self._switch, pools[(i + 1) % 2]))
        self.balancer.switch(pools[0])

    def sticky(self) -> None:
        """A cookie pins each client to a member: swap, then remove the old members."""
        self.balancer.sticky()
        self.balancer.put(blue=1, green=0)
        got = self._row("sticky: swap, 3 s later remove", self._drain, ("--cookie", "--connections", "50"), rate=200)
        say("    clients that changed their server:", got["cookie_clients_moved"], "of 50")

    def _swap(self, new: str) -> list[float]:
        return [self.balancer.put(**{new: 1, _OTHER[new]: 0})]

    def _switch(self, pool: str) -> list[float]:
        return [self.balancer.switch(pool)]

    def _drain(self) -> list[float]:
        first = self.balancer.put(blue=0, green=1)
        time.sleep(3)
        return [first, self.balancer.put(green=1)]

    def _singles(self, new: str) -> list[float]:
        """2N writes: in with the new, one by one, then out with the old."""
        ids = {member.name: member for member in self.balancer.api.members(self.balancer.pool)}
        return [
            self.balancer.weight(ids[item["name"]], weight)
            for colour, weight in ((new, 1), (_OTHER[new], 0))
            for item in self.balancer.members[colour]
        ]

    def _row(self, what: str, move: Callable[[], list[float]], how: tuple[str, ...] = _BOTH, rate: int = 400) -> Report:
        """`move` does the cutover and gives the seconds of each of its writes."""
        reloads = self.balancer.reloads()
        with Load(self.balancer.url, *how, rate=rate, before=2, after=2) as load:
            begun = time.time()
            each = move()
            total = time.time() - begun
        got, at = load.got, begun - load.got["started"]
        self.kept.append({"what": what, "start": at, "total": total, "each": each, "report": got})
        by_mode = got.get("by_mode", {})
        fresh, kept = by_mode.get("new", got), by_mode.get("keepalive", {})
        seen = sorted(fresh["versions"].values(), key=lambda version: version["first_s"])
        first_new = f"+{seen[1]['first_s'] - at:.2f} s" if len(seen) > 1 else "-"
        say(
            f"{what:32} {len(each):2} writes {self.balancer.reloads() - reloads:2} reloads {total:6.2f} s "
            f"| new: lost {fresh['lost']} of {fresh['requests']}, last old +{seen[0]['last_s'] - at:.2f} s, "
            f"first new {first_new}, max gap {fresh['max_gap_ms']:.0f} ms, p99 {fresh['p99_ms']:.1f} ms "
            f"| keep-alive: lost {kept.get('lost', '-')} {kept.get('errors', '')}, "
            f"idle closed {got.get('idle_closed_by_server', '-')}"
        )
        return got


def _seconds(values: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)
