"""The process: signals, journal, login, lease; then the walk; then the end, recorded whatever happens."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from console.config import load
from console.config.model import Config
from console.config.notice import Occasion
from console.errors import BluegreenError, JournalError
from console.plan.drained import drained_notes
from console.plan.plan import Action, Plan
from console.rollout import pace, second_place
from console.rollout.due import where
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.notices.bell import Bell
from console.rollout.records import TAKES_UP, Decision, DecisionKind, EventKind, Rollout, RolloutState
from console.rollout.reserve import Reserve
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import Ended, Terminated, ended_by
from console.rollout.runner.prepare import Errand, prepare
from console.rollout.runner.run import Run
from console.rollout.runner.walk import heard_at_last, walk
from console.rollout.schema import file_of
from console.rollout.unanswered import service_settles_in

_LAST_NOTICES = 15.0  # seconds for the notices of the end; the rollout is over then
_ENDS = {
    RolloutState.DONE: Occasion.DONE,
    RolloutState.ROLLED_BACK: Occasion.BACK,
    RolloutState.STOPPED: Occasion.HUMAN,
}
_ORDERS = (DecisionKind.CONFIRM, DecisionKind.FINISH, DecisionKind.GO_BACK, DecisionKind.CONTINUE)


def main(argv: Sequence[str] | None = None) -> int:
    """Execute one rollout; the exit code is the rollout's."""
    parser = argparse.ArgumentParser(prog="console.rollout.runner", description=__doc__)
    parser.add_argument("rollout")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--second-place", action="store_true", help="the rollout is recorded there")
    args = parser.parse_args(argv)
    config = load(args.config, os.environ)
    try:
        with second_place.open_second(config.journal) if args.second_place else Journal.open(config.journal) as journal:
            return run_rollout(config, journal, args.rollout, elsewhere=args.second_place)
    except BluegreenError as error:
        # the record is left as it is, open: `bluegreen resume` offers what can be done
        second_place.shout(args.rollout, f"its runner ended: {error.message}")
        sys.stderr.write(f"the runner of rollout {args.rollout} ended: {error}\n")
        return error.exit_code


def run_rollout(config: Config, journal: Journal, rollout_id: str, *, elsewhere: bool = False) -> int:
    """Claim the rollout and execute its last order. Another runner that is alive is left alone."""
    rollout = journal.rollout(rollout_id)
    if not journal.claim(rollout.id, runner_id()):
        sys.stderr.write(f"rollout {rollout.id} has a runner already\n")
        return 1
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    order = [decision for decision in journal.decisions(rollout.id) if decision.kind in _ORDERS][-1]
    reserve = Reserve(file_of(journal.engine), rollout.id)
    bell = Bell(config.notify, rollout, order.plan or rollout.plan)
    try:
        ended, run = _execute(config, journal, rollout, order, reserve, bell=bell, elsewhere=elsewhere)
        reserve.give_up()
        if run is not None:
            journal = run.journal
        ended = _closed(journal, rollout, order.plan or rollout.plan, ended, run)
        if not _is_mine(journal, rollout.id):
            return _left_to_another(rollout.id, ended)
        # only then: a record that cannot be closed is not hidden by giving the lease back
        if run is not None:
            _release(run)
        bell.ring(_ENDS.get(ended.state, Occasion.FAILED), ended.sentence)
    except Terminated:
        bell.ring(Occasion.HUMAN, "the runner was told to stop")
        journal.append(rollout.id, EventKind.WAIT, "", "the runner was told to stop; `bluegreen resume` goes on")
        return 1
    finally:
        reserve.give_up()
        _told_at_last(journal, rollout.id, bell)
    return ended.exit_code


def _closed(journal: Journal, rollout: Rollout, plan: Plan, ended: Ended, run: Run | None) -> Ended:
    """Record the end, unless another runner walks the rollout by now; an abort that came in time is carried out."""
    me = runner_id()
    listens = run if ended.state is RolloutState.DONE else None
    heard, after = (listens.heard_seqs, listens.seen_decisions) if listens is not None else (None, 0)
    if journal.end(rollout.id, ended.state, ended.sentence, ended.exit_code, runner=me, heard=heard, after=after):
        return ended
    if listens is not None and _is_mine(journal, rollout.id):
        ended = heard_at_last(listens, plan, ended)
        listens.journal.end(rollout.id, ended.state, ended.sentence, ended.exit_code, runner=me)
    return ended


