"""Walk through a plan, step by step; on the way back, walk through the plan that goes back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from console.errors import BluegreenError, GateFailed, JournalError
from console.model.capacity import Capacity
from console.model.service import Service
from console.model.shipping import Safe
from console.plan import no_before
from console.plan.capacity import below, floor_of, serving, trusted_of
from console.plan.drained import drained_notes
from console.plan.plan import Action, Plan, Refusal, Step, StepKind
from console.plan.planner import plan as make_plan
from console.plan.rotations.move import PENDING_DEADLINE
from console.plan.shipment import taken_back
from console.plan.way_back import goes_back, stays_words, way_back
from console.rollout.drained import drained
from console.rollout.due import still_to_walk, was_proven
from console.rollout.records import EventKind, RolloutState
from console.rollout.runner import boot_clock
from console.rollout.runner.bake import bake
from console.rollout.runner.check import check
from console.rollout.runner.endings import AbortAsked, Ended, FailingAnswers, NotConfirmed, ended_by
from console.rollout.runner.gate import gate
from console.rollout.runner.health import await_built, await_health, drain
from console.rollout.runner.prove import prove
from console.rollout.runner.reconcile import reconcile, still_as_left, still_as_planned
from console.rollout.runner.remember import remember
from console.rollout.runner.removing import recheck, see_what_is_left
from console.rollout.runner.run import Run
from console.rollout.runner.send import send_guarded
from console.rollout.runner.settle import at_rest, settle
from console.rollout.runner.words import confirm, hold_if_asked, pause
from console.rollout.runner.writing import carry_out

_AFTER_THE_PROOF = (StepKind.CONFIRM, StepKind.BAKE, StepKind.REMEMBER)
_AS_LONG_AS_WANTED = (StepKind.PAUSE, StepKind.CONFIRM, StepKind.BAKE)  # how long it took before says nothing


def walk(run: Run, plan: Plan, taken_up: tuple[str, float] | None = None) -> Ended:
    """Execute the plan; returns how it ended. Only Terminated passes through.

    `taken_up`: the step at which an earlier runner of it was gone, a wait, and the seconds that are left of it.
    """
    try:
        proven = _steps(run, plan) if taken_up is None else _take_up(run, plan, *taken_up)
        run.tick("")  # what was asked for during the last proof was asked in time
    except AbortAsked as abort:
        run.note(EventKind.DECISION, "", str(abort), hold=abort.hold)
        return _aborted(run, plan, abort)
    except FailingAnswers as evidence:
        return _failing(run, plan, evidence)
    except GateFailed as error:
        if run.written and error.evidence and plan.action is Action.CUTOVER:
            return _by_itself(run, plan, error.message)
        return ended_by(error, written=run.written)
    except BluegreenError as error:
        return ended_by(error, written=run.written)
    if not plan.action.moves_traffic:
        return Ended(RolloutState.DONE, plan.goal, 0)
    what = "write" if plan.basis.workers else "load balancer write"
    count = f"{plan.writes} {what}{'' if plan.writes == 1 else 's'}"
    return Ended(RolloutState.DONE, f"{plan.goal}, {_how(plan, proven=proven)}; {count}", 0)


def heard_at_last(run: Run, plan: Plan, ended: Ended) -> Ended:
    """The end, unless somebody has asked to abort it in its last moment, before that was recorded."""
    try:
        run.tick("")
    except AbortAsked as abort:
        run.note(EventKind.DECISION, "", str(abort), hold=abort.hold)
        return _aborted(run, plan, abort)
    except BluegreenError as error:
        return ended_by(error, written=run.written)
    return ended


def _how(plan: Plan, *, proven: bool) -> str:
    if plan.basis.workers:
        return "each worker seen to work" if proven else "each worker runs, by Nova's word"
    proof = next((step.proof for step in reversed(plan.steps) if step.kind is StepKind.PROVE), None)
    return proof.words if proven and proof is not None else "not proven from outside"


def _take_up(run: Run, plan: Plan, step_id: str, left: float) -> bool:
    """Wait on where it was waited: what was written must still be as it was left. Raises Drift."""
    steps = still_to_walk(plan, step_id, left)
    run.let_settle(step_id)
    still_as_left(run, plan, steps[0])
    return _steps(run, plan, steps, proven=was_proven(plan, step_id))


def _steps(run: Run, plan: Plan, steps: tuple[Step, ...] = (), *, proven: bool = False) -> bool:
    waited = bool(steps)
    for step in steps or plan.steps:
        run.tick(step.id)
        waited = hold_if_asked(run, plan, step) or waited
        if waited and step.kind is StepKind.SHIFT and not _follows_a_write(plan, step):
            still_as_planned(run, plan)  # the look on which it was made is as old as the wait, or the gates, were long
        proven = _step(run, plan, step) or (proven and step.kind in _AFTER_THE_PROOF)
        waited = waited or step.kind in (StepKind.GATE, StepKind.PAUSE)
    return proven


def _step(run: Run, plan: Plan, step: Step) -> bool:
    began = boot_clock.now()
    run.heard.clear()  # what was said before the step began was not said of it
    usual = 0.0 if step.kind in _AS_LONG_AS_WANTED else round(run.usual_steps.get(step.id, 0.0), 3)
    text = f"{step.title}, usually {usual:.1f} s" if usual else step.title
    run.note(EventKind.BEGUN, step.id, text, deadline=step.deadline, **({"usual": usual} if usual else {}))
    proven = False
    if step.kind is StepKind.PROVE:
        proven = prove(run, plan, step)
    elif step.kind is StepKind.CHECK:
        proven = check(run, plan, step)
    else:
        _DOING[step.kind](run, plan, step)
    seconds = boot_clock.now() - began
    run.note(EventKind.PASSED, step.id, f"{step.title}: done in {seconds:.1f} s", seconds=round(seconds, 3))
    return proven


def _launch(run: Run, plan: Plan, step: Step) -> None:
    carry_out(run, plan, step, send_guarded)
    await_built(run, plan, step)


def _write(run: Run, plan: Plan, step: Step) -> None:
    carry_out(run, plan, step, send_guarded)


def _remove(run: Run, plan: Plan, step: Step) -> None:
    carry_out(run, plan, step, send_guarded, lambda: recheck(run, plan, step))
    if step is plan.steps[-1]:
        see_what_is_left(run, plan, step)


_DOING: Mapping[StepKind, Callable[[Run, Plan, Step], None]] = {
    StepKind.RECONCILE: reconcile,
    StepKind.PAUSE: pause,
    StepKind.CONFIRM: confirm,
    StepKind.BAKE: bake,
    StepKind.REMEMBER: remember,
    StepKind.GATE: gate,
    StepKind.LAUNCH: _launch,
    StepKind.SHIFT: _write,
    StepKind.WRITE: _write,
    StepKind.HEALTH: await_health,
    StepKind.DRAIN: drain,
    StepKind.REMOVE: _remove,
}


def _too_few(run: Run, plan: Plan, back: Plan, service: Service, lost: float) -> str:
    """What the way back would fall short of, against what is answered well now; empty where it does not.

    What served when the plan was made, less the share that is lost, is what clients have now.
    """
    after = next((step.after for step in back.steps if step.after is not None), None)
    least = floor_of(plan, run.service.release.min_ratio)
    if after is None or least is None:
        return ""
    kept = Capacity(math.ceil(least.instances * (1 - lost)), math.ceil(least.weight * (1 - lost)))
    return below(serving(after, trusted_of(service, back.intent)), kept)


def _enough(run: Run, plan: Plan, back: Plan | Refusal, service: Service, lost: float) -> Plan | Refusal:
    """The way back; with those that somebody took out as well, where it would fall short without them."""
    if isinstance(back, Refusal) or not lost or not back.intent.drained or back.intent.drained_needed:
        return back
    short = _too_few(run, plan, back, service, lost)
    intent = replace(back.intent, drained_needed=short)
    return make_plan(service, run.service, intent, time.time()) if short else back


def _drained(run: Run, plan: Plan, service: Service) -> tuple[str, ...]:
    """Whom somebody else took out while it ran; a record that cannot be read names nobody."""
    if not plan.action.moves_traffic:
        return ()
    with suppress(JournalError):
        began = run.journal.rollout(run.rollout_id).plan
        return drained(began, run.journal.events(run.rollout_id), service, plan.source)
    return ()


def _unsafe(back: Plan) -> str:
    """What is said where commits are undone that are not rollback-safe: it does not stop the way out."""
    found = back.shipment.safety
    return f" NOT rollback-safe: {found.reason}" if found.verdict is Safe.NO else ""


def _follows_a_write(plan: Plan, step: Step) -> bool:
    """Whether the plan has written before this step: the look on which it was made is an old one then."""
    return step.id != next(one.id for one in plan.steps if one.writes)


def _aborted(run: Run, plan: Plan, abort: AbortAsked) -> Ended:
    if not run.written and plan.intent.is_way_back:  # what it was to take back stands: nothing is rolled back
        what = f"before anything was written: the {plan.action} is not done"
        open_now = "finish it, or leave it as it is, with `bluegreen resume`"
        return Ended(RolloutState.STOPPED, f"{abort}, {what}; {open_now}", 7)
    if not run.written:
        return Ended(RolloutState.ROLLED_BACK, f"{abort}, before anything was written: nothing has changed", 6)
    if abort.hold:
        return Ended(RolloutState.STOPPED, f"{abort}, held where it is: look, then finish or go back", 7)
    if not goes_back(plan):
        return Ended(RolloutState.STOPPED, f"{abort}; {stays_words(plan)}", 7)
    if plan.action in (Action.ROLLBACK, Action.TAKE_BACK):
        return Ended(
            RolloutState.STOPPED, f"{abort}; a {plan.action} is not taken back by itself: look, then decide", 7
        )
    go = _by_itself if isinstance(abort, NotConfirmed) else _go_back
    return go(run, plan, str(abort))


def _failing(run: Run, plan: Plan, evidence: FailingAnswers) -> Ended:
    if not plan.action.moves_traffic:
        sentence = f"{plan.source.upper()} fails for clients: {evidence}; nothing more is taken away"
        return Ended(RolloutState.STOPPED if run.written else RolloutState.REFUSED, sentence, 7 if run.written else 3)
    if not run.written:
        sentence = f"{plan.target.upper()} carries the traffic, and fails: {evidence}"
        return Ended(RolloutState.STOPPED, f"{sentence}; nothing was written, so there is nothing to take back", 7)
    if plan.action is Action.ROLLBACK:
        sentence = f"{plan.target.upper()} answers with errors after the rollback: {evidence}"
        return Ended(RolloutState.STOPPED, f"{sentence}; both colours need a look", 7)
    return _by_itself(run, plan, f"{plan.target.upper()} fails: {evidence}", lost=evidence.lost)


def _by_itself(run: Run, plan: Plan, why: str, *, lost: float = 0.0) -> Ended:
    """Go back although nobody has asked for it: only to what was before."""
    if plan.intent.no_before:
        return Ended(RolloutState.STOPPED, f"{why}; {no_before.stays_words(plan)}", 7)
    return _go_back(run, plan, why, lost=lost)


def _go_back(run: Run, plan: Plan, why: str, *, lost: float = 0.0) -> Ended:
    """Plan the way back from what is there, and walk it. Only a wish to hold is heard on the way.

    `lost`: the share of requests that the colour which is left fails for clients. Then it is no capacity that must be
    kept; but what it goes back to must serve as much as is answered well now, or a person decides.
    """
    run.forward, run.way_back = False, True
    try:
        for balancer_id in plan.basis.balancers:
            settle(run, balancer_id, "", PENDING_DEADLINE)
        run.let_settle("")
        service = at_rest(run, plan, PENDING_DEADLINE)
        intent = way_back(plan, service, run.tag, source_fails=lost > 0, drained=_drained(run, plan, service))
        back = _enough(run, plan, make_plan(service, run.service, intent, time.time()), service, lost)
        if not isinstance(back, Refusal) and lost and (short := _too_few(run, plan, back, service, lost)):
            return Ended(RolloutState.STOPPED, f"{why}; going back is no way out: {short}; both colours need a look", 7)
        if isinstance(back, Refusal):
            return Ended(RolloutState.STOPPED, f"{why}; going back is refused: {back.reason} ({back.hint})", 7)
        if plan.action is Action.CUTOVER:
            back = replace(back, shipment=taken_back(plan))
        text = f"{back.summary}{_unsafe(back)}{drained_notes(back)}"
        going = f"going to {plan.source.upper()}" if plan.intent.no_before else "going back"
        run.note(EventKind.PLANNED, "", f"{why}: {going}. {text}", plan=back)
        proven = False
        for step in back.steps:
            if step.kind is not StepKind.RECONCILE:  # it was planned on this very look
                run.tick(step.id)
                proven = _step(run, back, step) or (proven and step.kind in _AFTER_THE_PROOF)
    except AbortAsked as abort:
        return Ended(RolloutState.STOPPED, f"{why}; going back was {abort}: held where it is", 7)
    except FailingAnswers as evidence:
        return Ended(RolloutState.STOPPED, f"{why}; {plan.source.upper()} fails as well: {evidence}", 7)
    except BluegreenError as error:
        return Ended(RolloutState.STOPPED, f"{why}; going back stopped: {ended_by(error, written=True).sentence}", 7)
    if not back.action.moves_traffic:
        return Ended(RolloutState.ROLLED_BACK, f"{why}; {back.goal}", 6)
    does = "does all the work" if back.basis.workers else "carries all traffic"
    does = does if plan.intent.no_before else f"{does} again"
    sentence = f"{why}; {plan.source.upper()} {does}, {_how(back, proven=proven)}"
    return Ended(RolloutState.ROLLED_BACK, sentence, 6)
