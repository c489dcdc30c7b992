"""What screens and commands ask of the write lane: begin, abort, go on. They never write to the cloud themselves.

Each request is a row in the journal; a runner, a process of its own, reads it and acts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from console.config.model import Config
from console.errors import JournalError, JournalUnwritable, Refused, UsageError
from console.model.service import Service
from console.model.shipping import Safe
from console.model.text import visible
from console.plan.plan import Action, Intent, Plan, Refusal, StepKind
from console.plan.planner import plan as make_plan
from console.plan.remember import without_notes
from console.plan.stood import stood
from console.plan.way_back import goes_back, taken_up_again, way_back
from console.rollout import second_place
from console.rollout.drained import drained
from console.rollout.journal import Journal
from console.rollout.launch import start_runner
from console.rollout.left_lease import lease_owner
from console.rollout.liveness import alive, runner_host, unfinished
from console.rollout.login_end import LEAST, more_time, no_more_time, no_time_to_wait, time_to_wait
from console.rollout.operation import operation_of, tag
from console.rollout.records import DecisionKind, Event, Rollout, RolloutState
from console.rollout.reserve import Reserve
from console.rollout.schema import file_of
from console.rollout.settled import settled_by
from console.rollout.standing import records
from console.rollout.unanswered import settles_in
from console.rollout.waiting import Waiting, may_sign, under_way, waiting, waits_already
from console.rollout.who import Who

_WATCHED = (StepKind.BAKE, StepKind.REMEMBER)  # steps of what is watched to its end, once nothing is left to move
ALL = 1_000  # rollouts that are looked through for one that is unfinished

Told = Callable[[float], None]


def begin(config: Config, plan: Plan, who: Who, reason: str, take_over: str = "", *, override: str = "") -> str:
    """Record a confirmed plan and start its runner. Returns the rollout's id. Raises JournalError, Refused.

    `override`: the reason for a plan whose commits are not rollback-safe; without one that is refused.
    """
    may_write(config)
    safe_or_overridden(plan, override)
    elsewhere = False
    try:
        with Journal.open(config.journal) as journal:
            second_place.bring_home(journal)
            rollout_id = journal.create(plan, who, reason, take_over, override=override)
    except JournalUnwritable:
        if plan.action is not Action.ROLLBACK:
            raise
        _nobody_else(config, take_over)
        rollout_id, elsewhere = (
            second_place.create(config.journal, plan, who, reason, take_over, override=override),
            True,
        )
    start_runner(config, rollout_id, elsewhere=elsewhere)
    return rollout_id


def safe_or_overridden(plan: Plan, override: str) -> None:
    """Raise Refused where the plan's commits are not rollback-safe, and nobody has said why it is done all the same."""
    found = plan.shipment.safety
    if found.verdict is not Safe.NO or override:
        return
    what = "going back is" if plan.action is Action.ROLLBACK else "going back afterwards is"
    raise Refused(
        f"{what} not safe: {visible(found.reason)}",
        "if you want it all the same, say why: --override-rollback-safety REASON (it is recorded)",
    )


def abort(journal: Journal, rollout_id: str, who: Who, reason: str = "", *, hold: bool = False) -> None:
    """Ask a rollout to stop: it goes back, or with `hold` stays where it is.

    Raises UsageError if none hears it, and JournalUnwritable.
    """
    rollout = _heard(journal, rollout_id, "abort")
    then = "hold" if hold else "go back"
    try:
        _decide(journal, rollout, DecisionKind.ABORT, rollout.plan.digest, who, step=then, reason=reason)
    except JournalUnwritable as error:
        hint = f"`bluegreen abort {rollout.id}` in a shell asks it by its lease, or names what stops it"
        raise JournalUnwritable(error.message, hint) from error


