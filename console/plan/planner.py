"""`plan(service, config, intent, now)`: a plan or a refusal. Pure; the same facts give the same plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from console.config.model import ServiceConfig
from console.model.colour import Colour, Role
from console.model.service import POOLS, POWER, WEIGHTS, Service
from console.plan import at_need, backups, course
from console.plan.asked import Asked
from console.plan.basis import basis_of
from console.plan.candidates import Candidates, candidates, held_where_it_serves, names_nobody
from console.plan.digest import digest, versions_of
from console.plan.disabled import enabled_again
from console.plan.drained import drained_words
from console.plan.explain import explained
from console.plan.kept_out import in_the_way
from console.plan.least import least
from console.plan.least import notes as returns_to_less
from console.plan.lifecycle.planner import plan as lifecycle
from console.plan.no_before import has_no_before, no_train
from console.plan.no_before import notes as no_before_notes
from console.plan.notes import notes_for
from console.plan.plan import Action, Intent, Plan, Refusal, Step, StepKind
from console.plan.preconditions import by_novas_word, first_refusal, not_seen
from console.plan.preview import plan as preview
from console.plan.provable import kept_on_no_proof
from console.plan.rotations import pools, power, weights
from console.plan.rotations.move import Move
from console.plan.shipment import shipment_of
from console.plan.single.planner import plan as single
from console.plan.steps import steps as steps_of
from console.plan.stood import known
from console.plan.too_few import too_few
from console.plan.unlabelled import unlabelled
from console.plan.withheld import barred, frozen, history, memory_notes, undone_again


class _Rotation(Protocol):
    """What a module of `rotations` has."""

    def moves(self, asked: Asked, found: Candidates) -> tuple[Move, ...]:
        """The writes that bring the target into rotation and take the source out, share by share."""

    def summary(self, asked: Asked, found: Sequence[Move]) -> str:
        """The plan in one sentence."""


_ROTATIONS: dict[str, _Rotation] = {WEIGHTS: weights, POOLS: pools, POWER: power}


def plan(service: Service, config: ServiceConfig, intent: Intent, now: float) -> Plan | Refusal:
    """Plan the way from what is observed to the goal.

    `now` (Unix seconds) only judges how fresh the facts are; it is not in the plan.
    """
    made = _plan(service, config, intent, now)
    return explained(made, config) if isinstance(made, Plan) and config.explain else made


def _plan(service: Service, config: ServiceConfig, intent: Intent, now: float) -> Plan | Refusal:
    refusal = frozen(service, intent, now)
    if refusal is not None:
        return refusal
    if intent.action.is_single:
        return single(service, config, intent, now)
    if intent.action in (Action.PREVIEW, Action.UNPREVIEW):
        return preview(service, config, intent, now)
    if not intent.action.moves_traffic:
        return lifecycle(service, config, intent, now)
    refusal = not_seen(service, now)
    if refusal is not None:
        return refusal
    target = intent.target or _other_than_live(service)
    if target is None:
        return unlabelled(service, config) or _which_way(service, intent)
    intent = replace(
        intent,
        target=target,
        no_before=has_no_before(service, intent, target),
        unchecked=intent.unchecked or by_novas_word(service, intent),
    )
    refusal = no_train(service, intent) or barred(service, intent, target, now) or undone_again(service, intent, target)
    refusal = refusal or first_refusal(service, config, intent, target)
    if refusal is not None:
        return refusal
    refusal = names_nobody(service, intent) or held_where_it_serves(service, intent, target)
    if refusal is not None:
        return refusal
    # in the plan from now on: the runner may not have the journal that tells
    intent = replace(intent, stood=known(service, intent, target))
    asked = Asked(service, config, intent, basis_of(service, config), now, intent.stood)
    made = _at_need(asked)
    if isinstance(made, Refusal) and intent.drained and not intent.drained_needed:
        # they must not shut the way back
        made = _at_need(replace(asked, intent=replace(intent, drained_needed=made.reason)))
    return made


def _at_need(asked: Asked) -> Plan | Refusal:
    """The plan that takes in as few as can be of those that were out before; or why there is none with all of them."""
    for intent in at_need.intents(asked):
        each = replace(asked, intent=intent)
        made = _planned(each, candidates(each))
        if isinstance(made, Plan):
            break
    return made


def _planned(asked: Asked, found: Candidates) -> Plan | Refusal:
    """The plan that moves everything to the target colour, by the service's rotation."""
    service, config, intent, target = asked.service, asked.config, asked.intent, asked.target
    refusal = _unready(service, intent, target, found) or in_the_way(asked, found)
    if refusal is not None:
        return refusal
    rotation = _ROTATIONS[service.rotation]
    moves = rotation.moves(asked, found)
    if moves and (refusal := kept_on_no_proof(asked)):
        return refusal
    steps = steps_of(asked, moves)
    floors = least(asked, steps)
    refusal = too_few(asked, found, steps, floors) or _out_would_serve(asked, found, steps)
    if refusal is not None:
        return refusal
    # not over the notes on servers: that the colour which is left says nothing any more must stop no way back
    moving = (step for step in steps if step.kind is not StepKind.REMEMBER)
    desired = [write.desired for step in moving for write in step.writes]
    shipment = shipment_of(service, config, intent.action, target, asked.now)
    does = "does all the work" if service.rotation == POWER else "carries all traffic"
    return Plan(
        service=service.name,
        environment=service.environment,
        action=intent.action,
        source=target.other,
        target=target,
        source_version=service.side(target.other).version,
        target_version=service.side(target).version,
        summary=rotation.summary(asked, moves),
        intent=intent,
        basis=asked.basis,
        steps=steps,
        notes=(
            *no_before_notes(service, intent, target, steps),
            *history(service, intent, target),
            *shipment.notes,
            *memory_notes(service, intent, target),
            *returns_to_less(asked, steps),
            *drained_words(service, intent, steps),
            *notes_for(asked, found, steps),
        ),
        digest=digest(config, intent, asked.basis, desired, versions_of(service, intent, target)),
        goal=f"{target.upper()} {service.side(target).version} {does}",
        floors=floors,
        shipment=shipment,
    )


