"""One mangled cloud for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mangled_cloud import MangledCloud, mangled_cloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[MangledCloud]:
    """A running cloud with a service of each rotation."""
    with mangled_cloud() as served:
        yield served


@pytest.fixture(autouse=True)
def _its_clouds(cloud: MangledCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(cloud.clouds_yaml(tmp_path)))
    cloud.mangles = ()