def pause(journal: Journal, rollout_id: str, who: Who, reason: str = "", *, even_waiting: bool = False) -> None:
    """Ask a rollout to wait before its next write. Raises UsageError if none hears it.

    Raises Refused for a way back; and, unless `even_waiting`, where it waits for somebody's word already (which may be
    on its way), or its login ends too soon.
    """
    rollout = _heard(journal, rollout_id, "pause")
    events = journal.events(rollout_id)
    if under_way(rollout, events).intent.is_way_back:
        raise Refused(
            f"rollout {rollout.id} is not paused: it is on the way back, and a way back is never made to wait",
            f"`bluegreen abort {rollout.id} --hold` stops it where it is",
            rule=6,
        )
    if not even_waiting and (found := waits_for_people(journal, rollout)) is not None:
        raise waits_already(rollout, found, journal.now())
    if not even_waiting and (room := time_to_wait(rollout, events, journal.now())) < LEAST:
        raise no_time_to_wait(rollout, room)
    _decide(journal, rollout, DecisionKind.PAUSE, rollout.plan.digest, who, step="", reason=reason)


def say_word(journal: Journal, rollout_id: str, who: Who, reason: str = "", *, step: str = "") -> Waiting:
    """Say the word that a rollout waits for; returns what that was.

    `step` is the one that the operator was shown: a word for it is not taken for another. Raises UsageError where it
    waits for none, or at another step; Refused where somebody else must sign, and while the service is frozen.
    """
    rollout = _heard(journal, rollout_id, "go on with")
    found = _waits(journal, rollout, step)
    _refuse_frozen(journal, rollout, found.word)
    if found.word is DecisionKind.SIGN and not may_sign(found.step, who):
        assert found.step.gate is not None
        raise Refused(
            f"{who.person} may not sign for rollout {rollout.id}", f"who may: {', '.join(found.step.gate.by)}"
        )
    _decide(journal, rollout, found.word, found.digest, who, step=found.step.id, reason=reason)
    return found


def _refuse_frozen(journal: Journal, rollout: Rollout, word: DecisionKind) -> None:
    """A word that lets a write follow is not taken while the service is frozen. Raises Refused, JournalError."""
    plan = rollout.plan
    if word not in (DecisionKind.GO_ON, DecisionKind.SIGN) or plan.intent.is_way_back:
        return
    found = records(journal, [rollout.service])[rollout.service].frozen(journal.now())
    if found is not None:
        raise Refused(
            f"{rollout.service} is {found.words}",
            f"`bluegreen abort {rollout.id}` goes back; `bluegreen unfreeze {rollout.service} --reason TEXT` ends it",
        )


def extend(journal: Journal, rollout_id: str, seconds: int, who: Who, reason: str = "", *, step: str = "") -> Waiting:
    """Give the step that waits or bakes more time. Raises as `say_word` does, and Refused past the runner's login."""
    rollout = _heard(journal, rollout_id, "extend")
    found = _waits(journal, rollout, step)
    room = more_time(rollout, journal.events(rollout_id), found)
    if seconds > room:
        raise no_more_time(rollout, seconds, room)
    told = f"{found.step.id} {seconds}"
    _decide(journal, rollout, DecisionKind.EXTEND, found.digest, who, step=told, reason=reason)
    return found


def _decide(
    journal: Journal, rollout: Rollout, kind: DecisionKind, digest: str, who: Who, *, step: str, reason: str
) -> None:
    """Record a word; where the disk is full, in the room that the rollout keeps for its record."""
    try:
        journal.decide(rollout.id, kind, digest, who, step=step, reason=reason)
    except JournalUnwritable:
        if not Reserve(file_of(journal.engine), rollout.id).give_up():
            raise
        journal.decide(rollout.id, kind, digest, who, step=step, reason=reason)


def waits_for_people(journal: Journal, rollout: Rollout) -> Waiting | None:
    """What it waits for an operator to say, and nobody has said yet."""
    found = waiting(rollout, journal.events(rollout.id))
    if found is None or not found.by_people:
        return None
    said = (one for one in journal.decisions(rollout.id) if one.kind is found.word and one.at >= found.since)
    return None if any(one.step == found.step.id and one.digest == found.digest for one in said) else found


def _waits(journal: Journal, rollout: Rollout, step: str) -> Waiting:
    found = waiting(rollout, journal.events(rollout.id))
    if found is not None and step and found.step.id != step:
        raise UsageError(
            f"rollout {rollout.id} does not wait at {step} any more: it is at {found.step.id} ({found.step.title})",
            "somebody else was quicker; look at it again",
        )
    if found is None:
        raise UsageError(
            f"rollout {rollout.id} waits for nobody's word now",
            f"`bluegreen attach {rollout.id}` shows what it does{_elsewhere(journal, rollout)}",
        )
    return found


