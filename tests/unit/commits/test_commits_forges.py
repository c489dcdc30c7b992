"""What servers tell of the same history is what the repository itself tells; only the words of their APIs differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from forge import Forge, served
from forge_gerrit import Gerrit
from forge_github import GitHub
from forge_gitlab import GitLab
from repositories import Repository

from console.commits.compare import compare
from console.config.model import CommitSource
from console.model.commit import Ci, CiState, Commit, CommitView

KINDS: dict[str, type[GitHub] | type[GitLab] | type[Gerrit]] = {"github": GitHub, "gitlab": GitLab, "gerrit": Gerrit}
EVIL = "\x1b[31m\u202e[bold]evil[/]\x07"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A branch with two sides that parted, a merge, a tag, and messages that nobody should trust."""
    made = Repository(tmp_path_factory.mktemp("forges") / "nova")
    made.change("one\n\nChange-Id: I1", "a")
    made.git("tag", "-a", "-m", "annotated", "v1.0")
    base = made.change("two (#7)", "db/versions/1.py")
    made.git("checkout", "--quiet", "-b", "side")
    made.change(f"{EVIL}\n\nThis reverts commit {base}.\n\nRollback-Safe: no", "db/versions/1.py", "é f")
    made.git("checkout", "--quiet", "main")
    made.change("three", "b")
    made.merge("side", "Merge side")
    made.git("checkout", "--quiet", "-b", "hotfix", base)
    made.change("hotfix", "c")
    made.git("checkout", "--quiet", "main")
    made.git("branch", "abcdef0", "v1.0")
    stream = "".join(
        f"commit refs/heads/long\ncommitter B <b> {1_700_001_000 + at} +0000\ndata <<X\nnumber {at}\nX\n"
        + (f"from {made.git('rev-parse', 'v1.0^{}')}\n" if at == 0 else "")
        for at in range(23)
    )
    made.git("fast-import", "--quiet", "--force", stdin=stream.encode())
    return made


@pytest.fixture(params=sorted(KINDS), scope="module")
def running(request: pytest.FixtureRequest, repository: Repository) -> Iterator[tuple[str, Forge]]:
    found = Forge(repository)
    with served(found, KINDS[request.param](found).routes()):
        yield request.param, found


@pytest.fixture
def forge(running: tuple[str, Forge]) -> tuple[str, Forge]:
    """A server that nobody has asked yet."""
    found = running[1]
    found.token, found.unchanged = "", 0
    found.requests.clear()
    return running


Look = Callable[..., CommitView]


@pytest.fixture
def look(forge: tuple[str, Forge], tmp_path: Path) -> Look:
    kind, found = forge

    def looked(live: str | None, idle: str | None = None, **more: object) -> CommitView:
        source = CommitSource(**{kind: found.url, "project": "example/nova"} | more)  # type: ignore[arg-type]
        return compare(source, live, idle, {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)})

    return looked


def bare(commit: Commit | None) -> Commit | None:
    """What git knows of it, but the files of a merge, which servers are not asked for."""
    if commit is None:
        return None
    return replace(commit, link="", change="", ci=Ci(), files=() if commit.is_merge else commit.files)


def each(commits: tuple[Commit, ...] | None) -> list[Commit | None]:
    assert commits is not None
    return [bare(commit) for commit in commits]


def test_the_same_as_the_repository_itself(look: Look, repository: Repository) -> None:
    live, idle = repository.git("rev-parse", "hotfix"), repository.git("rev-parse", "main")
    seen, own = look(live, idle), compare(CommitSource(repository.path, branch="main"), live, idle)
    assert (seen.problem, own.problem) == ("", "")
    assert (bare(seen.live), bare(seen.idle)) == (bare(own.live), bare(own.idle))
    assert sorted(map(str, each(seen.would_ship))) == sorted(map(str, each(own.would_ship)))
    assert each(seen.would_undo) == each(own.would_undo)
    assert each(seen.recent) == each(own.recent)
    assert seen.would_ship is not None
    assert seen.would_ship[0].is_merge
    assert sorted(seen.ship_files or ()) == sorted(own.ship_files or ()) == ["b", "db/versions/1.py", "é f"]
    assert seen.undo_files == own.undo_files == ("c",)
    assert seen.behind is not None
    assert own.behind is not None
    assert bare(seen.behind.head) == bare(own.behind.head)
    assert (seen.behind.branch, seen.behind.commits, seen.behind.since) == ("main", 3, own.behind.since)
    assert (seen.cached_at, seen.note, seen.more_to_ship) == (None, "", False)


