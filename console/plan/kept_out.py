"""Rotation by pools: who of the target may not serve, and would as soon as a listener sends to its pool."""

from __future__ import annotations

from collections.abc import Iterator

from console.model.balancer import Member
from console.model.instance import Instance
from console.model.service import POOLS
from console.plan.asked import Asked
from console.plan.candidates import Candidates
from console.plan.ignored_weights import gets_clients, ignored
from console.plan.plan import Action, Refusal
from console.plan.switches import put_in_order


def would_serve(asked: Asked, found: Candidates) -> Iterator[tuple[Instance, Member]]:
    """Each of their members in a pool that is put in order before the switch."""
    service, pools = asked.service, put_in_order(asked)
    out = [(instance, False) for instance, _ in found.out]  # also one whose check fails: it may be well again
    for instance, unfit in (*out, *((instance, True) for instance, _ in found.unfit)):
        for member in instance.members:
            known_ill = unfit and member.operating_status == "ERROR" and member.id not in instance.parked
            if service.pool_id_of(member) in pools and gets_clients(service, member) and not known_ill:
                yield instance, member


def in_the_way(asked: Asked, found: Candidates) -> Refusal | None:
    """Refuse a cutover that would write whom somebody holds, or to a pool in which weight 0 keeps no client away.

    The way back is open, and so is the way out of a colour that fails: there they are taken out first, and named.
    """
    service, intent = asked.service, asked.intent
    if service.rotation != POOLS or intent.action is not Action.CUTOVER or intent.source_fails:
        return None
    there = list(would_serve(asked, found))
    blind = tuple(dict.fromkeys(one.name for one, member in there if ignored(service, member)))
    held = tuple(dict.fromkeys(one.name for one, _ in there if one.held_by is not None))
    return _not_disabled(asked, found, blind) if blind else _held(asked, found, held) if held else None


def _held(asked: Asked, found: Candidates, names: tuple[str, ...]) -> Refusal:
    service, colour, listed = asked.service, asked.target.upper(), " ".join(names)
    reasons = "; ".join(f"{one.name} is {reason}" for one, reason in found.out if one.name in names)
    return Refusal(
        "held",
        f"{reasons}, and has weight in {colour}'s pool: it would get clients with the others",
        f"take it out, which keeps the hold: bluegreen drain {service.name} {listed}; or let it come in: "
        f"bluegreen unhold {service.name} {listed}",
        2,
        names,
    )


def _not_disabled(asked: Asked, found: Candidates, names: tuple[str, ...]) -> Refusal:
    service = asked.service
    reasons = "; ".join(f"{one.name} {reason}" for one, reason in (*found.out, *found.unfit) if one.name in names)
    return Refusal(
        "provider",
        f"the load balancer's provider ignores weights, so who is kept out of {asked.target.upper()} would serve all "
        f"the same: {reasons}",
        f"disable them first, which keeps them out: bluegreen drain {service.name} {' '.join(names)}",
        2,
        names,
    )
