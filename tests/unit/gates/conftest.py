"""A gate's surroundings: a state folder of its own, and a subject with two instances."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.model.colour import Colour
from console.rollout.gates.subject import Subject
from console.watch.probe import Target


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def subject() -> Subject:
    return Subject(
        rollout="a1b2c3",
        service="api",
        colour=Colour.GREEN,
        version="8be41d0",
        vip="203.0.113.7",
        instances=(Target("g1", "127.0.0.1", 8774, name="green-1"), Target("g2", "fd00::2", 8774, name="green-2")),
        others=(Target("b1", "10.0.0.1", 8774, name="blue-1"),),
    )
