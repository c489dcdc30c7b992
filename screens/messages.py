"""What other threads tell the screens. `post_message` is thread-safe; threads call nothing else of a screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.message import Message

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.config.model import Config
    from console.model.record import Record
    from console.model.snapshot import Snapshot
    from console.plan.plan import Intent, Refusal
    from console.rollout.delivery import Delivery
    from console.rollout.records import Event, Rollout


class SnapshotReady(Message):
    """The poller has a new snapshot, to be taken from `Watching`. `number` tells one poller's from the one's before."""

    def __init__(self, snapshot: Snapshot, number: int = 0) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.number = number


class ConfigRead(Message):
    """The config file has changed: it was read, or something is wrong with it and the one before is kept."""

    def __init__(self, config: Config | None, problem: str = "") -> None:
        super().__init__()
        self.config = config
        self.problem = problem


class WatchFailed(Message):
    """The poller could not be started; nothing will be seen."""

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


_NONE: Mapping[str, Any] = MappingProxyType({})


class TrainView(NamedTuple):
    """A train under way, or one that nobody ends by itself (`needs_you`). `words`: what it does, or why it stopped."""

    name: str
    words: str
    needs_you: bool = False


class JournalView(NamedTuple):
    """What the journal says now. `open`: by service, the newest rollout that has not ended well and not been settled.

    `orphans` are ids of those that nobody will end: the runner is gone, or it stopped for a human. `waiting` are ids of
    those that wait for an operator's word. `events` are of the rollout that is followed, if any, and `printed` what its
    gates printed. `remote`: by id, whose lease it is, of those whose runner cannot be seen from here, being on another
    host. `trains`: by service, the train that it is in while that has not ended well.
    """

    open: Mapping[str, Rollout] = _NONE
    orphans: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    followed: Rollout | None = None
    events: tuple[Event, ...] = ()
    problem: str = ""
    printed: tuple[str, ...] = ()
    remote: Mapping[str, str] = _NONE
    trains: Mapping[str, TrainView] = _NONE
    outlives: str = ""  # what a rollout that is started here goes on after
    records: Mapping[str, Record] = _NONE  # what it says of each service
    deliveries: Mapping[str, Delivery] = _NONE  # of each service that was asked for
    shift_seconds: Mapping[str, float] = _NONE  # what one usually takes, where it is in the air


class JournalSeen(Message):
    """The journal has changed."""

    def __init__(self, view: JournalView) -> None:
        super().__init__()
        self.view = view


class Ordered(Message):
    """What exactly a launch or a retirement would be, or why there is none."""

    def __init__(self, found: Intent | Refusal) -> None:
        super().__init__()
        self.found = found


class Begun(Message):
    """A rollout was started."""

    def __init__(self, rollout: Rollout) -> None:
        super().__init__()
        self.rollout = rollout


class NoSignOfLife(Message):
    """The runner of another host has not renewed its lease for some heartbeats. `owner`: whose it is, as typed."""

    def __init__(self, rollout_id: str, owner: str) -> None:
        super().__init__()
        self.rollout_id = rollout_id
        self.owner = owner


class Decided(Message):
    """A decision is in the journal, or what was asked for failed; in a sentence."""

    def __init__(self, text: str, *, failed: bool = False) -> None:
        super().__init__()
        self.text = text
        self.failed = failed
