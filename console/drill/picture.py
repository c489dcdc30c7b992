"""What can be changed through one of the APIs, as plain data: for the record of writes, to see what each one did."""

from __future__ import annotations

from console.drill.world import JSON, World


def picture(world: World, service: str) -> JSON:
    """What writes to this API (its service type) change, in the API's database; empty for one that changes nothing."""
    match service:
        case "load-balancer":
            return {
                "members": {
                    member.id: {**member.view(), "pool_id": pool.id}
                    for _, pool in world.pools()
                    for member in pool.members
                },
                "listeners": {
                    listener.id: {"default_pool_id": listener.default_pool_id, "policies": len(listener.policies)}
                    for entrance in world.entrances
                    for listener in entrance.balancer.listeners
                },
                "instances": {each.id: [each.name, each.mode, each.powered] for each in world.instances},
                "leases": _leases(world),
            }
        case "compute":
            servers = {each.id: [each.name, each.status, each.power_state, each.task_state] for each in world.servers}
            instances = {each.id: [each.name, each.mode, each.powered] for each in world.instances}
            return {"servers": servers, "instances": instances, "leases": _leases(world)}
        case "network":
            return {"leases": _leases(world)}
    return {}


def _leases(world: World) -> JSON:
    """The ports that are leases, by id: what they say of their holder."""
    return {port["id"]: port["description"] for port in world.ports if not port["fixed_ips"] and port["description"]}
