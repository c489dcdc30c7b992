"""Fixtures for all unit tests: no test sees the user's clouds, proxies or config."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, running
from hypothesis import HealthCheck, settings

OpenSession = Callable[..., Any]

# how long a busy machine takes to make an example, or to run it, says nothing of the code
settings.register_profile("unhurried", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("OS_") or name.lower().endswith("_proxy") or name == "REQUESTS_CA_BUNDLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))


@pytest.fixture
def cloud() -> Iterator[FakeOpenStack]:
    """A running, empty cloud."""
    with running(FakeOpenStack()) as fake:
        yield fake
