"""The conductor: looks at the rollouts of a train, does what is next, looks again; until it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from console.config.model import Config
from console.errors import BluegreenError, Refused
from console.model.service import Service
from console.plan.backwards import back
from console.plan.plan import Plan, Refusal
from console.plan.planner import plan as make_plan
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.launch import start_runner
from console.rollout.liveness import unfinished
from console.rollout.records import DecisionKind, EventKind, Rollout, RolloutState
from console.rollout.train.course import Do, Move, Part, next_move, passed, where
from console.rollout.train.record import ABORT, Train, Trains
from console.rollout.waiting import waiting
from console.watch.observe import Observer

POLL = 0.3  # seconds between two looks at the record
_STARTED_AGAIN = 5.0  # seconds after which a runner that has not claimed its rollout is started once more
_HURRIED = 3.0  # seconds for the commits on the way back, when all else is known
_PATIENCE = 600.0  # seconds to go on where the cloud or the plan does not let a service go back yet

Look = Callable[[str], Service]


class Conductor:
    """One train under way. `look` observes a service."""

    def __init__(self, config: Config, journal: Journal, train: Train, look: Look | None = None) -> None:
        self._config, self._journal, self._train = config, journal, train
        self._trains = Trains(journal)
        self._look = look or (lambda name: Observer(config, [name], patience=_HURRIED).observe().services[name])
        self._said = ""
        self._started: dict[str, float] = {}
        self._patience: dict[str, float] = {}

    def conduct(self) -> int:
        """Until it has ended; returns the exit code."""
        while True:
            move = next_move(self.parts(), self._aborted())
            if move.do is Do.END:
                self._trains.end(self._train.id, move.state, move.sentence, move.exit_code)
                return move.exit_code
            stopped = self._carry_out(move)
            if stopped:
                told = f"{stopped}; {where(self.parts())}"
                self._trains.end(self._train.id, RolloutState.STOPPED, told, 7)
                return 7
            time.sleep(POLL)

    def parts(self) -> list[Part]:
        """The services as the journal tells them now."""
        found: list[Part] = []
        for carriage in self._trains.carriages(self._train.id):
            rollout = self._journal.rollout(carriage.rollout_id)
            if carriage.back:
                found[-1] = replace(found[-1], back=rollout, back_orphan=_orphan(rollout))
            else:
                found.append(self._part(rollout))
        return found

    def _part(self, rollout: Rollout) -> Part:
        events = self._journal.events(rollout.id)
        waits = waiting(rollout, events)
        decided = {one.kind for one in self._journal.decisions(rollout.id)}
        settled = DecisionKind.GO_BACK in decided
        return Part(
            rollout,
            passed(rollout, events),
            waits.step.id if waits is not None else "",
            orphan=_orphan(rollout),
            asked=settled or DecisionKind.ABORT in decided,
            settled=settled,
            wrote=any(event.kind is EventKind.INTENT for event in events),
        )

    def _aborted(self) -> str:
        return next((one.text for one in self._trains.events(self._train.id) if one.kind == ABORT), "")

    def _carry_out(self, move: Move) -> str:
        """Do it, and tell it once. Returns why the train stops, where a person has to see to it."""
        part = move.part
        if move.do is Do.WAIT or part is None:
            self._tell(move.sentence)
            return ""
        try:
            self._act(move, part)
        except BluegreenError as error:
            return self._again(part, move.do, error)
        self._patience.pop(part.service, None)
        return ""

    def _act(self, move: Move, part: Part) -> None:
        who, reason = self._train.who, f"train {self._train.name}: {move.why or self._train.reason}"
        match move.do:
            case Do.START:
                self._start(part.back or part.rollout)
            case Do.GO_ON:
                self._tell(f"{part.service}: {move.step}")
                request.say_word(self._journal, part.rollout.id, who, reason, step=move.step)
            case Do.ABORT:
                self._tell(f"{part.service} is asked to go back")
                request.abort(self._journal, part.rollout.id, who, reason)
            case Do.SETTLE:
                self._settle(part.rollout, reason)
            case Do.TAKE_BACK:
                self._tell(f"{part.service} goes back")
                carriage = next(one for one in self._trains.carriages(self._train.id) if one.service == part.service)
                plan = self._way_back(part.rollout)
                self._start(self._journal.rollout(self._trains.take_back(self._train, carriage, plan, reason)))

    def _start(self, rollout: Rollout) -> None:
        """Start its runner; of two that are started one claims it."""
        now = time.monotonic()
        if now - self._started.get(rollout.id, -_STARTED_AGAIN) >= _STARTED_AGAIN:
            self._started[rollout.id] = now
            self._tell(f"{rollout.service}: rollout {rollout.id}")
            start_runner(self._config, rollout.id)

    def _settle(self, rollout: Rollout, reason: str) -> None:
        if request.judged_after(self._journal, rollout, self._config.lease.ttl):
            self._tell(f"{rollout.service}: its last call may still be on its way")
            return
        events = self._journal.events(rollout.id)
        offers = request.offers(self._config, rollout, self._look(rollout.service), time.time(), events)
        offer = next(one for one in offers if one.kind is DecisionKind.GO_BACK)
        self._tell(f"{rollout.service}: nobody walks rollout {rollout.id} any more; it goes back")
        request.resume(self._config, self._journal, rollout, offer, self._train.who, reason=reason, override=reason)

    def _way_back(self, rollout: Rollout) -> Plan:
        service = self._look(rollout.service)
        made = make_plan(service, self._config.services[rollout.service], back(rollout.plan, service), time.time())
        if isinstance(made, Refusal):
            raise Refused(made.reason, made.hint, made.rule)
        return made

    def _again(self, part: Part, do: Do, error: BluegreenError) -> str:
        """A word that comes too early or too late is said again at the next look; a way back is tried for a while."""
        if do is Do.GO_ON:
            return ""
        began = self._patience.setdefault(part.service, time.monotonic())
        self._tell(f"{part.service}: {error.message}")
        return f"{part.service}: {error.message} ({error.hint})" if time.monotonic() - began > _PATIENCE else ""

    def _tell(self, text: str) -> None:
        if text and text != self._said:
            self._said = text
            self._trains.tell(self._train.id, text)


def _orphan(rollout: Rollout) -> bool:
    """Begun, and nobody is left to end it. One that waits for its first runner is not begun: it is started."""
    return rollout.state is not RolloutState.WAITING and unfinished(rollout)
