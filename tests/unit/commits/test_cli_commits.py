from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commit_services import service, side
from repositories import Repository

from console.cli import commits
from console.cli.main import main
from console.model.colour import Colour
from console.model.commit import Commit, CommitView
from console.model.compared import Versions
from console.model.record import Record
from console.model.service import ColourSet, Service

BLUE, GREEN = Colour.BLUE, Colour.GREEN
NOW = 1_700_000_000.0
ONE = Commit("1" * 40, "Fix quota race", "Alice", NOW - 7200)
EVIL = Commit("2" * 40, "\x1b[2J[bold]\u202eevil\nline", "M\x07allory of the long name", NOW - 90)


def printed(view: CommitView, seen: Service | None = None, pair: Versions | None = None) -> list[str]:
    seen = seen or service(side(BLUE, 1, "1" * 40), side(GREEN, 0, "v2"))
    return list(commits.lines(seen, pair or Versions("1" * 40, "v2", BLUE), view, NOW))


def test_what_is_printed() -> None:
    view = CommitView(live=ONE, idle=EVIL, would_ship=(EVIL,), would_undo=(), recent=(ONE,))
    assert printed(view) == [
        "api  staging",
        "  BLUE   live  1111111111111111111111111111111111111111  Fix quota race",
        "  GREEN  idle  v2 2222222  \\x1b[2J[bold]\\u202eevil\\nline",
        "",
        "1 commit would ship with GREEN",
        "  going back afterwards is safe: unknown: 2222222 \\x1b[2J[bold]\\u202eevil\\nline "
        "(the files that it changes are not known)",
        "  2222222    1m ago  M\\x07allory o...  \\x1b[2J[bold]\\u202eevil\\nline",
        "           ! the files that it changes are not known",
        "0 commits would be undone",
        "",
        "live now, newest first",
        "  1111111    2h ago  Alice             Fix quota race",
    ]


def test_more_than_are_listed() -> None:
    lines = printed(CommitView(would_ship=(ONE,), would_undo=(ONE, ONE), more_to_ship=True, more_to_undo=True))
    assert "more than 1 commits would ship with GREEN" in lines
    assert "more than 2 commits would be undone" in lines
    assert lines.count("  ... and more") == 2


def test_problems_are_said_and_visible() -> None:
    assert "  ! no \\x1b repository" in printed(CommitView(problem="no \x1b repository"))


def test_what_is_remembered_is_not_passed_off_as_of_now() -> None:
    lines = printed(CommitView(cached_at=NOW - 7200, note="nova is \x1b now nova2", limits="12 of 60 calls left"))
    assert lines[3:] == [
        "  ! remembered, from 2h ago: the server does not answer now",
        "  nova is \\x1b now nova2",
        "  12 of 60 calls left",
    ]


def test_what_is_remembered_is_dated_for_programs_too() -> None:
    seen = service(side(BLUE, 1, "1" * 40), side(GREEN, 0, "v2"))
    view = CommitView(cached_at=NOW, note="moved", limits="few left")
    answer = commits.as_json(seen, Versions("1" * 40, "v2", BLUE), view)
    assert (answer["cached_at"], answer["note"], answer["limits"]) == (NOW, "moved", "few left")


def test_while_both_serve_each_direction_is_named() -> None:
    view = CommitView(would_ship=(ONE,), would_undo=(ONE,))
    facts = service(side(BLUE, 1, "v1"), side(GREEN, 1, "v2"))
    pair = Versions("v1", "v2", BLUE, both=True)
    lines = list(commits.lines(facts, pair, view, NOW))
    assert "  both serve, and no rollout is known to move traffic: each direction is shown" in lines
    assert any(one.startswith("1 commit in GREEN and not in BLUE") for one in lines)
    assert any(one.startswith("  once all traffic is on BLUE, going back is safe: ") for one in lines)
    lines = list(commits.lines(replace(facts, record=Record(heading=BLUE)), pair, view, NOW))
    assert "  both serve: traffic moves from GREEN to BLUE" in lines
    assert any(one.startswith("1 commit in BLUE and not in GREEN: they ship") for one in lines)


