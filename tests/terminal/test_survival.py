"""A rollout that the console has begun goes on when its terminal hangs up, its session ends, or it is suspended.

In a real pseudo-terminal and in tmux: whoever loses the console finds the rollout where it was, and ends it well.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from ttykit import Console

from console.drill.server import Drill, running_drill
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.liveness import alive
from console.rollout.records import Rollout, RolloutState
from console.rollout.waiting import waiting
from console.rollout.who import Who

Open = Callable[..., Console]
pytestmark = pytest.mark.slow

BLUEGREEN = str(Path(sys.executable).with_name("bluegreen"))


@pytest.fixture
def drill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Drill]:
    """A service whose cutover waits for a word at half of the traffic."""
    with running_drill(instances=2, pending=0.3, heartbeat=0.2) as made:
        config = yaml.safe_load(made.config_file.read_text())
        config["services"]["nova-api"]["release"] = {"shift": [50, 100]}
        made.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        for name, value in environment(made, tmp_path).items():
            monkeypatch.setenv(name, value)
        yield made


def environment(drill: Drill, home: Path) -> dict[str, str]:
    return {
        "OS_CLIENT_CONFIG_FILE": str(drill.clouds_file), "HOME": str(home), "XDG_STATE_HOME": str(home / "state"),
    }  # fmt: skip


def words(drill: Drill) -> list[str]:
    return [BLUEGREEN, "--config", str(drill.config_file), "--operate"]


def journal_of(drill: Drill) -> Journal:
    return Journal.open(f"sqlite:///{drill.dir}/journal.db")


def under_way(drill: Drill) -> Rollout:
    """The rollout, once it waits for a word."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with journal_of(drill) as journal:
            found = journal.rollouts()
            if found and waiting(found[0], journal.events(found[0].id)) is not None:
                return found[0]
        time.sleep(0.1)
    raise AssertionError("it never waited")


def is_found_and_ends_well(drill: Drill, rollout_id: str) -> None:
    """Its runner lives and keeps its lease; a word from elsewhere takes it to its end."""
    with journal_of(drill) as journal:
        assert alive(journal.rollout(rollout_id)) is True
        assert waiting(journal.rollout(rollout_id), journal.events(rollout_id)) is not None
        request.say_word(journal, rollout_id, Who("bob", "jump2"), "from another terminal")
        end = time.monotonic() + 60
        while not (rollout := journal.rollout(rollout_id)).state.ended:
            assert time.monotonic() < end, [event.text for event in journal.events(rollout_id)]
            time.sleep(0.1)
        assert rollout.state is RolloutState.DONE, rollout.sentence


def begun(console: Console, drill: Drill) -> Rollout:
    """Cut over from the keyboard."""
    console.wait_for("nova-api", "LB ACTIVE", "ARMED", within=60)
    console.child.send("c")
    console.wait_for("read before you start", within=60)
    # on a busy machine facts may have grown old while one typed: then nothing is started, and one asks again
    for _ in range(5):
        console.child.send("\r")
        console.wait_for("Cancel", "goes on when this console or its", within=60)
        console.child.send("y\r")
        if console_started(console, drill):
            break
    return under_way(drill)


def console_started(console: Console, drill: Drill) -> bool:
    """Whether the journal has a rollout; False once the console says that it was not started."""
    end = time.monotonic() + 60
    while time.monotonic() < end and "not started" not in console.text:
        console.pump(0.2)
        with Journal.open(f"sqlite:///{drill.dir}/journal.db", read_only=True) as journal:
            if journal.rollouts():
                return True
    return False


def gone(pid: int) -> None:
    """Wait until the process has ended."""
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
        assert time.monotonic() < end, "the console goes on without its terminal"
        time.sleep(0.05)


def test_a_terminal_that_hangs_up(open_console: Open, drill: Drill, tmp_path: Path) -> None:
    console = open_console(*words(drill), cols=120, rows=40, env=environment(drill, tmp_path))
    rollout = begun(console, drill)
    pid = console.child.pid
    os.close(console.child.child_fd)
    gone(pid)
    is_found_and_ends_well(drill, rollout.id)


