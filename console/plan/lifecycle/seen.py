"""What must have been seen before a service's life is planned on: fresh facts, and load balancers that take writes."""

from __future__ import annotations

from console.model.balancer import LoadBalancer, Pool
from console.model.service import Service
from console.plan.plan import Refusal


def not_seen(service: Service, now: float) -> Refusal | None:
    """Stale or missing facts: there is nothing to plan on."""
    for name in service.decisive:
        source = service.source(name)
        if not source.fresh(now):
            age = f"{now - source.seen_at:.0f} s old" if source.seen_at is not None else "never seen"
            cause = f": {source.problem}" if source.problem else ""
            return Refusal(
                "stale",
                f"the facts from {name} of {service.name} are {age}{cause}",
                "a change is only planned on fresh facts; wait for the cloud to answer, or run `bluegreen doctor`",
                2,
            )
    return None


def not_writable(service: Service) -> Refusal | None:
    """A load balancer or pool that is locked, or in ERROR."""
    for part in service.balanced:
        things: list[tuple[str, LoadBalancer | Pool]] = [("load balancer", part.balancer)]
        things += [("pool", pool) for pool in part.pools]
        for what, thing in things:
            status = thing.provisioning_status
            if status.startswith("PENDING"):
                return Refusal(
                    "busy",
                    f"{what} {thing.name} is {status}: something else is changing it",
                    "wait until it is ACTIVE, then plan again",
                    4,
                )
            if status == "ERROR":
                return Refusal(
                    "immutable",
                    f"{what} {thing.name} is in ERROR: Octavia refuses every change to it",
                    "waiting does not help: a cloud administrator must run `openstack loadbalancer failover`",
                    10,
                )
    return None