def _other_than_live(service: Service) -> Colour | None:
    return service.live.other if service.live is not None else None


def _which_way(service: Service, intent: Intent) -> Refusal:
    both = service.role(Colour.BLUE) is Role.BOTH
    state = "both colours are in rotation" if both else "no colour is in rotation"
    return Refusal(
        code="which",
        reason=f"{state}, so it is not clear where {intent.action} of {service.name} should go",
        hint="say which colour is to carry the traffic: --to blue or --to green",
        rule=0,
    )


def _unseen_hint(service: Service, found: Candidates) -> str:
    """What helps where they are not ill, but nothing looks at them: no policy attaches their pool, and none probes."""
    parked = all(one.members and len(one.parked) == len(one.members) for one, _ in found.unfit)
    if service.rotation != POOLS or service.probed or not parked:
        return ""
    return (
        f"attach the idle pool, so that its monitor checks it: bluegreen preview {service.name}; or let them be probed "
        "(`health:` in the config); or say that they may serve although nothing has seen them: --unchecked"
    )


def _unready(service: Service, intent: Intent, target: Colour, found: Candidates) -> Refusal | None:
    """Refuse what rule 2 forbids. A rollback takes what is healthy; a cutover wants the whole colour or a hold."""
    colour = target.upper()
    if found.untagged:
        names = tuple(instance.name for instance in found.untagged)
        return Refusal(
            code="untagged",
            reason=f"{', '.join(names)} of {colour} at weight 0: nobody has recorded whether they belong in rotation",
            hint="say so: --in NAME (or all) takes them in, --out NAME leaves them out",
            rule=2,
            names=names,
        )
    if found.unfit and (intent.action is Action.CUTOVER or not found.enter):
        names = tuple(instance.name for instance, _ in found.unfit)
        reasons = "; ".join(f"{instance.name}: {reason}" for instance, reason in found.unfit)
        return Refusal(
            code="unhealthy",
            reason=f"{colour} is not healthy where it stands: {reasons}",
            hint=_unseen_hint(service, found)
            or "mend them, or leave them out with --out NAME if the others carry the load",
            rule=2,
            names=names,
        )
    if not found.enter:
        return Refusal(
            code="none",
            reason=f"no instance of {colour} may go into rotation: " + _out_words(found),
            hint=f"{enabled_again(service, target, found.out) or 'release a hold'}, or launch instances of that colour",
            rule=1,
            names=tuple(instance.name for instance, _ in found.out),
        )
    return None


def _out_words(found: Candidates) -> str:
    return "; ".join(f"{instance.name} {reason}" for instance, reason in found.out) or "it has none"


def _out_would_serve(asked: Asked, found: Candidates, steps: Sequence[Step]) -> Refusal | None:
    """Refuse if somebody who is kept out, and gets nothing only because it is a backup, would be all that is left.

    A way back goes on: its notes say who keeps its weight.
    """
    if asked.intent.action is not Action.CUTOVER:
        return None
    basis, waits = asked.basis, backups.standing_by(asked.service, asked.basis)
    serves: set[str] = set()
    for write in (write for step in steps for write in step.writes) if waits else ():
        basis = course.after((write,), basis)
        ready = {one.id for one in basis.members if one.in_rotation} - backups.standing_by(asked.service, basis)
        serves |= waits & ready
    names = tuple(one.name for one, _ in found.out if any(member.id in serves for member in one.members))
    if not names:
        return None
    return Refusal(
        code="backup",
        reason=f"{', '.join(names)} of {asked.target.upper()} would get traffic, although kept out: "
        "backup members with weight serve when no other member is left",
        hint="drain them first (`bluegreen drain`), or let them in",
        rule=2,
        names=names,
    )
