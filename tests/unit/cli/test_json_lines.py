"""The result line of `--json`: the last one, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.cli.json_lines import ending
from console.config.model import Config
from console.errors import Refused
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.who import Who


def no_config() -> Config:
    raise AssertionError("nothing has ended that could be looked up")


def result(verb: Callable[[Callable[[str], None]], int], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    with pytest.raises((KeyboardInterrupt, Refused)):
        ending(verb, as_json=True, config=no_config)
    (line,) = capsys.readouterr().out.splitlines()
    return dict(json.loads(line))


def test_ctrl_c_before_the_rollout_is_followed(capsys: pytest.CaptureFixture[str]) -> None:
    def verb(begun: Callable[[str], None]) -> int:
        begun("a1b2c3")
        raise KeyboardInterrupt

    found = result(verb, capsys)
    assert (found["type"], found["exit_code"], found["rollout"]) == ("result", 130, "a1b2c3")


def test_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    def verb(_: Callable[[str], None]) -> int:
        raise Refused("no", "because", rule=1)

    found = result(verb, capsys)
    assert (found["exit_code"], found["sentence"], found["hint"], found["rollout"]) == (3, "no", "because", None)


def test_without_json_nothing_is_added(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(lambda _: 7, as_json=False, config=no_config) == 7
    assert capsys.readouterr().out == ""


def test_a_rollout_whose_runner_is_gone_is_stopped_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    with Journal.open(url) as journal:
        rollout_id = journal.create(made, Who("alice", "jump1"), "test")
        assert journal.claim(rollout_id, "1 jump1")

    def verb(begun: Callable[[str], None]) -> int:
        begun(rollout_id)
        return 7

    assert ending(verb, as_json=True, config=lambda: Config(tmp_path / "c.yaml", {}, journal=url)) == 7
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["rollout"]) == ("stopped", rollout_id)
    assert "its runner is gone" in found["sentence"]
    assert f"bluegreen resume {rollout_id}" in found["hint"]
