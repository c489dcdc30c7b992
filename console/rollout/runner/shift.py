"""The one write: sent, waited for, read back; repeated as the same desired state where that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from console.errors import ApiError, Conflict, Drift, Forbidden, NeedsHuman, Refused, Unreachable
from console.model.balancer import Member
from console.model.call import Call
from console.plan.basis import member_drift
from console.plan.batch import apply, batch, members_at
from console.plan.plan import Plan, Step
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.readback import Readback, read_back
from console.rollout.runner.reconcile import still_as_planned, still_fit
from console.rollout.runner.run import Run
from console.rollout.runner.settle import settle

_BUSY = (409, 429, 503)  # definitely not applied: immutable, slow down, "unable to lock"
_UP = ("ONLINE", "DRAINING", "NO_MONITOR")
_READBACK_DEADLINE = 30.0  # seconds for members to follow a load balancer that is ACTIVE
_LOOK_DEADLINE = 300.0  # seconds to go on asking a cloud that does not answer, once a write is out

Send = Callable[[Run, str, Callable[[], Call]], str]


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a step: the call as it was confirmed, the plan's members right before it, and those it changes."""

    plan: Plan
    step: Step
    call: Call
    before: tuple[Member, ...]
    expected: tuple[Member, ...]


def shift(run: Run, plan: Plan, step: Step, send: Send) -> None:
    """Bring the members to the weights of the step. Raises Drift, Refused, NeedsHuman, AbortAsked."""
    assert step.call is not None
    before = members_at(plan, step)
    expected = apply(before, step.changes)
    write = Write(plan, step, step.call, before, expected)
    _send_until_answered(run, write, send)
    found = _read_back(run, write)
    if found.failed:
        run.note(EventKind.WAIT, step.id, f"not applied to {', '.join(found.failed)}: the same write once more")
        still_fit(run, plan, step)
        _send_until_answered(run, write, send)
        found = _read_back(run, write)
    if not found.applied:
        raise NeedsHuman(
            f"the write was answered, but the load balancer did not apply it: {_words(found)}",
            "what the members show is not what serves; see `bluegreen status`, then finish or go back with `resume`",
        )
    weights = {member.name or member.address: member.weight for member in expected}
    run.note(EventKind.VERIFIED, step.id, f"{len(expected)} members are as written", weights=weights)


def _built_from_a_last_look(run: Run, write: Write) -> Call:
    """The call, made from the members as they are right now. Raises Drift when they are not as planned.

    Once a write may have reached the cloud they may as well be as written: repeating it is the same desired state.
    """
    basis = write.plan.basis
    planned = {member.id for member in write.before}
    found = [member for member in run.reader.members(basis.pool_id) if member.id in planned]
    changes = member_drift(write.before, found)
    if changes and not (run.written and read_back(write.expected, found).as_written):
        raise Drift(tuple(changes))
    _entering_are_up(write, found)
    call = batch(basis.pool_id, apply(found, write.step.changes))
    if call.body != write.call.body:
        raise Drift(("the call built from the members as they are is not the one that was confirmed",))
    return call


def _entering_are_up(write: Write, found: Sequence[Member]) -> None:
    """The load balancer's own word, from the same GET, on whoever is to get traffic. Raises Refused."""
    entering = {change.member_id for change in write.step.changes if change.weight_after > change.weight_before}
    down = [m for m in found if m.id in entering and m.operating_status not in _UP]
    if down:
        words = "; ".join(f"{m.name or m.address} is {m.operating_status}" for m in down)
        raise Refused(f"who is to get traffic fell ill at the last look: {words}", "nothing was sent", rule=2)


def _send_until_answered(run: Run, write: Write, send: Send) -> None:
    """Send; where it is certain that nothing was applied wait and send again, where it is not, look first."""
    step = write.step
    deadline = boot_clock.now() + step.deadline
    while not _attempt(run, write, send):
        if boot_clock.now() > deadline:
            raise NeedsHuman(
                f"the write was not accepted within {step.deadline:.0f} s", "look at the load balancer, then `resume`"
            )
        if run.written:
            still_fit(run, write.plan, step)
        else:
            still_as_planned(run, write.plan)


def _attempt(run: Run, write: Write, send: Send) -> bool:
    """One attempt; True when the cloud took the write and the load balancer is ACTIVE again."""
    step, call = write.step, write.call
    run.tick(step.id)
    text = f"{call.line}, {len(call.body['members'])} members"
    run.note(EventKind.INTENT, step.id, text, call=replace(call, commands=()))
    run.check_record()
    written_before, run.sent = run.written, False
    try:
        request = send(run, step.id, lambda: _built_from_a_last_look(run, write))
    except Unreachable as error:
        if not run.sent:
            raise
        return _lost_but_applied(run, write, f"no answer: {error.message}; it may or may not have been applied")
    except ApiError as error:
        if not run.sent:
            raise
        if error.status >= 500 and error.status not in _BUSY:
            return _lost_but_applied(run, write, error.message)
        run.note(EventKind.OUTCOME, step.id, error.message, status=error.status)
        run.written = written_before
        _wait_if_busy(run, write, error)
        return False
    run.note(EventKind.OUTCOME, step.id, "accepted", request_id=request)
    settle(run, write.plan, step.id, step.deadline)
    return True


def _lost_but_applied(run: Run, write: Write, text: str) -> bool:
    """After a lost answer: wait for the lock and a settle time, then see what the cloud made of it (rule 10)."""
    run.unsettled_until = boot_clock.now() + run.timing.settle
    run.note(EventKind.OUTCOME, write.step.id, text, answered=False)
    settle(run, write.plan, write.step.id, write.step.deadline)
    run.let_settle(write.step.id)
    return read_back(write.expected, _members(run, write)).applied


def _wait_if_busy(run: Run, write: Write, error: ApiError) -> None:
    """Wait out a lock of somebody else's; whatever else the answer says is final."""
    if isinstance(error, Forbidden):
        raise Refused(f"the cloud refuses this user's write: {error.message}", error.hint) from error
    busy = error.status in _BUSY and not (isinstance(error, Conflict) and "immutable" not in error.message)
    if not busy:
        raise NeedsHuman(f"the cloud refuses the write: {error.message}", error.hint) from error
    basis = write.plan.basis
    pool = run.look(lambda: run.reader.pool(basis.pool_id, basis.load_balancer_id), write.step.id, _LOOK_DEADLINE)
    if pool.provisioning_status == "ERROR":
        raise NeedsHuman(
            f"pool {pool.name} is in ERROR: Octavia refuses every change to it, waiting does not help",
            "a change of the pool itself heals it: `openstack loadbalancer pool set --name NAME POOL`",
        ) from error
    settle(run, write.plan, write.step.id, write.step.deadline)
    run.wait(run.timing.poll, write.step.id)


def _members(run: Run, write: Write) -> list[Member]:
    return run.look(lambda: run.reader.members(write.plan.basis.pool_id), write.step.id, _LOOK_DEADLINE)


def _read_back(run: Run, write: Write) -> Readback:
    end = boot_clock.now() + _READBACK_DEADLINE
    while True:
        found = read_back(write.expected, _members(run, write))
        if not found.pending or found.failed or boot_clock.now() > end:
            return found
        run.wait(run.timing.first_polls, write.step.id)


def _words(found: Readback) -> str:
    parts = [*found.wrong]
    if found.failed:
        parts.append(f"{', '.join(found.failed)} in provisioning ERROR")
    if found.pending:
        parts.append(f"{', '.join(found.pending)} still pending")
    return "; ".join(parts)
