"""What an operator must have read before confirming, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.health import healthy_count
from console.model.service import ColourSet, Service
from console.plan.candidates import Candidates


def notes_for(
    service: Service, config: ServiceConfig, target: Colour, found: Candidates, now: float
) -> tuple[str, ...]:
    """All notes, in the order in which they matter."""
    return (
        *_dead_source(service, target, now),
        *_left_out(found),
        *_unproven(service, config, target),
        *_sticky(service, target),
        *_versions(service),
        *_overruled_weights(service),
        *_bystanders(service),
        *_retiring(config, target),
    )


def distinct_versions(service: Service, target: Colour) -> tuple[str, ...]:
    """The target's versions, when they tell it from the other colour in every answer; empty when they do not.

    An answer proves nothing if an instance's version is not known, or if both colours run it.
    """
    side = service.side(target)
    told = all(instance.version is not None for instance in side.instances if instance.member is not None)
    shared = not set(side.versions).isdisjoint(service.side(target.other).versions)
    return side.versions if told and not shared else ()


def _dead_source(service: Service, target: Colour, now: float) -> Iterator[str]:
    side = service.side(target.other)
    if side.weight > 0 and healthy_count(service, side, now) == 0:
        yield f"{side.colour.upper()} carries the traffic, and none of it is healthy: nothing that serves is taken away"


def _left_out(found: Candidates) -> Iterator[str]:
    for instance, reason in found.out:
        if instance.weight > 0:
            yield f"{instance.name} keeps weight {instance.weight}, although {reason}: it is left as it is"
        else:
            yield f"{instance.name} stays out of rotation: {reason}"
    for instance, reason in found.unfit:
        yield f"{instance.name} is not healthy and stays as it is, at weight {instance.weight}: {reason}"


def _unproven(service: Service, config: ServiceConfig, target: Colour) -> Iterator[str]:
    if config.vip is None:
        yield "not proven from outside: no vip check is configured"
    elif not config.vip.tells_version:
        yield f"not proven from outside: {config.vip.url} tells whether something answers, not which colour"
    elif not distinct_versions(service, target):
        yield "not proven from outside: the answers of the two colours cannot be told apart by version"


def _overruled_weights(service: Service) -> Iterator[str]:
    for side in service.colours:
        for instance in side.instances:
            member = instance.member
            if member is None or not member.in_rotation or not member.intended_weight:
                continue
            if member.weight != member.intended_weight:
                yield (
                    f"{instance.name} has weight {member.weight}, its recorded one is {member.intended_weight}: "
                    "the recorded one counts when it comes back"
                )


def _sticky(service: Service, target: Colour) -> Iterator[str]:
    assert service.pool is not None
    if service.pool.session_persistence:
        yield (
            f"clients with a session ({service.pool.session_persistence}) stay on {target.other.upper()} "
            "until it ends: weight 0 does not move them"
        )


def _versions(service: Service) -> Iterator[str]:
    sides: tuple[ColourSet, ...] = service.colours
    for side in sides:
        if len(side.versions) > 1:
            yield f"{side.colour.upper()} runs {len(side.versions)} versions: {', '.join(side.versions)}"


def _bystanders(service: Service) -> Iterator[str]:
    for member in service.foreign:
        yield f"member {member.name or member.id} is no instance of {service.name}: not touched, not counted"
    for instance in service.uncoloured:
        if instance.weight > 0:
            yield f"{instance.name} goes on serving at weight {instance.weight}: nothing tells its colour"


def _retiring(config: ServiceConfig, target: Colour) -> Iterator[str]:
    if config.release.retire_after > 0:
        other = target.other.upper()
        yield f"release.retire_after is not carried out by this version: delete {other} by hand when it is due"
