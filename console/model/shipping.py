"""What a change of the live colour ships and undoes, marked: flags, whether it can be undone, who reverts whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from console.model.colour import Colour
from console.model.commit import CiState, Commit
from console.model.text import clipped

_LEAST = 7  # characters by which a commit is known


class Safe(StrEnum):
    """Whether something that runs in production can be taken out of it again. Unknown is a value."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Marked:
    """A commit and what was read out of it.

    `flags`: what it changes, by the names of the config (`migration`, `api`, ...). `safe`: whether it can be undone
    once it has run, `why` in a few words ("migration, Rollback-Safe: no"). `reverts`: the ids of commits that it takes
    back; `reverted_by`: the SHA of the one that takes this one back. `ids`: every name by which this change may be
    known elsewhere: its SHA, its Change-Id, what it was cherry-picked from.
    """

    commit: Commit
    flags: tuple[str, ...] = ()
    safe: Safe = Safe.YES
    why: str = ""
    reverts: tuple[str, ...] = ()
    reverted_by: str = ""
    ids: tuple[str, ...] = ()

    @property
    def untested(self) -> bool:
        """Whether it is known that no tests of it have passed."""
        return self.commit.ci.state in (CiState.FAILED, CiState.NONE, CiState.RUNNING)

    @property
    def alarming(self) -> bool:
        """Whether somebody who decides must have seen it."""
        return bool(self.flags) or self.untested or self.safe is not Safe.YES


@dataclass(frozen=True, slots=True)
class Batch:
    """The commits that go one way, newest first; merges are folded away and only counted.

    `more`: there are more than those listed. `elsewhere`: flags of files that differ and that no listed commit has.
    """

    commits: tuple[Marked, ...] = ()
    merges: int = 0
    more: bool = False
    elsewhere: tuple[str, ...] = ()

    @property
    def alarming(self) -> tuple[Marked, ...]:
        """Those that somebody who decides must have seen: the first of each kind of alarm, then the others.

        So the few that there is room for show every kind.
        """
        ranked = sorted((one for one in self.commits if one.alarming), key=_gravity)
        first = {_gravity(one): one for one in reversed(ranked)}
        return (*(first[key] for key in sorted(first)), *(one for one in ranked if first[_gravity(one)] is not one))

    def flagged(self) -> dict[str, int]:
        """How many commits have each flag, in the order in which flags are first met."""
        found: dict[str, int] = {}
        for one in self.commits:
            for flag in one.flags:
                found[flag] = found.get(flag, 0) + 1
        return found

    def tested(self) -> dict[CiState, int]:
        """How many commits are in each state of their tests."""
        found = dict.fromkeys(CiState, 0)
        for one in self.commits:
            found[one.commit.ci.state] += 1
        return found

    def unheard(self) -> tuple[int, str]:
        """Of how many commits whoever was asked for their tests did not tell, and why not, in a sentence."""
        found = [one.commit.ci.why for one in self.commits if one.commit.ci.state is CiState.UNKNOWN]
        why = next(filter(None, found), "")
        return (len(found), why) if why else (0, "")

    def authors(self) -> tuple[str, ...]:
        """Everyone whose commits are among them, the one with the most first."""
        found: dict[str, int] = {}
        for one in self.commits:
            found[one.commit.author] = found.get(one.commit.author, 0) + 1
        return tuple(sorted(found, key=lambda name: (-found[name], name)))


def is_named(ids: Iterable[str], named: str) -> bool:
    """Whether a revert that names this means the commit: `#12` and `!12` whole, a SHA by its beginning."""
    if named[:1] in ("#", "!"):
        return named in ids
    return len(named) >= _LEAST and any(known.startswith(named) for known in ids)


def _gravity(one: Marked) -> int:
    """What cannot be undone, then what failed its tests or had none, then what nobody says can be undone, the rest."""
    if one.safe is Safe.NO:
        return 0
    tests = {CiState.FAILED: 1, CiState.NONE: 2, CiState.RUNNING: 3}.get(one.commit.ci.state)
    return tests or (4 if one.safe is Safe.UNKNOWN else 5)


