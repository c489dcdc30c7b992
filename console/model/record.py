"""What the journal says of a service beyond its facts: is it frozen, what was rolled back, what is known to work."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from console.model.capacity import Capacity
from console.model.colour import Colour


@dataclass(frozen=True, slots=True)
class Freeze:
    """Nothing but the way back may be begun. `until`: Unix seconds, None where somebody has to take it back."""

    by: str  # alice@jump1
    reason: str
    since: float
    until: float | None = None

    def active(self, now: float) -> bool:
        """Whether it holds at `now` (Unix seconds)."""
        return self.until is None or now < self.until

    @property
    def limit(self) -> str:
        """`until 2026-12-24 08:00`, local time, or `until somebody takes it back`."""
        return f"until {moment(self.until)}" if self.until is not None else "until somebody takes it back"

    @property
    def words(self) -> str:
        """`frozen until 2026-12-24 08:00 by alice@jump1: holidays`."""
        return f"frozen {self.limit} by {self.by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Barred:
    """A version that was taken back after it had got traffic, and that nobody has allowed since. `at`: Unix seconds."""

    version: str
    rollout: str
    at: float
    why: str

    @property
    def words(self) -> str:
        """`3f2a9c1 was rolled back, rollout 1a2b3c, 2026-12-24 08:00: ...`."""
        return f"{self.version} was rolled back, {self.when}"

    @property
    def when(self) -> str:
        """`rollout 1a2b3c, 2026-12-24 08:00: ...`."""
        return f"rollout {self.rollout}, {moment(self.at)}: {self.why}"


@dataclass(frozen=True, slots=True)
class Proven:
    """A version that has carried all traffic, by the record: from a rollout on, or (`until`) until one."""

    version: str
    rollout: str
    at: float
    until: bool = False

    @property
    def words(self) -> str:
        """`carried all traffic from rollout 1a2b3c on, 2026-12-24 08:00`."""
        when = f"until rollout {self.rollout}" if self.until else f"from rollout {self.rollout} on"
        return f"carried all traffic {when}, {moment(self.at)}"


@dataclass(frozen=True, slots=True)
class Undone:
    """A commit of a release that was rolled back, and that nobody has allowed since. `at`: Unix seconds.

    `ids` are all names by which the change may be known, its SHA first. `version`: what was rolled back. `named`: why
    somebody has named it as the bad one; empty where nobody has, and it went with all the others. `revert`: all names
    of the commit that takes it back and has shipped since; empty: none has.
    """

    ids: tuple[str, ...]
    subject: str
    version: str
    rollout: str
    at: float
    named: str = ""
    revert: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`5c0d77a Drop deprecated columns`, and why it was named as the bad one."""
        why = f" (named as the bad one: {self.named})" if self.named else ""
        return f"{self.ids[0][:7]} {self.subject}".rstrip() + why


@dataclass(frozen=True, slots=True)
class StandsBy:
    """The colour that was cut over from and is still the way back, `since` then (Unix seconds)."""

    colour: Colour
    since: float


@dataclass(frozen=True, slots=True)
class Left:
    """The colour that the last cutover took the traffic from, and what had to be kept when that began.

    `began`: for each way by which clients come, as a plan has it. `unfinished`: the cutover is not done.
    """

    colour: Colour
    rollout: str
    began: Mapping[str, Capacity]
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Stood:
    """How the colour stood that the last cutover took the traffic from, when that began.

    `weights`: of each member, by its id; of a worker, by its server's, 1 if it ran. More are in it than the colour's.
    """

    colour: Colour
    rollout: str
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A colour that somebody wants kept as the way back until `until` (Unix seconds)."""

    colour: Colour
    by: str  # alice@jump1
    reason: str
    until: float

    def active(self, now: float) -> bool:
        """Whether it holds at `now` (Unix seconds)."""
        return now < self.until

    @property
    def words(self) -> str:
        """`kept until 2026-12-24 08:00 by alice@jump1: month's end`."""
        return f"kept until {moment(self.until)} by {self.by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Record:
    """What the journal says of one service. `problem`: why that is not known.

    `barred` and `proven`: the newest first; a version is in one of them at most. `undone`: the commits of what was
    rolled back, those of the last time first; `untold`: the versions of which nobody knows them.
    `under_way`: a rollout has not ended. `heading`: the colour to which one that has not moves all traffic.
    `unsettled`: the id of one that moved some and is not at its end: under way, without a runner, or stopped until
    somebody decides.
    `stands_by`: None where the other colour is the next one, or was taken back, or nobody knows. `left`: as well, and
    where instances were made or deleted since. `stood`: None where the traffic was taken back, or nobody knows.
    """

    freeze: Freeze | None = None
    barred: tuple[Barred, ...] = ()
    proven: tuple[Proven, ...] = ()
    problem: str = ""
    undone: tuple[Undone, ...] = ()
    untold: tuple[Barred, ...] = ()
    heading: Colour | None = None
    unsettled: str = ""
    stands_by: StandsBy | None = None
    kept: Kept | None = None
    left: Left | None = None
    stood: Stood | None = None
    under_way: bool = False

    def frozen(self, now: float) -> Freeze | None:
        """The freeze that holds at `now` (Unix seconds)."""
        return self.freeze if self.freeze is not None and self.freeze.active(now) else None

    def keeps(self, colour: Colour, now: float) -> Kept | None:
        """Who keeps this colour at `now` (Unix seconds)."""
        return self.kept if self.kept is not None and self.kept.colour is colour and self.kept.active(now) else None

    def bar_on(self, version: str) -> Barred | None:
        """Why this version may not go out again."""
        return next((one for one in self.barred if one.version == version), None)

    def proof_of(self, version: str) -> Proven | None:
        """How it is known that this version works."""
        return next((one for one in self.proven if one.version == version), None)

    def unnamed(self, rollout: str) -> tuple[Undone, ...]:
        """Of what this rollout took back: the commits among which the bad one is, while nobody has named it."""
        found = tuple(one for one in self.undone if one.rollout == rollout)
        return () if any(one.named for one in found) else found

    def last_proven(self, but: tuple[str, ...]) -> Proven | None:
        """The last release that is known to work, other than these versions."""
        return next((one for one in self.proven if one.version not in but), None)


def moment(at: float) -> str:
    """`2026-12-24 08:00`, local time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
