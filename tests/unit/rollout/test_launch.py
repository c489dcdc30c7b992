"""How a runner is started: in a scope that outlives a logout where there is one, in a session of its own elsewhere."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.config.model import Config
from console.rollout import launch
from console.rollout.survival import _told_to_kill, kills_at_logout, survival

# The real one registers its own process with the manager and then becomes the program.
SCOPE_MADE = """\
#!/bin/sh
printf '%s\\n' "$@" > "$SAID"
[ -S "$XDG_RUNTIME_DIR/systemd/private" ] || exit 1
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""
NO_BUS = "#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n"
HANGS = "#!/bin/sh\nexec sleep 600\n"
LOGIND = """\
#!/bin/sh
case "$*" in
  "show-user {uid} --property=Linger --value") echo {lingers} ;;
  "show-user --property=KillUserProcesses --value") echo {kills} ;;
  *) exit 1 ;;
esac
"""
# what is started in place of the runner: says who it is, and ends
RUNNER = """\
import os, sys
with open(os.environ["TOLD"], "w") as told:
    told.write(f"{os.getsid(0) == os.getpid()} {os.getenv('OS_PASSWORD')} {' '.join(sys.argv[1:])}")
"""


class Host:
    """A folder of programs, and what they said."""

    def __init__(self, place: Path) -> None:
        self.place, self.bin = place, place / "bin"
        self.bin.mkdir()
        self.socket: socket.socket | None = None

    def has(self, name: str, program: str) -> None:
        path = self.bin / name
        path.write_text(program)
        path.chmod(0o755)

    def logind(self, lingers: str, kills: str) -> None:
        self.has("loginctl", LOGIND.format(uid=os.getuid(), lingers=lingers, kills=kills))

    def manager(self, program: str = SCOPE_MADE) -> None:
        """The user's systemd, listening."""
        self.has("systemd-run", program)
        (self.place / "run" / "systemd").mkdir(parents=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.place / "run" / "systemd" / "private"))

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "XDG_RUNTIME_DIR": str(self.place / "run")}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    made = Host(tmp_path)
    made.has("loginctl", "#!/bin/sh\nexit 1\n")
    made.has("systemd-run", NO_BUS)
    (tmp_path / "the_runner.py").write_text(RUNNER)
    for name, value in {
        **made.environ,
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "SAID": str(tmp_path / "said"),
        "TOLD": str(tmp_path / "told"),
        "OS_PASSWORD": "sesame",
        "PYTHONPATH": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(launch, "RUNNER", "the_runner")
    monkeypatch.setattr(launch, "_PATIENCE", 1.0)
    yield made
    if made.socket is not None:
        made.socket.close()


def started(host: Host) -> str:
    """Start it, and what it told of itself."""
    launch.start_runner(Config(host.place / "config.yaml", {}, journal=""), "1a2b3c")
    told, end = host.place / "told", time.monotonic() + 20
    while not told.exists() or not told.read_text():
        assert time.monotonic() < end, (host.place / "state" / "bluegreen" / "runner.log").read_text()
        time.sleep(0.02)
    return told.read_text()


def test_where_the_user_lingers_it_is_a_scope_and_no_secret_is_said(host: Host) -> None:
    host.manager()
    host.logind("yes", "yes")
    assert started(host) == f"True sesame 1a2b3c --config {host.place}/config.yaml"
    said = (host.place / "said").read_text().splitlines()
    assert said[:4] == ["--user", "--scope", "--quiet", "--collect"]
    assert said[4].startswith("--unit=bluegreen-1a2b3c-")
    assert said[5:] == [
        "--description=bluegreen rollout 1a2b3c", "--",
        sys.executable, "-P", "-m", "the_runner", "1a2b3c", "--config", f"{host.place}/config.yaml",
    ]  # fmt: skip
    assert "sesame" not in " ".join(said)
    assert not any(word.startswith(("--setenv", "-E", "--property")) for word in said)


def test_each_start_has_a_name_of_its_own() -> None:
    assert launch.scope("systemd-run", "1a2b3c") != launch.scope("systemd-run", "1a2b3c")


@pytest.mark.parametrize("program", [NO_BUS, HANGS], ids=["refuses", "hangs"])
def test_a_manager_that_makes_no_scope_does_not_keep_the_runner_from_starting(host: Host, program: str) -> None:
    host.manager(program)
    host.logind("yes", "yes")
    assert started(host).startswith("True sesame 1a2b3c")


def test_without_systemd_it_is_a_session_of_its_own(host: Host) -> None:
    assert started(host) == f"True sesame 1a2b3c --config {host.place}/config.yaml"
    assert not (host.place / "said").exists()


@pytest.mark.parametrize(
    ("lingers", "kills", "manager", "scope", "logout"),
    [
        ("yes", "yes", True, True, True),
        ("yes", "no", True, True, True),
        ("yes", "yes", False, False, False),  # lingers by the book, and no manager is there
        ("no", "yes", True, False, False),
        ("no", "no", True, False, True),
    ],
)
def test_what_it_outlives_is_found_out(
    host: Host, lingers: str, kills: str, *, manager: bool, scope: bool, logout: bool
) -> None:
    if manager:
        host.manager()
    host.logind(lingers, kills)
    found = survival(host.environ)
    assert (bool(found.manager), found.logout) == (scope, logout)
    assert ("A LOGOUT ENDS IT" in found.words) is not logout
    assert ("systemd manager" in found.words) is scope
    assert "resume --due" in found.words or not logout


def test_without_a_logind_nothing_ends_at_a_logout(host: Host) -> None:
    found = survival(host.environ)
    assert (found.manager, found.logout) == ("", True)
    assert not survival({"PATH": "/nowhere"}).manager


@pytest.mark.parametrize(
    ("content", "kills"),
    [
        ("[Login]\n#KillUserProcesses=yes\n", False),
        ("[Login]\nKillUserProcesses=yes\n", True),
        ("[Login]\nKillUserProcesses = yes\nKillUserProcesses=no\n", False),
    ],
)
def test_the_last_word_of_the_files_counts(tmp_path: Path, content: str, kills: bool) -> None:
    (tmp_path / "logind.conf").write_text(content)
    assert _told_to_kill(tmp_path) is kills


def test_what_logind_says_counts_more_than_its_files(host: Host, tmp_path: Path) -> None:
    (tmp_path / "logind.conf").write_text("[Login]\nKillUserProcesses=no\n")
    host.logind("no", "yes")
    assert kills_at_logout(host.environ["PATH"], tmp_path)
