"""A plan's digest: over what was asked for, the config, the basis and the versions that it is about; never over times.

Nor is it over observations: only of a colour that is to serve is it digested what its instances themselves say to run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import Service
from console.plan.basis import Basis
from console.plan.desired import Desired
from console.plan.plan import Action, Intent

_BY_INSTANCE = "http."  # sources of versions that are gone with the instance


def versions_of(service: Service, intent: Intent, target: Colour) -> dict[str, tuple[str, ...]]:
    """What a plan releases, and what it takes the place of: who has reviewed it has reviewed these.

    Of the colour that is left only what Nova and Glance say of it counts, and on a way back nothing: that it fails,
    answers no more, or is being mended by somebody must not stand in the way.
    """
    found = {"target": service.side(target).versions}
    if intent.action is not Action.ROLLBACK:
        known = (one.version for one in service.side(target.other).instances)
        kept = {one.value for one in known if one is not None and not one.source.startswith(_BY_INSTANCE)}
        found["source"] = tuple(sorted(kept))
    return found


def digest(
    config: ServiceConfig,
    intent: Intent,
    basis: Basis,
    desired: Sequence[Desired],
    versions: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Sixteen hexadecimal digits; the same facts give the same ones on every host.

    `versions`: those of `versions_of`, where the plan decides which colour serves.
    """
    parts = {
        "config": config,
        "intent": replace(intent, stood={}),  # what a journal tells; the writes that follow from it are digested
        "basis": basis,
        "desired": desired,
        "versions": versions or {},
    }
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted", enc_hook=str)).hexdigest()[:16]