def test_one_colour_only() -> None:
    seen = service(side(BLUE, 1, "v1"), ColourSet(GREEN))
    lines = printed(CommitView(live=ONE, recent=(ONE,)), seen, Versions("v1", None, BLUE))
    assert lines[1:3] == ["  BLUE   live  v1 1111111  Fix quota race", "  GREEN  none"]
    assert not any("would" in line for line in lines)


@pytest.mark.parametrize(
    ("at", "shown"), [(0.0, ""), (-5.0, ""), (NOW + 1e14, ""), (NOW + 5, "now"), (NOW - 86400 * 800, "2y ago")]
)
def test_ages(at: float, shown: str) -> None:
    commit = Commit("1" * 40, "s", "a", at)
    assert f"  1111111  {shown:>8}  a" in printed(CommitView(recent=(commit,)), None, None)[-1]


class TestVerb:
    @pytest.fixture
    def repository(self, tmp_path: Path) -> Repository:
        return Repository(tmp_path / "nova")

    def ask(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seen: Service, *words: str, extra: str = "") -> int:
        path = tmp_path / "config.yaml"
        extra = extra or f"commits: {{git: {tmp_path}/nova}}"
        path.write_text(f"services:\n  api:\n    cloud: c\n    {extra}\n")
        # what is live comes from a cloud; everything after that is as it is
        monkeypatch.setattr(commits, "look", lambda config, name, **_: seen)
        return main(["commits", "--config", str(path), *words])

    def test_as_if_the_other_colour_ran_another_version(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Before instances are made of an image: there are none yet, or of an older release."""
        live, new = repository.commit("one"), repository.commit("two")
        seen = service(side(BLUE, 1, live), ColourSet(GREEN))
        assert self.ask(monkeypatch, tmp_path, seen, "api", "--with", new) == 0
        out = capsys.readouterr().out
        assert f"  GREEN  as if  {new}  two" in out
        assert "1 commit would ship with GREEN" in out
        assert self.ask(monkeypatch, tmp_path, seen, "api", "--json", "--with", new[:9]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert (answer["supposed"], [one["sha"] for one in answer["would_ship"]]) == (True, [new])
        assert self.ask(monkeypatch, tmp_path, seen, "api", "--with", "v9") == 1
        assert "the idle version `v9` names no commit or tag" in capsys.readouterr().out

    def test_json(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        live, idle = repository.commit("one"), repository.commit("caf\u00e9 \x1b")
        seen = service(side(BLUE, 0, idle), side(GREEN, 1, live))
        assert self.ask(monkeypatch, tmp_path, seen, "api", "--json") == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        common: dict[str, Any] = {
            "author": "Alice",
            "trailers": [],
            "reverts": [],
            "files": [],
            "link": "",
            "change": "",
        }
        common["ci"] = {"state": "unknown", "label": "", "link": "", "why": ""}
        at, then = 1_700_000_120.0, 1_700_000_060.0
        shipped = common | {"sha": idle, "subject": "caf\u00e9 \x1b", "at": at, "authored": at, "parents": [live]}
        one = common | {"sha": live, "subject": "one", "at": then, "authored": then, "parents": []}
        assert answer == {
            "schema": 1,
            "service": "api",
            "live": {"colour": "green", "version": live, "commit": one},
            "idle": {"colour": "blue", "version": idle, "commit": shipped},
            "supposed": False,
            "would_ship": [shipped],
            "more_to_ship": False,
            "would_undo": [],
            "more_to_undo": False,
            "both": False,
            "heading": None,
            "ship": {
                "rollback_safe": {"verdict": "yes", "reason": "nothing in 1 commit says otherwise", "commits": []},
                "flags": {},
                "tests": {"passed": 0, "failed": 0, "running": 0, "none": 0, "unknown": 1},
                "merges": 0,
                "marked": {},
            },
            "undo": {
                "rollback_safe": {"verdict": "yes", "reason": "there is no commit to undo", "commits": []},
                "flags": {},
                "tests": {"passed": 0, "failed": 0, "running": 0, "none": 0, "unknown": 0},
                "merges": 0,
                "marked": {},
            },
            "behind": {"branch": "main", "head": shipped, "commits": 1, "at_least": False, "since": at},
            "recent": [one],
            "problem": "",
            "cached_at": None,
            "limits": "",
            "note": "",
        }

    def test_for_people(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        repository.clock = int(time.time()) - 7200
        live, idle = repository.commit("one"), repository.commit("two")
        assert self.ask(monkeypatch, tmp_path, service(side(BLUE, 1, live), side(GREEN, 0, idle))) == 0
        out = capsys.readouterr().out
        assert "1 commit would ship with GREEN\n" in out
        assert f"  {idle[:7]}    1h ago  Alice             two\n" in out

    def test_a_version_the_repository_does_not_know(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        live = repository.commit("one")
        seen = service(side(BLUE, 1, live), side(GREEN, 0, "\x1b9.9"))
        assert self.ask(monkeypatch, tmp_path, seen) == 1
        out = capsys.readouterr().out
        assert "  ! the idle version `\\x1b9.9` names no commit or tag" in out
        assert "\x1b" not in out

    def test_mixed_versions_are_said_once(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        seen = service(side(BLUE, 1, "a", "b"), side(GREEN, 0, repository.commit("one")))
        assert self.ask(monkeypatch, tmp_path, seen) == 1
        assert "  ! the instances of BLUE run 2 versions\n" in capsys.readouterr().out

    def test_an_odd_version_does_no_harm_in_json(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        seen = service(side(BLUE, 1, "\ud800\x1b"), side(GREEN, 0, "x"))
        assert self.ask(monkeypatch, tmp_path, seen, "--json") == 1
        assert json.loads(capsys.readouterr().out)["live"]["version"] == "\ud800\x1b"

    def test_no_cloud(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        seen = service(ColourSet(BLUE), ColourSet(GREEN), seen=False)
        assert self.ask(monkeypatch, tmp_path, seen) == 4
        assert "api: what is live cannot be told: no route to host\n  look" in capsys.readouterr().err

    def test_no_commits_configured(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        seen = service(ColourSet(BLUE), ColourSet(GREEN))
        assert self.ask(monkeypatch, tmp_path, seen, extra="region: r") == 2
        assert "the service api has no `commits`" in capsys.readouterr().err

    def test_an_unknown_service(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.ask(monkeypatch, tmp_path, service(ColourSet(BLUE), ColourSet(GREEN)), "apu") == 2
        assert "apu" in capsys.readouterr().err

    def test_flags_tests_and_files(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        repository: Repository,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        live = repository.commit("one")
        (repository.path / "migrations").mkdir()
        (repository.path / "migrations" / "0042.py").write_text("drop")
        repository.git("add", ".")
        bad = repository.commit("Drop columns\n\nRollback-Safe: no, drops columns\n")
        idle = repository.commit(f"Take it back\n\nThis reverts commit {bad}.\n")
        seen = service(side(BLUE, 1, live), side(GREEN, 0, idle))
        assert self.ask(monkeypatch, tmp_path, seen, "--files") == 0
        out = capsys.readouterr().out
        assert "2 commits would ship with GREEN: 1 migration; 1 reverted\n" in out
        assert f"going back afterwards is safe: no: {bad[:7]} Drop columns (migration, Rollback-Safe: no" in out
        assert "           ! migration, Rollback-Safe: no, drops columns\n" in out
        assert f"           reverted by {idle[:7]}\n" in out
        assert "           migrations/0042.py\n" in out
        assert self.ask(monkeypatch, tmp_path, seen, "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["ship"]["rollback_safe"]["verdict"] == "no"
        assert answer["ship"]["marked"][bad]["reverted_by"] == idle
