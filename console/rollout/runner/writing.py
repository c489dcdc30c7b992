"""The one engine that carries out writes: recorded, sent, waited for, read back; repeated where that is allowed.

It knows nothing of what is changed: that is the kind's (`kinds`). Intent row, room for the record, guarded send,
outcome row, settling, reading back, once more where the cloud took it and did not apply it (DESIGN §6, rules 3, 4, 9
and 10).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from console.errors import ApiError, BluegreenError, CloudError, Forbidden, NeedsHuman, Refused, Unreachable
from console.model.call import Call
from console.plan.plan import Plan, Step, Write
from console.rollout.batches import ONE_BY_ONE
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import AbortAsked
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.kinds.registry import under_way
from console.rollout.runner.readback import Readback
from console.rollout.runner.reconcile import still_as_planned, still_on_course
from console.rollout.runner.run import Run
from console.rollout.runner.words import hold_if_asked

NOT_IMPLEMENTED = 501  # by the load balancer's provider: nothing was applied, and nothing will be
_LOOKS = 3  # last looks of one write that the cloud may leave unanswered until the step is given up
_PASSING = (429, 500, 502, 503, 504)  # answers to a look that say nothing of what is looked at
_READBACK_DEADLINE = 30.0  # seconds for objects to follow a load balancer that is ACTIVE

Send = Callable[[Run, str, Callable[[], Call]], str]


def carry_out(run: Run, plan: Plan, step: Step, send: Send, before_each: Callable[[], None] = lambda: None) -> None:
    """Bring every desired state of the step about. Raises Drift, Refused, NeedsHuman, AbortAsked.

    `before_each` looks at what must hold for every write of the step, and raises where it does not. What was looked at
    is looked at again where it was waited since: a command that empties a worker takes minutes.

    Calls are sent one after another, each under the guard of its own. What they set going is waited for at once, or,
    with `at_once` above 1, when so many are under way, and at the end.
    """
    pending: list[UnderWay] = []
    try:
        for write in step.writes:
            if len(pending) >= step.at_once:
                _finish(pending.pop(0), send)
            run.tick(step.id)
            waited = hold_if_asked(run, plan, step)
            before_each()
            one = under_way(run, plan, step, write)
            if one.make_ready():
                before_each()
                waited = True
            if plan.action.is_undone and not pending and (waited or not _is_first(plan, step, write)):
                still_on_course(run, plan, step, write)
            _send_until_answered(one, send)
            pending.append(one)
        while pending:
            _finish(pending.pop(0), send)
    except (BluegreenError, AbortAsked):
        for one in pending:  # what comes next is planned on what is there: let it come to rest
            with suppress(BluegreenError, AbortAsked):
                one.settle()
        raise


def _is_first(plan: Plan, step: Step, write: Write) -> bool:
    """Of the first one everything was looked at by the reconciliation, a moment ago, unless it was waited since."""
    first = next(one for one in plan.steps if one.writes)
    return step.id == first.id and write.key == first.writes[0].key


def _finish(one: UnderWay, send: Send) -> None:
    """Wait for the effect and see that it is there."""
    one.settle()
    found = _read_back(one)
    for _ in range(1, one.attempts):
        if not found.failed:
            break
        _note(one, EventKind.WAIT, f"not applied to {', '.join(found.failed)}: the same write once more")
        one.still_fit()
        _send_until_answered(one, send)
        one.settle()
        found = _read_back(one)
    if not found.applied:
        raise one.failure(found)
    text, data = one.done()
    _note(one, EventKind.VERIFIED, text, **data)


def _send_until_answered(one: UnderWay, send: Send) -> None:
    """Send; where it is certain that nothing was applied wait and send again, where it is not, look first."""
    run, step = one.run, one.step
    if one.already():
        _note(one, EventKind.CHECKED, "it is there already: nothing is sent")
        return
    deadline = boot_clock.now() + step.deadline
    while not _attempt(one, send):
        if boot_clock.now() > deadline:
            raise NeedsHuman(
                f"the write was not accepted within {step.deadline:.0f} s", "look at the load balancer, then `resume`"
            )
        if run.written:
            one.still_fit()
        else:
            still_as_planned(run, one.plan)


def _attempt(one: UnderWay, send: Send) -> bool:
    """One attempt; True when the cloud took the write, or has what it was to bring about."""
    run, step, call = one.run, one.step, one.write.call
    run.tick(step.id)
    text = f"{call.line}, {call.size}" if call.size else call.line
    _note(one, EventKind.INTENT, text, call=replace(call, commands=()))
    run.check_record()
    written_before, run.sent = run.written, False
    try:
        request = send(run, step.id, one.last_look)
    except Unreachable as error:
        if not run.sent:
            return _look_again(one, error)
        return _lost_but_applied(one, f"no answer: {error.message}; it may or may not have been applied")
    except ApiError as error:
        if not run.sent and error.status in _PASSING:
            return _look_again(one, error)
        if not run.sent:
            raise
        if error.status >= 500 and error.status != NOT_IMPLEMENTED and not _is_locked(error):
            return _lost_but_applied(one, error.message)
        _note(one, EventKind.OUTCOME, error.message, status=error.status)
        if one.answered(error):
            return True
        run.written = written_before
        _wait_if_busy(one, error)
        return False
    _note(one, EventKind.OUTCOME, "accepted", request_id=request)
    return True


def _look_again(one: UnderWay, error: CloudError) -> bool:
    """A look or the lease's renewal failed, so the write was not sent: every check is made again, within a limit."""
    one.failed_looks += 1
    _note(one, EventKind.OUTCOME, f"the write was not sent, a check before it failed: {error.message}")
    if one.failed_looks >= _LOOKS:
        raise error
    one.run.wait(one.run.timing.poll, one.step.id)
    return False


