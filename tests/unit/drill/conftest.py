"""Fixtures: a drill to look at, and a drill of one's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drill_cloud import Cloud, start


@pytest.fixture(scope="session")
def still() -> Iterator[Cloud]:
    """A drill that nobody changes."""
    yield from start()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """A drill of one's own: 2 blue, 2 green."""
    yield from start()


@pytest.fixture
def quiet() -> Iterator[Cloud]:
    """The same, but without heartbeats of its own after the first."""
    for cloud in start(heartbeat=3600):
        cloud.drill.control.post("beat")
        yield cloud
