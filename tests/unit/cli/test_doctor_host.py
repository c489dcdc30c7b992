from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.cli import doctor_host as host
from console.cli.finding import Level
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


@pytest.mark.parametrize(
    ("content", "kills"),
    [
        ("[Login]\n#KillUserProcesses=yes\n", False),
        ("[Login]\nKillUserProcesses=yes\n", True),
        ("[Login]\nKillUserProcesses = yes\nKillUserProcesses=no\n", False),
    ],
)
def test_logind_that_ends_processes(tmp_path: Path, content: str, kills: bool) -> None:
    path = tmp_path / "logind.conf"
    path.write_text(content)
    assert host._kills_at_logout((path, tmp_path / "none")) is kills


def test_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def levels(environ: dict[str, str], encoding: str = "utf-8", *, is_terminal: bool = True) -> set[Level]:
        return {one.level for one in host.terminal(environ, is_terminal=is_terminal, encoding=encoding)}

    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "40")
    assert levels({"TERM": "xterm-256color"}) == {Level.OK}
    assert levels({}, is_terminal=False) == {Level.OK}
    assert Level.WARNING in levels({"TERM": "xterm"}, "ascii")
    assert Level.PROBLEM in levels({"TERM": "dumb"})
    monkeypatch.setenv("COLUMNS", "60")
    assert Level.WARNING in levels({"TERM": "xterm"})
