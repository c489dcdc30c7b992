"""Changes of single instances taken back by a real runner: what others had done before stands as it did."""

from __future__ import annotations

import time

from drill_stage import DrillStage
from stage import WHO

from console.model.service import Service
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan as make_plan
from console.rollout.records import DecisionKind, RolloutState

YES = ("--yes", "--reason", "test")


def standings(service: Service) -> dict[str, tuple[int, bool, str | None]]:
    members = [one.member for side in service.colours for one in side.instances]
    return {one.name: (one.weight, one.admin_state_up, one.held_by) for one in members if one is not None}


def test_an_eviction_is_undone_by_its_record(stage: DrillStage) -> None:
    stage.trouble(f"members/{stage.name}-green-1", admin_state_up=False)
    before = standings(stage.look())
    assert not before[f"{stage.name}-green-1"][1]
    out = stage.bluegreen("evict", *YES)
    assert out.returncode == 0, out.stdout + out.stderr
    assert not any(up for name, (_, up, _) in standings(stage.look()).items() if "green" in name)
    assert stage.bluegreen("freeze", stage.name, "--reason", "holidays").returncode == 0
    home = stage.bluegreen("evict", "--undo", *YES)
    assert home.returncode == 0, home.stdout + home.stderr
    assert standings(stage.look()) == before
    assert f"{stage.name}-green-2, {stage.name}-green-3 are as before" in home.stdout


def test_a_drain_whose_runner_was_killed_goes_back_in_a_freeze(stage: DrillStage) -> None:
    name = f"{stage.name}-blue-1"
    held = stage.bluegreen("hold", name, *YES)
    assert held.returncode == 0, held.stdout + held.stderr
    before = standings(stage.look())
    intent = Intent(Action.DRAIN, order=SingleOrder((name,), "bob@jump2", 0.5))
    found = make_plan(stage.look(), stage.config.services[stage.name], intent, time.time())
    assert isinstance(found, Plan), found
    with stage.journal() as journal:
        rollout_id = journal.create(found, WHO, "fault test", "")
    stage.start("killing_runner.py", "10", rollout_id).wait(timeout=60)
    assert standings(stage.look())[name] == (0, True, before[name][2]), "it was written"
    assert stage.bluegreen("freeze", stage.name, "--reason", "holidays").returncode == 0
    ended = stage.resume(rollout_id, DecisionKind.GO_BACK)
    assert ended.state in (RolloutState.DONE, RolloutState.ROLLED_BACK), ended.sentence
    assert standings(stage.look()) == before
