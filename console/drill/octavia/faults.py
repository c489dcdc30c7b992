"""Octavia's errors, word for word (Octavia 19)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from console.drill.api import Fault, authenticate, body_of, world_of
from console.drill.world import World


def fault(status: int, text: str, code: str = "Client") -> Fault:
    """An error that Octavia's WSME layer renders."""
    return Fault(status, {"faultcode": code, "faultstring": text, "debuginfo": None})


def missing(kind: str, thing_id: str) -> Fault:
    """404 of one object."""
    return fault(404, f"{kind} {thing_id} not found.")


def missing_parent(kind: str, thing_id: str) -> Fault:
    """404 of the pool or policy in a path below it: pecan answers this one, with its own keys."""
    return Fault(404, {"code": 404, "title": "Bad Request", "description": f"{kind} {thing_id} not found."})


def immutable(kind: str, thing_id: str) -> Fault:
    """409: the load balancer, and with it everything on it, is locked or in ERROR."""
    return fault(409, f"{kind} {thing_id} is immutable and cannot be updated.")


def invalid(attribute: str, value: Any, why: str) -> Fault:
    """400 of one value."""
    return fault(400, f"Invalid input for field/attribute {attribute}. Value: '{value}'. {why}")


def may_write(request: Request) -> World:
    """Raises 403 for a user whose role allows no changes."""
    if not authenticate(request).user.may_write:
        raise fault(403, "Policy does not allow this request to be performed.")
    return world_of(request)


async def said(request: Request) -> Any:
    """The JSON body, or Octavia's complaint about it."""
    if "json" not in request.headers.get("content-type", ""):
        raise fault(415, f"Unknown mimetype: {request.headers.get('content-type', '')}")
    try:
        return await body_of(request)
    except ValueError:
        raise fault(400, "Request is not in valid JSON format") from None