def test_hostile_texts_arrive_as_they_are(look: Look, repository: Repository) -> None:
    seen = look(repository.git("rev-parse", "side"))
    assert seen.live is not None
    assert seen.live.subject == EVIL
    assert seen.live.trailers == (("Rollback-Safe", "no"),)
    assert seen.live.reverts == (repository.git("rev-parse", "side~1"),)


@pytest.mark.parametrize("name", ["v1.0", "1.0", "short", "described", "upper"])
def test_versions_in_all_forms(look: Look, repository: Repository, name: str) -> None:
    sha = repository.git("rev-parse", "v1.0^{}")
    version = {"short": sha[:9], "described": f"v1.0-0-g{sha[:8]}", "upper": sha.upper()}.get(name, name)
    seen = look(version)
    assert seen.problem == ""
    assert seen.live is not None
    assert (seen.live.sha, seen.live.subject) == (sha, "one")


@pytest.mark.parametrize("version", ["v9.9", "0123456", "0123456789abcdef0123456789abcdef01234567", "a b", "main"])
def test_unknown_versions_are_said_to_be_unknown(look: Look, version: str) -> None:
    seen = look(version)
    assert seen.live is None
    assert seen.problem.startswith(f"the live version `{version}` names no commit or tag in 127.0.0.1:")


def test_a_branch_named_like_a_short_sha_is_no_version(look: Look) -> None:
    assert look("abcdef0").live is None


def test_a_branch_that_is_not_there(look: Look) -> None:
    assert "has no branch gone: look at `branch:` in the config" in look("v1.0", branch="gone").problem


def test_a_project_that_is_not_there(look: Look) -> None:
    seen = look("v1.0", project="example/none")
    assert "no such project" in seen.problem