def _is_locked(error: ApiError) -> bool:
    """Whether it is Octavia's own 503, sent before anything was done; a proxy's may come after the work was done."""
    return error.status == 503 and "unable to lock" in error.message


def _lost_but_applied(one: UnderWay, text: str) -> bool:
    """After a lost answer: wait for the lock and a settle time, then see what the cloud made of it (rule 10)."""
    run = one.run
    run.unsettled_until = boot_clock.now() + run.timing.settle
    _note(one, EventKind.OUTCOME, text, answered=False)
    one.settle()
    run.let_settle(one.step.id)
    return one.read_back().applied


def _wait_if_busy(one: UnderWay, error: ApiError) -> None:
    """Wait out a lock of somebody else's; whatever else the answer says is final."""
    if isinstance(error, Forbidden):
        raise Refused(f"the cloud refuses this user's write: {error.message}", error.hint) from error
    if error.status == NOT_IMPLEMENTED:
        call = one.write.call
        batch = call.method == "PUT" and call.path.partition("?")[0].endswith("/members")
        raise Refused(
            f"the load balancer's provider does not do this: {error.message}",
            f"where it has no batch of members, {ONE_BY_ONE}"
            if batch
            else "nothing of this call was applied; another provider, or the cloud's administrator, can do it",
            rule=3,
        ) from error
    if error.status not in one.busy or one.final(error):
        raise NeedsHuman(f"the cloud refuses the write: {error.message}", error.hint) from error
    one.blocked(error)
    one.settle()
    one.run.wait(one.run.timing.poll, one.step.id)


def _read_back(one: UnderWay) -> Readback:
    end = boot_clock.now() + _READBACK_DEADLINE
    while True:
        found = one.read_back()
        if not found.pending or found.failed or boot_clock.now() > end:
            return found
        one.run.wait(one.run.timing.first_polls, one.step.id)


def _note(one: UnderWay, kind: EventKind, text: str, **data: object) -> None:
    """Record an event of this write; `write` tells it from the others of its step."""
    if one.write.key:
        data["write"] = one.write.key
    one.run.note(kind, one.step.id, text, **data)
