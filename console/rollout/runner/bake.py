"""Watch a cutover for a while. Only positive evidence takes it back: error answers, or instances that are seen ill.

Losing sight is no evidence: the jump host may have lost its network (DESIGN §6, rule 7).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from console.errors import BluegreenError, NeedsHuman
from console.model.capacity import Capacity
from console.model.service import Service
from console.model.traffic import VipAnswer
from console.plan.basis import basis_of
from console.plan.capacity import floor_of, floors, highest
from console.plan.plan import Plan, Proof, Step, StepKind, Way
from console.rollout.records import Decision, DecisionKind, EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.bake_gates import BakeGates
from console.rollout.runner.endings import FailingAnswers
from console.rollout.runner.evidence import of_instances
from console.rollout.runner.prove import address_of, ask_all
from console.rollout.runner.run import Run
from console.rollout.runner.words import extended, why

EVERY = 5.0  # seconds between two looks
ASKED, OVER = 10, 1.0  # requests through the VIP of each look, and the seconds they take
TOO_MANY = 0.2  # share of error answers in one look that counts against the colour
TOLD_EVERY = 60.0  # seconds between two records that all is well
_LATE = 1.0  # seconds between two looks after its time, while a doubt or a gate is open


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look saw. `against`: positive evidence, in a clause; `blind`: why something could not be seen."""

    against: str = ""
    blind: str = ""
    text: str = ""
    lost: float = 0.0  # share of requests answered with an error, where that is too many


def bake(run: Run, plan: Plan, step: Step) -> None:
    """Watch until the time is over, or an operator ends it. Raises FailingAnswers, NeedsHuman, AbortAsked, Terminated.

    A bake that ends without having seen anything at its end is none: then a person decides.
    """
    gates = BakeGates(run, plan, step)
    try:
        _watch(run, plan, step, gates)
    finally:
        gates.stop()


def _watch(run: Run, plan: Plan, step: Step, gates: BakeGates) -> None:
    began, length = boot_clock.now(), step.deadline
    before, told_at, looked, doubt = Sight(), -TOLD_EVERY, began, False
    least = floor_of(plan, run.service.release.min_ratio)
    address = address_of(run, step, run.service.vip) if run.service.vip is not None else ""
    # one look more where the last one spoke against it, or has lost sight: it is not over in a doubt, or in a gate
    while (now := boot_clock.now()) - began < length or doubt or gates.open:
        looked = now
        sight, least = _look(run, plan, least, address, gates, over=now - began >= length)
        if sight.against and before.against:
            text = f"{sight.against}, twice in a row; {int(now - began)} s into the bake"
            raise FailingAnswers(text, lost=sight.lost)
        changed = (sight.against, bool(sight.blind)) != (before.against, bool(before.blind))
        if changed or now - told_at >= TOLD_EVERY:
            told_at = now
            run.note(EventKind.PROOF, step.id, _words(sight, began + length - now))
        doubt = bool(sight.against) or bool(sight.blind and not before.blind)
        before = sight
        left = began + length - boot_clock.now()
        run.wait(min(EVERY, left) if left > 0 else _LATE, step.id)
        for decision in _words_on(run, plan):
            if decision.kind is DecisionKind.KEEP and decision.step == step.id:
                run.note(EventKind.DECISION, step.id, f"ended early by {decision.who.words}{why(decision)}")
                return
            length = extended(run, plan, step, decision, length, left=began + length - boot_clock.now())
    late = boot_clock.now() - looked - EVERY
    if before.blind or late > run.timing.ttl:
        unseen = before.blind or f"nothing ran here for {late:.0f} s"
        raise NeedsHuman(
            f"the bake is over, and nobody can say how it went: {unseen}",
            f"{plan.target.upper()} carries the traffic; look at it, then finish or go back with `bluegreen resume`",
        )


def _words_on(run: Run, plan: Plan) -> list[Decision]:
    found, run.heard = [decision for decision in run.heard if decision.digest == plan.digest], []
    return found


def _look(
    run: Run, plan: Plan, least: Capacity | None, address: str, gates: BakeGates, *, over: bool
) -> tuple[Sight, Capacity | None]:
    service: Service | None = None
    blind: list[str] = []
    against: list[str] = []
    text, lost = "", 0.0
    try:
        service = run.observe()
    except BluegreenError as error:
        blind.append(error.message)
    else:
        least = least or _floor(run, service)
        failed, unseen = of_instances(service, plan, least, time.time())
        against += [failed] if failed else []
        blind += [unseen] if unseen else []
    proof = next((step.proof for step in reversed(plan.steps) if step.kind is StepKind.PROVE), None)
    if proof is not None and run.service.vip is not None:
        asked = ask_all(run, proof, run.service.vip, count=ASKED, over=OVER, address=address)
        found = [_judged(answers, proof, way) for way, answers in asked]
        against += [failed for failed, _, _ in found if failed]
        every = [answer for _, answers in asked for answer in answers]
        lost = sum(_is_error(answer) for answer in every) / len(every) if any(failed for failed, _, _ in found) else 0.0
        blind += [silent for _, silent, _ in found if silent]
        text = "; ".join(told for _, _, told in found)
    gates.look(service, over=over)
    against += [gates.against] if gates.against else []
    blind += [gates.blind] if gates.blind else []
    return Sight("; ".join(against), "; ".join(blind), text, lost), least


def _floor(run: Run, service: Service) -> Capacity:
    basis = basis_of(service, run.service)
    return highest(floors(service, basis, run.service.release.min_ratio, time.time()).values())


def _judged(answers: Sequence[VipAnswer], proof: Proof, way: Way) -> tuple[str, str, str]:
    """Evidence, loss of sight, and the account of one look through one VIP."""
    vip = f"the VIP of {way.name}" if way.name else "the VIP"
    errors = [answer for answer in answers if _is_error(answer)]
    silent = [answer for answer in answers if answer.status is None]
    good = sum(answer.ok and answer.version in proof.versions for answer in answers)
    text = f"{good} of {len(answers)} through {vip} answered as intended"
    failed = f"{len(errors)} of {len(answers)} requests through {vip} were answered with an error"
    nothing = f"{vip} did not answer {len(silent)} of {len(answers)} requests ({silent[0].error})" if silent else ""
    return (failed if len(errors) >= TOO_MANY * len(answers) else ""), nothing, text


def _is_error(answer: VipAnswer) -> bool:
    return answer.status is not None and answer.status >= 500


def _words(sight: Sight, left: float) -> str:
    parts = [sight.text or "instances looked at"]
    if sight.against:
        parts.append(f"AGAINST IT: {sight.against}")
    if sight.blind:
        parts.append(f"CANNOT SEE: {sight.blind}; that is no reason to go back, it holds")
    return "; ".join([*parts, f"{left:.0f} s left"])
