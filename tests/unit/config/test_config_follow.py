from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.config import load
from console.config.follow import Follower
from console.config.model import Config
from console.errors import ConfigError

ENVIRON = {"HOME": "/home/alice"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    write(path, "dark")
    return path


def write(path: Path, theme: str) -> None:
    path.write_text(f"services: {{api: {{cloud: c}}}}\ntheme: {theme}\n")
    path.chmod(0o600)


def test_a_file_that_nobody_touches_says_nothing(file: Path) -> None:
    follower = Follower(file, ENVIRON)
    assert [follower.look(), follower.look()] == [None, None]


def test_a_change_is_told_once(file: Path) -> None:
    follower = Follower(file, ENVIRON)
    write(file, "light-and-longer")
    found = follower.look()
    assert isinstance(found, Config)
    assert found.theme == "light-and-longer"
    assert follower.look() is None


def test_a_mistake_is_told_once_and_the_mended_file_afterwards(file: Path) -> None:
    follower = Follower(file, ENVIRON, load(file, ENVIRON))
    file.write_text("services: {api: {clod: c}}")
    wrong = follower.look()
    assert isinstance(wrong, ConfigError)
    assert "did you mean `cloud`?" in wrong.hint
    assert follower.look() is None
    write(file, "dark")
    assert isinstance(follower.look(), Config)  # the same as before the mistake: whoever shows it may take it away


def test_a_change_between_reading_and_following_is_not_lost(file: Path) -> None:
    config = load(file, ENVIRON)
    write(file, "light")
    found = Follower(file, ENVIRON, config).look()
    assert isinstance(found, Config)
    assert found.theme == "light"


def test_touching_a_file_changes_nothing(file: Path) -> None:
    follower = Follower(file, ENVIRON, load(file, ENVIRON))
    assert follower.look() is None
    os.utime(file, (1, 1))
    assert follower.look() is None


def test_a_file_that_goes_and_comes_back(file: Path) -> None:
    follower = Follower(file, ENVIRON)
    file.unlink()
    gone = follower.look()
    assert isinstance(gone, ConfigError)
    assert "no such file" in gone.message
    assert follower.look() is None
    write(file, "light")
    assert isinstance(follower.look(), Config)


def test_another_file_in_its_place_is_seen(file: Path, tmp_path: Path) -> None:
    follower = Follower(file, ENVIRON)
    write(tmp_path / "other.yaml", "mono")
    (tmp_path / "other.yaml").replace(file)
    found = follower.look()
    assert isinstance(found, Config)
    assert found.theme == "mono"


def test_that_others_can_write_is_seen(file: Path) -> None:
    follower = Follower(file, ENVIRON)
    file.chmod(0o666)
    found = follower.look()
    assert isinstance(found, Config)
    assert "everyone can write" in found.writable_by_others
