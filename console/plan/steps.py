"""The steps around the moves of a rotation, in words: look again, prove each share, wait, confirm, bake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.health import judge
from console.model.service import POWER, Service
from console.plan import capacity, waits
from console.plan.asked import Asked
from console.plan.gates import gate_steps, gates_while_baking
from console.plan.no_before import staying
from console.plan.plan import Action, Proof, Share, Step, StepKind, listed
from console.plan.provable import distinct_versions, has_no_proof
from console.plan.remember import remembering
from console.plan.rotations.move import Move
from console.plan.through import proof_of

PROOF_DEADLINE = 30.0  # seconds
RECONCILE_DEADLINE = 60.0  # seconds


def steps(asked: Asked, moves: Sequence[Move]) -> tuple[Step, ...]:
    """Reconcile; the steps of each move, with a proof and a wait for the word to go on between; confirm; bake."""
    config, intent, target = asked.config, asked.intent, asked.target
    result = [reconcile_step(asked.service)]
    gates: Sequence[Step] = gate_steps(config, target) if intent.action is Action.CUTOVER and moves else ()
    in_train = bool(intent.train and intent.action is Action.CUTOVER and moves)
    if in_train and asked.service.rotation != POWER:
        result += gates
        gates = ()
    if in_train:
        result.append(waits.barrier(waits.BARRIER_SHIFT, intent.train, target))
    for move in moves:
        result += _gated(asked, move, gates)
        gates = ()
        if move is not moves[-1]:
            after = next(step.after for step in reversed(move.steps) if step.after is not None)
            share = capacity.share_of(after, target)
            result += _proved_share(asked, move.percent, share)
            if not intent.unattended:
                result.append(waits.pause(move.percent, round(share.percent), target))
    result += _proved(asked, moves)
    if in_train:
        result.append(waits.barrier(waits.BARRIER_KEEP, intent.train, target))
    if intent.action is Action.CUTOVER:
        if moves and config.release.confirm_within and not (intent.keep_on_proof and not has_no_proof(asked)):
            result.append(waits.confirm(target, config.release.confirm_within, stays=intent.no_before))
        if (moves or intent.bakes) and config.release.bake:
            gates_then = gates_while_baking(config)
            result.append(waits.bake(target, config.release.bake, gates_then, stays=intent.no_before))
    result += remembering(asked, moves)
    return staying(result) if intent.no_before else tuple(result)


def _gated(asked: Asked, move: Move, gates: Sequence[Step]) -> tuple[Step, ...]:
    """Gates come before any traffic is moved; of workers, that is when the first of them were started and checked."""
    checked = [number for number, step in enumerate(move.steps, 1) if step.kind is StepKind.CHECK]
    at = checked[0] if asked.service.rotation == POWER and checked else 0
    return (*move.steps[:at], *gates, *move.steps[at:])


def _proved_share(asked: Asked, percent: int, share: Share) -> tuple[Step, ...]:
    """Workers take no requests: that they work was checked when they were started."""
    if asked.service.rotation == POWER:
        return ()
    return (_prove_share(asked.service, asked.config, asked.target, percent, share),)


def _proved(asked: Asked, moves: Sequence[Move]) -> tuple[Step, ...]:
    """Clients are asked; of workers, those that are left are seen to work once more."""
    service, target = asked.service, asked.target
    if service.rotation != POWER:
        return (_prove(service, asked.config, target),)
    basis = asked.basis
    for move in moves:
        basis = move.after(basis)
    on = {server.id for server in basis.servers if server.on}
    left = [one for one in service.side(target).instances if one.key in on and one.held_by is None]
    if asked.intent.action is Action.ROLLBACK:  # who ran all the time and is ill does not get well by waiting
        running = {server.id for server in asked.basis.servers if server.on}
        left = [one for one in left if one.key not in running or judge(service, one, asked.now).healthy] or left
    return (waits.check("prove", target, [(one.key, one.name) for one in left]),)


def reconcile_step(service: Service) -> Step:
    """Look again, before anything is written."""
    return Step(
        id="reconcile",
        kind=StepKind.RECONCILE,
        title="look again",
        words=f"Everything that the plan relies on is read again, and the lease on {service.name} is taken. "
        "If anything was changed since you looked, nothing is written.",
        deadline=RECONCILE_DEADLINE,
        outcome="nothing has been written; the rollout is refused",
        checks=(
            "members, servers and load balancer are as planned",
            "each instance that enters is healthy where it stands",
        ),
    )


def _prove(service: Service, config: ServiceConfig, target: Colour) -> Step:
    proof = proof_of(service, config, target)
    what = f"{proof.count} new connections over {proof.over:g} s through {proof.through}" if proof is not None else ""
    return Step(
        id="prove",
        kind=StepKind.PROVE,
        title="prove it from outside" if proof is not None else "not proven from outside",
        words=f"{what} must all be answered by {target.upper()}.{_missed(proof)}"
        if proof is not None
        else "Nothing asks through the VIP which colour answers, so the load balancer's word is all there is.",
        deadline=PROOF_DEADLINE,
        outcome="failing answers take it back if the old colour is healthy; anything else needs a human",
        checks=(f"{what}, all by {_either(proof.versions)}",) if proof is not None else (),
        proof=proof,
    )


def prove_that(service: Service, config: ServiceConfig, colour: Colour) -> Step:
    """That a colour carries the traffic, seen from outside, before anything else is done."""
    return replace(_prove(service, config, colour), outcome="it stops: nothing was written")


def _prove_share(service: Service, config: ServiceConfig, target: Colour, percent: int, share: Share) -> Step:
    whole, others = proof_of(service, config, target), distinct_versions(service, target.other)
    proof = replace(whole, others=others) if whole is not None and others else None
    if proof is not None:
        words = (
            f"Through {proof.through} both colours must answer, and none with an error; {share.percent:.0f} % are "
            f"expected from {target.upper()}, which is shown and not judged.{_missed(proof)}"
        )
    else:
        words = "Nothing asks through the VIP which colour answers, so the load balancer's word is all there is."
    return Step(
        id=f"prove-{percent}",
        kind=StepKind.PROVE,
        title="prove that both answer" if proof is not None else "not proven from outside",
        words=words,
        deadline=PROOF_DEADLINE,
        outcome="failing answers take it back if the old colour is healthy; anything else needs a human",
        checks=("an answer of each colour, and no error",) if proof is not None else (),
        proof=proof,
    )


def _missed(proof: Proof) -> str:
    return f" Nobody is asked through {listed(proof.missed)}." if proof.missed else ""


def _either(versions: tuple[str, ...]) -> str:
    return " or ".join(versions)
