"""Keystone v3 of the drill: passwords and application credentials in, tokens and the catalog out."""

from __future__ import annotations

import hmac
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.api import Fault, body_of, world_of
from console.drill.world import Token, User, World

# service type: (name, path of the endpoint)
CATALOG = {
    "identity": ("keystone", "/identity/v3"),
    "compute": ("nova", "/compute/v2.1"),
    "image": ("glance", "/image"),
    "network": ("neutron", "/network"),
    "load-balancer": ("octavia", "/load-balancer"),
}
DOMAIN = {"id": "default", "name": "Default"}
VARY = {"Vary": "X-Auth-Token"}
NEEDS_AUTH = "The request you have made requires authentication."


def _fault(status: int, title: str, message: str) -> Fault:
    headers = {"WWW-Authenticate": 'Keystone uri="/identity/v3"'} if status == 401 else None
    return Fault(status, {"error": {"code": status, "message": message, "title": title}}, headers)


def _version(world: World) -> dict[str, Any]:
    media = {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
    links = [{"rel": "self", "href": f"{world.url}/identity/v3/"}]
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": links,
        "media-types": [media],
    }


async def versions(request: Request) -> Response:
    """GET / lists the versions, with 300 as Keystone does."""
    world = world_of(request)
    headers = {"Location": f"{world.url}/identity/v3/", **VARY}
    return JSONResponse({"versions": {"values": [_version(world)]}}, 300, headers)


async def version(request: Request) -> Response:
    """GET /v3 describes the version."""
    return JSONResponse({"version": _version(world_of(request))}, headers=VARY)


async def login(request: Request) -> Response:
    """POST /v3/auth/tokens."""
    world = world_of(request)
    try:
        auth = (await body_of(request))["auth"]
        identity = auth["identity"]
        method = identity["methods"][0]
    except (ValueError, KeyError, TypeError, IndexError):
        said = (
            "Expecting to find auth in request body. The server could not comply with the request since it is either "
        )
        said += "malformed or otherwise incorrect. The client is assumed to be in error."
        raise _fault(400, "Bad Request", said) from None
    user = _user(world, method, identity.get(method) or {})
    project_id = _project(world, auth.get("scope"), method)
    if user is None or project_id is None:
        raise _fault(401, "Unauthorized", NEEDS_AUTH)
    now = time.time()
    scoped = method == "application_credential" or isinstance(auth.get("scope"), dict)
    token = Token(user, method, now, now + world.settings.token_life, project_id, scoped)
    value = f"gAAAAA{secrets.token_urlsafe(32)}"
    world.tokens[value] = token
    return JSONResponse(_view(world, token), 201, {"X-Subject-Token": value, **VARY})


async def token(request: Request) -> Response:
    """GET, HEAD and DELETE /v3/auth/tokens: show or revoke a token."""
    world = world_of(request)
    mine = world.tokens.get(request.headers.get("x-auth-token", ""))
    if mine is None or mine.expires_at <= time.time():
        raise _fault(401, "Unauthorized", NEEDS_AUTH)
    value = request.headers.get("x-subject-token", "")
    shown = world.tokens.get(value)
    if shown is None:
        raise _fault(404, "Not Found", "Could not recognize Fernet token")
    if request.method == "DELETE":
        del world.tokens[value]
        return Response(status_code=204)
    return JSONResponse(_view(world, shown), headers={"X-Subject-Token": value, **VARY})


def _user(world: World, method: str, said: dict[str, Any]) -> User | None:
    try:
        if method == "application_credential":
            known = world.credential
            right = said["id"] == known.id and hmac.compare_digest(str(said["secret"]), known.secret)
            return known.user if right else None
        if method == "token":
            held = world.tokens.get(said["id"])
            return held.user if held is not None and held.expires_at > time.time() else None
        claimed = said["user"]
        for user in world.users:
            named = claimed.get("id") == user.id or (
                claimed.get("name") == user.name and _default(claimed.get("domain"))
            )
            if named and hmac.compare_digest(str(claimed["password"]).encode(), user.password.encode()):
                return user
    except (KeyError, TypeError, AttributeError):
        return None
    return None


def _default(domain: Any) -> bool:
    return isinstance(domain, dict) and (domain.get("id") == DOMAIN["id"] or domain.get("name") == DOMAIN["name"])


def _project(world: World, scope: Any, method: str) -> str | None:
    """The project that is asked for, by name or id; None for one that there is not."""
    if scope is None or method == "application_credential":
        return world.project_id
    wanted = scope.get("project") if isinstance(scope, dict) else None
    if not isinstance(wanted, dict):
        return None
    for ident, name in _projects(world).items():
        if wanted.get("id") == ident or (wanted.get("name") == name and _default(wanted.get("domain"))):
            return ident
    return None


def _projects(world: World) -> dict[str, str]:
    """Names by id. Every user has the same roles in each."""
    return {world.project_id: world.project, world.edge_id: world.edge}


def _view(world: World, token: Token) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "methods": [token.method],
        "user": {"domain": DOMAIN, "id": token.user.id, "name": token.user.name, "password_expires_at": None},
        "audit_ids": [uuid5(NAMESPACE_URL, str(token.issued_at)).hex[:22]],
        "expires_at": _time(token.expires_at),
        "issued_at": _time(token.issued_at),
    }
    if token.scoped:
        shown["project"] = {"domain": DOMAIN, "id": token.project_id, "name": _projects(world)[token.project_id]}
        shown["is_domain"] = False
        shown["roles"] = [{"id": uuid5(NAMESPACE_URL, role).hex, "name": role} for role in token.user.roles]
        shown["catalog"] = catalog(world)
    return {"token": shown}


def catalog(world: World) -> list[dict[str, Any]]:
    """The catalog: every service in the one region, on the one port."""
    listed = []
    for kind, (name, path) in CATALOG.items():
        at = world.url if not world.names_lost else f"http://{kind}.drill.invalid"
        where = {"region_id": world.region, "url": at + path, "region": world.region}
        endpoints = [
            {"id": uuid5(NAMESPACE_URL, f"{kind} {face}").hex, "interface": face, **where}
            for face in ("internal", "admin", "public")
        ]
        listed.append({"endpoints": endpoints, "id": uuid5(NAMESPACE_URL, kind).hex, "type": kind, "name": name})
    return listed


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


ROUTES = [
    Route("/", versions),
    Route("/v3", version),
    Route("/v3/", version),
    Route("/v3/auth/tokens", login, methods=["POST"]),
    Route("/v3/auth/tokens", token, methods=["GET", "DELETE"]),
]
