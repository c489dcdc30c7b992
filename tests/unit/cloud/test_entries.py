from __future__ import annotations

from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack

from console.cloud.entries import missing, places, refusal
from console.config import load
from console.config.follow import Follower
from console.config.model import Config
from console.errors import ConfigError

ENVIRON = {"HOME": "/home/alice"}
REGIONS = """\
services:
  api: {cloud: test, region: north, rotation: {load_balancer: l, pool: p}, instances: {cloud: other}}
  web: {cloud: other}
  worker: {cloud: other, rotation: {kind: power}}
"""


@pytest.fixture
def file(cloud: FakeOpenStack, tmp_path: Path) -> Path:
    cloud.clouds_yaml(tmp_path)
    return written(tmp_path / "config.yaml", "services: {api: {cloud: test}}")


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_each_place_and_who_names_it(file: Path) -> None:
    found = places(load(written(file, REGIONS), ENVIRON))
    assert found == {("other", None): ["api", "web", "worker"], ("test", "north"): ["api"]}


def test_what_is_missing_is_named_with_all_that_need_it(cloud: FakeOpenStack, file: Path) -> None:
    told = {services: error.message for services, error in missing(load(written(file, REGIONS), ENVIRON))}
    assert "there is no cloud other in" in told["api, web and worker"]
    assert "north" in told["api"]
    assert cloud.log == [], "nothing is asked"


def test_a_file_whose_cloud_is_not_there_does_not_take_effect(file: Path) -> None:
    follower = Follower(file, ENVIRON, load(file, ENVIRON), refusal=refusal)
    written(file, "services: {api: {cloud: test}, web: {cloud: nosuch}}")
    wrong = follower.look()
    assert isinstance(wrong, ConfigError)
    assert wrong.message.startswith(f"{file}: web: there is no cloud nosuch in ")
    assert "it has: test" in wrong.hint
    assert follower.look() is None, "it is told once"
    written(file, "services: {api: {cloud: test}}")
    assert isinstance(follower.look(), Config)


def test_it_takes_effect_when_the_cloud_is_there(cloud: FakeOpenStack, file: Path) -> None:
    follower = Follower(file, ENVIRON, load(file, ENVIRON), refusal=refusal)
    written(file, "services: {api: {cloud: later}}")
    assert isinstance(follower.look(), ConfigError)
    clouds = cloud.clouds_yaml(file.parent)
    clouds.write_text(clouds.read_text().replace('"test"', '"later"'))
    found = follower.look()
    assert isinstance(found, Config)
    assert found.services["api"].cloud == "later"
    assert follower.look() is None


def test_a_cloud_that_was_missing_from_the_beginning_hinders_no_other_change(file: Path) -> None:
    written(file, "services: {api: {cloud: nosuch}}")
    follower = Follower(file, ENVIRON, load(file, ENVIRON), refusal=refusal)
    assert follower.look() is None
    written(file, "services: {api: {cloud: nosuch}, web: {cloud: test}}")
    assert isinstance(follower.look(), Config)
