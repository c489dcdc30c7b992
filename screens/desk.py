"""The journal's side of the screens: one thread of its own that looks, asks and answers in messages.

The journal may be on another machine and hang; a database connection belongs to one thread. So everything about it
happens here, in a daemon thread that nobody waits for: leaving the console never does.
"""

from __future__ import annotations

import math
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from console.config.model import Config
from console.errors import BluegreenError
from screens.journal_looks import remote_of, sentence, trains_of
from screens.messages import Begun, Decided, JournalSeen, JournalView
from screens.sign_of_life import watch_for_life

if TYPE_CHECKING:
    from console.model.record import Record
    from console.model.service import Service
    from console.plan.plan import Plan
    from console.rollout.delivery import Delivery
    from console.rollout.journal import Journal
    from console.rollout.records import DecisionKind, Event, Rollout
    from console.rollout.who import Who

_Post = Callable[[Message], object]
_Job = Callable[["Journal"], None]

EVERY = 0.3  # seconds between two looks at the journal's counter
_LIVENESS_EVERY = 2.0  # seconds between two looks at whether runners live: a killed one changes nothing in the journal
_RETRY_EVERY = 5.0  # seconds until a journal that failed is tried again


class JournalDesk:
    """Follows the journal and carries requests to it."""

    def __init__(self, config: Config, *, read_only: bool) -> None:
        self._config = config
        self._read_only = read_only
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._post: _Post = lambda _: None
        self._followed: str | None = None
        self._records: dict[str, Record] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._seconds: dict[str, float] = {}
        self._outlives = ""
        self._stopped = threading.Event()

    def start(self, post: _Post) -> None:
        """Begin to follow; answers go to `post`."""
        self._post = post
        threading.Thread(target=self._run, name="journal", daemon=True).start()

    def stop(self) -> None:
        """Follow no more; returns at once."""
        self._stopped.set()
        self._jobs.put(None)

    def use(self, config: Config) -> None:
        """Requests go by this config from now on; another journal is opened when the console is started again."""
        self._jobs.put(partial(self._use, config))

    def follow(self, rollout_id: str | None) -> None:
        """Read this rollout's events as well."""
        self._jobs.put(partial(self._follow, rollout_id))

    def begin(self, plan: Plan, reason: str, override: str = "") -> None:
        """Start a rollout: answers Begun or Decided."""
        self._jobs.put(partial(self._begin, plan, reason, override))

    def begin_train(self, name: str, plans: Sequence[Plan], reason: str) -> None:
        """Start a train on these plans: answers Decided."""
        self._jobs.put(partial(self._begin_train, name, plans, reason))

    def abort_train(self, name: str, reason: str) -> None:
        """Take all of its services back: answers Decided."""
        self._jobs.put(partial(self._abort_train, name, reason))

    def resume_train(self, name: str) -> None:
        """Let a train go on that stopped: answers Decided."""
        self._jobs.put(partial(self._resume_train, name))

    def blame(self, service: str, sha: str, reason: str) -> None:
        """Name the bad commit of what was rolled back: answers Decided."""
        self._jobs.put(partial(self._blame, service, sha, reason))

    def measure(self, service: str) -> None:
        """Work out how the service is released, for what the journal says from then on."""
        self._jobs.put(partial(self._measure, service))

    def abort(self, rollout_id: str, reason: str, *, hold: bool) -> None:
        """Stop a rollout: answers Decided."""
        self._jobs.put(partial(self._abort, rollout_id, reason, hold))

    def say_word(self, rollout_id: str, step: str, reason: str) -> None:
        """Say the word that a rollout waits for at this step: answers Decided."""
        self._jobs.put(partial(self._say_word, rollout_id, step, reason))

    def hold(self, rollout_id: str) -> None:
        """Let a rollout wait before its next write: answers Decided."""
        self._jobs.put(partial(self._hold, rollout_id))

    def extend(self, rollout_id: str, seconds: int) -> None:
        """Give a rollout that waits or bakes more time: answers Decided."""
        self._jobs.put(partial(self._extend, rollout_id, seconds))

    def watch_for_life(self, rollout_id: str, owner: str, post: Callable[[Message], object]) -> None:
        """See whether the runner of another host renews its lease: answers NoSignOfLife or Decided, to `post`."""
        watch_for_life(self._config, rollout_id, owner, post)

    def settle(
        self,
        rollout_id: str,
        choice: DecisionKind,
        service: Service,
        reason: str,
        override: str = "",
        *,
        take_over: str = "",
    ) -> None:
        """Finish, go back or leave an unfinished rollout, planned on these facts: answers Begun or Decided."""
        more = {"reason": reason, "override": override, "take_over": take_over}
        self._jobs.put(partial(self._settle, rollout_id, choice, service, more))

    def freeze(self, service: str, until: float | None, reason: str) -> None:
        """Let nothing but a rollback be begun: answers Decided."""
        self._jobs.put(partial(self._freeze, service, until, reason))

    def unfreeze(self, service: str, reason: str) -> None:
        """End that: answers Decided."""
        self._jobs.put(partial(self._unfreeze, service, reason))

    def allow(self, service: str, version: str, reason: str) -> None:
        """Let a version go out again: answers Decided."""
        self._jobs.put(partial(self._allow, service, version, reason))

    # -- in the thread

    def _run(self) -> None:
        from console.rollout.survival import survival  # noqa: PLC0415

        self._outlives = survival(os.environ).words
        while not self._stopped.is_set():
            try:
                self._serve_journal()
            except Exception as error:  # noqa: BLE001 a fault of ours is shown; without this thread nothing would be
                self._tell(sentence(error))
                self._stopped.wait(_RETRY_EVERY)

    def _serve_journal(self) -> None:
        """Until the console is left, or the journal fails."""
        from console.rollout.journal import Journal  # noqa: PLC0415 imports the database layer: 0.2 s

        try:
            with Journal.open(self._config.journal, read_only=self._read_only) as journal:
                self._serve(journal)
        except BluegreenError as error:
            self._serve_elsewhere(sentence(error))

    def _tell(self, problem: str) -> None:
        """The journal says nothing for now, and why."""
        from console.model.record import Record  # noqa: PLC0415

        self._records = dict.fromkeys(self._config.services, Record(problem=problem))
        self._post(JournalSeen(JournalView(problem=problem, outlives=self._outlives, records=self._records)))

    def _serve_elsewhere(self, problem: str) -> None:
        """The journal cannot be had: for a while a way back is begun and followed in the second place."""
        from console.rollout import second_place  # noqa: PLC0415

        self._tell(problem)
        end = time.monotonic() + _RETRY_EVERY
        with suppress(BluegreenError):
            if not self._read_only:
                with second_place.open_second(self._config.journal) as second:
                    self._serve(second, problem, end)
        self._stopped.wait(max(end - time.monotonic(), 0.0))

    def _serve(self, journal: Journal, problem: str = "", until: float = math.inf) -> None:
        from console.rollout.standing import records  # noqa: PLC0415

        seen, looked_at = -1, 0.0
        while not self._stopped.is_set() and time.monotonic() < until:
            if self._work(journal):
                seen = -1
            counter = journal.changed()
            if counter != seen or time.monotonic() - looked_at > _LIVENESS_EVERY:
                if counter != seen and not problem:
                    self._records = records(journal, self._config.services)
                seen, looked_at = counter, time.monotonic()
                self._look(journal, problem)

    def _work(self, journal: Journal) -> bool:
        """Do what was asked for within the next moment; whether anything was."""
        try:
            job = self._jobs.get(timeout=EVERY)
        except queue.Empty:
            return False
        if job is None:
            return False
        try:
            job(journal)
        except Exception as error:  # noqa: BLE001 whoever asked hears why it was not done
            self._post(Decided(sentence(error), failed=True))
        return True

    def _look(self, journal: Journal, problem: str) -> None:
        from console.rollout import second_place  # noqa: PLC0415
        from console.rollout.gates.printed import gate_output  # noqa: PLC0415
        from console.rollout.request import to_resume  # noqa: PLC0415

        elsewhere = {one.service: one for one in reversed(second_place.rollouts(self._config.journal))}
        newest = {one.service: one for one in reversed(journal.rollouts(limit=200))} | elsewhere
        orphans = {rollout.id: rollout for rollout in to_resume(journal)}
        open_ones = {name: each for name, each in newest.items() if not each.state.ended or each.id in orphans}
        for one in orphans.values():  # what came after it may have settled nothing of it
            if one.service not in elsewhere:
                open_ones.setdefault(one.service, one)
        waiting = frozenset(one.id for one in open_ones.values() if one.id not in orphans and self._waits(journal, one))
        followed, events = self._read(journal, self._followed) if self._followed else (None, ())
        trains = trains_of(journal)
        printed = tuple(gate_output(followed, events)) if followed is not None else ()
        view = JournalView(open_ones, frozenset(orphans), waiting, followed, events, problem, printed, trains=trains)
        view = view._replace(outlives=self._outlives, records=self._records, deliveries=self._deliveries)
        view = view._replace(shift_seconds=self._way_back_seconds(journal, open_ones))
        view = view._replace(remote=remote_of(journal, open_ones))
        self._post(JournalSeen(view))

    def _waits(self, journal: Journal, rollout: Rollout) -> bool:
        """Whether nothing goes on without a person; a bake ends by itself, and well; a barrier, its train ends."""
        from console.plan.plan import StepKind  # noqa: PLC0415
        from console.plan.waits import BARRIER_KEEP, BARRIER_SHIFT  # noqa: PLC0415
        from console.rollout.waiting import waiting  # noqa: PLC0415

        found = waiting(rollout, self._read(journal, rollout.id)[1])
        for_nobody = found is None or found.step.kind is StepKind.BAKE or found.step.id in (BARRIER_SHIFT, BARRIER_KEEP)
        return not for_nobody

    def _read(self, journal: Journal, rollout_id: str) -> tuple[Rollout, tuple[Event, ...]]:
        """A rollout and its events, wherever they are."""
        with self._place(journal, rollout_id) as place:
            return place.rollout(rollout_id), tuple(place.events(rollout_id))

    @contextmanager
    def _place(self, journal: Journal, rollout_id: str) -> Iterator[Journal]:
        """The journal that has the rollout: this one, or the one in the second place."""
        from console.rollout import second_place  # noqa: PLC0415

        if any(one.id == rollout_id for one in second_place.rollouts(self._config.journal)):
            with second_place.open_second(self._config.journal) as second:
                yield second
        else:
            yield journal

    def _use(self, config: Config, _: Journal) -> None:
        self._config = config._replace(journal=self._config.journal)

    def _follow(self, rollout_id: str | None, _: Journal) -> None:
        self._followed = rollout_id

    def _who(self, *services: str) -> Who:
        from console.rollout.who import Who  # noqa: PLC0415

        return Who.deciding(self._config, *services)

    def _who_on(self, journal: Journal, rollout_id: str) -> Who:
        return self._who(journal.rollout(rollout_id).service)

    def _begin(self, plan: Plan, reason: str, override: str, journal: Journal) -> None:
        from console.rollout import request  # noqa: PLC0415

        self._followed = request.begin(self._config, plan, self._who(plan.service), reason, override=override)
        self._post(Begun(self._read(journal, self._followed)[0]))

    def _begin_train(self, name: str, plans: Sequence[Plan], reason: str, _: Journal) -> None:
        from console.rollout.train import request  # noqa: PLC0415

        request.begin(self._config, name, plans, self._who(*(one.service for one in plans)), reason)
        self._post(Decided(f"train {name} has begun"))

    def _abort_train(self, name: str, reason: str, _: Journal) -> None:
        from console.rollout.train import request  # noqa: PLC0415

        train = self._config.trains.get(name)  # an abort is accepted of one that the config has no more
        request.abort(self._config, name, self._who(*(train.services if train is not None else ())), reason)
        self._post(Decided(f"train {name}: all of its services go back, the last one first"))

    def _resume_train(self, name: str, _: Journal) -> None:
        from console.rollout.train import request  # noqa: PLC0415

        request.go_on(self._config, name)
        self._post(Decided(f"train {name} goes on"))

    def _blame(self, service: str, sha: str, reason: str, journal: Journal) -> None:
        from console.rollout import restraint  # noqa: PLC0415

        bad = restraint.blame(self._config, journal, service, sha, self._who(service), reason=reason)
        self._post(Decided(f"{bad.words} is the bad one: a release without it may go out"))

    def _measure(self, service: str, journal: Journal) -> None:
        from console.rollout.measured import measured  # noqa: PLC0415

        self._deliveries = self._deliveries | {service: measured(journal, service, time.time())}

    def _abort(self, rollout_id: str, reason: str, hold: bool, journal: Journal) -> None:
        from console.rollout import request  # noqa: PLC0415

        with self._place(journal, rollout_id) as place:
            request.abort(place, rollout_id, self._who_on(place, rollout_id), reason, hold=hold)
        then = "it stays where it is" if hold else "it goes back if anything was written"
        self._post(Decided(f"abort asked for: no further step forward; {then}"))

    def _say_word(self, rollout_id: str, step: str, reason: str, journal: Journal) -> None:
        from console.rollout import request  # noqa: PLC0415

        with self._place(journal, rollout_id) as place:
            found = request.say_word(place, rollout_id, self._who_on(place, rollout_id), reason, step=step)
        self._post(Decided(f"rollout {rollout_id}: {found.word}"))

    def _hold(self, rollout_id: str, journal: Journal) -> None:
        from console.rollout import request  # noqa: PLC0415

        with self._place(journal, rollout_id) as place:
            request.pause(place, rollout_id, self._who_on(place, rollout_id))
        self._post(Decided("it waits before its next write, if there is one left; a way back does not wait"))

    def _extend(self, rollout_id: str, seconds: int, journal: Journal) -> None:
        from console.rollout import request  # noqa: PLC0415

        with self._place(journal, rollout_id) as place:
            found = request.extend(place, rollout_id, seconds, self._who_on(place, rollout_id))
        self._post(Decided(f"{seconds // 60} minutes more: {found.step.title}"))

    def _settle(
        self, rollout_id: str, choice: DecisionKind, service: Service, said: dict[str, str], journal: Journal
    ) -> None:
        with self._place(journal, rollout_id) as place:
            self._settle_there(rollout_id, choice, service, said, place)

    def _settle_there(
        self, rollout_id: str, choice: DecisionKind, service: Service, said: dict[str, str], journal: Journal
    ) -> None:
        from console.rollout import request  # noqa: PLC0415
        from console.rollout.records import DecisionKind  # noqa: PLC0415

        rollout = journal.rollout(rollout_id)
        ready = request.judged_after(journal, rollout, self._config.lease.ttl)
        if choice is not DecisionKind.LEAVE and (left := ready - time.time()) > 0:
            text = f"its last call may still be on its way: ask again in {left:.0f} s"
            self._post(Decided(text, failed=True))
            return
        offers = request.offers(self._config, rollout, service, time.time(), journal.events(rollout_id))
        offer = next(each for each in offers if each.kind is choice)
        request.resume(self._config, journal, rollout, offer, self._who(rollout.service), **said)
        self._followed = rollout_id
        self._post(Decided(f"rollout {rollout_id}: {choice}"))

    def _freeze(self, service: str, until: float | None, reason: str, journal: Journal) -> None:
        from console.rollout import restraint  # noqa: PLC0415

        paused = restraint.freeze(self._config, journal, service, self._who(service), reason, until=until)
        waits = f"; {restraint.halted_words(journal, paused)}" if paused is not None else ""
        self._post(Decided(f"{service} is frozen: nothing but a rollback is begun{waits}"))

    def _unfreeze(self, service: str, reason: str, journal: Journal) -> None:
        from console.rollout import restraint  # noqa: PLC0415

        restraint.unfreeze(self._config, journal, service, self._who(service), reason)
        self._post(Decided(f"{service} is not frozen any more"))

    def _allow(self, service: str, version: str, reason: str, journal: Journal) -> None:
        from console.rollout import restraint  # noqa: PLC0415

        bar = restraint.allow(self._config, journal, service, version, self._who(service), reason=reason)
        self._post(Decided(f"{bar.version} of {service} may go out again"))

    def _way_back_seconds(self, journal: Journal, open_ones: Mapping[str, Rollout]) -> Mapping[str, float]:
        """By service, what a shift usually takes, for what is in the air; looked up again while it is not known."""
        from console.rollout.estimates import usual_shift  # noqa: PLC0415

        known = {one.id: self._seconds.get(one.id, 0.0) for one in open_ones.values()}
        self._seconds = {one.id: known[one.id] or usual_shift(journal, name) for name, one in open_ones.items()}
        return {name: self._seconds[one.id] for name, one in open_ones.items() if self._seconds[one.id]}
