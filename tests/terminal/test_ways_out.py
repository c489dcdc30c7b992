"""Every way out takes less than a second and leaves the terminal as it was."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ttykit import ON_FAKES, Console

Open = Callable[..., Console]
LIMIT = 1.0  # seconds; the bar for leaving

CONFIG = """\
services:
  api:
    cloud: away
    rotation: {kind: weights, load_balancer: api, pool: api}
    vip: {url: "http://{vip}/version"}
journal: sqlite:///%s/journal.db
"""
CLOUDS = """\
clouds:
  away:
    auth: {auth_url: "http://127.0.0.1:%d/v3", username: u, password: p, project_name: p,
           user_domain_name: Default, project_domain_name: Default}
    region_name: R
"""


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("\x03", 0)])
def test_keys_lead_out(open_console: Open, key: str, code: int) -> None:
    console = open_console()
    console.wait_for("api-blue-1")
    console.rest()
    console.child.send(key)
    assert console.ends(10) < LIMIT * _slack()
    assert console.exit_code == code
    assert console.left_behind() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_lead_out(open_console: Open, number: signal.Signals) -> None:
    console = open_console()
    console.wait_for("api-blue-1")
    console.rest()
    console.child.kill(number)
    assert console.ends(10) < LIMIT * _slack()
    assert console.exit_code == 128 + number
    assert console.left_behind() == []


def test_ctrl_c_leads_out_of_a_dialog_as_well(open_console: Open) -> None:
    console = open_console()
    console.wait_for("api-blue-1")
    console.child.send("o")
    console.wait_for("Cancel")
    console.child.send("\x03")
    assert console.ends(10) < LIMIT * _slack()
    assert console.left_behind() == []


def test_ctrl_z_does_nothing(open_console: Open) -> None:
    console = open_console()
    console.wait_for("api-blue-1")
    console.child.send("\x1a")
    console.pump(0.5)
    console.child.send("?")
    console.wait_for("keys on the service screen")


def test_a_crash_leaves_the_terminal_as_it_was_and_shows_no_values(open_console: Open) -> None:
    console = open_console(ON_FAKES, "crash", rows=60)
    console.ends(30)
    assert console.exit_code == 1
    assert console.left_behind() == []
    assert b"broken on purpose" in console.sent
    assert b"hunter2!" not in console.sent


def test_a_terminal_that_goes_away_ends_it(open_console: Open) -> None:
    console = open_console()
    console.wait_for("api-blue-1")
    pid = console.child.pid
    os.close(console.child.child_fd)
    end = time.monotonic() + 10
    while _lives(pid):
        assert time.monotonic() < end, "it goes on without a terminal"
        time.sleep(0.05)


def test_a_cloud_that_hangs_keeps_nobody(open_console: Open, silent_port: int, tmp_path: Path) -> None:
    clouds, config = tmp_path / "clouds.yaml", tmp_path / "config.yaml"
    clouds.write_text(CLOUDS % silent_port)
    config.write_text(CONFIG % tmp_path)
    config.chmod(0o600)
    bluegreen = str(Path(sys.executable).with_name("bluegreen"))
    console = open_console(bluegreen, "--config", str(config), env={"OS_CLIENT_CONFIG_FILE": str(clouds)})
    console.wait_for("api", "READ-ONLY", "asking the cloud")
    console.pump(4.0)  # by now it waits for an answer
    console.child.send("?")
    console.wait_for("keys on the service screen")
    console.child.send("q")
    console.pump(0.3)
    console.child.send("q")
    assert console.ends(10) < LIMIT * _slack()
    assert console.exit_code == 0
    assert console.left_behind() == []


def _slack() -> float:
    """How much slower than usual this machine is now: others may be using it as well."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
