"""Done means proven: new connections through the VIP, all answered by the intended colour (DESIGN §6, rule 5)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from console.config.model import VipCheck
from console.errors import NeedsHuman
from console.model.traffic import VipAnswer
from console.plan.plan import Plan, Step
from console.rollout.records import EventKind
from console.rollout.runner.run import Run
from console.watch.vip import ask


class FailingAnswers(Exception):
    """Positive evidence that the new colour fails: clients got error answers, twice in a row, through the VIP."""


def prove(run: Run, plan: Plan, step: Step) -> bool:
    """Whether it is proven from outside; False where the plan said that it cannot be.

    Raises FailingAnswers, NeedsHuman at the deadline, AbortAsked.
    """
    proof, check = step.proof, run.service.vip
    if proof is None or check is None:
        run.note(EventKind.PROOF, step.id, "not proven from outside: the load balancer's word is all there is")
        return False
    end = time.monotonic() + step.deadline
    address = _address(run, step, check)
    failing = False
    while True:
        asked = ask(proof.url, check, count=proof.count, over=proof.over, trust=run.trust, address=address)
        answers = asyncio.run(asked)
        good = sum(answer.ok and answer.version in proof.versions for answer in answers)
        text, data = _account(answers, good, plan, proof.url)
        run.note(EventKind.PROOF, step.id, text, **data)
        if good == len(answers) == proof.count:
            return True
        errors = sum(answer.status is not None and answer.status >= 500 for answer in answers)
        if errors and failing:
            raise FailingAnswers(f"{errors} of {len(answers)} requests through the VIP were answered with an error")
        failing = bool(errors)
        if time.monotonic() > end:
            raise NeedsHuman(
                f"not proven within {step.deadline:.0f} s: {text}",
                "the load balancer says it is done; look at what answers, then `bluegreen rollback` if in doubt",
            )
        run.tick(step.id)


def _address(run: Run, step: Step, check: VipCheck) -> str:
    """The load balancer's address, where the check connects to it whatever the URL's host is."""
    if check.connect != "vip":
        return ""
    balancer = run.look(run.observe, step.id, step.deadline).balancer
    return balancer.vip_address if balancer is not None else ""


def _account(answers: Sequence[VipAnswer], good: int, plan: Plan, url: str) -> tuple[str, dict[str, object]]:
    said = Counter(answer.version or "no version" for answer in answers if answer.ok)
    lost = Counter(str(answer.status or answer.error) for answer in answers if not answer.ok)
    slowest = max((answer.ms for answer in answers), default=0.0)
    text = f"{good} of {len(answers)} new connections through the VIP answered by {plan.target.upper()}"
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
