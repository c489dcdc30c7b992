"""What a commit says of itself: flags by the files it changes and by trailers, rollback safety, what it reverts. Pure.

Trailers, whatever their case: `Rollback-Safe: no, drops columns`; `NAME: yes|no` for the flag of this name;
`Change-Id: I...` (Gerrit), by which a change is known again after it was rebased.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from console.commits import names
from console.commits.message import PICKED
from console.config.model import CommitSource
from console.model.commit import Commit, CommitView
from console.model.compared import Versions
from console.model.shipping import Batch, Marked, Safe, Shipping, is_named

_SAFE = "rollback-safe"
_CHANGE = "change-id"
_WHY = 80  # characters of a trailer that are repeated
_WORDS = {"yes": Safe.YES, "true": Safe.YES, "no": Safe.NO, "false": Safe.NO, "unknown": Safe.UNKNOWN}


def shipping(view: CommitView, source: CommitSource, pair: Versions) -> Shipping:
    """What a source says of the two colours, marked. `pair`: what the view compares."""
    base = pair.base
    if base is None or view.would_ship is None or view.would_undo is None or not pair.live or not pair.idle:
        return Shipping(problem=view.problem or pair.problem or "the version of a colour is not known")
    ahead = batch(view.would_ship, source, files=view.ship_files, more=view.more_to_ship)
    behind = batch(view.would_undo, source, files=view.undo_files, more=view.more_to_undo)
    told = names.of(pair.live), names.of(pair.idle)
    sides = tuple(zip(told, (view.live, view.idle), (pair.live, pair.idle), strict=True))
    return Shipping(
        base,
        (pair.live, pair.idle),
        ahead,
        behind,
        view.problem,
        both=pair.both,
        untold=pair.untold,
        remembered_at=view.judged_at,
        dirty=tuple(version for name, _, version in sides if name.dirty),
        movable=tuple(version for name, commit, version in sides if commit is not None and not name.is_of(commit.sha)),
    )


def batch(
    commits: Sequence[Commit], source: CommitSource, *, files: Sequence[str] | None = None, more: bool = False
) -> Batch:
    """These commits, marked; merges folded away, but those that change something of their own.

    `files`: all paths that differ, where that is known: it covers commits that are not listed, or tell no files.
    """
    overall = None if files is None else flags_of(files, source)
    kept = [one for one in commits if not one.is_merge or one.files or _says(one, source)]
    marked = with_reverts(_whole(mark(one, source, overall), commits) for one in kept)
    found = {flag for one in marked for flag in one.flags}
    denied = set() if more else {flag for one in kept for flag in source.flags if _denies(one, flag)}
    elsewhere = tuple(flag for flag in overall or () if flag not in found | denied)
    return Batch(marked, len(commits) - len(kept), more, elsewhere)


def _whole(one: Marked, commits: Sequence[Commit]) -> Marked:
    """A commit that takes back a merge takes back what the merge brought from its branch."""
    merges = [other for other in commits if other.is_merge and any(is_named((other.sha,), n) for n in one.reverts)]
    if not merges:
        return one
    known = {other.sha: other for other in commits}
    brought = (sha for merge in merges for sha in _brought(merge, known))
    return replace(one, reverts=tuple(dict.fromkeys((*one.reverts, *brought))))


def _brought(merge: Commit, known: Mapping[str, Commit]) -> list[str]:
    """The SHAs of the commits that came with a merge, as far as they are among those known."""
    main, *branches = merge.parents or ("",)
    before, found = set(_ancestors([main], known)), _ancestors(branches, known)
    return [sha for sha in found if sha not in before]


def _ancestors(tips: Sequence[str], known: Mapping[str, Commit]) -> list[str]:
    found: dict[str, None] = {}
    todo = list(tips)
    while todo:
        sha = todo.pop()
        if sha in known and sha not in found:
            found[sha] = None
            todo += known[sha].parents or ()
    return list(found)


def _says(commit: Commit, source: CommitSource) -> bool:
    """Whether its message has a word on going back, or on a flag: a merge of a branch may have the only one."""
    names_of = {_SAFE, *map(str.casefold, source.flags)}
    return any(key.casefold() in names_of for key, _ in commit.trailers or ())


def _denies(commit: Commit, flag: str) -> bool:
    """Whether its message says that it is none of this flag."""
    said = [_WORDS.get(_first_word(text)) for key, text in commit.trailers or () if key.casefold() == flag.casefold()]
    return Safe.NO in said and Safe.YES not in said


def flags_of(files: Iterable[str], source: CommitSource) -> tuple[str, ...]:
    """The flags that these paths give."""
    paths = [f"/{path}" for path in files]  # so that a pattern may begin in any folder
    return tuple(name for name, patterns in source.flags.items() if any(map(_fits(tuple(patterns)), paths)))


def mark(commit: Commit, source: CommitSource, overall: Sequence[str] | None = None) -> Marked:
    """One commit with its marks. `overall`: the flags of the range that it is in, which bound its own."""
    trailers: dict[str, list[str]] = {}
    for key, value in commit.trailers or ():
        trailers.setdefault(key.casefold(), []).append(value.strip())
    by_files = flags_of(commit.files or (), source)
    # of several words on one flag, as in a squashed merge, `yes` counts
    said = {
        name: {_WORDS.get(_first_word(text)) for text in trailers.get(name.casefold(), ())} for name in source.flags
    }
    flags = tuple(
        name for name, words in said.items() if Safe.YES in words or (name in by_files and not words - {None})
    )
    # without its files, what the whole range changes is what it may change
    may_be = () if commit.files is not None else tuple(source.flags) if overall is None else overall
    safe, why = _safety(flags, trailers.get(_SAFE, ()), source.rollback_safe, may_be)
    if commit.trailers is None and safe is Safe.YES:
        safe, why = Safe.UNKNOWN, "its message is not known"
    number = (commit.change,) if commit.change[:1] in ("#", "!") else ()  # as buttons that revert name it
    ids = (commit.sha, *filter(None, (*trailers.get(_CHANGE, ()), *trailers.get(PICKED.casefold(), ()))), *number)
    return Marked(commit, flags, safe, why, reverts=commit.reverts or (), ids=ids)


def with_reverts(marked: Iterable[Marked]) -> tuple[Marked, ...]:
    """The commits, newest first, each with the SHA of the one among them that takes it back.

    A revert that is reverted itself takes nothing back.
    """
    reverts: list[tuple[str, str]] = []
    found = []
    for one in marked:
        by = reverting(one, reverts) if reverts else ""
        found.append(replace(one, reverted_by=by) if by else one)
        if not by:
            reverts += [(named, one.commit.sha) for named in one.reverts]
    return tuple(found)


def reverting(one: Marked, reverts: Iterable[tuple[str, str]]) -> str:
    """The SHA of the commit that takes this one back; empty where none does. `reverts`: what is named, and by whom."""
    return next((sha for named, sha in reverts if is_named(one.ids, named)), "")


def _safety(
    flags: Sequence[str], told: Sequence[str], rules: Mapping[str, str], may_be: Sequence[str]
) -> tuple[Safe, str]:
    marks = ", ".join(flags)
    # a squashed merge may have several, of which the worst counts; a word that nobody knows is no yes
    said = [(_WORDS.get(_first_word(text), Safe.UNKNOWN), text) for text in told]
    for verdict in (Safe.NO, Safe.UNKNOWN, Safe.YES):
        for safe, text in said:
            if safe is verdict:
                return safe, ", ".join(filter(None, (marks, f"Rollback-Safe: {text[:_WHY]}")))
    worst = [(Safe(rules[flag]), flag) for flag in flags if flag in rules]
    for verdict in (Safe.NO, Safe.UNKNOWN):
        found = [flag for safe, flag in worst if safe is verdict]
        if found:
            says = "which the config calls not safe" if verdict is Safe.NO else "and no Rollback-Safe trailer says"
            return verdict, f"{', '.join(found)}, {says}"
    if any(Safe(rules[flag]) is not Safe.YES for flag in may_be if flag in rules):
        return Safe.UNKNOWN, "the files that it changes are not known"
    return Safe.YES, ""


def _first_word(text: str) -> str:
    found = re.match(r"\w+", text.casefold())
    return found[0] if found else ""


class _Fits:
    """Whether a path fits one of the patterns and none of those with `!`."""

    def __init__(self, patterns: Iterable[str]) -> None:
        listed = tuple(patterns)
        self._in = _compiled(pattern for pattern in listed if not pattern.startswith("!"))
        self._out = _compiled(pattern[1:] for pattern in listed if pattern.startswith("!"))

    def __call__(self, path: str) -> bool:
        return self._in.match(path) is not None and self._out.match(path) is None


@lru_cache(maxsize=256)
def _fits(patterns: tuple[str, ...]) -> _Fits:
    return _Fits(patterns)


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    # whatever their case: `Migrations/` of one framework is what `migrations/` is of another
    made = "|".join(fnmatch.translate(f"*/{pattern.removeprefix('/')}") for pattern in patterns)
    return re.compile(made or r"(?!)", re.IGNORECASE)
