"""What can be proven of a cutover, and what is refused where somebody relies on a proof that there cannot be."""

from __future__ import annotations

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import POWER, Service
from console.plan.asked import Asked
from console.plan.plan import Action, Refusal


def distinct_versions(service: Service, target: Colour) -> tuple[str, ...]:
    """The target's versions, when they tell it from the other colour in every answer; empty when they do not.

    An answer proves nothing if an instance's version is not known, or if both colours run it.
    """
    side = service.side(target)
    told = all(instance.version is not None for instance in side.instances if instance.member is not None)
    shared = not set(side.versions).isdisjoint(service.side(target.other).versions)
    return side.versions if told and not shared else ()


def unproven(service: Service, config: ServiceConfig, target: Colour) -> str:
    """Why nothing that clients get proves which colour answers; empty where it does. Workers have no clients."""
    if service.rotation == POWER:
        return ""
    if config.vip is None:
        return "no vip check is configured"
    if not config.vip.tells_version:
        return f"{config.vip.url} tells whether something answers, not which colour"
    if not distinct_versions(service, target):
        return "the answers of the two colours cannot be told apart by version"
    return ""


def has_no_proof(asked: Asked) -> str:
    """Why a cutover cannot be kept on its proof; empty where it can."""
    if asked.service.rotation == POWER and not asked.service.probed:
        return "no probe tells whether a worker works"
    return unproven(asked.service, asked.config, asked.target)


def kept_on_no_proof(asked: Asked) -> Refusal | None:
    """Refuse to keep a cutover on its proof where it has none: nobody and nothing would have confirmed it.

    One that has begun is finished all the same, and waits for the word then.
    """
    service, config, intent = asked.service, asked.config, asked.intent
    relies = intent.action is Action.CUTOVER and intent.keep_on_proof and config.release.confirm_within
    if not relies or intent.began or not (why := has_no_proof(asked)):
        return None
    mends = _MENDS if service.rotation != POWER else "add `health:` to the config (a port, or `run:` a command)"
    return Refusal(
        code="no-proof",
        reason=f"--confirm proof keeps a cutover of {service.name} on its proof, and it has none: {why}",
        hint=f"{mends}; or leave --confirm proof out: then somebody confirms it by a word, or it goes back by itself",
        rule=7,
    )


_MENDS = "add a `vip:` check to the config whose answers name a version that only one of the colours has"
