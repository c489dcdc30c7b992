"""A provider that answers 501: a batch of members has another way, which is named; a policy has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked_runner import AFTER, forks
from mishaps import MISHAPS
from playing import perform
from scenes import SCENES

from console.rollout.records import DecisionKind


@pytest.mark.parametrize(("name", "another"), [("drain", True), ("unpreview", False)])
def test_another_way_is_named_where_there_is_one(tmp_path: Path, name: str, another: bool) -> None:
    scene = next(each for each in SCENES if each.name == name)
    unsupported = next(each for each in MISHAPS if each.name == "change-unsupported")
    told = perform(scene, unsupported, (9, AFTER), place=tmp_path, forks=forks(), prefer=DecisionKind.FINISH)
    assert (told.fired, told.state) == (True, "refused"), told.sentence
    assert "the load balancer's provider does not do this" in told.sentence
    assert ("--one-by-one" in told.sentence) is another
