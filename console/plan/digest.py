"""A plan's digest: over what was asked for, the config and the basis; never over observations or times."""

from __future__ import annotations

import hashlib

import msgspec

from console.config.model import ServiceConfig
from console.plan.plan import Basis, Intent, MemberChange


def digest(config: ServiceConfig, intent: Intent, basis: Basis, changes: tuple[MemberChange, ...]) -> str:
    """Sixteen hexadecimal digits; the same facts give the same ones on every host."""
    parts = {
        "config": config,
        "intent": intent,
        "basis": basis,
        "changes": changes,
    }
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted", enc_hook=str)).hexdigest()[:16]
