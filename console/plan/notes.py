"""What an operator must have read before confirming, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.health import judge
from console.model.instance import Instance
from console.model.readiness import pools
from console.model.service import POOLS, POWER, WEIGHTS, ColourSet, Service
from console.plan import at_need, backups
from console.plan.asked import Asked
from console.plan.candidates import Candidates, holding
from console.plan.desired import MemberState
from console.plan.drained import DRAINED
from console.plan.plan import Action, Step
from console.plan.provable import unproven
from console.plan.switches import bystanders as elsewhere
from console.plan.switches import target_pools
from console.plan.through import not_through


def notes_for(asked: Asked, found: Candidates, steps: Sequence[Step]) -> tuple[str, ...]:
    """All notes on these steps, in the order in which they matter."""
    service, config, target = asked.service, asked.config, asked.target
    return (
        *_dead_source(asked),
        *_left_out(asked, found, steps),
        *at_need.notes(asked, found),
        *_held_that_serve(service, target),
        *_backups(asked, found),
        *_unchecked(asked),
        *_unproven(service, config, target),
        *_sticky(service, target),
        *_cold(service, target),
        *_versions(service),
        *_overruled_weights(asked),
        *_bystanders(asked),
        *_retiring(config, target),
    )


def _dead_source(asked: Asked) -> Iterator[str]:
    """Where nothing that serves is seen healthy. What nobody has seen is not dead: it may serve."""
    service, side = asked.service, asked.service.side(asked.target.other)
    serving = [one for one in side.instances if service.in_rotation(one)] if side.weight > 0 else []
    judged = [(one, judge(service, one, asked.now)) for one in serving]
    if not judged or any(found.healthy for _, found in judged):
        return
    colour, unseen = side.colour.upper(), [(one, found) for one, found in judged if found.unseen]
    if not unseen:
        yield f"{colour} carries the traffic, and none of it is healthy: nothing that serves is taken away"
        return
    one, found = unseen[0]
    yield (
        f"{colour} carries the traffic, and none of it is seen healthy: {len(unseen)} of {len(judged)} are not known "
        f"to be dead, and count as what may serve ({one.name}: {found.reason})"
    )


def _left_out(asked: Asked, found: Candidates, steps: Sequence[Step]) -> Iterator[str]:
    service = asked.service
    for instance, reason in found.out:
        if reason == DRAINED:
            continue  # has a sentence of its own
        if taken := _taken_out(asked, instance, steps):
            yield f"{instance.name} {taken}: {reason}"
        elif service.rotation == POWER:
            yield f"{instance.name} {'goes on running, although' if instance.runs else 'stays off:'} {reason}"
        elif instance.weight > 0:
            yield f"{instance.name} keeps weight {instance.weight}, although {reason}: it is left as it is"
        else:
            yield f"{instance.name} stays out of rotation: {reason}"
    for instance, reason in found.unfit:
        becomes = f"and stays as it is, at weight {instance.weight}"
        if taken := _taken_out(asked, instance, steps):
            becomes = f"and {taken}"
        yield f"{instance.name} is not healthy, {becomes}: {reason}"


def _taken_out(asked: Asked, instance: Instance, steps: Sequence[Step]) -> str:
    """What these steps write so that it does not serve with its colour; empty for nothing."""
    mine = {member.id for member in instance.members}
    desired = (write.desired for step in steps for write in step.writes)
    standings = (one for state in desired if isinstance(state, MemberState) for one in state.changes)
    when = f"before {asked.target.upper()} serves"
    if any(one.member_id in mine and not one.after.admin_state_up for one in standings):
        return f"is disabled {when}, where weights are ignored"
    lowered = (one for step in steps for one in step.changes if one.weight_after < one.weight_before)
    return f"goes to weight 0 {when}" if any(one.member_id in mine for one in lowered) else ""


def _held_that_serve(service: Service, target: Colour) -> Iterator[str]:
    """Only on the way back: a cutover is refused."""
    for one in holding(service, target.other):
        yield f"{one.name} is held by {one.held_by} where it serves: it goes out with the others, and stays held"


def _backups(asked: Asked, found: Candidates) -> Iterator[str]:
    """Who does not count as long as others are there, and where a share of the traffic cannot be divided."""
    service, config, target = asked.service, asked.config, asked.target
    if names := backups.names(asked, target):
        yield (
            f"backup members of {target.upper()}: {', '.join(names)}; the load balancer sends to backups only while no "
            "other member of their pool with weight is up, so beside such a one they do not count"
        )
    only = backups.all_at_once(asked, found.entering) if service.rotation == WEIGHTS else None
    if only is not None and len(config.release.shift) > 1 and asked.intent.action is Action.CUTOVER:
        yield (
            f"all traffic moves at once, not by shares: those of {only.upper()} are all backups, which get nothing "
            f"beside {only.other.upper()}"
        )


def _unproven(service: Service, config: ServiceConfig, target: Colour) -> Iterator[str]:
    if why := unproven(service, config, target):
        yield f"not proven from outside: {why}"
    elif service.rotation != POWER:
        yield from not_through(service, config, target)


def _overruled_weights(asked: Asked) -> Iterator[str]:
    """Who serves with another weight than is recorded, and which of the two counts."""
    for side in asked.service.colours:
        for instance in side.instances:
            found = (one for one in instance.members if one.in_rotation and one.intended_weight)
            member = next((one for one in found if one.weight != one.intended_weight), None)
            if member is not None:
                has = f"{instance.name} has weight {member.weight}, its recorded one is {member.intended_weight}"
                yield f"{has}: {_which_counts(asked, member, side.colour)}"


def _which_counts(asked: Asked, member: Member, colour: Colour) -> str:
    if member.weight == member.full_weight:
        return f"{member.weight} counts, as the last one that somebody has set"
    if known := asked.stood.get(member.id):
        return f"it goes back to {known}, as before"
    if asked.intent.action is Action.CUTOVER and asked.service.live is colour and colour is asked.target.other:
        return f"going back gives it {member.weight} again; the recorded one counts when a later cutover brings it in"
    return "the recorded one counts when it comes back"


def _sticky(service: Service, target: Colour) -> Iterator[str]:
    """With pools everyone moves: a cookie of the other pool's names nobody there."""
    kinds = {pool.session_persistence for pool in pools(service) if pool.session_persistence}
    if kinds and service.rotation == WEIGHTS:
        yield (
            f"clients with a session ({', '.join(sorted(kinds))}) stay on {target.other.upper()} "
            f"until it ends: weight 0 does not move them; `bluegreen evict {service.name}` afterwards does"
        )