def test_more_commits_than_are_listed(look: Look, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ("github", "gitlab", "gitiles"):
        monkeypatch.setattr(f"console.commits.{source}._PAGE", 10)
    seen = look("v1.0", repository.git("rev-parse", "long"), most=15)
    assert seen.problem == ""
    assert seen.would_ship is not None
    assert [commit.subject for commit in seen.would_ship] == [f"number {at}" for at in range(22, 7, -1)]
    assert seen.more_to_ship


def test_the_files_of_a_commit_are_asked_for_once(
    look: Look, forge: tuple[str, Forge], repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one look may not ask for any more is said to be unknown, and follows with the next ones."""
    monkeypatch.setattr("console.commits.web.client.MOST_ASKED", 25)
    kind, found = forge
    seen, asked = look("v1.0", repository.git("rev-parse", "long")), len(found.requests)
    known = sum(one.files is not None for one in seen.would_ship or ())
    if kind == "gerrit":
        assert known == len(seen.would_ship or ())
        return
    assert known < len(seen.would_ship or ())
    assert "not known yet: no flag of paths is on them" in seen.note
    for _ in range(8):
        found.requests.clear()
        seen = look("v1.0", repository.git("rev-parse", "long"))
    assert all(one.files is not None for one in seen.would_ship or ())
    assert "not known yet" not in seen.note
    assert len(found.requests) < asked


def test_a_second_look_asks_nothing_and_a_later_one_conditionally(
    look: Look, forge: tuple[str, Forge], repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, idle = repository.git("rev-parse", "hotfix"), repository.git("rev-parse", "main")
    first = look(live, idle)
    asked = len(forge[1].requests)
    assert look(live, idle) == first
    assert len(forge[1].requests) == asked
    monkeypatch.setattr("console.commits.web.limits.SOONEST", 0.0)
    monkeypatch.setattr("console.commits.web.limits._SHARE", 0)
    assert replace(look(live, idle), limits="") == replace(first, limits="")
    again = len(forge[1].requests) - asked
    assert 0 < again < asked
    assert forge[1].unchanged > 0


def test_offline_the_last_answers_are_shown_with_their_age(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, idle = repository.git("rev-parse", "hotfix"), repository.git("rev-parse", "main")
    found, environ = Forge(repository), {"XDG_STATE_HOME": str(tmp_path / "state")}
    with served(found, GitHub(found).routes()) as url:
        source = CommitSource(github=url, project="example/nova")
        first = compare(source, live, idle, environ)
    monkeypatch.setattr("console.commits.web.limits.SOONEST", 0.0)
    monkeypatch.setattr("console.commits.web.limits._SHARE", 0)
    seen = compare(source, live, idle, environ)
    assert seen.would_ship == first.would_ship
    assert seen.cached_at is not None
    assert seen.problem == f"{url[7:]} did not answer: connection refused, so what it said before is shown"
    new = compare(source, "v1.0", idle, environ)
    assert new.live is None
    assert new.idle == first.idle
    assert "is left alone for 30 s more: connection refused" in new.problem


def test_a_token_of_the_environment(forge: tuple[str, Forge], look: Look, tmp_path: Path) -> None:
    kind, found = forge
    if kind == "gerrit":
        return  # its own test: another address, and another kind of login
    found.token = "Bearer s3cret"
    assert "tells this to nobody without credentials" in look("v1.0").problem
    source = CommitSource(**{kind: found.url, "project": "example/nova", "token": "FORGE"})  # type: ignore[arg-type]
    environ = {"XDG_STATE_HOME": str(tmp_path / "state"), "FORGE": "s3cret"}
    assert compare(source, "v1.0", None, environ).problem == ""
    refused = compare(source, "v1.0", None, environ | {"FORGE": "other", "XDG_STATE_HOME": str(tmp_path / "2")})
    assert "refuses the credentials of $FORGE" in refused.problem
    assert compare(source, "v1.0", None, {}).problem.startswith("$FORGE is not set, and the config says")


def test_gerrit_with_a_login_from_netrc(repository: Repository, tmp_path: Path) -> None:
    found = Forge(repository, token="Basic b3BzOnMzY3JldA==")
    with served(found, Gerrit(found, base="/a").routes()) as url:
        source = CommitSource(gerrit=url, project="example/nova")
        netrc = tmp_path / ".netrc"
        netrc.write_text("machine 127.0.0.1 login ops password s3cret\n")
        netrc.chmod(0o600)
        environ = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
        assert compare(source, "v1.0", None, environ).problem == ""
        netrc.chmod(0o644)
        seen = compare(source, "v1.0", None, environ)
        assert seen.problem.startswith(f"{netrc} is not used, because others can read it: chmod 600")


def test_gerrit_without_gitiles_asks_for_a_clone(repository: Repository, tmp_path: Path) -> None:
    found, environ = Forge(repository), {"XDG_STATE_HOME": str(tmp_path / "state")}
    live, idle = repository.git("rev-parse", "hotfix"), repository.git("rev-parse", "main")
    found.states = {repository.git("rev-parse", "main~1"): "approved"}
    with served(found, Gerrit(found, browsed=False).routes()) as url:
        source = CommitSource(gerrit=url, project="example/nova")
        assert "a clone beside the server" in compare(source, live, idle, environ).problem
        seen = compare(source._replace(git=repository.path), live, idle, environ)
    assert seen.problem == ""
    assert seen.would_ship is not None
    three = next(commit for commit in seen.would_ship if commit.subject == "three")
    assert three.ci.state is CiState.PASSED
    assert three.link == f"{url}/c/example/nova/+/{three.change}"


def test_a_renamed_project(repository: Repository, tmp_path: Path) -> None:
    found = Forge(repository)
    with served(found, GitHub(found).routes()) as url:
        source = CommitSource(github=url, project="example/old")
        seen = compare(source, "v1.0", None, {"XDG_STATE_HOME": str(tmp_path / "state")})
    assert seen.live is not None
    assert seen.problem == ""
    assert seen.note == f"{url[7:]} says that the project has another name now: give it in the config"
    assert "4,9" in seen.limits
