"""A plan's digest: over what was asked for, the config and the basis; never over observations or times."""

from __future__ import annotations

import hashlib

import msgspec

from console.config.model import ServiceConfig
from console.plan.plan import Basis, Intent, MemberChange


def digest(config: ServiceConfig, intent: Intent, basis: Basis, changes: tuple[MemberChange, ...]) -> str:
    """Sixteen hexadecimal digits; the same facts give the same ones on every host."""
    parts = {
        "service": config.name,
        "rotation": config.rotation,
        "release": config.release,
        "foreign": config.foreign,
        "health": config.health,
        "vip": config.vip,
        "intent": intent,
        "basis": basis,
        "changes": changes,
    }
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:16]
