"""The status tree: names and statuses only, of what a listener uses."""

from __future__ import annotations

from console.drill.octavia.objects import Balancer, Pool
from console.drill.octavia.thing import JSON, Thing


def tree(balancer: Balancer) -> JSON:
    """GET /loadbalancers/ID/status, below its key."""
    branches = [
        {**_brief(each), "pools": [_pool(pool) for pool in balancer.pools if each.uses(pool.id)]}
        for each in balancer.listeners
    ]
    return {**_brief(balancer), "listeners": branches}


def _brief(thing: Thing) -> JSON:
    return {
        "id": thing.id,
        "name": thing.name,
        "operating_status": thing.operating_status,
        "provisioning_status": thing.provisioning_status,
    }


def _pool(each: Pool) -> JSON:
    branch = _brief(each)
    if each.monitor is not None:
        branch["health_monitor"] = {**_brief(each.monitor), "type": "HTTP"}
    branch["members"] = [{**_brief(m), "address": m.address, "protocol_port": m.protocol_port} for m in each.members]
    return branch
