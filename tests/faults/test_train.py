"""Trains on the drill: services in order, barriers, one abort that takes all back, conductors that are killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from drill_stage import TTL, DrillStage
from stage import WHO, environment

from console.drill.server import running_drill
from console.model.colour import Colour
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan as make_plan
from console.plan.waits import BARRIER_KEEP, BARRIER_SHIFT
from console.rollout import request as rollout_request
from console.rollout.journal import Journal
from console.rollout.liveness import unfinished
from console.rollout.records import DecisionKind, EventKind, Rollout, RolloutState
from console.rollout.train import request
from console.rollout.train.record import Train, Trains
from console.watch.observe import Observer

FIRST, SECOND = "keystone", "nova-api"  # by pools, and by weights
WORKERS = "nova-scheduler"  # by power


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    with running_drill(instances=2, services=3, pending=0.3, heartbeat=0.2) as drill:
        environ = environment(drill.clouds_file, tmp_path)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        made = DrillStage(drill.config_file, environ, drill=drill)
        train(made, FIRST, SECOND)
        yield made
        made.stop_children()


def train(stage: DrillStage, *services: str, **release: dict[str, Any]) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["lease"]["ttl"] = TTL
    config["trains"] = {"upgrade": {"services": list(services)}}
    for name in services:
        config["services"][name]["release"] = release.get(name.replace("-", "_"), {})
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))


def plans(stage: DrillStage, **more: Any) -> list[Plan]:
    config, found = stage.config, []
    for name in config.trains["upgrade"].services:
        end = time.monotonic() + 30
        while not isinstance(made := planned(stage, name, **more), Plan):
            assert time.monotonic() < end, made
            time.sleep(0.3)
        found.append(made)
    return found


def planned(stage: DrillStage, name: str, **more: Any) -> Any:
    config = stage.config
    service = Observer(config, [name]).observe().services[name]
    return make_plan(service, config.services[name], Intent(Action.CUTOVER, train="upgrade", **more), time.time())


def begin(stage: DrillStage, **more: Any) -> str:
    return request.begin(stage.config, "upgrade", plans(stage, **more), WHO, "release 2026.2")


def live(stage: DrillStage, name: str) -> Colour | None:
    return Observer(stage.config, [name]).observe().services[name].live


def world(stage: DrillStage) -> dict[str, Any]:
    """What serves, of every service: weights, default pools, what runs."""
    found: dict[str, Any] = {}
    for name, service in Observer(stage.config, list(stage.config.services)).observe().services.items():
        found[name] = (
            service.live,
            sorted((one.name, one.weight, one.runs) for side in service.colours for one in side.instances),
        )
    return found


def rollouts(journal: Journal, train_id: str) -> dict[str, Rollout]:
    """Those of the way there, by service."""
    found = Trains(journal).carriages(train_id)
    return {one.service: journal.rollout(one.rollout_id) for one in found if not one.back}


def ended(journal: Journal, train_id: str, limit: float = 300.0) -> Train:
    end = time.monotonic() + limit
    while not (found := Trains(journal).train(train_id)).state.ended:
        assert time.monotonic() < end, story(journal, train_id)
        time.sleep(0.1)
    return found


def story(journal: Journal, train_id: str) -> str:
    told = [f"== {event.text}" for event in Trains(journal).events(train_id)]
    for name, rollout in rollouts(journal, train_id).items():
        told += [f"{name}: {event.text}" for event in journal.events(rollout.id)]
    return "\n".join(told)


def at(journal: Journal, train_id: str, service: str, step: str, limit: float = 240.0) -> Rollout:
    """Wait until the service's rollout waits at this step."""
    end = time.monotonic() + limit
    while True:
        rollout = rollouts(journal, train_id)[service]
        begun = [event.step for event in journal.events(rollout.id) if event.kind is EventKind.BEGUN]
        if begun and begun[-1] == step:
            return rollout
        assert time.monotonic() < end, story(journal, train_id)
        time.sleep(0.05)


def moment(journal: Journal, rollout: Rollout, kind: EventKind, step: str = "") -> float:
    """When the first such event of the rollout was."""
    found = [one.at for one in journal.events(rollout.id) if one.kind is kind and step in (one.step, "")]
    return found[0]


