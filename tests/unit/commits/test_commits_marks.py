"""What a commit says of itself: flags by paths and trailers, whether it can be undone, what it reverts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.commits.marks import batch, mark, shipping
from console.config.model import FLAGS, CommitSource
from console.model.colour import Colour
from console.model.commit import Ci, CiState, Commit, CommitView
from console.model.compared import Versions
from console.model.shipping import Batch, Safe, Shipping, safety

SOURCE = CommitSource()
TOLD = Commit("a" * 40, "subject", "Alice", 1.0, parents=("f" * 40,), trailers=(), reverts=(), files=())
MIGRATION = "nova/db/main/migrations/versions/0042_drop.py"


def commit(letter: str = "a", **changes: object) -> Commit:
    return replace(TOLD, sha=letter * 40, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "flags"),
    [
        (MIGRATION, ("migration",)),
        ("neutron/db/migration/alembic_migrations/versions/newton/expand/x.py", ("migration",)),
        ("db/migrate/20260101_x.rb", ("migration",)),
        ("sql/0001.sql", ("migration",)),
        ("App/Migrations/20260101_x.cs", ("migration",)),
        ("schema/0002.SQL", ("migration",)),
        ("api-ref/source/servers.inc", ("api",)),
        ("nova/api/openstack/api_version_request.py", ("api",)),
        ("proto/x.proto", ("api",)),
        ("etc/nova/policy.yaml", ("config",)),
        ("nova/conf/compute.py", ("config",)),
        ("nova/tests/unit/db/migrations/test_x.py", ()),
        ("nova/compute/manager.py", ()),
        ("migrations.py", ()),
        ("", ()),
    ],
)
def test_flags_by_path(path: str, flags: tuple[str, ...]) -> None:
    assert mark(commit(files=(path,)), SOURCE).flags == flags


def test_the_config_takes_flags_away_and_adds_others() -> None:
    source = CommitSource(flags={**FLAGS, "config": (), "docs": ("doc/*",)})
    assert mark(commit(files=("etc/x.conf", "doc/a.rst")), source).flags == ("docs",)


def test_a_trailer_gives_a_flag_and_takes_a_wrong_one_away() -> None:
    told = mark(commit(files=(MIGRATION,), trailers=(("Migration", "no"), ("API", "yes, v2.99"))), SOURCE)
    assert told.flags == ("api",)
    assert told.safe is Safe.YES


def test_a_merge_with_a_word_on_going_back_is_not_folded_away() -> None:
    merge = commit(parents=("a" * 40, "b" * 40), files=(), trailers=(("Rollback-Safe", "no, drops columns"),))
    found = safety(batch([merge], SOURCE))
    assert found.verdict is Safe.NO


def test_a_trailer_takes_the_flag_of_the_range_away_too() -> None:
    told = batch([commit(files=(MIGRATION,), trailers=(("Migration", "no"),))], SOURCE, files=(MIGRATION,))
    assert told.elsewhere == ()
    assert safety(told).verdict is Safe.YES


@pytest.mark.parametrize("words", [("yes", "no"), ("no", "yes"), ("no", "perhaps", "yes")])
def test_of_several_words_on_a_flag_the_one_that_gives_it_counts(words: tuple[str, ...]) -> None:
    assert mark(commit(files=(), trailers=tuple(("Api", word) for word in words)), SOURCE).flags == ("api",)


@pytest.mark.parametrize(
    ("trailers", "files", "safe", "why"),
    [
        ((("Rollback-Safe", "no, drops columns"),), (), Safe.NO, "Rollback-Safe: no, drops columns"),
        ((("ROLLBACK-SAFE", "No"),), (MIGRATION,), Safe.NO, "migration, Rollback-Safe: No"),
        ((("rollback-safe", "yes"),), (MIGRATION,), Safe.YES, "migration, Rollback-Safe: yes"),
        ((("Rollback-Safe", "perhaps"),), (), Safe.UNKNOWN, "Rollback-Safe: perhaps"),
        ((), (MIGRATION,), Safe.UNKNOWN, "migration, and no Rollback-Safe trailer says"),
        ((), ("nova/x.py",), Safe.YES, ""),
        ((), None, Safe.UNKNOWN, "the files that it changes are not known"),
        (None, (), Safe.UNKNOWN, "its message is not known"),
    ],
)
def test_rollback_safety_of_one(
    trailers: tuple[tuple[str, str], ...] | None, files: tuple[str, ...] | None, safe: Safe, why: str
) -> None:
    told = mark(commit(trailers=trailers, files=files), SOURCE)
    assert (told.safe, told.why) == (safe, why)


@pytest.mark.parametrize("words", [("yes", "no"), ("no", "yes"), ("no", "perhaps", "yes")])
def test_the_worst_word_on_rollback_safety_counts(words: tuple[str, ...]) -> None:
    told = mark(commit(trailers=tuple(("Rollback-Safe", word) for word in words)), SOURCE)
    assert told.safe is Safe.NO


def test_the_config_may_call_every_migration_unsafe() -> None:
    source = CommitSource(rollback_safe={"migration": "no"})
    told = mark(commit(files=(MIGRATION,)), source)
    assert (told.safe, told.why) == (Safe.NO, "migration, which the config calls not safe")


def test_files_of_the_range_say_what_commits_without_files_may_be() -> None:
    bare = commit(files=None)
    assert batch([bare], SOURCE, files=("nova/x.py",)).commits[0].safe is Safe.YES
    found = batch([bare], SOURCE, files=(MIGRATION,))
    assert found.commits[0].safe is Safe.UNKNOWN
    assert found.elsewhere == ("migration",)


def test_a_migration_that_no_listed_commit_has_is_not_overlooked() -> None:
    found = batch([commit(files=("nova/x.py",))], SOURCE, files=("nova/x.py", MIGRATION), more=False)
    assert safety(found).verdict is Safe.UNKNOWN
    assert "migration" in safety(found).reason


def test_merges_are_folded_away_but_those_that_change_something() -> None:
    merge = commit("b", parents=("c" * 40, "d" * 40))
    evil = commit("e", parents=("c" * 40, "d" * 40), files=(MIGRATION,))
    found = batch([merge, evil, commit("a")], SOURCE)
    assert [one.commit.sha[0] for one in found.commits] == ["e", "a"]
    assert found.merges == 1


def test_a_revert_is_found_by_sha_or_by_the_beginning_of_it() -> None:
    bad, other = commit("b"), commit("c")
    found = batch([commit("a", reverts=("bbbbbbb",)), other, bad], SOURCE).commits
    assert [one.reverted_by[:1] for one in found] == ["", "", "a"]


def test_a_revert_that_is_reverted_takes_nothing_back() -> None:
    again, revert, bad = commit("a", reverts=("b" * 40,)), commit("b", reverts=("c" * 40,)), commit("c")
    assert [one.reverted_by[:1] for one in batch([again, revert, bad], SOURCE).commits] == ["", "a", ""]


def test_a_change_is_known_by_its_change_id_too() -> None:
    ident = "I" + "0" * 40
    assert mark(commit(trailers=(("Change-Id", ident),)), SOURCE).ids == ("a" * 40, ident)


def test_the_first_of_each_kind_of_alarm_comes_first() -> None:
    unsafe = [commit(letter, trailers=(("Rollback-Safe", "no"),)) for letter in "123"]
    failed, untested = commit("4", ci=Ci(CiState.FAILED)), commit("5", ci=Ci(CiState.NONE))
    quiet = commit("6", ci=Ci(CiState.PASSED))
    found = batch([quiet, *unsafe, untested, failed], SOURCE)
    assert [one.commit.sha[0] for one in found.alarming] == ["1", "4", "5", "2", "3"]


def test_safety_names_the_first_commit_and_counts_the_others() -> None:
    unsafe = [commit(x, subject="Drop it", trailers=(("Rollback-Safe", "no"),), files=(MIGRATION,)) for x in "12"]
    found = safety(batch([*unsafe, commit("3", files=None)], SOURCE))
    assert found.words == "no: 1111111 Drop it (migration, Rollback-Safe: no), and 1 more"
    assert found.commits == ("1111111", "2222222")


def test_more_than_are_listed_are_not_called_safe() -> None:
    assert safety(batch([commit()], SOURCE, more=True)).verdict is Safe.UNKNOWN


def test_nothing_and_nothing_known() -> None:
    assert safety(Batch()).verdict is Safe.YES
    assert safety(None).verdict is Safe.UNKNOWN
    assert safety(None, "no repository").reason == "no repository"


def test_which_way_is_which() -> None:
    view = CommitView(would_ship=(commit("1"),), would_undo=(commit("2"),))
    found = shipping(view, SOURCE, Versions("v1", "v2", Colour.GREEN))
    ships, undoes = found.towards(Colour.BLUE)
    assert ships is not None
    assert undoes is not None
    assert (ships.commits[0].commit.sha[0], undoes.commits[0].commit.sha[0]) == ("1", "2")
    assert found.towards(Colour.GREEN) == (undoes, ships)
    assert found.versions == ("v1", "v2")


def test_a_view_that_knows_no_range_gives_none() -> None:
    found = shipping(CommitView(problem="shallow"), SOURCE, Versions("v1", "v2", Colour.BLUE))
    assert found.towards(Colour.GREEN) == (None, None)
    assert found.problem == "shallow"


texts = st.text(max_size=30)


@given(st.lists(st.tuples(texts, texts), max_size=4), st.lists(texts, max_size=4), st.lists(texts, max_size=2))
def test_whatever_a_commit_says_it_is_marked(
    trailers: list[tuple[str, str]], files: list[str], reverts: list[str]
) -> None:
    told = commit(trailers=tuple(trailers), files=tuple(files), reverts=tuple(reverts))
    found = batch([told, commit("b")], SOURCE)
    assert safety(found).verdict in Safe


def test_while_both_serve_each_direction_has_its_commits() -> None:
    view = CommitView(would_ship=(commit("1"),), would_undo=(commit("2"),))
    found = shipping(view, SOURCE, Versions("v1", "v2", Colour.BLUE, both=True))
    for target, first in ((Colour.GREEN, "1"), (Colour.BLUE, "2")):
        ships, undoes = found.towards(target)
        assert ships is not None
        assert undoes is not None
        assert (ships.commits[0].commit.sha[0], undoes.commits[0].commit.sha[0]) == (first, "12".replace(first, ""))
    assert found.both


@pytest.mark.parametrize(
    ("live", "verdict", "said"),
    [
        ("9" * 40, Safe.YES, "judged by what was known 3 h ago, which is not confirmed"),
        ("v1.0", Safe.UNKNOWN, "v1.0 may name another commit by now"),
        ("9" * 40 + "-dirty", Safe.UNKNOWN, "was built from changed files"),
    ],
)
def test_what_is_remembered_says_so_with_its_age(live: str, verdict: Safe, said: str) -> None:
    """What a SHA holds cannot have changed; what a tag names can."""
    view = CommitView(live=commit("9"), idle=commit("8"), would_ship=(commit("1"),), would_undo=(), judged_at=1000.0)
    found = shipping(view, SOURCE, Versions(live, "8" * 40, Colour.BLUE))
    told = found.safety(found.ahead, 1000.0 + 3 * 3600)
    assert told.verdict is verdict
    assert said in told.reason
    assert "3 h ago" in told.reason


def test_a_no_stays_a_no_however_old_it_is() -> None:
    bad = commit("1", trailers=(("Rollback-Safe", "no"),))
    view = CommitView(live=commit("9"), idle=commit("8"), would_ship=(bad,), would_undo=(), judged_at=0.0)
    found = shipping(view, SOURCE, Versions("v1.0", "8" * 40, Colour.BLUE))
    assert found.safety(found.ahead, 5 * 86400.0).verdict is Safe.NO
    assert "5 days ago" in found.safety(found.ahead, 5 * 86400.0).reason


@pytest.mark.parametrize(
    ("ships", "undoes", "verdict"),
    [
        ((), (), Safe.YES),
        ((commit("1"),), (commit("2"),), Safe.YES),
        ((commit("1"),), (commit("2", files=(MIGRATION,)),), Safe.UNKNOWN),
        ((commit("1", files=(MIGRATION,)),), (commit("2"),), Safe.UNKNOWN),
        ((commit("1"),), (commit("2", trailers=(("Rollback-Safe", "no"),)),), Safe.NO),
        ((), (commit("2", trailers=(("Rollback-Safe", "no"),)),), Safe.NO),
        ((commit("1", trailers=(("Rollback-Safe", "no"),)),), (commit("2", files=(MIGRATION,)),), Safe.NO),
    ],
)
def test_going_back_is_as_safe_as_the_worse_of_what_ships_and_what_is_undone(
    ships: tuple[Commit, ...], undoes: tuple[Commit, ...], verdict: Safe
) -> None:
    found = Shipping(Colour.BLUE, ("a", "b"), batch(ships, SOURCE), batch(undoes, SOURCE))
    assert found.after(Colour.GREEN, 0.0).verdict is verdict


def test_a_revert_of_a_merge_takes_back_what_came_from_its_branch_and_nothing_else() -> None:
    """As git and the buttons write it: only the merge is named."""
    first, second = commit("1", parents=("0" * 40,)), commit("2", parents=("1" * 40,))
    main = commit("3", parents=("0" * 40,))
    merge = commit("4", parents=("3" * 40, "2" * 40))
    revert = commit("5", parents=("4" * 40,), reverts=("4" * 40,))
    found = batch([revert, merge, main, second, first], SOURCE)
    assert {one.commit.sha[0]: one.reverted_by[:1] for one in found.commits} == {"5": "", "3": "", "2": "5", "1": "5"}
    assert {named[:1] for named in found.commits[0].reverts} == {"4", "2", "1"}
