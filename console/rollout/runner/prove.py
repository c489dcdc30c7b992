"""Done means proven: new connections through the VIP, all answered by the intended colour (DESIGN §6, rule 5)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from console.config.model import VipCheck
from console.errors import NeedsHuman
from console.model.traffic import VipAnswer
from console.plan.plan import Plan, Proof, Step
from console.rollout import pace
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import FailingAnswers
from console.rollout.runner.run import Run
from console.watch.vip import ask


def prove(run: Run, plan: Plan, step: Step) -> bool:
    """Whether it is proven from outside; False where the plan said that it cannot be.

    Raises FailingAnswers, NeedsHuman at the deadline, AbortAsked.
    """
    proof, check = step.proof, run.service.vip
    if proof is None or check is None:
        run.note(EventKind.PROOF, step.id, "not proven from outside: the load balancer's word is all there is")
        return False
    end = boot_clock.now() + step.deadline
    address = address_of(run, step, check)
    failing = False
    seen: set[str] = set()
    while True:
        asked = ask(proof.url, check, count=proof.count, over=pace.real(proof.over), trust=run.trust, address=address)
        answers = asyncio.run(asked)
        good = sum(answer.ok and answer.version in proof.versions for answer in answers)
        text, data = _account(answers, good, plan, proof.url)
        run.note(EventKind.PROOF, step.id, text, **data)
        seen |= {answer.version for answer in answers if answer.ok and answer.version}
        if _is_proven(proof, answers, good, seen):
            return True
        errors = sum(_tells_against(answer, proof) for answer in answers)
        if errors and failing:
            text = f"{errors} of {len(answers)} requests through the VIP were answered with an error"
            raise FailingAnswers(text, lost=errors / len(answers))
        failing = bool(errors)
        if boot_clock.now() > end:
            raise NeedsHuman(
                f"not proven within {step.deadline:.0f} s: {text}",
                "the load balancer says it is done; look at what answers, then `bluegreen rollback` if in doubt",
            )
        run.tick(step.id)


def _tells_against(answer: VipAnswer, proof: Proof) -> bool:
    """Whether it is an error answer of the new colour; while both serve, only one that names who answered."""
    failed = answer.status is not None and answer.status >= 500
    return failed and (not proof.others or answer.version in proof.versions)


def _is_proven(proof: Proof, answers: Sequence[VipAnswer], good: int, seen: set[str]) -> bool:
    """All by the one colour; or, while both serve, an answer of each since the step began and none that failed."""
    if not proof.others:
        return good == len(answers) == proof.count
    known = {*proof.versions, *proof.others}
    well = all(answer.ok and answer.version in known for answer in answers)
    return well and not seen.isdisjoint(proof.versions) and not seen.isdisjoint(proof.others)


def address_of(run: Run, step: Step, check: VipCheck) -> str:
    """The load balancer's address, where the check connects to it whatever the URL's host is."""
    if check.connect != "vip":
        return ""
    balancer = run.look(run.observe, step.id, step.deadline).balancer
    return balancer.vip_address if balancer is not None else ""


def _account(answers: Sequence[VipAnswer], good: int, plan: Plan, url: str) -> tuple[str, dict[str, object]]:
    said = Counter(answer.version or "no version" for answer in answers if answer.ok)
    lost = Counter(str(answer.status or answer.error) for answer in answers if not answer.ok)
    slowest = max((answer.ms for answer in answers), default=0.0)
    # what takes something away asks whether the other colour serves
    colour = plan.target if plan.action.moves_traffic else plan.source
    text = f"{good} of {len(answers)} new connections through the VIP answered by {colour.upper()}"
    if lost:
        text += ", lost: " + ", ".join(f"{count} x {why}" for why, count in lost.items())
    data = {
        "url": url,
        "asked": len(answers),
        "good": good,
        "lost": sum(lost.values()),
        "answers": dict(said),
        "failures": dict(lost),
        "slowest_ms": round(slowest, 1),
    }
    return f"{text}, slowest {slowest:.0f} ms", data
