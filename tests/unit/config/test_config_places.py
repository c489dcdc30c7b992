from __future__ import annotations

from pathlib import Path

import pytest

from console.config.places import config_candidates, default_journal, state_dir
from console.errors import ConfigError


def test_candidates_in_order() -> None:
    assert config_candidates({"HOME": "/home/a"}) == (
        Path("/home/a/.config/bluegreen/config.yaml"),
        Path("/etc/bluegreen/config.yaml"),
    )


def test_relative_xdg_folders_are_ignored() -> None:
    environ = {"HOME": "/home/a", "XDG_CONFIG_HOME": "conf", "XDG_STATE_HOME": "."}
    assert config_candidates(environ)[0] == Path("/home/a/.config/bluegreen/config.yaml")
    assert state_dir(environ) == Path("/home/a/.local/state/bluegreen")


def test_the_journal_is_in_the_state_folder() -> None:
    assert default_journal({"XDG_STATE_HOME": "/s"}) == "sqlite:////s/bluegreen/journal.db"


def test_the_state_folder_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert state_dir() == Path("/state/bluegreen")


def test_no_home_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(ConfigError, match="no home directory"):
        state_dir({"HOME": "relative"})
