from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.config.places import config_candidates, default_journal, make_private, state_dir
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


@pytest.mark.parametrize("inside", [(), ("commits",)], ids=["itself", "a folder in it"])
def test_the_state_folder_is_made_for_this_user_alone(tmp_path: Path, inside: tuple[str, ...]) -> None:
    before = os.umask(0o022)
    try:
        state = state_dir({"HOME": str(tmp_path)})
        make_private(state.joinpath(*inside))
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in (*state.parents[:2], state, state.joinpath(*inside))}
    assert modes == dict.fromkeys(state.parents[:2], 0o755) | {state: 0o700, state.joinpath(*inside): 0o700}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    state = tmp_path / "bluegreen"
    state.mkdir()
    state.chmod(0o750)
    make_private(state / "commits")
    make_private(state)
    assert state.stat().st_mode & 0o777 == 0o750


def test_every_folder_in_the_state_folder_is_made_here() -> None:
    """Whoever makes one by itself leaves the state folder open to others where it is the first to need it."""
    root = Path(__file__).parents[3]
    elsewhere = {"cli/init.py", "cli/drill.py", "rollout/second_place.py"}  # none of these is in the state folder
    makers = {
        str(path.relative_to(root / "console")) if path.is_relative_to(root / "console") else path.name
        for folder in ("console", "screens")
        for path in (root / folder).rglob("*.py")
        if ".mkdir(" in path.read_text("utf-8") and "drill" not in path.parent.parts
    }
    assert makers == {"config/places.py", *elsewhere}
