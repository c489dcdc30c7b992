"""Going back to a colour that has less than the one that serves: its rollout began with no more, so it is enough."""

from __future__ import annotations

import re
import time

import pytest
from drill_stage import DrillStage
from stage import WHO
from test_shares import configure, shorter, waits_at

from console.plan.plan import StepKind
from console.rollout import request
from console.rollout.launch import start_runner
from console.rollout.records import DecisionKind, RolloutState


@pytest.fixture
def uneven(stage: DrillStage) -> DrillStage:
    """Two of BLUE serve, three of GREEN wait."""
    drained(stage)
    return stage


def drained(stage: DrillStage) -> None:
    name = stage.look().blue.instances[0].name
    done = stage.bluegreen("drain", stage.name, name, "--min-ratio", "0.5", "--yes", "--reason", "a kernel")
    assert done.returncode == 0, done.stdout + done.stderr


def ill(stage: DrillStage) -> None:
    """The first of BLUE fails its checks, as everyone sees."""
    one = stage.look().blue.instances[0]
    stage.trouble(f"instances/{one.name}", mode="unhealthy")
    end = time.monotonic() + 30
    while (member := stage.look().blue.instances[0].member) is None or member.operating_status != "ERROR":
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("share", [10, pytest.param(50, marks=pytest.mark.thorough)])
def test_a_canary_is_aborted_although_one_of_the_old_colour_fell_ill(stage: DrillStage, share: int) -> None:
    configure(stage, shift=[share, 100])
    before = stage.weights()
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "canary")
    with stage.journal() as journal:
        waits_at(journal, rollout_id, f"pause-{share}")
        ill(stage)
        request.abort(journal, rollout_id, WHO, "enough")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert stage.weights() == before


@pytest.mark.thorough
def test_a_killed_canary_goes_back_to_what_was_smaller_before_it(uneven: DrillStage) -> None:
    configure(uneven, shift=[10, 100])
    before = uneven.weights()
    rollout_id = uneven.record(uneven.plan())
    child = uneven.start("killing_runner.py", "9999", rollout_id)
    with uneven.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
    child.kill()
    child.wait(timeout=30)
    ended = uneven.resume(rollout_id, DecisionKind.GO_BACK)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert uneven.weights() == before


def test_an_unconfirmed_cutover_to_a_larger_colour_goes_back_by_itself(uneven: DrillStage) -> None:
    configure(uneven, confirm_within="10s")
    before = uneven.weights()
    plan = shorter(uneven.plan(), StepKind.CONFIRM, 1.0)
    rollout_id = request.begin(uneven.config, plan, WHO, "nobody is there")
    with uneven.journal() as journal:
        ended = uneven.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert uneven.weights() == before


def test_a_cutover_to_a_larger_colour_is_rolled_back_later(uneven: DrillStage) -> None:
    before = uneven.weights()
    rollout_id = uneven.record(uneven.plan())
    with uneven.journal() as journal:
        start_runner(uneven.config, rollout_id)
        assert uneven.ended(journal, rollout_id).state is RolloutState.DONE
    done = uneven.bluegreen("rollback", uneven.name, "--yes", "--reason", "slow")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"3 of GREEN at weight 300 do now: no more had to when cutover {rollout_id} began" in " ".join(
        done.stdout.split()
    )
    assert uneven.weights() == before


@pytest.mark.thorough
def test_what_a_refused_way_back_names_as_the_way_out_is_one(stage: DrillStage) -> None:
    configure(stage, shift=[90, 100])
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "canary")
    with stage.journal() as journal:
        waits_at(journal, rollout_id, "pause-90")
        ill(stage)
        request.abort(journal, rollout_id, WHO, "enough")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    words = re.search(r"bluegreen (rollback .*--live-fails)", ended.sentence)
    assert words is not None, ended.sentence
    done = stage.bluegreen(*words[1].split(), "--yes", "--reason", "GREEN fails")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.thorough
def test_whom_a_refused_rollback_names_as_only_held_is_released_and_then_it_goes(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    with stage.journal() as journal:
        start_runner(stage.config, rollout_id)
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE
    drained(stage)
    asked = ("rollback", stage.name, "--yes", "--reason", "slow")
    refused = stage.bluegreen(*asked)
    assert refused.returncode == 3, refused.stdout + refused.stderr
    words = re.search(r"bluegreen (unhold \S+ \S+?)[;\s]", refused.stderr)
    assert words is not None, refused.stderr
    assert stage.bluegreen(*words[1].split(), "--yes", "--reason", "mended").returncode == 0
    done = stage.bluegreen(*asked)
    assert done.returncode == 0, done.stdout + done.stderr
