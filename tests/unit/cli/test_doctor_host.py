from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from console.cli import doctor_host as host
from console.cli.doctor_terminal import Terminal, terminal
from console.cli.finding import Finding, Level
from console.config.model import Config
from console.rollout.file_system import is_networked, kind

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:50 / /home rw shared:2 - nfs4 filer:/home rw
31 30 8:2 / /home/local rw - xfs /dev/sdb1 rw
32 22 0:51 / /mnt/with\\040space rw - fuse.sshfs host:/ rw
33 22 0:60 / /bad rw - tmpfs tmpfs rw
33 22 0:61 / /bad rw - cifs //server/share rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "found", "networked"),
    [
        ("/var/lib/journal.db", "ext4", False),
        ("/home/alice/journal.db", "nfs4", True),
        ("/home/local/journal.db", "xfs", False),
        ("/homework/journal.db", "ext4", False),
        ("/mnt/with space/journal.db", "fuse.sshfs", True),
        ("/bad/journal.db", "cifs", True),
    ],
)
def test_what_a_path_lies_on(mounts: Path, path: str, found: str, networked: bool) -> None:
    assert kind(Path(path), mounts) == found
    assert is_networked(Path(path), mounts) is networked


def test_where_nobody_tells_it_is_not_called_networked(tmp_path: Path) -> None:
    assert not is_networked(Path("/home/alice"), tmp_path / "none")


def config(journal: str, folder: Path) -> Config:
    return Config(folder / "config.yaml", {}, journal)


def test_a_journal_on_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "is_networked", lambda _: True)
    monkeypatch.setattr(host, "kind", lambda _: "nfs4")
    (found,) = host.journal(config(f"sqlite:///{tmp_path}/journal.db", tmp_path))
    assert found.level is Level.PROBLEM
    assert "nfs4" in found.text
    assert "postgresql" in found.mend


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_journal_where_this_user_may_not_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    (found,) = host.journal(config(f"sqlite:///{tmp_path}/deeper/journal.db", tmp_path))
    assert found.level is Level.PROBLEM


def test_a_journal_that_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("not a database, but long enough to be taken for one" * 50)
    path.chmod(0o600)
    assert Level.PROBLEM in {found.level for found in host.journal(config(f"sqlite:///{path}", tmp_path))}


def test_the_password_of_a_journal_is_not_shown(tmp_path: Path) -> None:
    found = list(host.journal(config("postgresql://bob:hunter2@127.0.0.1:1/journal", tmp_path)))
    assert found
    assert all("hunter2" not in one.text + one.mend for one in found)


# -- the state directory


def state(path: Path) -> dict[str, Finding]:
    return {one.check: one for one in host.state({"XDG_STATE_HOME": str(path), "HOME": str(path)})}


def test_a_state_directory_that_is_not_there_yet(tmp_path: Path) -> None:
    found = state(tmp_path)
    assert set(found) == {"state.place"}
    assert found["state.place"].level is Level.OK
    assert "not there yet" in found["state.place"].text


def test_a_state_directory_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "bluegreen").mkdir(mode=0o755)
    assert "chmod 700" in state(tmp_path)["state.mode"].mend
    (tmp_path / "bluegreen").chmod(0o700)
    assert set(state(tmp_path)) == {"state.place"}


def test_a_state_directory_on_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "is_networked", lambda _: True)
    monkeypatch.setattr(host, "kind", lambda _: "nfs4")
    assert "nfs4" in state(tmp_path)["state.disk"].text


def test_a_state_directory_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    assert "1.0 MB" in state(tmp_path)["state.space"].text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_state_directory_that_this_user_cannot_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert state(tmp_path)["state.place"].level is Level.PROBLEM


def test_a_file_where_the_state_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "bluegreen").touch()
    assert state(tmp_path)["state.place"].level is Level.PROBLEM


# -- the terminal


def screen(**changes: Any) -> dict[str, Finding]:
    environ = {"TERM": "xterm-256color", **changes.pop("environ", {})}
    here = Terminal(environ, True, "utf-8", (120, 40), lambda _: "")
    return {one.check: one for one in terminal(replace(here, **changes))}


def odd(found: dict[str, Finding]) -> set[str]:
    return {check for check, one in found.items() if one.level is not Level.OK}


def test_a_terminal_that_is_well() -> None:
    found = screen()
    assert odd(found) == set()
    assert "xterm-256color, 120x40, 256 colours" in found["terminal.kind"].text


def test_output_that_is_no_terminal() -> None:
    assert odd(screen(is_terminal=False)) == set()


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"environ": {"TERM": "dumb"}}, "terminal.kind", "status --watch"),
        ({"size": (60, 24)}, "terminal.size", "80x24"),
        ({"encoding": "ascii"}, "terminal.characters", "LANG"),
    ],
)
def test_a_terminal_that_lacks_something(changes: dict[str, Any], check: str, words: str) -> None:
    found = screen(**changes)
    assert odd(found) == {check}
    assert words in f"{found[check].text} {found[check].means} {found[check].mend}"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"NO_COLOR": "1"}, "no colours (NO_COLOR)"),
        ({"TERM": "vt100"}, "no colours"),
        ({"COLORTERM": "truecolor"}, "16 million"),
        ({"TMUX": "x"}, "in tmux"),
        ({"STY": "x"}, "in screen"),
        ({"SSH_TTY": "/dev/pts/1"}, "over SSH"),
    ],
)
def test_what_the_screens_will_use(environ: dict[str, str], words: str) -> None:
    assert words in screen(environ=environ)["terminal.kind"].text


@pytest.mark.parametrize(
    ("clipboard", "passed", "escape", "found"),
    [
        ("on", "off", "10", set()),
        ("external", "off", "10", set()),
        ("off", "on", "10", set()),
        ("off", "off", "10", {"terminal.clipboard"}),
        ("on", "off", "500", {"terminal.escape"}),
        ("", "", "", set()),
        ("off", "", "not a number", {"terminal.clipboard"}),
    ],
)
def test_what_tmux_lets_through(clipboard: str, passed: str, escape: str, found: set[str]) -> None:
    told = {"set-clipboard": clipboard, "allow-passthrough": passed, "escape-time": escape}
    assert odd(screen(environ={"TMUX": "x"}, ask=lambda argv: told[argv[-1]])) == found


def test_outside_tmux_nobody_is_asked() -> None:
    def never(argv: tuple[str, ...]) -> str:
        raise AssertionError(argv)

    assert odd(screen(ask=never)) == set()
