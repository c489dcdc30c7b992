"""A clone is fetched only where the config says so, not too often, and without running anything of its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from repositories import Repository

from console.commits import fetch
from console.commits.compare import compare
from console.config.model import CommitSource
from console.model.commit import CommitView


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "origin")
    made.commit("one")
    return made


@pytest.fixture(params=["worktree", "bare"])
def clone(request: pytest.FixtureRequest, origin: Repository, tmp_path: Path) -> Path:
    words = ("--bare",) if request.param == "bare" else ()
    origin.git("clone", "--quiet", *words, str(origin.path), str(tmp_path / "clone"))
    if words:
        # as `git clone --mirror` has it; a plain bare clone fetches no branches
        origin.git("-C", str(tmp_path / "clone"), "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
    return tmp_path / "clone"


def look(clone: Path, version: str, *, fetched: bool = True) -> CommitView:
    return compare(CommitSource(clone, fetch=fetched), version, None)


def test_only_where_the_config_says_so(origin: Repository, clone: Path) -> None:
    new = origin.commit("two")
    assert look(clone, new, fetched=False).live is None
    seen = look(clone, new)
    assert seen.live is not None
    assert seen.problem == ""
    assert seen.behind is not None
    assert seen.behind.head.sha == new


def test_not_again_within_a_few_minutes(origin: Repository, clone: Path) -> None:
    look(clone, "one")
    new = origin.commit("two")
    assert look(clone, new).live is None
    mark = next(clone.rglob("FETCH_HEAD"))
    os.utime(mark, (time.time() - fetch.EVERY - 1,) * 2)
    assert look(clone, new).live is not None


def test_an_origin_that_is_gone_leaves_what_there_is_with_its_age(origin: Repository, clone: Path) -> None:
    old = origin.git("rev-parse", "HEAD")
    look(clone, old)
    mark = next(clone.rglob("FETCH_HEAD"))
    at = time.time() - 7200
    os.utime(mark, (at, at))
    origin.path.rename(origin.path.with_name("gone"))
    seen = look(clone, old)
    assert seen.live is not None
    assert "so what was fetched before is shown" in seen.problem
    assert seen.cached_at == pytest.approx(at, abs=1)


def test_a_fetch_that_failed_is_none_for_those_who_look_next(origin: Repository, clone: Path) -> None:
    old = origin.git("rev-parse", "HEAD")
    look(clone, old)
    next(clone.rglob("FETCH_HEAD")).write_text("")  # as git leaves it where the server does not answer
    seen = look(clone, old)
    assert seen.live is not None
    assert "the last fetch, a moment ago, brought nothing" in seen.problem


def test_a_clones_own_way_to_call_ssh_is_kept(clone: Path) -> None:
    assert fetch._ssh(clone)[0] == "-c"
    Repository.git(_at(clone), "config", "core.sshCommand", "ssh -i /etc/deploy.key")
    assert fetch._ssh(clone) == ()


def test_nothing_of_the_clone_runs(origin: Repository, clone: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    hooks = clone / ".git/hooks" if (clone / ".git").exists() else clone / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-merge", "pre-auto-gc", "post-rewrite"):
        (hooks / name).symlink_to(trap)
    origin.git("-C", str(clone), "config", "remote.evil.url", f"ext::{trap}")
    assert look(clone, origin.commit("two")).live is not None
    origin.git("-C", str(clone), "config", "remote.origin.url", f"ext::{trap}")
    os.utime(next(clone.rglob("FETCH_HEAD")), (1, 1))
    assert "not allowed" in look(clone, "one").problem
    assert not (tmp_path / "sprung").exists()


def test_a_fetch_that_hangs_is_ended(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "WITHIN", 0.3)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(slow))
    Repository.git(_at(clone), "config", "remote.origin.url", "ssh://nobody@127.0.0.1/x")
    began = time.monotonic()
    assert "git did not answer within 0.3 s" in look(clone, "one").problem
    assert time.monotonic() - began < 20


def _at(path: Path) -> Repository:
    found = Repository.__new__(Repository)
    found.path = path
    return found


def test_a_clone_that_nobody_fetches_into_says_for_how_long(origin: Repository, clone: Path) -> None:
    old = origin.git("rev-parse", "HEAD")
    look(clone, old)
    assert look(clone, old, fetched=False).note == ""
    at = time.time() - 3.5 * 86_400
    os.utime(next(clone.rglob("FETCH_HEAD")), (at, at))
    seen = look(clone, old, fetched=False)
    assert seen.note.startswith("nobody has fetched into the clone for 3 days")
    assert seen.problem == ""
