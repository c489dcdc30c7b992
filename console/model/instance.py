"""An instance of a colour: a server, its member, its probe and its version, joined."""

from __future__ import annotations

from dataclasses import dataclass

from console.model.balancer import HOLD_TAG, Member
from console.model.colour import Colour
from console.model.server import Server

_SAYS_NOTHING = (124, 126, 127)  # exit codes of `timeout` and of shells: too late, not executable, not found
_BY_SIGNAL = 128  # above it: ended by a signal, as shells say it; ssh's 255 is a connection that failed


@dataclass(frozen=True, slots=True)
class Probe:
    """What one direct probe of an instance saw. `at` is Unix seconds; `ms` the time to the whole answer.

    `exit_code` is that of a command that ended by itself.
    """

    ok: bool
    at: float
    ms: float | None = None
    status: int | None = None
    error: str = ""
    body: str = ""
    reasons: tuple[str, ...] = ()  # of oslo.middleware's health answer, or the last line of a command
    not_from_here: bool = False  # the config says that these instances cannot be reached: unknown, not ill
    exit_code: int | None = None

    @property
    def answered(self) -> bool:
        """Whether the instance has said how it is, or a command that was carried out has.

        A timeout, a refusal or a command that could not be run may be the fault of the host that asks.
        """
        reported = self.exit_code is not None and self.exit_code not in _SAYS_NOTHING and self.exit_code <= _BY_SIGNAL
        return self.ok or self.status is not None or reported

    @property
    def words(self) -> str:
        """`ok 12ms`, `503`, `refused`, `unexpected body`."""
        if self.ok:
            return f"ok {self.ms:.0f}ms" if self.ms is not None else "ok"
        return str(self.status) if self.status is not None and not self.error else self.error or "failed"


_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Version:
    """What an instance runs, and who says so (`metadata.git_commit`, `http./version#git_commit`)."""

    value: str
    source: str

    @property
    def short(self) -> str:
        """The first seven characters of a SHA; anything else whole."""
        is_sha = len(self.value) == 40 and _HEX.issuperset(self.value)
        return self.value[:7] if is_sha else self.value


@dataclass(frozen=True, slots=True)
class Announced:
    """A health that held for two observations, so that one odd answer does not flap; `word` as in `Health`.

    `since` (Unix seconds) is when it was first observed. `seen`, `reason` and `hint` are the last observation itself,
    which may already say otherwise. Decisions use the observation, announcements use this.
    """

    word: str
    reason: str
    since: float
    seen: str
    hint: str = ""

    @property
    def wavering(self) -> bool:
        """Whether the last observation says something else, once so far."""
        return self.seen != self.word


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. `server` is None when Nova did not list it; `member` is None when it is in no pool.

    A server that Nova did not list may be gone, or in a cell that is down; `gone` says that Nova answered 404 for it.
    """

    name: str
    colour: Colour | None
    server: Server | None = None
    member: Member | None = None
    probe: Probe | None = None
    version: Version | None = None
    further: tuple[Member, ...] = ()  # its members in further pools of the service (`rotation.also`)
    static: bool = False  # no Nova server and none expected: watched and shifted, never launched or retired
    pool_id: str = ""  # the pool that `member` is in
    announced: Announced | None = None
    gone: bool = False
    parked: tuple[str, ...] = ()  # ids of its members that no monitor checks: nothing attaches their pool

    @property
    def members(self) -> tuple[Member, ...]:
        """Its members in all pools of the service."""
        if self.member is None:
            return self.further
        return (self.member, *self.further) if self.further else (self.member,)

    @property
    def runs(self) -> bool:
        """Whether it is powered on, whatever its task: a static one as far as its probe tells."""
        if self.server is not None:
            return self.server.powered
        return self.static and self.probe is not None and self.probe.ok

    @property
    def key(self) -> str:
        """An identity that survives renames: the server's id, else the member's."""
        if self.server is not None:
            return self.server.id
        return self.member.id if self.member is not None else self.name

    @property
    def weight(self) -> int:
        """Weight in rotation now, 0 where it is in no pool or its member is disabled."""
        return self.member.weight if self.member is not None and self.member.admin_state_up else 0

    @property
    def held_by(self) -> str | None:
        """Who keeps it out by hand: a hold tag (of a worker: on its server), or a member that someone disabled."""
        member = self.member
        if member is None:
            tags = self.server.tags if self.server is not None else ()
            return next((tag.removeprefix(HOLD_TAG) for tag in tags if tag.startswith(HOLD_TAG)), None)
        if member.held_by is not None:
            return member.held_by
        return None if member.admin_state_up else "an administrator (admin_state_up is false)"