def _cold(service: Service, target: Colour) -> Iterator[str]:
    if service.rotation == POWER:
        seen = "seen to work" if service.probed else "running by Nova's word, which nothing checks"
        yield f"the way back is cold: {target.other.upper()}'s workers are started, and {seen}, before it is done"


def _unchecked(asked: Asked) -> Iterator[str]:
    """A pool that nothing attaches is in no load balancer, so no monitor checks it (facts: Octavia 1.6)."""
    service, target = asked.service, asked.target
    if service.rotation == POWER and not service.probed and asked.intent.unchecked:
        yield f"no probe checks what {target.upper()}'s workers do: that Nova calls them running has to do"
    if service.rotation != POOLS:
        return
    idle = [one for one in target_pools(asked) if not any(part.attached(one) for part in service.balanced)]
    if idle:
        by = "only direct probes have seen it" if service.probed else "nothing has seen it work, and you have said so"
        yield (
            f"no monitor checks {target.upper()}'s idle pool, because no L7 policy attaches it: {by}; "
            f"`bluegreen preview {service.name}` attaches it for good"
        )


def _versions(service: Service) -> Iterator[str]:
    sides: tuple[ColourSet, ...] = service.colours
    for side in sides:
        if len(side.versions) > 1:
            yield f"{side.colour.upper()} runs {len(side.versions)} versions: {', '.join(side.versions)}"


def _bystanders(asked: Asked) -> Iterator[str]:
    service = asked.service
    for member in service.foreign:
        yield f"member {member.name or member.id} is no instance of {service.name}: not touched, not counted"
    for instance in service.uncoloured:
        if instance.weight > 0:
            yield f"{instance.name} goes on serving at weight {instance.weight}: nothing tells its colour"
    for name in elsewhere(asked) if service.rotation == POOLS else ():
        yield f"listener {name} sends to neither colour's pool: it is left as it is"


def _retiring(config: ServiceConfig, target: Colour) -> Iterator[str]:
    if config.release.retire_after > 0:
        other = target.other.upper()
        yield f"{other} stays; when release.retire_after is over it is shown as due for `bluegreen retire`"
