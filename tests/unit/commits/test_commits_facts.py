"""What a local repository tells of each commit, of a whole range, and of the branch."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Repository

from console.commits.compare import compare
from console.config.model import CommitSource
from console.model.commit import Ci, CiState, CommitView


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "nova")


def view(repository: Repository, live: str, idle: str | None, branch: str = "") -> CommitView:
    return compare(CommitSource(repository.path, branch=branch), live, idle)


def test_files_trailers_and_reverts(repository: Repository) -> None:
    live = repository.change("base", "a")
    bad = repository.change("bad", "db/versions/1 é.py", "b")
    idle = repository.change(f"Revert\n\nThis reverts commit {bad}.\n\nRollback-Safe: no", "b", "a" * 40)
    seen = view(repository, live, idle)
    assert seen.would_ship is not None
    revert, broken = seen.would_ship
    assert (revert.files, broken.files) == (("a" * 40, "b"), ("b", "db/versions/1 é.py"))
    assert (revert.reverts, broken.reverts) == ((bad,), ())
    assert (revert.trailers, broken.trailers) == ((("Rollback-Safe", "no"),), ())
    assert revert.ci == Ci(CiState.UNKNOWN)
    assert seen.ship_files == ("a" * 40, "b", "db/versions/1 é.py")
    assert seen.undo_files == ()


def test_merges_and_their_parents(repository: Repository) -> None:
    base = repository.change("base", "a")
    repository.git("checkout", "--quiet", "-b", "side")
    side = repository.change("side", "c")
    repository.git("checkout", "--quiet", "main")
    own = repository.change("own", "d")
    merge = repository.merge("side")
    seen = view(repository, base, merge)
    assert seen.would_ship is not None
    assert [(commit.subject, commit.parents, commit.is_merge) for commit in seen.would_ship] == [
        ("Merge", (own, side), True),
        ("own", (base,), False),
        ("side", (base,), False),
    ]
    assert [commit.files for commit in seen.would_ship] == [(), ("d",), ("c",)]
    assert seen.ship_files == ("c", "d")


def test_what_a_merge_itself_changes(repository: Repository) -> None:
    base = repository.change("base", "a")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.change("side", "c")
    repository.git("checkout", "--quiet", "main")
    repository.change("own", "d")
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    merge = repository.change("evil merge", "db/migration.py")
    seen = view(repository, base, merge)
    assert seen.would_ship is not None
    assert seen.would_ship[0].files == ("db/migration.py",)


def test_more_message_and_paths_than_are_read_leave_the_commits(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = repository.change("base", "a")
    repository.commit("one\n\n" + "x" * 50_000)
    idle = repository.change("two", "b")
    monkeypatch.setattr("console.commits.run.LARGEST", 10_000)
    seen = view(repository, live, idle)
    assert seen.would_ship is not None
    told = [(commit.subject, commit.trailers, commit.reverts, commit.files) for commit in seen.would_ship]
    assert told == [("two", None, None, None), ("one", None, None, None)]
    assert not seen.more_to_ship
    assert seen.ship_files == ("b",)


def test_parted_versions_without_a_common_commit(repository: Repository) -> None:
    live = repository.change("base", "a")
    repository.git("checkout", "--quiet", "--orphan", "other")
    idle = repository.change("other", "b")
    seen = view(repository, live, idle)
    assert (seen.would_ship is not None, seen.ship_files) == (True, None)


class TestBehind:
    def test_the_branch_of_head(self, repository: Repository) -> None:
        live, _, head = (repository.commit(subject) for subject in ("one", "two", "three"))
        behind = view(repository, live, None).behind
        assert behind is not None
        assert (behind.branch, behind.head.sha, behind.commits, behind.since) == ("main", head, 2, 1_700_000_120)
        assert not behind.at_least

    def test_nothing_behind(self, repository: Repository) -> None:
        head = repository.commit("one")
        behind = view(repository, head, None).behind
        assert behind is not None
        assert (behind.commits, behind.since) == (0, None)

    def test_a_named_branch_as_the_remote_has_it(self, repository: Repository, tmp_path: Path) -> None:
        live = repository.commit("one")
        repository.git("branch", "stable")
        head = repository.commit("two")
        repository.git("clone", "--quiet", str(repository.path), str(tmp_path / "clone"))
        clone = Repository(tmp_path / "clone")
        clone.commit("of this clone alone")
        for branch, name, sha in (("", "main", head), ("main", "main", head), ("stable", "stable", live)):
            behind = view(clone, live, None, branch).behind
            assert behind is not None
            assert (behind.branch, behind.head.sha) == (name, sha)

    def test_a_branch_that_is_not_there(self, repository: Repository) -> None:
        live = repository.commit("one")
        for branch in ("gone", "--all", "main^{tree}"):
            seen = view(repository, live, None, branch)
            assert seen.behind is None
            assert seen.problem == f"{repository.path} has no branch {branch}: look at `branch:` in the config"