def test_a_logout_that_ends_every_process_of_its_session(open_console: Open, drill: Drill, tmp_path: Path) -> None:
    shell = tmp_path / "shell.py"
    # a login shell with the console as its child, in the same session
    shell.write_text(f"import subprocess, sys\nsys.exit(subprocess.call({[sys.executable, *words(drill)]!r}))\n")
    console = open_console(str(shell), cols=120, rows=40, env=environment(drill, tmp_path))
    rollout = begun(console, drill)
    session = os.getsid(console.child.pid)
    members = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal() and _session(one) == session]
    assert len(members) >= 2
    assert int(rollout.runner.split("/")[2]) not in members
    for number in (signal.SIGHUP, signal.SIGKILL):
        for pid in members:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
    gone(console.child.pid)
    is_found_and_ends_well(drill, rollout.id)


def _session(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, IndexError):
        return -1


def test_a_suspended_console_holds_nothing_up_and_shows_the_end_when_it_wakes(
    open_console: Open, drill: Drill, tmp_path: Path
) -> None:
    console = open_console(*words(drill), cols=120, rows=40, env=environment(drill, tmp_path))
    rollout = begun(console, drill)
    os.kill(console.child.pid, signal.SIGSTOP)
    is_found_and_ends_well(drill, rollout.id)
    os.kill(console.child.pid, signal.SIGCONT)
    console.wait_for("DONE: ", "carries all traffic", within=60)


def test_a_console_that_was_stopped_and_woken_still_hears_its_keys(
    open_console: Open, drill: Drill, tmp_path: Path
) -> None:
    console = open_console(*words(drill), cols=120, rows=40, env=environment(drill, tmp_path))
    console.wait_for("LB ACTIVE", "quit")
    for _ in range(5):
        os.kill(console.child.pid, signal.SIGSTOP)
        time.sleep(0.05)
        os.kill(console.child.pid, signal.SIGCONT)
        console.pump(0.3)
    console.wait_for("LB ACTIVE", "quit")
    console.child.send("?")
    console.wait_for("close", within=10)
    console.child.send("\x1b")
    console.pump(0.5)
    console.child.send("q")
    assert console.ends(within=10) < 5


def test_a_terminal_that_is_closed_leaves_no_process_behind(open_console: Open, drill: Drill, tmp_path: Path) -> None:
    for _ in range(5):
        console = open_console(*words(drill), cols=120, rows=40, env=environment(drill, tmp_path))
        console.wait_for("LB ACTIVE", "quit")
        pid = console.child.pid
        os.kill(pid, signal.SIGCONT)  # as the kernel does for a process that may be stopped
        os.close(console.child.child_fd)
        os.kill(pid, signal.SIGCONT)
        gone(pid)


@pytest.fixture
def tmux(tmp_path: Path, drill: Drill) -> Iterator[Callable[..., str]]:
    """A tmux server of the test's own; called with the words of a tmux command, it returns what that prints."""
    if shutil.which("tmux") is None:
        say = pytest.fail if os.environ.get("LAB_REQUIRED") else pytest.skip
        say("not run: there is no tmux here (apt-get install tmux)")
    socket = tmp_path / "tmux"
    environ = {**os.environ, **environment(drill, tmp_path), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environ.pop("TMUX", None)

    def run(*command: str) -> str:
        argv = ["tmux", "-S", str(socket), "-f", "/dev/null", *command]
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    subprocess.run(["tmux", "-S", str(socket), "kill-server"], env=environ, capture_output=True, check=False)


def test_a_tmux_session_that_is_killed(tmux: Callable[..., str], drill: Drill) -> None:
    tmux("new-session", "-d", "-s", "ops", "-x", "120", "-y", "40", *words(drill))
    pid = int(tmux("list-panes", "-t", "ops", "-F", "#{pane_pid}"))

    def shown(*parts: str) -> None:
        end = time.monotonic() + 60
        while not all(part in (text := tmux("capture-pane", "-p", "-t", "ops")) for part in parts):
            assert time.monotonic() < end, text
            time.sleep(0.2)

    shown("nova-api", "LB ACTIVE", "ARMED")
    tmux("send-keys", "-t", "ops", "c")
    shown("read before you start")
    tmux("send-keys", "-t", "ops", "Enter")
    shown("Cancel")
    tmux("send-keys", "-t", "ops", "y", "Enter")
    rollout = under_way(drill)
    tmux("kill-session", "-t", "ops")
    gone(pid)
    is_found_and_ends_well(drill, rollout.id)
