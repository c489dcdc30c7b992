"""`freeze`, `unfreeze`, `allow` on the command line, and what `status` says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import service, usual

from console.cli import main as cli
from console.errors import CloudError
from console.model.service import Service

CONFIG = """\
services:
  api: {{cloud: nowhere, rotation: {{load_balancer: api, pool: api}}}}
  other: {{cloud: nowhere, rotation: {{load_balancer: other, pool: other}}}}
journal: sqlite:///{}/journal.db
"""

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(tmp_path))
    path.chmod(0o600)
    return lambda *words: cli.main([words[0], "--config", str(path), *words[1:]])


def test_a_freeze_is_listed_with_who_why_and_until_when(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("freeze", "api", "--until", "3d", "--reason", "holidays") == 0
    assert "nothing but a rollback is begun" in capsys.readouterr().out
    assert run("freeze", "--list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("api: frozen until 20")
    assert first.endswith(": holidays")
    assert second == "other: not frozen"
    assert run("unfreeze", "api", "--reason", "over") == 0
    assert run("freeze", "--list", "api") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "api: not frozen"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("freeze", "api"), "needs --reason"),
        (("freeze", "--reason", "x"), "which service?"),
        (("freeze", "api", "--until", "yesterday", "--reason", "x"), "no moment"),
        (("unfreeze", "api", "--reason", "x"), "not frozen"),
        (("allow", "api", "--reason", "x"), "which service?"),
        (("allow", "api", "3f2a9c1", "--reason", "x"), "3f2a9c1 of api is not barred"),
        (("allow", "api", "3f2a9c1"), "needs --reason"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(*words) == 2
    assert said in capsys.readouterr().err


def test_history_has_who_decided_what_and_why(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("freeze", "api", "--until", "3d", "--reason", "holidays")
    run("unfreeze", "api", "--reason", "over")
    capsys.readouterr()
    assert run("history") == 0
    _, last, first = capsys.readouterr().out.splitlines()
    assert "unfreeze api" in last
    assert last.endswith('"over"')
    assert "freeze api until 20" in first
    run("history", "api", "--json")
    told = json.loads(capsys.readouterr().out)["decided"]
    assert [one["kind"] for one in told] == ["freeze", "unfreeze"]
    run("history", "other", "--json")
    assert json.loads(capsys.readouterr().out)["decided"] == []


def test_control_characters_of_a_reason_are_made_visible(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("freeze", "api", "--reason", "red \x1b[31m alert")
    run("freeze", "--list", "api")
    assert "\x1b" not in capsys.readouterr().out


def test_status_has_it_for_people_and_for_programs(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("freeze", "api", "--reason", "holidays")
    capsys.readouterr()
    run("status", "api")
    shown = capsys.readouterr().out
    assert "FROZEN until somebody takes it back" in shown
    assert "holidays" in shown
    run("status", "api", "--json")
    (service,) = json.loads(capsys.readouterr().out)["services"]
    assert service["record"]["freeze"]["reason"] == "holidays"
    assert service["record"]["freeze"]["until"] is None


def test_a_plan_of_a_frozen_service_is_refused_whatever_the_cloud_says(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.cli import plan as verb
    from console.rollout.standing import with_record

    monkeypatch.setattr(
        verb, "look", lambda config, name, **_: with_record(config.journal, replace(usual(), name=name))
    )
    run("freeze", "api", "--reason", "holidays")
    assert run("plan", "api") == 3
    assert "api is frozen until somebody takes it back by " in capsys.readouterr().out


def test_the_old_colour_is_kept_until_a_time_with_who_and_why(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.cli import keep
    from console.cli import plan as verb
    from console.rollout.standing import with_record

    for module in (keep, verb):
        monkeypatch.setattr(
            module, "look", lambda config, name, **_: with_record(config.journal, replace(usual(), name=name))
        )
    assert run("unkeep", "api", "--reason", "x") == 2
    assert "no colour of api is kept" in capsys.readouterr().err
    assert run("keep", "api", "--until", "3d", "--reason", "month's end") == 0
    assert "GREEN of api is kept until 20" in capsys.readouterr().out
    assert run("history") == 0
    assert "keep api green until 20" in capsys.readouterr().out
    assert run("unkeep", "api", "--reason", "over") == 0
    assert "it was kept until 20" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--colour", "blue"), "BLUE of api serves"),
        (("--colour", "green"), "GREEN of api has no instances"),
        ((), "GREEN of api has no instances"),
    ],
)
def test_what_serves_or_is_not_there_is_not_kept(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    from console.cli import keep

    alone = service(usual().blue.instances, [])
    monkeypatch.setattr(keep, "look", lambda config, name, **_: replace(alone, name=name))
    assert run("keep", "api", *words, "--until", "3d", "--reason", "month's end") == 2
    assert said in capsys.readouterr().err
    assert run("unkeep", "api", "--reason", "x") == 2


def test_a_colour_that_is_named_is_kept_although_the_cloud_shows_nothing(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.cli import keep

    def unseen(*_: object, **__: object) -> Service:
        raise CloudError("the cloud does not answer", "")

    monkeypatch.setattr(keep, "look", unseen)
    assert run("keep", "api", "--until", "3d", "--reason", "x") != 0
    assert run("keep", "api", "--colour", "green", "--until", "3d", "--reason", "x") == 0
    assert "GREEN of api is kept until 20" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("keep", "api", "--until", "3d"), "needs --reason"),
        (("keep", "api", "--reason", "x"), "until when?"),
        (("keep", "api", "--until", "yesterday", "--reason", "x"), "no moment"),
    ],
)
def test_what_a_keeping_lacks_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(*words) == 2
    assert said in capsys.readouterr().err
