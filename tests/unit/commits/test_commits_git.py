from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from repositories import Repository

from console.commits.compare import compare
from console.config.model import CommitSource
from console.model.commit import Commit, CommitView


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "nova")


def view(repository: Repository, live: str | None, idle: str | None, most: int = 5000) -> CommitView:
    return compare(CommitSource(repository.path, most=most), live, idle)


def running(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return False


def subjects(commits: tuple[Commit, ...] | None) -> list[str]:
    assert commits is not None
    return [commit.subject for commit in commits]


def test_what_would_ship_newest_first(repository: Repository) -> None:
    live, between, idle = repository.commit("one"), repository.commit("two"), repository.commit("three")
    seen = view(repository, live, idle)
    assert seen.problem == ""
    assert seen.live == Commit(live, "one", "Alice", 1_700_000_060, 1_700_000_060, (), (), (), ())
    assert seen.idle == Commit(idle, "three", "Alice", 1_700_000_180, 1_700_000_180, (between,), (), (), ())
    assert subjects(seen.would_ship) == ["three", "two"]
    assert seen.would_undo == ()
    assert subjects(seen.recent) == ["one"]
    assert not seen.more_to_ship
    assert not seen.more_to_undo


def test_what_would_be_undone_when_the_idle_one_is_older(repository: Repository) -> None:
    idle, live = repository.commit("one"), repository.commit("two")
    seen = view(repository, live, idle)
    assert seen.would_ship == ()
    assert subjects(seen.would_undo) == ["two"]


def test_versions_that_have_parted(repository: Repository) -> None:
    base = repository.commit("base")
    live = repository.commit("hotfix", parent=base)
    idle = repository.commit("feature", parent=base)
    seen = view(repository, live, idle)
    assert (subjects(seen.would_ship), subjects(seen.would_undo)) == (["feature"], ["hotfix"])


def test_the_same_version_on_both(repository: Repository) -> None:
    both = repository.commit("one")
    seen = view(repository, both, both)
    assert (seen.would_ship, seen.would_undo, seen.problem) == ((), (), "")


def test_one_colour_only(repository: Repository) -> None:
    live = repository.commit("one")
    seen = view(repository, live, None)
    assert (seen.would_ship, seen.would_undo, seen.idle, seen.problem) == (None, None, None, "")
    assert subjects(seen.recent) == ["one"]


def test_live_unknown(repository: Repository) -> None:
    seen = view(repository, None, repository.commit("one"))
    assert seen.problem == "the live version is unknown"
    assert seen.idle is not None
    assert seen.would_ship is None


class TestNames:
    """How instances tell their version."""

    @pytest.fixture
    def tagged(self, repository: Repository) -> str:
        repository.commit("one")
        repository.git("tag", "v1.0")
        repository.git("tag", "-a", "-m", "annotated", "release/2026.1")
        return repository.commit("two")

    def subject(self, repository: Repository, version: str) -> str | None:
        seen = view(repository, version, None)
        return seen.live.subject if seen.live is not None else None

    def test_short_and_upper_case_shas(self, repository: Repository, tagged: str) -> None:
        for version in (tagged, tagged[:7], tagged[:12], tagged.upper(), f" {tagged}\n"):
            assert self.subject(repository, version) == "two", version

    def test_tags(self, repository: Repository, tagged: str) -> None:
        assert self.subject(repository, "v1.0") == "one"
        assert self.subject(repository, "release/2026.1") == "one"

    def test_describe(self, repository: Repository, tagged: str) -> None:
        assert self.subject(repository, repository.git("describe", "--tags", "--long")) == "two"

    def test_built_from_changed_files(self, repository: Repository, tagged: str) -> None:
        seen = view(repository, f"v1.0-1-g{tagged[:8]}-dirty", None)
        assert seen.live is not None
        assert "was built from changed files" in seen.problem

    def test_a_tag_comes_before_a_short_sha(self, repository: Repository, tagged: str) -> None:
        repository.git("tag", tagged[:8], "v1.0")
        assert self.subject(repository, tagged[:8]) == "one"
        assert self.subject(repository, tagged) == "two"

    def test_branches_and_positions_are_no_versions(self, repository: Repository, tagged: str) -> None:
        repository.git("branch", tagged[:9], "v1.0")
        assert self.subject(repository, tagged[:9]) == "two"
        for version in ("main", "HEAD", "@", "v1.0~0", "v1.0^{}", "HEAD@{0}", ":/two", "main:x"):
            assert self.subject(repository, version) is None, version

    @pytest.mark.parametrize("version", ["--help", "-n1", "--output=/tmp/x", "", " ", "a\0b", "a\nb", "é", "x" * 5000])
    def test_anything_else_names_nothing(self, repository: Repository, tagged: str, version: str) -> None:
        seen = view(repository, version, tagged)
        assert seen.live is None
        assert "names no commit or tag in" in seen.problem
        assert seen.problem.isprintable()
        assert len(seen.problem) < 500

    def test_a_tag_of_something_else_than_a_commit(self, repository: Repository, tagged: str) -> None:
        repository.git("tag", "tree", "HEAD^{tree}")
        assert self.subject(repository, "tree") is None


class TestBounds:
    def test_more_than_are_listed(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.commits.compare.RECENT", 2)
        shas = [repository.commit(str(number)) for number in range(5)]
        ahead, exactly = view(repository, shas[0], shas[4], 3), view(repository, shas[3], shas[0], 3)
        assert subjects(ahead.would_ship) == ["4", "3", "2"]
        assert ahead.more_to_ship
        assert subjects(exactly.would_undo) == ["3", "2", "1"]
        assert not exactly.more_to_undo
        assert subjects(exactly.recent) == ["3", "2"]

    def test_long_subjects_are_cut_and_kept_raw(self, repository: Repository) -> None:
        seen = view(repository, repository.commit("\x1b[31m" + "x" * 100_000), None)
        assert seen.live is not None
        assert len(seen.live.subject) == 500
        assert seen.live.subject.startswith("\x1b[31m")

    def test_a_subject_larger_than_what_is_read(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.commits.run.LARGEST", 10_000)
        live = repository.commit("small")
        idle = repository.commit("x" * 50_000)
        repository.commit("after")
        seen = view(repository, live, idle)
        assert seen.idle is not None
        assert len(seen.idle.subject) == 500
        assert seen.would_ship == (seen.idle,)
        assert seen.idle.trailers is None  # so that nobody knows whether it is safe

    def test_undecodable_subjects(self, repository: Repository) -> None:
        sha = repository.raw(b"B <b> 1700000000 +0000", b"encoding lies \x80\xff")
        seen = view(repository, sha, None)
        assert seen.live is not None
        assert seen.live.subject == "encoding lies \ufffd\ufffd"

    def test_markup_newlines_and_separators_stay_in_their_fields(self, repository: Repository) -> None:
        first = repository.commit("[bold]a\x1fb\x1e[/]\nsecond line\n\nbody", author="E\x1fve")
        second = repository.commit("")
        seen = view(repository, second, None)
        assert [(c.subject, c.author) for c in seen.recent] == [
            ("", "Alice"),
            ("[bold]a\x1fb\x1e[/] second line", "E\x1fve"),
        ]
        assert [c.sha for c in seen.recent] == [second, first]

    def test_times_no_calendar_takes(self, repository: Repository) -> None:
        seen = view(repository, repository.raw(b"B <b> %s +0000" % (b"9" * 25), b"odd"), None)
        assert seen.live is not None
        assert seen.live.at == 0.0


class TestProblems:
    def test_unknown_version(self, repository: Repository) -> None:
        live = repository.commit("one")
        seen = view(repository, live, "0123456789abcdef0123456789abcdef01234567")
        assert seen.live is not None
        assert seen.would_ship is None
        assert seen.problem == (
            "the idle version `0123456789abcdef0123456789abcdef01234567` names no commit or tag in "
            f"{repository.path}: fetch there, or look at `version:` in the config"
        )

    def test_an_empty_repository(self, repository: Repository) -> None:
        assert "names no commit" in view(repository, "abcdef0", None).problem

    def test_no_such_folder(self, tmp_path: Path) -> None:
        problem = compare(CommitSource(tmp_path / "gone"), "abcdef0", None).problem
        assert problem.startswith(f"{tmp_path}/gone is no folder on this host")

    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert compare(CommitSource(tmp_path / "file"), "abcdef0", None).problem

    def test_no_repository_even_inside_of_one(self, repository: Repository) -> None:
        live = repository.commit("one")
        inside = repository.path / "folder"
        inside.mkdir()
        assert compare(CommitSource(inside), live, None).problem.startswith(f"{inside} is not a git repository")

    def test_a_link_to_a_repository(self, repository: Repository, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(repository.path)
        assert compare(CommitSource(tmp_path / "link"), repository.commit("one"), None).problem == ""

    def test_a_bare_repository(self, repository: Repository, tmp_path: Path) -> None:
        live = repository.commit("one")
        repository.git("clone", "--quiet", "--bare", str(repository.path), str(tmp_path / "bare.git"))
        seen = compare(CommitSource(tmp_path / "bare.git"), live, None)
        assert seen.live == Commit(live, "one", "Alice", 1_700_000_060, 1_700_000_060, (), (), (), ())

    def test_a_shallow_clone(self, repository: Repository, tmp_path: Path) -> None:
        old, new = repository.commit("one"), repository.commit("two")
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(tmp_path / "shallow"))
        seen = compare(CommitSource(tmp_path / "shallow"), old, new)
        assert seen.problem.startswith(f"{tmp_path}/shallow is a shallow clone: older commits are missing; the live")
        assert seen.idle is not None

    def test_what_a_shallow_clone_has_cut_off_may_be_in_the_range(self, repository: Repository, tmp_path: Path) -> None:
        two, three = [repository.commit(word) for word in ("one", "two", "three")][1:]
        repository.git("clone", "--quiet", "--depth=2", f"file://{repository.path}", str(tmp_path / "shallow"))
        seen = compare(CommitSource(tmp_path / "shallow"), two, three)
        assert (len(seen.would_ship or ()), seen.more_to_ship) == (1, True)
        assert seen.behind is not None
        assert seen.behind.at_least

    def test_a_commit_that_somebody_looks_at_is_no_branch(self, repository: Repository) -> None:
        old, _ = repository.commit("one"), repository.commit("two")
        repository.git("checkout", "--quiet", "--detach")
        assert view(repository, old, None).behind is None

    def test_a_bare_clone_is_brought_up_to_date(self, repository: Repository, tmp_path: Path) -> None:
        old = repository.commit("one")
        repository.git("clone", "--quiet", "--bare", str(repository.path), str(tmp_path / "bare.git"))
        repository.commit("two")
        seen = compare(CommitSource(tmp_path / "bare.git", fetch=True), old, None)
        assert seen.behind is not None
        assert seen.behind.commits == 1

    def test_git_is_not_installed(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nonexistent")
        assert view(repository, "abcdef0", None).problem == (
            "git is not installed on this host, so no commits can be shown"
        )

    def test_a_damaged_repository(self, repository: Repository) -> None:
        live = repository.commit("one")
        idle = repository.commit("two")
        (repository.path / ".git/objects" / live[:2] / live[2:]).unlink()
        seen = view(repository, live, idle)
        assert seen.problem
        assert seen.would_ship is None

    def test_an_endless_git_is_ended(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.commits.run.TIMEOUT", 0.3)
        slow = tmp_path / "bin/git"
        slow.parent.mkdir()
        slow.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/pid\nwait\n")
        slow.chmod(0o755)
        monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
        begun = time.monotonic()
        assert view(repository, "abcdef0", None).problem == f"git did not answer within 0.3 s in {repository.path}"
        assert time.monotonic() - begun < 10
        helper = int((tmp_path / "pid").read_text())
        deadline = time.monotonic() + 10
        while running(helper) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not running(helper)


def test_nothing_of_the_repository_is_run_or_changed(repository: Repository, tmp_path: Path) -> None:
    live = repository.commit("one")
    tree = repository.git("write-tree")
    signed = f"tree {tree}\nparent {live}\nauthor A <a> 1 +0000\ncommitter B <b> 1700000000 +0000\n"
    signed += "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abcd\n -----END PGP SIGNATURE-----\n\ntwo\n"
    idle = repository.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=signed.encode())
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for setting in ("core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand", "diff.external", "pager.log"):
        repository.git("config", setting, str(trap))
    repository.git("config", "log.showSignature", "true")
    before = {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")}
    assert subjects(view(repository, live, idle).would_ship) == ["two"]
    assert not (tmp_path / "sprung").exists()
    assert {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")} == before


def test_a_partial_clone_fetches_nothing(repository: Repository, tmp_path: Path) -> None:
    live = repository.commit("one")
    clone = tmp_path / "partial"
    for setting in ("allowFilter", "allowAnySHA1InWant"):
        repository.git("config", f"uploadpack.{setting}", "true")
    repository.git("clone", "--quiet", "--filter=tree:0", "--no-checkout", f"file://{repository.path}", str(clone))
    newer = repository.commit("two")
    seen = compare(CommitSource(clone), live, newer)
    assert seen.live is not None
    assert "names no commit" in seen.problem


def test_variables_of_this_process_do_not_reach_git(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = repository.commit("one")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert view(repository, live, None).problem == ""
    assert not (tmp_path / "trace").exists()
