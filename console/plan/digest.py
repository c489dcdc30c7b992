"""A plan's digest: over what was asked for, the config and the basis; never over observations or times."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from console.config.model import ServiceConfig
from console.plan.basis import Basis
from console.plan.desired import Desired
from console.plan.plan import Intent


def digest(config: ServiceConfig, intent: Intent, basis: Basis, desired: Sequence[Desired]) -> str:
    """Sixteen hexadecimal digits; the same facts give the same ones on every host."""
    parts = {
        "config": config,
        "intent": intent,
        "basis": basis,
        "desired": desired,
    }
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted", enc_hook=str)).hexdigest()[:16]
