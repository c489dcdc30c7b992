"""Builds that fail on a real control plane: each ends, is explained, and leaves nothing behind."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openstack
import pytest
from counting import Things, counted
from lab.settings import CLOUDS_YAML
from lab.testing import require_lab
from released import Released

from console.rollout.records import RolloutState

LAUNCH = {"retries": 1, "boot_timeout": "25s"}


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Released]:
    """BLUE with two instances, and no GREEN."""
    require_lab(dataplane=True)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(CLOUDS_YAML))
    made = Released.seed_blue("builds", 2, tmp_path)
    try:
        yield made
    finally:
        made.delete()


@contextmanager
def admin() -> Iterator[Any]:
    with warnings.catch_warnings(), openstack.connect(cloud="lab-admin") as cloud:
        warnings.simplefilter("ignore")  # the SDK warns of its own calls
        yield cloud


def launched(released: Released, **settings: object) -> tuple[int, str]:
    """Exit code and everything that was said."""
    released.configure(launch={**LAUNCH, **settings})
    done = released.bluegreen("launch", "--image", "nova-api-2026.2", "--yes", "--reason", "builds", seconds=400)
    return done.returncode, done.stdout + done.stderr


def taken_back(released: Released, before: Things) -> None:
    """Going back deletes what there is, and only that."""
    done = released.bluegreen("resume", "--go-back", "--yes", "--reason", "builds", seconds=300)
    assert done.returncode == 6, done.stdout + done.stderr
    assert counted(released.ids["pools"]["blue"]) == before


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"flavor": "m1.nohost"}, "No valid host was found"),
        ({"metadata": {"lab_fail": "disk full"}}, "disk full"),
        ({"metadata": {"lab_delay": "120"}}, "25 s"),
    ],
    ids=["no-host", "build-error", "slow-build"],
)
def test_a_build_that_fails(
    released: Released, settings: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = counted(released.ids["pools"]["blue"])
    code, words = launched(released, **settings)
    rollout, _ = released.last_rollout()
    with capsys.disabled():
        print(f"\n{said}: exit {code}: {rollout.sentence}")
    assert code == 7, words
    assert rollout.state is RolloutState.STOPPED
    assert said in rollout.sentence, rollout.sentence
    assert before.ports <= counted(released.ids["pools"]["blue"]).ports
    taken_back(released, before)


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_a_slow_build_is_waited_for(released: Released) -> None:
    code, words = launched(released, metadata={"lab_delay": "15"}, boot_timeout="90s")
    assert code == 0, words


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_a_quota_that_is_too_small_is_refused_before_anything_is_made(
    released: Released, capsys: pytest.CaptureFixture[str]
) -> None:
    before = counted(released.ids["pools"]["blue"])
    with admin() as cloud:
        project = cloud.identity.find_project("ops").id
        usual = cloud.compute.get_quota_set(project).instances
        cloud.compute.update_quota_set(project, instances=before.servers + 1)
        try:
            code, words = launched(released)
        finally:
            cloud.compute.update_quota_set(project, instances=usual)
    with capsys.disabled():
        print(f"\nquota: exit {code}: {words.strip().splitlines()[-2:]}")
    assert code == 3, words
    assert f"2 instances need 2 instances, and of {before.servers + 1} there are 1 left" in words
    assert counted(released.ids["pools"]["blue"]) == before