@pytest.mark.parametrize("services", [(FIRST, SECOND), (WORKERS, SECOND)], ids=["pools first", "workers first"])
def test_all_arrive_in_order_and_nothing_is_written_before_all_gates_have_passed(
    stage: DrillStage, services: tuple[str, str]
) -> None:
    train(stage, *services, nova_api={"gates": [{"run": ["sleep", "2"], "name": "slow"}]})
    train_id = begin(stage)
    with stage.journal() as journal:
        found = ended(journal, train_id)
        assert (found.state, found.exit_code) == (RolloutState.DONE, 0), story(journal, train_id)
        first, second = (rollouts(journal, train_id)[name] for name in services)
        gates_passed = moment(journal, second, EventKind.BEGUN, BARRIER_SHIFT)
        assert moment(journal, first, EventKind.INTENT) > gates_passed
        assert moment(journal, second, EventKind.INTENT) > moment(journal, first, EventKind.BEGUN, BARRIER_KEEP)
        assert moment(journal, first, EventKind.PASSED, BARRIER_KEEP) > moment(
            journal, second, EventKind.BEGUN, BARRIER_KEEP
        )
    assert [live(stage, name) for name in services] == [Colour.GREEN] * 2


def test_aborted_in_the_middle_everything_is_back(stage: DrillStage) -> None:
    train(stage, FIRST, SECOND, nova_api={"shift": [50, 100]})
    before = world(stage)
    train_id = begin(stage)
    with stage.journal() as journal:
        at(journal, train_id, SECOND, "pause-50")
        assert live(stage, FIRST) is Colour.GREEN
        assert world(stage) != before
        answer = stage.bluegreen("train", "upgrade", "--abort", "--reason", "errors in nova")
        assert answer.returncode == 6, answer.stdout + answer.stderr
        found = ended(journal, train_id)
        assert (found.state, found.exit_code) == (RolloutState.ROLLED_BACK, 6)
        assert "errors in nova" in found.sentence
        first, second = (rollouts(journal, train_id)[name] for name in (FIRST, SECOND))
        assert {first.state, second.state} == {RolloutState.ROLLED_BACK}
        back = moment(journal, second, EventKind.FINISHED)
        assert moment(journal, first, EventKind.PLANNED) > back, "the last one that went comes back first"
    assert world(stage) == before


def test_aborted_while_they_bake_whoever_has_arrived_comes_back_too(stage: DrillStage) -> None:
    train(stage, FIRST, SECOND, nova_api={"bake": "10m"})
    before = world(stage)
    train_id = begin(stage)
    with stage.journal() as journal:
        at(journal, train_id, SECOND, "bake")
        assert stage.ended(journal, rollouts(journal, train_id)[FIRST].id).state is RolloutState.DONE
        request.abort(stage.config, "upgrade", WHO, "too late")
        found = ended(journal, train_id)
        assert found.state is RolloutState.ROLLED_BACK, story(journal, train_id)
        back = [journal.rollout(one.rollout_id) for one in Trains(journal).carriages(train_id) if one.back]
        assert [(one.service, one.plan.action, one.state) for one in back] == [
            (FIRST, Action.ROLLBACK, RolloutState.DONE)
        ]
    assert world(stage) == before


def test_a_gate_that_fails_stops_the_train_and_nothing_was_written(stage: DrillStage) -> None:
    train(stage, FIRST, SECOND, nova_api={"gates": [{"run": ["false"], "name": "smoke"}]})
    before, mark = world(stage), stage.mark()
    answer = stage.bluegreen("train", "upgrade", "--yes", "--reason", "gate fails", "--confirm", "proof")
    assert answer.returncode == 6, answer.stdout + answer.stderr
    assert "nova-api: gate smoke: failed" in answer.stderr
    assert stage.drill is not None
    writes = stage.drill.control.get("writes", params={"since": mark}).json()["writes"]
    assert not [one for one in writes if "lbaas" in one["path"]]
    assert world(stage) == before


def test_workers_whose_gate_fails_are_stopped_again(stage: DrillStage) -> None:
    train(stage, WORKERS, SECOND, nova_scheduler={"gates": [{"run": ["false"], "name": "smoke"}]})
    before = world(stage)
    train_id = begin(stage)
    with stage.journal() as journal:
        found = ended(journal, train_id)
        assert found.state is RolloutState.ROLLED_BACK, story(journal, train_id)
        assert "nova-scheduler: gate smoke: failed" in found.sentence
    assert world(stage) == before


