"""The result line of `--json`: the last one, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from console.cli.json_lines import ending
from console.config.model import Config
from console.errors import Refused


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