def _elsewhere(journal: Journal, rollout: Rollout) -> str:
    """What to do about a runner that cannot be seen from here."""
    if alive(rollout) is not None:
        return ""
    words = f"bluegreen resume {rollout.id} --finish | --go-back --take-over {lease_owner(journal, rollout)}"
    return f"; its runner is on {runner_host(rollout)}, and if that is dead: {words}"


def _heard(journal: Journal, rollout_id: str, what: str) -> Rollout:
    """The rollout, if a runner of it can hear."""
    rollout = journal.rollout(rollout_id)
    if rollout.state.ended:
        raise UsageError(f"rollout {rollout.id} has ended: {rollout.state}", f"`bluegreen show {rollout.id}` says how")
    if unfinished(rollout):
        raise UsageError(
            f"rollout {rollout.id} has no runner any more: there is nothing to {what}",
            f"`bluegreen resume {rollout.id}` offers to finish it, to go back, or to leave it",
        )
    return rollout


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to end an unfinished rollout, with the plan of it, or why it is not open now."""

    kind: DecisionKind
    words: str
    plan: Plan | None = None
    refusal: Refusal | None = None


def to_resume(journal: Journal, service: str | None = None) -> list[Rollout]:
    """Rollouts that nobody is going to end by themselves: the runner died, or stopped for a human; newest first.

    None of them has been settled by a later one of its service.
    """
    rollouts = journal.rollouts(service, limit=ALL)
    mine = (one for one in rollouts if unfinished(one) or one.state is RolloutState.STOPPED)
    return [one for one in mine if settled_by(journal, one, rollouts) is None]


def judged_after(journal: Journal, rollout: Rollout, ttl: float) -> float:
    """The time (Unix seconds) before which nobody may say what the rollout's last call did; 0: at once."""
    left = settles_in(journal.events(rollout.id), ttl)
    return time.time() + left if left else 0.0


def offers(
    config: Config, rollout: Rollout, service: Service, now: float, events: Sequence[Event] = ()
) -> tuple[Offer, ...]:
    """Compare the rollout with the cloud as observed: finish, go back, or leave it; each with its plan.

    `events`: its record, which tells whom somebody else took out meanwhile.
    """
    plan = rollout.plan
    settings = config.services[rollout.service]

    def offer(kind: DecisionKind, words: str, intent: Intent) -> Offer:
        made = _still_changing(service) or make_plan(service, settings, intent, now)
        if isinstance(made, Refusal):
            return Offer(kind, words, refusal=made)
        if kind is DecisionKind.GO_BACK and plan.action is Action.ROLLBACK:
            made = without_notes(made)
        return Offer(kind, words, plan=made)

    # whoever finishes confirms, but nobody has watched yet; a bake that has stopped by itself was looked at by a person
    bakes = not rollout.state.ended and any(step.kind in _WATCHED for step in plan.steps)
    finish = taken_up_again(replace(plan.intent, target=plan.target, bakes=bakes))
    if plan.action.moves_traffic:
        before = {**plan.intent.stood, **stood(plan, service)}
        finish = replace(finish, began=plan.intent.began or plan.floors, stood=before)
    operation = operation_of(rollout.id, rollout.created_at)
    out = drained(plan, events, service, plan.source) if events else ()
    back = way_back(plan, service, lambda name: tag(operation, name), drained=out) if goes_back(plan) else None
    on, home = "finish", "go back"
    if plan.action.moves_traffic:
        on, home = f"finish: all traffic to {plan.target.upper()}", f"go back: all traffic to {plan.source.upper()}"
        if plan.intent.no_before:
            home += ", which did not carry all of it when this began"
    elif plan.action.is_undone:
        on, home = f"finish: {plan.goal}", "go back: everything as it was before"
    elif back is not None:
        on, home = f"finish: the rest of the {plan.action}", "go back: delete what it has made, and nothing else"
    return (
        offer(DecisionKind.FINISH, on, finish),
        *((offer(DecisionKind.GO_BACK, home, back),) if back is not None and back != finish else ()),
        Offer(DecisionKind.LEAVE, "leave it as it is: the record is closed, nothing is written"),
    )


