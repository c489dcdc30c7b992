"""How long the read lane thinks: `python tests/bench/bench_read.py`. Ends with 1 when a bar of DESIGN §10 is missed."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from console.cloud import parse
from console.config.model import HealthCheck, Rotation, ServiceConfig
from console.model.balancer import Balanced, LoadBalancer, Pool
from console.model.instance import Probe
from console.model.service import BALANCER, PROBES, SERVERS, Source
from console.model.verdict import verdict
from console.watch.assemble import Facts, assemble

BAR_MS = 50.0  # 1,000 instances: JSON decoded, parsed and joined
NOW = 1_800_000_000.0
ROUNDS = 15
CONFIG = ServiceConfig("api", "bench", Rotation("api", "api"), health=HealthCheck())


PART = Balanced(LoadBalancer("l", "api", provisioning_status="ACTIVE"), pools=(Pool("p", "api"),))


def answers(count: int) -> tuple[str, str]:
    """What Nova and Octavia would send for so many instances: half BLUE in rotation, half GREEN at weight 0."""
    servers: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for number in range(count):
        colour, ident = ("blue", "green")[number % 2], f"00000000-0000-0000-0000-{number:012d}"
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        fixed = {"addr": address, "version": 4, "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:0:0:1"}
        servers.append(
            {
                "id": ident,
                "name": f"api-{colour}-{number}",
                "status": "ACTIVE",
                "OS-EXT-STS:task_state": None,
                "OS-EXT-STS:power_state": 1,
                "metadata": {"color": colour, "role": "api", "git_commit": f"{colour}{'0' * 35}"},
                "tags": ["service=api", f"color={colour}"],
                "addresses": {"ops": [fixed]},
                "image": {"id": f"image-{colour}", "links": []},
                "flavor": {"vcpus": 1, "ram": 64, "disk": 1, "extra_specs": {}},
                "created": "2026-11-23T13:52:10Z",
                "links": [{"rel": "self", "href": "http://127.0.0.1/v2.1/servers/" + ident}],
                "security_groups": [{"name": "default"}],
            }
        )
        members.append(
            {
                "id": f"m-{ident}",
                "name": f"api-{colour}-{number}",
                "address": address,
                "protocol_port": 8774,
                "weight": 0 if number % 2 else 100,
                "admin_state_up": True,
                "backup": False,
                "operating_status": "DRAINING" if number % 2 else "ONLINE",
                "provisioning_status": "ACTIVE",
                "tags": [f"server={ident}", "bluegreen:weight=100"],
            }
        )
    return json.dumps({"servers": servers}), json.dumps({"members": members})


def best_ms(work: Callable[[], object]) -> float:
    """The best of ROUNDS, in milliseconds: what else the machine does only ever adds to it."""
    found = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return min(found)


def measure(count: int) -> tuple[float, float, float]:
    """Milliseconds to decode JSON, to parse and assemble it, and to judge the service."""
    nova, octavia = answers(count)
    decode = best_ms(lambda: (json.loads(nova), json.loads(octavia)))
    raw_servers, raw_members = json.loads(nova), json.loads(octavia)
    probes = {one["id"]: Probe(ok=True, at=NOW, ms=3.0, status=200) for one in raw_servers["servers"]}
    sources = {name: Source(name, seen_at=NOW) for name in (SERVERS, BALANCER, PROBES)}

    def whole() -> Any:
        servers = parse.items(raw_servers, "servers", parse.server)
        members = parse.items(raw_members, "members", parse.member)
        return assemble(
            CONFIG, Facts(servers, (replace(PART, members={"p": tuple(members)}),), probes=probes, sources=sources)
        )

    service = whole()
    assert len(service.blue.instances) + len(service.green.instances) == count, "the bench must measure a real join"
    assert all(one.member is not None for one in service.blue.instances)
    return decode, best_ms(whole), best_ms(lambda: verdict(replace(service), NOW))


def main() -> int:
    """Print a row for each size."""
    print(f"{'instances':>9} {'decode':>9} {'parse+join':>11} {'verdict':>9}   (ms, best of {ROUNDS})")
    missed = False
    for count in (100, 1_000, 10_000):
        decode, whole, judged = measure(count)
        late = count == 1_000 and decode + whole > BAR_MS
        missed = missed or late
        kept = "MISSED" if late else "kept"
        bar = f"   decode, parse, join {decode + whole:.1f}, bar {BAR_MS:.0f}: {kept}" if count == 1_000 else ""
        print(f"{count:>9} {decode:>9.1f} {whole:>11.1f} {judged:>9.1f}{bar}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
