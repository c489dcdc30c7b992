"""One instance and one load balancer in every detail, made by hand."""

from __future__ import annotations

from dataclasses import replace

from console.model.balancer import Listener, Member, Policy, Pool, Rule
from console.model.closeup import BalancerCloseup, Deed, Event, InstanceCloseup
from console.model.service import Service, Source
from console.model.stats import Rates, Totals


def instance_closeup(now: float, service: str = "api", key: str = "server-blue-1") -> InstanceCloseup:
    """A server that was made three days ago, restarted since, and prints on its console."""
    events = (
        Event("compute__do_build_and_run_instance", now - 259200, now - 259180, "Success"),
        Event("compute_prep_block_device", now - 259199, now - 259198, "Success"),
    )
    failed = Event("compute_stop_instance", now - 7200, now - 7140, "Error", "the hypervisor did not answer in time")
    return InstanceCloseup(
        service,
        key,
        details={"flavor": "m1.small, 2 vCPU, 4 GiB", "zone": "az-1", "key": "ops", "security": "api, default"},
        image={"name": "api-3f2a9c1", "git_commit": "3f2a9c1d0e5b4a7f8c6d1e2f3a4b5c6d7e8f9a0b"},
        deeds=(
            Deed("stop", "req-2", now - 7200, "0a1b2c", "Error: stop failed", (failed,)),
            Deed("create", "req-1", now - 259200, "0a1b2c", "", events),
        ),
        console="\n".join(f"[  {n}.000] api: worker {n} ready" for n in range(60)) + "\n\x1b[32mlogin:\x1b[0m \x07",
        sources={name: Source(name, now) for name in ("server", "image", "actions", "console")},
    )


def balancer_closeup(facts: Service, now: float) -> BalancerCloseup:
    """The service's load balancer, with a preview rule, statistics, and a neighbour's listener and pool."""
    assert facts.balancer is not None
    assert facts.pool is not None
    members = tuple(i.member for side in facts.colours for i in side.instances if i.member is not None)
    theirs = Member("m-other", "shop-1", "10.9.0.1", 80, provisioning_status="ACTIVE", operating_status="ERROR")
    return BalancerCloseup(
        facts.name,
        replace(facts.balancer, topology="ACTIVE_STANDBY", operating_status="DEGRADED"),
        (
            *facts.listeners,
            Listener("li-2", "shop", "HTTP", 8080, "pool-2", "ACTIVE", "ERROR"),
        ),
        (facts.pool, Pool("pool-2", "shop", "HTTP", "", "ACTIVE", "ERROR")),
        {facts.pool.id: members, "pool-2": (theirs,)},
        (
            Policy(
                "l7-1", "preview", "li-1", "REDIRECT_TO_POOL", 1, facts.pool.id,
                (Rule("r-1", "HEADER", "EQUAL_TO", "X-Bluegreen", False, True, "ACTIVE", "ONLINE"),),
                True, "ACTIVE", "ONLINE",
            ),
        ),
        {"li-1": Rates(Totals(now, 132, 98_765, 10_000_000, 410_000_000, 3), 10.0, 12.5, 41_000.0, 1_200_000.0, 0.0)},
        {"load balancer": Source("load balancer", now)},
    )  # fmt: skip