@dataclass(frozen=True, slots=True)
class Shipping:
    """What separates the two colours. `base` is the colour that the commits are counted from: the live one.

    `both`: both colours serve, so that `base` is only the first of two; `towards` tells of each direction.
    `versions` are those of `base` and of the other one that were compared, as the instances tell them.
    `ahead`: commits that the other colour has and `base` lacks; `behind`: the other way round; None where a version
    is unknown, and then `problem` says why. `problem` may also say what is missing in what is known.
    `remembered_at`: Unix seconds of what the source said before, where it does not answer now and that serves.
    `dirty`: versions that were built from changed files. `movable`: those that are tags, which may name another
    commit tomorrow. `untold`: who tells no version, and may run something else, in clauses.
    """

    base: Colour | None = None
    versions: tuple[str, str] = ("", "")
    ahead: Batch | None = None
    behind: Batch | None = None
    problem: str = ""
    both: bool = False
    remembered_at: float | None = None
    dirty: tuple[str, ...] = ()
    movable: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

    def towards(self, target: Colour) -> tuple[Batch | None, Batch | None]:
        """What becomes live and what stops being live when all traffic goes to `target`: ships, undoes."""
        if self.base is None:
            return None, None
        return (self.behind, self.ahead) if target is self.base else (self.ahead, self.behind)

    def after(self, target: Colour, now: float) -> Safety:
        """Whether one can go back once all traffic is on `target`: for what ships, and what is undone on the way."""
        ships, undoes = self.towards(target)
        found, undone = self.safety(ships, now), self.safety(undoes, now)
        worse = undone.verdict is Safe.NO or (undone.verdict is Safe.UNKNOWN and found.verdict is Safe.YES)
        if undoes is None or not undoes.commits or not worse:
            return found
        return Safety(undone.verdict, f"it undoes {undone.reason}", undone.commits)

    def safety(self, batch: Batch | None, now: float) -> Safety:
        """Whether these commits of it can be undone once they run; `now` in Unix seconds.

        What is remembered says so, with its age. A yes that rests on what may have changed since is none; what a SHA
        holds cannot change.
        """
        found = safety(batch, self.problem)
        if batch is None:
            return found
        verdict, words = found.verdict, [found.reason]
        if self.dirty:
            words.append(f"{_some(self.dirty)} was built from changed files, which no commit has")
            verdict = Safe.UNKNOWN if verdict is Safe.YES else verdict
        if self.untold:
            words.append(f"{' and '.join(self.untold)}")
            verdict = Safe.UNKNOWN if verdict is Safe.YES else verdict
        if self.remembered_at is not None:
            old = _age(now - self.remembered_at)
            words.append(f"judged by what was known {old} ago, which is not confirmed: the source does not answer now")
            if self.movable:
                words.append(f"{_some(self.movable)} may name another commit by now")
                verdict = Safe.UNKNOWN if verdict is Safe.YES else verdict
        return Safety(verdict, "; ".join(words), found.commits)


def _some(versions: tuple[str, ...]) -> str:
    return " and ".join(clipped(one, 60) for one in versions)


def _age(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h`, `5 days`."""
    for size, unit in ((2 * 86400.0, "days"), (2 * 3600.0, "h"), (120.0, "min")):
        if seconds >= size:
            return f"{seconds // (size / 2):.0f} {unit}"
    return f"{max(seconds, 0.0):.0f} s"


@dataclass(frozen=True, slots=True)
class Safety:
    """Yes, no or unknown, with the reason, and the short SHAs of the commits that it is about."""

    verdict: Safe
    reason: str
    commits: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`no: 5c0d77a Drop columns (migration, Rollback-Safe: no)`."""
        return f"{self.verdict}: {self.reason}"


NOT_KNOWN = Safety(Safe.UNKNOWN, "the commits are not known")


def safety(batch: Batch | None, problem: str = "") -> Safety:
    """Whether these commits can be undone once they run. `problem`: why they are not known, if they are not."""
    if batch is None:
        return Safety(Safe.UNKNOWN, problem) if problem else NOT_KNOWN
    for verdict in (Safe.NO, Safe.UNKNOWN):
        found = [one for one in batch.commits if one.safe is verdict]
        if found:
            return Safety(verdict, _named(found), tuple(one.commit.short for one in found))
        if verdict is Safe.NO and batch.more:
            return Safety(Safe.UNKNOWN, f"there are more commits than the {len(batch.commits):,} that were looked at")
    if batch.elsewhere:
        return Safety(
            Safe.UNKNOWN, f"files of {', '.join(batch.elsewhere)} differ, and no commit that is listed has them"
        )
    if not batch.commits:
        return Safety(Safe.YES, "there is no commit to undo")
    return Safety(Safe.YES, f"nothing in {_count(batch.commits)} says otherwise")


def _named(found: list[Marked]) -> str:
    first = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{first.commit.short} {first.commit.subject[:60].rstrip()} ({first.why}){more}"


def _count(commits: Iterable[Marked]) -> str:
    number = len(tuple(commits))
    return "1 commit" if number == 1 else f"{number} commits"