def test_a_service_that_fails_after_its_switch_takes_the_train_back(stage: DrillStage) -> None:
    train(stage, FIRST, SECOND)
    before = world(stage)
    made = plans(stage)
    for one in stage.look().green.instances:
        stage.trouble(f"instances/{one.name}", mode="error-rate=1")
    train_id = request.begin(stage.config, "upgrade", made, WHO, "nova is bad")
    with stage.journal() as journal:
        found = ended(journal, train_id)
        assert (found.state, found.exit_code) == (RolloutState.ROLLED_BACK, 6), story(journal, train_id)
        assert "nova-api" in found.sentence
    assert {name: state[0] for name, state in world(stage).items()} == {name: s[0] for name, s in before.items()}


def kill_conductor(journal: Journal, train_id: str) -> None:
    os.kill(int(Trains(journal).train(train_id).runner.split("/")[2]), signal.SIGKILL)
    end = time.monotonic() + 10
    while not unfinished(Trains(journal).train(train_id)):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("where", [(SECOND, "gate-1"), (SECOND, "pause-50"), (SECOND, "bake")], ids=lambda one: one[1])
@pytest.mark.parametrize("then", ["--resume", "--abort"])
def test_another_conductor_goes_on_or_takes_back(stage: DrillStage, where: tuple[str, str], then: str) -> None:
    slow = {"gates": [{"run": ["sleep", "3"]}], "shift": [50, 100], "bake": "4s"}
    train(stage, FIRST, SECOND, nova_api=slow)
    before = world(stage)
    train_id = begin(stage)
    with stage.journal() as journal:
        if where[1] == "bake":
            say(journal, train_id, "pause-50")
        at(journal, train_id, *where)
        kill_conductor(journal, train_id)
        answer = stage.bluegreen("train", "upgrade", "--attach")
        assert answer.returncode == 7
        assert "its conductor is gone" in answer.stderr
        if then == "--resume":
            request.go_on(stage.config, "upgrade")
            if where[1] != "bake":
                say(journal, train_id, "pause-50")
        else:
            request.abort(stage.config, "upgrade", WHO, "enough")
        found = ended(journal, train_id)
        state = RolloutState.DONE if then == "--resume" else RolloutState.ROLLED_BACK
        assert found.state is state, story(journal, train_id)
    if then == "--resume":
        assert [live(stage, name) for name in (FIRST, SECOND)] == [Colour.GREEN] * 2
    else:
        assert world(stage) == before


def say(journal: Journal, train_id: str, step: str) -> None:
    rollout = at(journal, train_id, SECOND, step)
    rollout_request.say_word(journal, rollout.id, WHO, step=step)


def test_a_runner_that_is_killed_stops_the_train_until_somebody_decides(stage: DrillStage) -> None:
    train(stage, FIRST, SECOND, nova_api={"shift": [50, 100]})
    before = world(stage)
    train_id = begin(stage)
    with stage.journal() as journal:
        rollout = at(journal, train_id, SECOND, "pause-50")
        os.kill(int(rollout.runner.split("/")[2]), signal.SIGKILL)
        found = ended(journal, train_id)
        assert (found.state, found.exit_code) == (RolloutState.STOPPED, 7)
        assert "nova-api needs a human: its runner is gone" in found.sentence
        request.abort(stage.config, "upgrade", WHO, "take it back")
        found = ended(journal, train_id)
        assert found.state is RolloutState.ROLLED_BACK, story(journal, train_id)
        assert any(one.kind is DecisionKind.GO_BACK for one in journal.decisions(rollout.id))
    assert world(stage) == before


def test_one_that_cannot_be_planned_keeps_all_at_home(stage: DrillStage) -> None:
    stage.trouble("instances/nova-api-green-1", mode="unhealthy")
    time.sleep(0.5)
    answer = stage.bluegreen("train", "upgrade", "--yes", "--reason", "x")
    assert answer.returncode == 3
    assert "nova-api: GREEN is not healthy" in answer.stderr
    assert "no service of the train was begun" in answer.stderr
    with stage.journal() as journal:
        assert journal.rollouts() == []
