"""The steps of a change by weights, in words: look again, shift a share, prove it, wait, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import Service
from console.plan import capacity, course, waits
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.desired import Weights
from console.plan.gates import gate_steps, gates_while_baking
from console.plan.notes import distinct_versions
from console.plan.plan import Action, Proof, Share, Step, StepKind
from console.plan.weights import Shift

PENDING_DEADLINE = 900.0  # seconds; an amphora that does not answer keeps the lock about 10 minutes (Octavia defaults)
PROOF_DEADLINE = 30.0  # seconds
RECONCILE_DEADLINE = 60.0  # seconds


def steps(asked: Asked, moves: Sequence[Shift]) -> tuple[Step, ...]:
    """Reconcile; for each share shift, prove and wait for the word to go on; confirm; bake."""
    service, config, intent, target = asked.service, asked.config, asked.intent, asked.target
    result = [_reconcile(service)]
    if intent.action is Action.CUTOVER and moves:
        result += gate_steps(config, target)
    basis = asked.basis
    for moved in moves:
        shift = _shift_step(asked, basis, moved)
        result.append(shift)
        basis = course.after(shift.writes, basis)
        if moved is not moves[-1]:
            assert shift.after is not None
            share = capacity.share_of(shift.after, target)
            result.append(_prove_share(service, config, target, moved.percent, share))
            if not intent.unattended:
                result.append(waits.pause(moved.percent, round(share.percent), target))
    result.append(_prove(service, config, target))
    if intent.action is Action.CUTOVER and moves:
        if config.release.confirm_within and not intent.keep_on_proof:
            result.append(waits.confirm(target, config.release.confirm_within))
        if config.release.bake:
            result.append(waits.bake(target, config.release.bake, gates_while_baking(config)))
    return tuple(result)


def _reconcile(service: Service) -> Step:
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


def _shift_step(asked: Asked, basis: Basis, moved: Shift) -> Step:
    """`basis`: as the steps before this one leave it."""
    service, intent, target, now = asked.service, asked.intent, asked.target, asked.now
    assert service.pool is not None
    write = course.write(Weights(service.pool.id, moved.changes), basis)
    after = capacity.shares(service, course.after((write,), basis), now)
    enter = capacity.share_of(after, target)
    whole = moved.percent >= 100
    title = f"{'back ' if intent.action is Action.ROLLBACK else ''}to {target.upper()}"
    return Step(
        id="shift" if whole else f"shift-{moved.percent}",
        kind=StepKind.SHIFT,
        title=title if whole else f"{moved.percent} % to {target.upper()}",
        words=f"One write sets the weights of {len(moved.changes)} members. {_effect(target, enter, moved)}"
        "The load balancer is busy for some seconds, and closes idle keep-alive connections once.",
        deadline=PENDING_DEADLINE,
        outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
        writes=(write,),
        before=capacity.shares(service, basis, now),
        after=after,
        checks=(
            "load balancer ACTIVE",
            f"{len(moved.changes)} members ACTIVE at the weights written, every other field unchanged",
        ),
    )


def _effect(target: Colour, enter: Share, moved: Shift) -> str:
    source = target.other.upper()
    if moved.percent >= 100:
        parked = any(change.weight_after == 0 for change in moved.changes)
        stays = f"{source} stays warm at weight 0: the way back is one call. " if parked else ""
        return (
            f"New connections go to {target.upper()} ({enter.healthy} healthy in rotation); requests under way finish "
            f"where they are. {stays}"
        )
    asked = "" if round(enter.percent) == moved.percent else f" ({moved.percent} % cannot be divided finer)"
    return (
        f"{enter.percent:.0f} % of new connections{asked} go to {target.upper()}, the others to {source}. Both serve. "
    )


def _prove(service: Service, config: ServiceConfig, target: Colour) -> Step:
    proof = _proof(service, config, target)
    what = f"{proof.count} new connections over {proof.over:g} s through the VIP" if proof is not None else ""
    return Step(
        id="prove",
        kind=StepKind.PROVE,
        title="prove it from outside" if proof is not None else "not proven from outside",
        words=f"{what} must all be answered by {target.upper()}."
        if proof is not None
        else "Nothing asks through the VIP which colour answers, so the load balancer's word is all there is.",
        deadline=PROOF_DEADLINE,
        outcome="failing answers take it back if the old colour is healthy; anything else needs a human",
        checks=(f"{what}, all by {_either(proof.versions)}",) if proof is not None else (),
        proof=proof,
    )


def _prove_share(service: Service, config: ServiceConfig, target: Colour, percent: int, share: Share) -> Step:
    whole, others = _proof(service, config, target), distinct_versions(service, target.other)
    proof = replace(whole, others=others) if whole is not None and others else None
    words = (
        f"Through the VIP both colours must answer, and none with an error; {share.percent:.0f} % are expected from "
    )
    words += f"{target.upper()}, which is shown and not judged."
    if proof is None:
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


def _proof(service: Service, config: ServiceConfig, target: Colour) -> Proof | None:
    assert service.balancer is not None
    versions = distinct_versions(service, target)
    check = config.vip
    url = check.at(service.balancer.vip_address) if check is not None and check.tells_version else ""
    return Proof(url, versions) if url and versions else None


def _either(versions: tuple[str, ...]) -> str:
    return " or ".join(versions)
