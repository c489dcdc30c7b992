"""Done means proven: new connections through the VIP, all answered by the intended colour (DESIGN §6, rule 5)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

from console.config.model import VipCheck
from console.errors import NeedsHuman
from console.model.traffic import VipAnswer
from console.plan.plan import Plan, Proof, Step, Way
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
    seen: defaultdict[str, set[str]] = defaultdict(set)  # versions that answered, by way
    while True:
        asked = ask_all(run, proof, check, count=proof.count, over=proof.over, address=address)
        open_yet = []
        for way, answers in asked:
            good = sum(answer.ok and answer.version in proof.versions for answer in answers)
            text, data = _account(answers, good, plan, way)
            run.note(EventKind.PROOF, step.id, text, **data)
            seen[way.name] |= {answer.version for answer in answers if answer.ok and answer.version}
            if not _is_proven(proof, answers, good, seen[way.name]):
                open_yet.append(text)
        if not open_yet:
            return True
        answers = [answer for _, some in asked for answer in some]
        errors = sum(_tells_against(answer, proof) for answer in answers)
        if errors and failing:
            text = f"{errors} of {len(answers)} requests through {proof.through} were answered with an error"
            raise FailingAnswers(text, lost=errors / len(answers))
        failing = bool(errors)
        if boot_clock.now() > end:
            raise NeedsHuman(
                f"not proven within {step.deadline:.0f} s: {'; '.join(open_yet)}",
                "the load balancer says it is done; look at what answers, then `bluegreen rollback` if in doubt",
            )
        run.tick(step.id)


def ask_all(
    run: Run, proof: Proof, check: VipCheck, *, count: int, over: float, address: str
) -> list[tuple[Way, list[VipAnswer]]]:
    """What answers through each way, all asked at once: `count` requests each, within `over` seconds.

    `address` is the first one's, see `address_of`.
    """
    ways = [Way(proof.name, proof.url, address), *proof.further]

    async def everywhere() -> list[list[VipAnswer]]:
        within = pace.real(over)
        asked = (ask(way.url, check, count=count, over=within, trust=run.trust, address=way.address) for way in ways)
        return list(await asyncio.gather(*asked))

    return list(zip(ways, asyncio.run(everywhere()), strict=True))


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


def _account(answers: Sequence[VipAnswer], good: int, plan: Plan, way: Way) -> tuple[str, dict[str, object]]:
    said = Counter(answer.version or "no version" for answer in answers if answer.ok)
    lost = Counter(str(answer.status or answer.error) for answer in answers if not answer.ok)
    slowest = max((answer.ms for answer in answers), default=0.0)
    # what takes something away asks whether the other colour serves
    colour = plan.target if plan.action.moves_traffic else plan.source
    through = f"the VIP of {way.name}" if way.name else "the VIP"
    text = f"{good} of {len(answers)} new connections through {through} answered by {colour.upper()}"
    if lost:
        text += ", lost: " + ", ".join(f"{count} x {why}" for why, count in lost.items())
    data = {
        "url": way.url,
        "asked": len(answers),
        "good": good,
        "lost": sum(lost.values()),
        "answers": dict(said),
        "failures": dict(lost),
        "slowest_ms": round(slowest, 1),
    }
    return f"{text}, slowest {slowest:.0f} ms", data
