"""A gate before any traffic is shifted: carried out, or signed. What does not pass ends the rollout here."""

from __future__ import annotations

from console.config.gate import Gate
from console.errors import GateFailed
from console.plan.plan import Plan, Step
from console.rollout.gates.begin import begin
from console.rollout.gates.outcome import Attempt, Outcome, Verdict
from console.rollout.gates.output import log_path
from console.rollout.gates.subject import Subject
from console.rollout.records import Decision, DecisionKind, EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.run import Run
from console.rollout.runner.words import extended, why
from console.rollout.waiting import may_sign

_LOOK = 0.3  # seconds between two looks at a gate under way
_TOLD = 500  # characters of a sentence


def gate(run: Run, plan: Plan, step: Step) -> None:
    """Return when it has passed. Raises GateFailed, AbortAsked, Terminated."""
    assert step.gate is not None
    asked = run.service.release.gates[step.gate.number - 1]
    if asked.sign is not None:
        _signed(run, plan, step)
        return
    subject = Subject.of(run.rollout_id, plan, run.look(run.observe, step.id, step.deadline), run.service)
    attempt = begin(asked, subject, log=log_path(run.rollout_id, step.id), trust=run.trust)
    try:
        outcome = until_judged(run, step.id, attempt, step.deadline)
    finally:
        attempt.stop()
    told(run, step.id, asked, outcome)
    if outcome.verdict is not Verdict.PASSED:
        raise GateFailed(
            f"gate {asked.title}: {outcome.verdict}: {outcome.sentence}",
            f"`bluegreen show {run.rollout_id} --output` has what it printed; mend it, then cut over again",
            evidence=outcome.verdict is Verdict.FAILED,
        )


def told(run: Run, step: str, asked: Gate, outcome: Outcome) -> None:
    """Record what a gate came to; what it printed only where it did not pass."""
    output = outcome.output if outcome.verdict is not Verdict.PASSED else ""
    text = f"gate {asked.title}: {outcome.verdict}: {outcome.sentence}"
    run.note(EventKind.GATE, step, text[:_TOLD], gate=asked.title, verdict=outcome.verdict, output=output)


def until_judged(run: Run, step: str, attempt: Attempt, within: float) -> Outcome:
    """Poll it for so many seconds, telling each time that what is heard of it has changed."""
    end, said = boot_clock.now() + within, ""
    while (outcome := attempt.poll()) is None:
        run.wait(_LOOK, step)
        last = attempt.last
        if boot_clock.now() > end:
            return Outcome(last.verdict, f"after {within:.0f} s: {last.sentence}", last.output)
        if last.sentence != said:
            said = last.sentence
            run.note(EventKind.WAIT, step, said[:_TOLD])
    return outcome


def _signed(run: Run, plan: Plan, step: Step) -> None:
    """Wait until enough people have signed, each of them once, with the words that they have seen."""
    assert step.gate is not None
    run.note(EventKind.WAIT, step.id, f"waits for {step.gate.count} to sign, for {step.deadline:g} s at most")
    run.call_people(f"{step.title}: {step.words}")
    began, length = boot_clock.now(), step.deadline
    signed: dict[str, Decision] = {}
    while len(signed) < step.gate.count:
        while run.heard:
            decision = run.heard.pop(0)
            if decision.digest != plan.digest:
                continue
            length = extended(run, plan, step, decision, length, left=began + length - boot_clock.now())
            if _counts(decision, step) and decision.who.person not in signed:
                signed[decision.who.person] = decision
                _note_signature(run, step, decision, len(signed))
        if len(signed) < step.gate.count and boot_clock.now() - began >= length:
            have = f"{len(signed)} of {step.gate.count} signed within {length:g} s"
            raise GateFailed(f"gate {step.title}: {have}", "nothing was written; cut over again when they can sign")
        run.wait(_LOOK, step.id)


def _counts(decision: Decision, step: Step) -> bool:
    return decision.kind is DecisionKind.SIGN and decision.step == step.id and may_sign(step, decision.who)


def _note_signature(run: Run, step: Step, decision: Decision, number: int) -> None:
    assert step.gate is not None
    seen = f"; has seen: {'; '.join(step.gate.checklist)}" if step.gate.checklist else ""
    text = f"signed by {decision.who.words} ({number} of {step.gate.count}){why(decision)}{seen}"
    run.note(EventKind.GATE, step.id, text, signed_by=decision.who.person, checklist=step.gate.checklist)
