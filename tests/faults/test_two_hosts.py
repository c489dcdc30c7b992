"""Two jump hosts, each with its home, its processes and its name; one PostgreSQL, one cloud.

Whoever follows sees each event within a second, and goes on after a kill.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from postgresql_server import postgresql
from stage import until

from console.model.colour import Colour
from console.rollout.records import EventKind, RolloutState
from console.rollout.waiting import waiting


@dataclass
class Host:
    """A jump host: a name of its own where the kernel gives one to a process, a home of its own everywhere."""

    name: str
    home: Path
    stage: DrillStage

    def command(self, verb: str, *words: str) -> list[str]:
        command = [
            str(Path(sys.executable).with_name("bluegreen")),
            verb,
            "--config",
            str(self.stage.config_file),
            *words,
        ]
        return ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name, *command]

    @property
    def environ(self) -> dict[str, str]:
        return {**self.stage.environ, "HOME": str(self.home)}

    def run(self, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(verb, *words),
            check=False,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=180,
            stdin=subprocess.DEVNULL,
        )

    def follow(self, rollout_id: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command("attach", rollout_id, "--json"),
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture
def shared(stage: DrillStage, tmp_path: Path) -> Iterator[DrillStage]:
    """The stage with its journal on a server, and with shares."""
    with postgresql(tmp_path / "postgresql") as url:
        config = yaml.safe_load(stage.config_file.read_text())
        config["journal"] = url
        config["services"][stage.name]["release"] = {"shift": [50, 100]}
        stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        yield stage
        stage.stop_children()


@pytest.fixture
def hosts(shared: DrillStage, tmp_path: Path) -> tuple[Host, Host]:
    named = subprocess.run(["unshare", "--uts", "hostname", "jump9"], check=False, capture_output=True)
    if named.returncode != 0:
        pytest.skip("not run: this user may not give a process another host name")
    found = tuple(Host(name, tmp_path / name, shared) for name in ("jump1", "jump2"))
    for host in found:
        host.home.mkdir()
    return found[0], found[1]


def waits(stage: DrillStage, rollout_id: str) -> None:
    end = time.monotonic() + 90
    with stage.journal() as journal:
        while waiting(journal.rollout(rollout_id), journal.events(rollout_id)) is None:
            assert time.monotonic() < end, [event.text for event in journal.events(rollout_id)]
            time.sleep(0.1)


def begun(host: Host) -> str:
    """A cutover that was begun on this host."""
    done = host.run("cutover", "--yes", "--reason", "release", "--detach")
    assert done.returncode == 0, done.stdout + done.stderr
    with host.stage.journal() as journal:
        return journal.rollouts()[0].id


def runner_of(stage: DrillStage, rollout_id: str) -> tuple[str, int]:
    with stage.journal() as journal:
        host, _, pid, _ = journal.rollout(rollout_id).runner.split("/")
    return host, int(pid)


def test_who_follows_on_another_host_sees_each_event_within_a_second(
    hosts: tuple[Host, Host], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = hosts
    rollout_id = begun(one)
    waits(one.stage, rollout_id)
    delays: list[float] = []
    with other.follow(rollout_id) as spectator:
        assert spectator.stdout is not None
        for line in spectator.stdout:
            event = json.loads(line)
            if event["type"] != "event":
                continue
            if event["kind"] == EventKind.WAIT and event["step"] == "pause-50":
                # it has caught up: from here on everything is news
                said = one.run("resume", rollout_id, "--yes", "--reason", "well", "--detach")
                assert said.returncode == 0, said.stderr
                delays.clear()
                continue
            delays.append(time.time() - event["at"])
    assert spectator.returncode == 0
    assert len(delays) > 8
    with capsys.disabled():
        print(f" [{len(delays)} events: median {statistics.median(delays):.3f} s, latest {max(delays):.3f} s]", end="")
    assert statistics.median(delays) < 1.0, delays
    slow = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert max(delays) < 2.0 * slow, delays


def test_another_host_takes_over_after_a_kill(hosts: tuple[Host, Host]) -> None:
    one, other = hosts
    rollout_id = begun(one)
    waits(one.stage, rollout_id)
    name, pid = runner_of(one.stage, rollout_id)
    assert name == "jump1"

    with one.stage.journal() as journal:
        owner = journal.rollout(rollout_id).who.owner
    words = ("resume", rollout_id, "--finish", "--yes", "--reason", "jump1 is dead", "--take-over", owner)
    alive = other.run(*words)
    assert alive.returncode == 5, alive.stdout + alive.stderr
    assert "on jump1 has renewed its lease just now" in alive.stderr

    os.kill(pid, signal.SIGKILL)
    unsaid = other.run("resume", rollout_id, "--yes", "--reason", "go on")
    assert unsaid.returncode == 7, "from here it may as well be alive: the word is recorded, and nobody hears it"
    assert (
        f"on jump1 shows no sign of having heard it for 30 s\n  if jump1 is dead: `bluegreen resume {rollout_id}"
        in unsaid.stderr
    )
    taken = other.run(*words)
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert one.stage.carries(Colour.GREEN)
    assert runner_of(one.stage, rollout_id)[0] == "jump2"
    with one.stage.journal() as journal:
        until(journal, rollout_id, EventKind.FINISHED)
        assert journal.rollout(rollout_id).state is RolloutState.DONE
    assert one.stage.look().lease is None
