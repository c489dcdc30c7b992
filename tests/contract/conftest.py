"""The cloud of every contract test, once as drill and once as lab."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ground import Ground, on_drill, on_lab

sys.path.insert(0, str(Path(__file__).parent.parent / "terminal"))  # a terminal to run the program in: `ttykit`


@pytest.fixture(scope="session", params=["drill", "lab"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The cloud, with its service as it was made."""
    there = on_drill() if request.param == "drill" else on_lab(tmp_path_factory.mktemp("lab"))
    with there as found:
        yield found


@pytest.fixture
def pool(ground: Ground) -> Iterator[Ground]:
    """The same for tests that write: the pool is put right before and after."""
    ground.reset()
    yield ground
    ground.reset()