def _is_mine(journal: Journal, rollout_id: str) -> bool:
    return journal.runner_of(rollout_id) in (None, runner_id())


def _left_to_another(rollout_id: str, ended: Ended) -> int:
    """The record is the other one's: nothing is added to it, and the lease is not given back."""
    text = f"this runner of rollout {rollout_id} has ended: {ended.sentence}"
    second_place.shout(rollout_id, text)
    sys.stderr.write(f"{text}\n")
    return ended.exit_code or 7


def _told_at_last(journal: Journal, rollout_id: str, bell: Bell) -> None:
    """The rollout is over, and its lease given back: only notices are waited for. They fail nothing."""
    with suppress(JournalError):
        for delivery in bell.finish(_LAST_NOTICES):
            journal.append(rollout_id, EventKind.NOTICE, "", delivery.sentence, ok=delivery.ok)


def _execute(
    config: Config,
    journal: Journal,
    rollout: Rollout,
    order: Decision,
    reserve: Reserve,
    *,
    bell: Bell,
    elsewhere: bool,
) -> tuple[Ended, Run | None]:
    """How it ended, and the run, whose journal has the record: the second place's where it had to move there."""
    plan = order.plan or rollout.plan
    written = any(event.kind is EventKind.INTENT for event in journal.events(rollout.id))
    takes_up = where(order.step) if order.kind is DecisionKind.CONTINUE else None
    _started(journal, rollout, order, takes_up)
    if order.plan is not None and takes_up is None:
        text = f"{order.kind}: {plan.summary}{drained_notes(plan)}"
        journal.append(rollout.id, EventKind.PLANNED, "", text, plan=plan)
    run: Run | None = None
    try:
        _keep_room(reserve, plan)
        run = prepare(Errand(config, journal, rollout, order, plan, reserve, elsewhere))
        run.written, run.bell = written, bell
        bell.ring(Occasion.START, plan.summary)
        signal.signal(signal.SIGTERM, lambda *_: _terminate(run))
        left = service_settles_in(journal, rollout.service, config.lease.ttl)
        run.unsettled_until = boot_clock.now() + left * pace.speed()
        ended = walk(run, plan, takes_up)
    except BluegreenError as error:
        ended = ended_by(error, written=written)
    except Terminated:
        raise
    except Exception as error:  # noqa: BLE001 a fault of ours must not leave the record open: it is recorded as one
        written = written or (run is not None and run.written)
        state = RolloutState.STOPPED if written else RolloutState.FAILED
        ended = Ended(state, f"a fault of this program: {type(error).__name__}: {error}", 7 if written else 1)
    if order.kind is DecisionKind.GO_BACK and ended.state is RolloutState.DONE:
        ended = Ended(RolloutState.ROLLED_BACK, ended.sentence, 6)
    return ended, run


def _started(journal: Journal, rollout: Rollout, order: Decision, takes_up: tuple[str, float] | None) -> None:
    text = f"runner {os.getpid()} on behalf of {order.who.words}{_hurried()}"
    data: dict[str, str] = {"runner": runner_id()}
    if takes_up is not None:
        step, left = takes_up
        text, data = f"{text}; it takes up {step}, with {left:.0f} s left", data | {TAKES_UP: step}
    journal.append(rollout.id, EventKind.STARTED, "", text, **data)


def _keep_room(reserve: Reserve, plan: Plan) -> None:
    """Nothing goes forward without room for its record; a way back goes without."""
    if plan.action in (Action.ROLLBACK, Action.TAKE_BACK):
        with suppress(JournalError):
            reserve.take()
    else:
        reserve.take()


def _hurried() -> str:
    speed = pace.speed()
    return f"; its clock runs {speed:g} times as fast ({pace.VARIABLE})" if speed != 1.0 else ""


def _terminate(run: Run) -> None:
    run.terminated = True


def _release(run: Run) -> None:
    """Give the lease back; one that cannot be given back now ends by itself."""
    with suppress(BluegreenError):
        run.lease.release()
