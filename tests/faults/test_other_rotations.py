"""Pools and workers under faults: each run ends at the goal, at the start, or truly stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from drill_stage import DrillStage, staged_on_drill
from stage import WHO, until

from console.model.colour import Colour
from console.plan.plan import Action
from console.rollout import request
from console.rollout.records import DecisionKind, EventKind, RolloutState

YES = ("--yes", "--reason", "fault test")
POOLS, POWER = "keystone", "nova-scheduler"
STEPS = {POOLS: 2, POWER: 6}  # writes of a cutover


@pytest.fixture(params=[POOLS, POWER])
def staged(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """A stage on the one service of a rotation other than weights."""

    def alone(config: dict[str, Any]) -> None:
        config["services"] = {request.param: config["services"][request.param]}

    with staged_on_drill(tmp_path, monkeypatch, alone, instances=3, services=3) as made:
        yield made


def writes(stage: DrillStage) -> list[tuple[str, str]]:
    """What the cloud was sent; leases, logins, and notes on servers aside."""
    assert stage.drill is not None
    sent = stage.drill.control.get("writes").json()["writes"]
    aside = ("/ports", "/tokens", "/metadata")
    return [(one["method"], one["path"]) for one in sent if not any(word in one["path"] for word in aside)]


def test_there_and_back(staged: DrillStage) -> None:
    there = staged.bluegreen("cutover", *YES)
    assert there.returncode == 0, there.stdout + there.stderr
    assert staged.carries(Colour.GREEN)
    assert len(writes(staged)) == STEPS[staged.name]
    back = staged.bluegreen("rollback", *YES)
    assert back.returncode == 0, back.stdout + back.stderr
    assert staged.carries(Colour.BLUE)
    assert len(writes(staged)) == 2 * STEPS[staged.name]
    again = staged.bluegreen("cutover", "--to", "blue", *YES)
    assert again.returncode == 0
    assert len(writes(staged)) == 2 * STEPS[staged.name], "a reached goal needs no write"


def test_each_listener_that_was_switched_is_proven(staged: DrillStage) -> None:
    if staged.name == POWER:
        pytest.skip("nobody asks a worker")
    there = staged.bluegreen("cutover", *YES)
    assert there.returncode == 0, there.stdout + there.stderr
    names = [one.name for one in staged.look().listeners]
    assert len(names) == 2
    with staged.journal() as journal:
        rollout = journal.rollouts(limit=1)[0]
        proofs = [one for one in journal.events(rollout.id) if one.kind is EventKind.PROOF]
    assert f"proven through the VIP of {' and '.join(names)}; 2 load balancer writes" in rollout.sentence
    assert len({one.data["url"] for one in proofs}) == 2
    for name in names:
        assert any(
            f"20 of 20 new connections through the VIP of {name} answered by GREEN" in one.text for one in proofs
        )


@pytest.mark.parametrize("kind", [DecisionKind.FINISH, DecisionKind.GO_BACK])
@pytest.mark.parametrize("row", [EventKind.INTENT, EventKind.OUTCOME, EventKind.VERIFIED])
def test_killed_around_its_first_write(staged: DrillStage, row: EventKind, kind: DecisionKind) -> None:
    rollout_id = staged.record(staged.plan())
    child = staged.start("dataplane/killing_after.py", row.value, rollout_id)
    assert child.wait(timeout=60) == -9
    ended = staged.resume(rollout_id, kind)
    if kind is DecisionKind.FINISH:
        assert (ended.state, staged.carries(Colour.GREEN)) == (RolloutState.DONE, True), ended.sentence
    else:
        assert (ended.state, staged.carries(Colour.BLUE)) == (RolloutState.ROLLED_BACK, True), ended.sentence


def test_an_abort_after_the_first_write_puts_back_what_was(staged: DrillStage) -> None:
    staged.trouble("settings", pending=2.0)
    rollout_id = request.begin(staged.config, staged.plan(), WHO, "abort")
    with staged.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        request.abort(journal, rollout_id, WHO)
        staged.trouble("settings", pending=0.3)
        ended = staged.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert staged.carries(Colour.BLUE)
    assert all(one.runs for one in staged.look().blue.instances)


def test_an_idle_colour_that_is_ill_is_refused_and_nothing_is_written(staged: DrillStage) -> None:
    if staged.name == POWER:
        assert staged.drill is not None
        pytest.skip("a worker that is off cannot be ill: the check after its start tells")
    staged.trouble("instances/keystone-green-2", mode="unhealthy")
    end = staged.bluegreen("cutover", *YES)
    assert end.returncode == 3, end.stdout
    assert "keystone-green-2" in end.stderr
    assert writes(staged) == []


def test_workers_that_do_not_work_are_stopped_again(staged: DrillStage) -> None:
    if staged.name != POWER:
        pytest.skip("of workers")
    staged.trouble("instances/nova-scheduler-green-1", mode="unhealthy")
    rollout_id = request.begin(staged.config, staged.plan(), WHO, "one is ill")
    with staged.journal() as journal:
        until(journal, rollout_id, EventKind.WAIT)
        assert "nova-scheduler-green-1" in " ".join(one.text for one in journal.events(rollout_id))
        request.abort(journal, rollout_id, WHO)
        ended = staged.ended(journal, rollout_id)
    assert ended.state is RolloutState.ROLLED_BACK, ended.sentence
    service = staged.look()
    assert [one.runs for one in service.blue.instances] == [True] * 3
    assert [one.runs for one in service.green.instances] == [False] * 3


def test_a_colleague_who_changes_what_is_about_to_be_written_stops_it(staged: DrillStage) -> None:
    plan = staged.plan()
    assert plan.action is Action.CUTOVER
    if staged.name == POOLS:
        staged.trouble("members/keystone-green-1", weight=7)
    else:
        staged.trouble("servers/nova-scheduler-blue-2", power_state=4)
    rollout_id = request.begin(staged.config, plan, WHO, "drift")
    with staged.journal() as journal:
        ended = staged.ended(journal, rollout_id)
    assert ended.state is RolloutState.REFUSED, ended.sentence
    assert writes(staged) == []


@pytest.mark.parametrize("staged", [POWER], indirect=True)
def test_workers_that_no_probe_checks_go_there_by_a_word_and_back_by_novas(staged: DrillStage) -> None:
    config = yaml.safe_load(staged.config_file.read_text())
    del config["services"][POWER]["health"]
    staged.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    refused = staged.bluegreen("cutover", *YES)
    assert refused.returncode == 3, refused.stdout + refused.stderr
    there = staged.bluegreen("cutover", "--unchecked", *YES)
    assert there.returncode == 0, there.stdout + there.stderr
    assert "each worker runs, by Nova's word" in " ".join(there.stdout.split())
    back = staged.bluegreen("rollback", *YES)
    assert back.returncode == 0, back.stdout + back.stderr
    assert "no probe checks what BLUE's workers do" in " ".join(back.stdout.split())
    assert staged.carries(Colour.BLUE)
