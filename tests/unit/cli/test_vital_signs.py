"""Who follows a rollout whose runner gives no sign of life is told so, and does not wait for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.cli import vital_signs
from console.cli.abort import what_it_does
from console.cli.following import follow
from console.cli.main import main
from console.cli.vital_signs import VitalSigns
from console.config.model import Config, LeaseConfig
from console.model.lease import LeaseHolder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.lease.in_journal import JournalLease
from console.rollout.liveness import runner_id
from console.rollout.records import EventKind
from console.rollout.who import Who

FILE = """\
journal: %s
services: {nova-api: {cloud: prod, rotation: {load_balancer: nova-api, pool: nova-api}}}
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vital_signs, "HEARD_WITHIN", 1.0)
    monkeypatch.setattr(vital_signs, "_QUIET", 0.1)
    monkeypatch.setattr(vital_signs, "_LOOK", 0.1)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    lease = LeaseConfig(network=None, ttl=1.0)
    return Config(tmp_path / "config.yaml", {"nova-api": config()}, f"sqlite:///{tmp_path}/journal.db", lease=lease)


@pytest.fixture
def runner() -> Iterator[int]:
    """The process of a runner."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def journal(settings: Config) -> Iterator[Journal]:
    with Journal.open(settings.journal) as made:
        yield made


def walked(journal: Journal, pid: int) -> str:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    ident = journal.create(made, Who("alice", "jump1"), "test")
    assert journal.claim(ident, runner_id(pid))
    journal.append(ident, EventKind.STARTED, "", "runner")
    return ident


def leased(journal: Journal, ident: str) -> JournalLease:
    lease = JournalLease(journal.engine, protected="pool-1", client_timeout=1.0)
    lease.acquire(LeaseHolder("", "alice@jump1", ident, "cutover", "test", "start", NOW, NOW, ttl=1.0))
    return lease


def times_given_up(settings: Config, ident: str) -> int:
    """How often in four seconds it is given up, looked at all the time."""
    found, end = 0, time.monotonic() + 4
    with Journal.open(settings.journal, read_only=True) as journal:
        signs = VitalSigns(settings, settings.journal, ident)
        while time.monotonic() < end:
            found += bool(signs.given_up(journal, journal.rollout(ident)))
            time.sleep(0.1)
        signs.close()
    return found


def test_a_runner_that_was_stopped_is_named_with_its_process(
    settings: Config, journal: Journal, runner: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ident = walked(journal, runner)
    os.kill(runner, signal.SIGSTOP)
    assert follow(settings, ident) == 7
    said = capsys.readouterr().err
    assert "gives no sign of life since " in said
    assert f"its process {runner} is stopped\n  `kill -CONT {runner}` lets it go on" in said
    assert f"`bluegreen resume {ident}`" in said


def test_who_aborts_what_stands_still_does_not_wait_for_ever(
    journal: Journal, tmp_path: Path, runner: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ident = walked(journal, runner)
    os.kill(runner, signal.SIGSTOP)
    path = tmp_path / "config.yaml"
    path.write_text(FILE % journal.url)
    path.chmod(0o600)
    assert main(["abort", "--config", str(path), ident]) == 7
    said = capsys.readouterr()
    assert f"rollout {ident} was asked to go back" in said.out
    assert f"`kill -CONT {runner}`" in said.err


def test_a_runner_that_does_not_renew_its_lease_is_given_up(
    settings: Config, journal: Journal, runner: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ident = walked(journal, runner)
    leased(journal, ident)
    assert follow(settings, ident) == 7
    said = capsys.readouterr().err
    assert "gives no sign of life since " in said
    assert f"`bluegreen attach {ident}` follows it again; if its process hangs: `kill -9 {runner}`" in said


def test_one_that_renews_it_is_followed_however_little_it_records(
    settings: Config, journal: Journal, runner: int
) -> None:
    ident = walked(journal, runner)
    lease = leased(journal, ident)
    found: list[int] = []
    following = threading.Thread(target=lambda: found.append(times_given_up(settings, ident)))
    following.start()
    while following.is_alive():
        lease.renew("pause-10")
        time.sleep(0.1)
    assert found == [0]


def test_one_without_a_lease_is_not_called_silent_for_want_of_it(
    settings: Config, journal: Journal, runner: int
) -> None:
    assert times_given_up(settings, walked(journal, runner)) == 0


def test_an_abort_says_what_it_comes_to(journal: Journal, runner: int) -> None:
    plan = journal.rollout(walked(journal, runner)).plan
    assert what_it_does(plan) == "go back"
    half = replace(plan, intent=replace(plan.intent, no_before=True))
    assert what_it_does(half).startswith(f"go to {plan.source.upper()}, which did not carry all traffic")
    assert what_it_does(replace(plan, action=Action.ROLLBACK)).startswith("stop where it is: a rollback")