def _still_changing(service: Service) -> Refusal | None:
    """A worker that was being started or stopped when its runner died: a plan made now would be outdated at once."""
    names = tuple(one.name for one in service.changing_power)
    if not names:
        return None
    return Refusal(
        "busy", f"{', '.join(names)} are still being started or stopped", "wait until Nova is done", 4, names
    )


def resume(
    config: Config,
    journal: Journal,
    rollout: Rollout,
    offer: Offer,
    who: Who,
    *,
    reason: str = "",
    take_over: str = "",
    override: str = "",
) -> None:
    """Do what was offered. Raises Refused, JournalError, UsageError when a runner of it is still there.

    `override`: the reason for a plan whose commits are not rollback-safe; without one that is refused.
    """
    may_write(config)
    living = alive(rollout)
    if not rollout.state.ended and living:
        raise UsageError(f"rollout {rollout.id} is under way", f"`bluegreen attach {rollout.id}` follows it")
    if not rollout.state.ended and living is None and not take_over:
        raise Refused(
            f"the runner of rollout {rollout.id} is on {runner_host(rollout)}: from here nobody sees if it lives",
            f"look there; if it is dead, take its lease over: --take-over {lease_owner(journal, rollout)}",
            rule=8,
        )
    if offer.kind is DecisionKind.LEAVE:
        was = f"; before that: {rollout.sentence}" if rollout.sentence else ""
        if not journal.leave(rollout, who, f"left as it was by {who.words}{was}", reason):
            raise _decided_meanwhile(rollout)
        return
    if offer.plan is None:
        reason_why = offer.refusal.reason if offer.refusal is not None else "there is no plan for it"
        raise Refused(f"{offer.kind} is not open: {reason_why}", offer.refusal.hint if offer.refusal else "")
    safe_or_overridden(offer.plan, override)
    more = {"reason": reason, "take_over": take_over, "override": override}
    try:
        reopened = journal.reopen(rollout, offer.kind, offer.plan, who, **more)
        elsewhere = False
    except JournalUnwritable:
        if offer.plan.action is not Action.ROLLBACK:
            raise
        with second_place.move(journal, rollout.id) as second:
            reopened = second.reopen(rollout, offer.kind, offer.plan, who, **more)
        elsewhere = True
    if not reopened:
        raise _decided_meanwhile(rollout)
    start_runner(config, rollout.id, elsewhere=elsewhere)


def _decided_meanwhile(rollout: Rollout) -> UsageError:
    return UsageError(
        f"rollout {rollout.id} is not as it was when this was offered: somebody else has decided on it",
        f"`bluegreen show {rollout.id}` says who and what",
    )


def wait_until_judged(until: float, told: Told) -> None:
    """Wait until a lost call may be judged; `told` hears the seconds that are left, once a second."""
    while (left := until - time.time()) > 0:
        told(left)
        time.sleep(min(1.0, left))


def _nobody_else(config: Config, take_over: str) -> None:
    """Where leases are in the journal, and that cannot be written, nothing keeps two runners apart but what it says."""
    if config.lease.network is not None or take_over:
        return
    try:
        with Journal.open(config.journal, read_only=True) as journal:
            living = [one for one in journal.rollouts(limit=ALL) if not one.state.ended and alive(one) is not False]
    except JournalError as error:
        raise Refused(
            f"whether somebody else changes the service cannot be seen: {error.message}",
            "look yourself; then say whose lease ends: --take-over OWNER",
            rule=8,
        ) from error
    if living:
        raise Refused(
            f"rollout {living[0].id} by {living[0].who.owner} is under way, and the journal cannot be written",
            f"`bluegreen abort {living[0].id}`, or, if it is dead: --take-over {living[0].who.owner}",
            rule=8,
        )


def may_write(config: Config) -> None:
    """Raise Refused where this config lets nobody change anything, not even by a word to a rollout."""
    if config.writable_by_others:
        raise Refused(config.writable_by_others, "a config names what runs with production credentials: protect it")
    if config.read_only:
        raise Refused(f"{config.path} says read_only: true", "changes are made from another console")
