"""Writes to L7 policies and rules: only policies that send to a pool. Each locks the load balancer."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.octavia import provisioning
from console.drill.octavia.faults import fault, immutable, may_write, missing, missing_parent, said
from console.drill.octavia.objects import Listener
from console.drill.octavia.policies import Policy, Rule
from console.drill.world import Entrance, World

POSTED = ("name", "description", "listener_id", "action", "redirect_pool_id", "position", "admin_state_up", "tags")
CHANGED = ("name", "description", "redirect_pool_id", "admin_state_up", "tags")
OF_RULE = ("type", "compare_type", "key", "value", "invert", "admin_state_up", "tags")


async def create_policy(request: Request) -> Response:
    """POST /l7policies: without rules it attaches nothing."""
    world = may_write(request)
    fields = await _fields(request, "l7policy", POSTED)
    if fields.get("action") != "REDIRECT_TO_POOL":
        raise fault(501, "the drill knows only REDIRECT_TO_POOL", "Server")
    entrance, listener = _listener(world, fields.get("listener_id"))
    _ensure_pool(entrance, fields.get("redirect_pool_id"))
    _ensure_mutable(entrance)
    policy = Policy(fields.pop("name", ""), world.project_id, provisioning_status="PENDING_CREATE")
    fields.pop("action")
    fields["position"] = min(fields.get("position", len(listener.policies) + 1), len(listener.policies) + 1)
    _set(policy, fields)
    listener.policies.insert(policy.position - 1, policy)
    for position, each in enumerate(listener.policies, start=1):
        each.position = position
    provisioning.begin(world, entrance, [policy], listener)
    return JSONResponse({"l7policy": policy.view()}, 201)


async def update_policy(request: Request) -> Response:
    """PUT /l7policies/ID."""
    world = may_write(request)
    fields = await _fields(request, "l7policy", CHANGED)
    entrance, listener, policy = _policy(world, request.path_params["id"])
    _ensure_pool(entrance, fields.get("redirect_pool_id", policy.redirect_pool_id))
    _ensure_mutable(entrance)
    _set(policy, fields)
    provisioning.begin(world, entrance, [policy], listener)
    return JSONResponse({"l7policy": policy.view()})


async def delete_policy(request: Request) -> Response:
    """DELETE /l7policies/ID: its pool stays in the amphora until the next change of the load balancer."""
    world = may_write(request)
    entrance, listener, policy = _policy(world, request.path_params["id"])
    _ensure_mutable(entrance)
    policy.provisioning_status = "PENDING_DELETE"
    provisioning.begin(world, entrance, (), listener)
    return Response(status_code=204)


async def create_rule(request: Request) -> Response:
    """POST /l7policies/ID/rules."""
    world = may_write(request)
    fields = await _fields(request, "rule", OF_RULE)
    entrance, listener, policy = _policy(world, request.path_params["policy"], parent=True)
    _ensure_mutable(entrance)
    rule = Rule("", world.project_id, provisioning_status="PENDING_CREATE")
    _set(rule, fields)
    policy.rules.append(rule)
    provisioning.begin(world, entrance, [policy, rule], listener)
    return JSONResponse({"rule": rule.view()}, 201)


async def delete_rule(request: Request) -> Response:
    """DELETE /l7policies/ID/rules/ID."""
    world = may_write(request)
    entrance, listener, policy = _policy(world, request.path_params["policy"], parent=True)
    rule = next((each for each in policy.rules if each.id == request.path_params["id"]), None)
    if rule is None:
        raise missing("L7 Rule", request.path_params["id"])
    _ensure_mutable(entrance)
    policy.rules.remove(rule)
    provisioning.begin(world, entrance, [policy], listener)
    return Response(status_code=204)


async def _fields(request: Request, key: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    body = await said(request)
    fields = body.get(key) if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        raise fault(400, f"Invalid input for field/attribute {key}. Value: '{body}'. Mandatory field missing.")
    for name in fields:
        if name not in allowed:
            raise fault(400, f"Unknown attribute for argument {key}_.{key}: {name}")
    return dict(fields)


def _listener(world: World, wanted: Any) -> tuple[Entrance, Listener]:
    for entrance in world.entrances:
        for listener in entrance.balancer.listeners:
            if listener.id == wanted:
                return entrance, listener
    raise missing("Listener", str(wanted))


def _policy(world: World, wanted: str, *, parent: bool = False) -> tuple[Entrance, Listener, Policy]:
    for entrance in world.entrances:
        for listener in entrance.balancer.listeners:
            for policy in listener.policies:
                if policy.id == wanted:
                    return entrance, listener, policy
    raise missing_parent("L7Policy", wanted) if parent else missing("L7 Policy", wanted)


def _ensure_pool(entrance: Entrance, wanted: Any) -> None:
    if wanted not in [pool.id for pool in entrance.balancer.pools]:
        raise missing("Pool", str(wanted))


def _ensure_mutable(entrance: Entrance) -> None:
    if entrance.balancer.provisioning_status != "ACTIVE":
        raise immutable("Load Balancer", entrance.balancer.id)


def _set(thing: Policy | Rule, fields: dict[str, Any]) -> None:
    for key, value in fields.items():
        setattr(thing, key, value)


ROUTES = [
    Route("/l7policies", create_policy, methods=["POST"]),
    Route("/l7policies/{id}", update_policy, methods=["PUT"]),
    Route("/l7policies/{id}", delete_policy, methods=["DELETE"]),
    Route("/l7policies/{policy}/rules", create_rule, methods=["POST"]),
    Route("/l7policies/{policy}/rules/{id}", delete_rule, methods=["DELETE"]),
]
