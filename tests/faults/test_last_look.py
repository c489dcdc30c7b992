"""A last look that the cloud does not answer: nothing was sent, so it is made again, and the write goes out once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hooked_runner import AFTER, forks
from mishaps import CHANGES, MISHAPS
from playing import perform, playing, points
from scenes import SCENES

from console.rollout.records import DecisionKind


@pytest.mark.timeout(300)
def test_one_failed_look_does_not_end_a_rollout(tmp_path: Path) -> None:
    scene = next(each for each in SCENES if each.name == "at-once")
    usual = next(each for each in MISHAPS if each.name == "read-broken")
    (tmp_path / "clean").mkdir()
    with playing(scene, tmp_path / "clean", forks()) as play:
        play.attend(play.start(play.rollout_id))
        (row, _) = points(dataclasses.replace(usual, where=CHANGES), play.events())[0]
    (tmp_path / "run").mkdir()
    told = perform(scene, usual, (row, AFTER), place=tmp_path / "run", forks=forks(), prefer=DecisionKind.FINISH)
    assert told.fired
    assert told.state == "done", told.sentence
    assert any("the write was not sent, a check before it failed" in text for text in told.texts), told.texts
