"""One execution of a rollout: what its steps share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from console.cloud.reader import Reader
from console.cloud.writer import Writer
from console.config.certificates import Trust
from console.config.model import ServiceConfig
from console.config.notice import Occasion
from console.errors import CloudError, JournalError, LeaseLost, NeedsHuman
from console.model.server import Server
from console.model.service import Service
from console.rollout import pace, second_place
from console.rollout.elapsed import MOMENT, moment
from console.rollout.journal import Copy, Journal
from console.rollout.lease.lease import Lease
from console.rollout.notices.bell import Bell
from console.rollout.operation import tag
from console.rollout.records import Decision, DecisionKind, EventKind
from console.rollout.reserve import Reserve
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import AbortAsked, Terminated
from console.rollout.runner.kill_timer import KillTimer
from console.rollout.runner.timing import Timing
from console.rollout.schema import file_of

Found = TypeVar("Found")

_WORDS = (DecisionKind.GO_ON, DecisionKind.KEEP, DecisionKind.EXTEND, DecisionKind.SIGN)
_FAILOVER = 20.0  # seconds in which a database server is expected to have another take its place
LOOK_DEADLINE = 300.0  # seconds to go on asking a cloud that does not answer, once a write is out


@dataclass(slots=True)
class Run:
    """The journal to write to, the cloud to look at and to change, the lease that allows it.

    `observe` gives a fresh look at the service. `written` says whether any write may have reached the cloud.
    """

    rollout_id: str
    service: ServiceConfig
    journal: Journal
    lease: Lease
    reader: Reader
    writer: Writer
    observe: Callable[[], Service]
    trust: Trust
    kill_timer: KillTimer
    timing: Timing
    operation: str = ""  # what tells this rollout from every other, in the tags of what it makes
    usual_build: float = 0.0  # seconds that a build takes, by earlier rollouts; 0: not known
    usual_steps: Mapping[str, float] = field(default_factory=dict)  # seconds that steps took in earlier ones, by id
    login_ends: float = 0.0  # Unix seconds; 0: it renews itself
    written: bool = False
    sent: bool = False  # the write of this attempt has left; before that a failure is one of looking
    forward: bool = True  # False while going back: an abort then changes nothing
    terminated: bool = False
    way_back: bool = False  # putting back what was: allowed without the journal
    lost: str = ""  # why the journal does not take records any more
    known: Copy | None = None  # the record as it was when this runner began
    wishes_heard: set[str] = field(default_factory=set)  # tags on the lease that were acted on
    heard_seqs: set[int] = field(default_factory=set)  # decisions that were acted on
    reserve: Reserve = field(default_factory=lambda: Reserve(None, ""))
    seen_decisions: int = 0
    unsettled_until: float = 0.0  # boot clock: a call whose answer was lost may still be on its way
    pause_asked: Decision | None = None
    heard: list[Decision] = field(default_factory=list)  # words on the step that waits for one, not acted on yet
    bell: Bell | None = None
    me: str = ""  # this process, as the record names who walks the rollout; empty: nobody asks
    _renewed: float = field(default_factory=boot_clock.now)

    def tag(self, name: str) -> str:
        """The tag of what this rollout makes under a name."""
        return tag(self.operation, name)

    def servers(self) -> Sequence[Server]:
        """Every server of the service as it is now, whatever its colour."""
        return self.reader.servers(self.service.instances)

    def note(self, kind: EventKind, step: str, text: str, **data: Any) -> None:
        """Record an event; on the disk when this returns, or in the second place. Raises JournalError where neither."""
        if kind in (EventKind.INTENT, EventKind.OUTCOME):
            data[MOMENT] = moment()
        try:
            self.journal.append(self.rollout_id, kind, step, text, **data)
        except JournalError as error:
            if not self._answers_again(lambda: self.journal.append(self.rollout_id, kind, step, text, **data)):
                self._make_room(error)
                self.journal.append(self.rollout_id, kind, step, text, **data)
        if self.lost:
            second_place.shout(self.rollout_id, f"{step or '-'} {kind}: {text}")

    def _answers_again(self, append: Callable[[], object]) -> bool:
        """A journal on a server is waited for, as long as the lease allows: its record is the one that others see."""
        if file_of(self.journal.engine) is not None or self.lost:
            return False
        patience = pace.real(min(_FAILOVER, self.timing.ttl / 3))
        again = retry_if_exception_type(JournalError)
        try:
            Retrying(stop=stop_after_delay(patience), wait=wait_fixed(0.5), retry=again, reraise=True)(append)
        except JournalError:
            return False
        return True

    def _make_room(self, error: JournalError) -> None:
        """Give the reserve up; where there is none left, go on recording in the second place."""
        if self.reserve.give_up() and _takes(self.journal, self.rollout_id):
            return
        if self.lost:
            raise error
        self.lost = error.message
        where = second_place.folder(self.journal.url)
        self.journal = second_place.move(self.journal, self.rollout_id, self.known)
        # what was decided before the move is known already; the second place numbers decisions anew
        self.heard_seqs = {one.seq for one in self.journal.decisions(self.rollout_id)}
        self.seen_decisions = 0
        self.journal.append(self.rollout_id, EventKind.WAIT, "", _elsewhere(error, where))

    def check_record(self) -> None:
        """Right before a write: no step forward without the journal (DESIGN §6, rule 9). Raises JournalError."""
        if self.lost and not self.way_back:
            raise JournalError(f"{self.lost}: no further step forward is made", "make room, then `bluegreen resume`")

    def check_owner(self) -> None:
        """Another runner may have taken the rollout over while this one was stopped, or could not be seen.

        Raises LeaseLost. A journal that cannot be read, or is another, tells nothing: the lease keeps two apart.
        """
        if not self.me:
            return
        with suppress(JournalError):
            now = self.journal.runner_of(self.rollout_id)
            if now is not None and now != self.me:
                whose = f"runner {now}" if now else "another runner"
                raise LeaseLost(
                    f"{whose} walks rollout {self.rollout_id} now", "nothing more is written by this process"
                )

    def tick(self, step: str) -> None:
        """Between two calls: keep the lease, hear what was decided, obey SIGTERM.

        Raises AbortAsked, Terminated, LeaseLost. What is asked by a tag is seen at a heartbeat. One that the
        cloud does not answer is tried again at the next tick: what counts is the renewal right before a write.
        """
        if self.terminated:
            raise Terminated
        self.check_owner()
        if boot_clock.now() - self._renewed >= self.timing.heartbeat:
            self._renewed = boot_clock.now()
            try:
                self.lease.renew(step)
            except (CloudError, JournalError) as error:
                self.note(EventKind.LEASE, step, f"the lease could not be renewed: {error.message}")
        self.hear_wish(step)
        for delivery in self.bell.heard() if self.bell is not None else ():
            self.note(EventKind.NOTICE, step, delivery.sentence, ok=delivery.ok)
        with suppress(JournalError):  # one that cannot be read now is read at the next tick: deadlines go on
            self._hear()

    def call_people(self, sentence: str) -> None:
        """Tell whoever wants to hear of it that nothing goes on without a person."""
        if self.bell is not None:
            self.bell.ring(Occasion.HUMAN, sentence)

    def hear_wish(self, step: str) -> None:
        """What is asked by a tag on the lease, as the last renewal showed it. Raises AbortAsked, each time once."""
        wish = self.lease.held.wish if self.lease.held is not None else None
        if wish is None or wish.tag in self.wishes_heard:
            return
        self.wishes_heard.add(wish.tag)
        if self.forward or wish.hold:
            raise AbortAsked(wish.words, "", hold=wish.hold)
        self.note(EventKind.DECISION, step, f"asked to go back by {wish.words}: that is under way")

    def wait(self, seconds: float, step: str) -> None:
        """Wait, ticking."""
        end = boot_clock.now() + seconds
        while (left := end - boot_clock.now()) > 0:
            boot_clock.sleep(min(left, 0.5))
            self.tick(step)

    def let_settle(self, step: str) -> None:
        """Wait until a call whose answer was lost can be judged (DESIGN §6, rule 10), ticking."""
        left = self.unsettled_until - boot_clock.now()
        if left > 0:
            self.note(EventKind.WAIT, step, f"the answer to a call was lost; what it did is judged in {left:.0f} s")
            self.wait(left, step)

    def look(self, read: Callable[[], Found], step: str, deadline: float) -> Found:
        """Read, and read again while the cloud does not answer: a write is out, and only a look says what it did.

        Raises NeedsHuman at the deadline (seconds from now).
        """
        end = boot_clock.now() + deadline
        while True:
            try:
                return read()
            except CloudError as error:
                if boot_clock.now() > end:
                    raise NeedsHuman(
                        f"the cloud cannot be looked at since {deadline:.0f} s: {error.message}",
                        "what the last write did is not known; `bluegreen resume` looks again",
                    ) from error
                self.wait(self.timing.poll, step)

    def _hear(self) -> None:
        # all of them, each time: a database gives out numbers before it commits, so a lower one may come later
        for decision in self.journal.decisions(self.rollout_id, after=self.seen_decisions):
            if decision.seq in self.heard_seqs:
                continue
            self.heard_seqs.add(decision.seq)
            if decision.kind is DecisionKind.PAUSE:
                self.pause_asked = decision
            elif decision.kind in _WORDS:
                self.heard.append(decision)
            if decision.kind is not DecisionKind.ABORT:
                continue
            hold = decision.step == "hold"
            if self.forward or hold:
                raise AbortAsked(decision.who.words, decision.reason, hold=hold)
            self.note(EventKind.DECISION, "", f"{decision.who.words} asked to go back: that is under way")


def _takes(journal: Journal, rollout_id: str) -> bool:
    try:
        journal.append(rollout_id, EventKind.WAIT, "", "the journal's disk was full: the room kept for this is used")
    except JournalError:
        return False
    return True


def _elsewhere(error: JournalError, where: Path) -> str:
    return f"{error.message}: recorded in {where} and in syslog instead; no further step forward, only a way back"
