"""What `status` says of rollouts that are not at their end, and of the leases they have."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack, populate
from plan_worlds import NOW, config, usual
from rich.console import Console

from console.cli.main import main
from console.cli.status import show
from console.cli.status_json import as_json
from console.cli.status_rollouts import rollouts_of
from console.cli.status_watch import Told
from console.config.model import Config
from console.model.lease import LeaseHolder
from console.model.snapshot import Snapshot
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.liveness import boot_id, runner_id
from console.rollout.records import EventKind, RolloutState
from console.rollout.who import Who

ALICE = Who("alice", "jump1")
DEAD = f"{socket.gethostname()}/{boot_id()}/4194305/1"  # a process id that Linux never gives
CONFIG = """\
journal: %s
services:
  nova-api:
    cloud: test
    rotation: {load_balancer: api, pool: api}
    instances: {tags: [service=api]}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as made:
        yield made


def begun(journal: Journal, runner: str) -> str:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    ident = journal.create(made, ALICE, "why")
    assert journal.claim(ident, runner)
    journal.append(ident, EventKind.STARTED, "", "runner", runner=runner)
    journal.append(ident, EventKind.LEASE, "", "lease taken", lease="port-1")
    journal.append(ident, EventKind.INTENT, "shift-10", "PUT")
    return ident


def snapshot(ident: str = "", renewed_at: float = NOW) -> Snapshot:
    action = "cutover nova-api blue>green"
    held = LeaseHolder("port-1", ALICE.owner, ident, action, "", "pause-10", NOW, renewed_at, 60.0)
    return Snapshot(NOW, 1, {"nova-api": replace(usual(), lease=held if ident else None)})


def text(journal: Journal, seen: Snapshot) -> str:
    out = io.StringIO()
    show(seen, Console(file=out, width=200, highlight=False), rollouts_of(settings(journal), seen))
    return out.getvalue()


def settings(journal: Journal) -> Config:
    return Config(Path("config.yaml"), {"nova-api": config()}, journal=journal.url)


def document(journal: Journal, seen: Snapshot) -> tuple[dict[str, object], dict[str, object] | None]:
    (service,) = as_json(seen, rollouts_of(settings(journal), seen))["services"]
    (rollout,) = service["rollouts"]
    return rollout, service["lease"]


def test_a_rollout_whose_runner_was_killed_is_named_with_the_command(journal: Journal) -> None:
    ident = begun(journal, DEAD)
    said = text(journal, snapshot(ident))
    assert f"! rollout {ident} (cutover nova-api blue>green, by alice@jump1) is unfinished: its runner is gone" in said
    assert f"`bluegreen resume {ident}`" in said
    assert "lease: alice@jump1 was doing cutover nova-api blue>green, last seen at step pause-10" in said
    assert "no sign of life since" in said
    rollout, lease = document(journal, snapshot(ident))
    assert (rollout["state"], rollout["needs_you"]) == ("unfinished", True)
    assert rollout["command"] == f"bluegreen resume {ident}"
    assert lease is not None
    assert (lease["renewed_at"], lease["silent"]) == (NOW, False)
    assert "was doing" in str(lease["words"])


def test_one_that_stopped_is_named_without_a_lease_until_somebody_leaves_it(journal: Journal) -> None:
    ident = begun(journal, DEAD)
    journal.end(ident, RolloutState.STOPPED, "held where it is: look", 7)
    said = text(journal, snapshot())
    assert f"! rollout {ident} (cutover nova-api blue>green, by alice@jump1) stopped and needs you: held where" in said
    rollout, lease = document(journal, snapshot())
    assert (rollout["state"], lease) == ("stopped", None)
    journal.leave(journal.rollout(ident), ALICE, "left as it was by alice@jump1", "seen to")
    assert ident not in text(journal, snapshot())
    assert "lease: left behind by rollout" in text(journal, snapshot(ident))
    assert "the next change takes it" in text(journal, snapshot(ident))


def test_one_that_goes_on_needs_nobody_and_is_told_once(journal: Journal) -> None:
    ident = begun(journal, runner_id())
    said = text(journal, snapshot(ident))
    assert "  !" not in said
    assert said.count(ident) == 1
    assert "lease: alice@jump1 is doing cutover" in said
    told = f"rollout {ident} (cutover nova-api blue>green, by alice@jump1) is under way: PUT: `bluegreen attach"
    assert told in text(journal, snapshot())
    rollout, _ = document(journal, snapshot())
    assert (rollout["state"], rollout["needs_you"]) == ("under way", False)


def test_a_lease_of_another_journal_says_since_when_nothing_was_heard(journal: Journal) -> None:
    assert "alice@jump1 is doing" in text(journal, snapshot("f00d42", NOW - 59))
    assert "alice@jump1 was doing" in text(journal, snapshot("f00d42", NOW - 61))
    (service,) = as_json(snapshot("f00d42", NOW - 61))["services"]
    assert (service["lease"]["silent"], service["rollouts"]) == (True, [])


def test_a_watch_tells_when_a_runner_dies_and_when_somebody_has_seen_to_it(journal: Journal) -> None:
    def news() -> list[str]:
        return [one.text for one in told.news(snapshot(), NOW, rollouts_of(settings(journal), snapshot()))]

    told = Told(NOW)
    news()
    assert news() == []
    ident = begun(journal, DEAD)
    (text,) = news()
    assert text.endswith(f"its runner is gone, in the middle of shift-10: `bluegreen resume {ident}`")
    assert news() == []
    journal.leave(journal.rollout(ident), ALICE, "left as it was by alice@jump1", "seen to")
    assert news() == [f"rollout {ident} does not wait for a person any more"]


def test_the_verb_tells_of_them(
    cloud: FakeOpenStack, journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG % journal.url)
    path.chmod(0o600)
    ident = begun(journal, DEAD)
    main(["status", "--config", str(path)])
    assert f"`bluegreen resume {ident}`" in capsys.readouterr().out
    main(["status", "--config", str(path), "--json"])
    (service,) = json.loads(capsys.readouterr().out)["services"]
    assert [one["id"] for one in service["rollouts"]] == [ident]
