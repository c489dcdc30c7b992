"""A cutover in shares: each is proven and waits for a word; without one, and on evidence, it goes back."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO

from console.errors import UsageError
from console.model.colour import Colour
from console.plan.plan import Action, Plan, StepKind
from console.rollout import request, restraint
from console.rollout.journal import Journal
from console.rollout.launch import start_runner
from console.rollout.records import DecisionKind, EventKind, Rollout, RolloutState
from console.rollout.waiting import waiting


@pytest.fixture
def shared(stage: DrillStage) -> DrillStage:
    """The service of the stage with shares, a second confirmation and a bake."""
    configure(stage, shift=[10, 50, 100], confirm_within="40s", bake="6s")
    return stage


def configure(stage: DrillStage, **release: object) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = release
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))


def waits_at(journal: Journal, rollout_id: str, step: str, limit: float = 40.0) -> None:
    end = time.monotonic() + limit
    while (found := waiting(journal.rollout(rollout_id), journal.events(rollout_id))) is None or found.step.id != step:
        assert time.monotonic() < end, "\n".join(event.text for event in journal.events(rollout_id))
        time.sleep(0.1)


def shorter(plan: Plan, kind: StepKind, seconds: float) -> Plan:
    """The plan with less patience in one kind of step."""
    steps = tuple(replace(step, deadline=seconds) if step.kind is kind else step for step in plan.steps)
    return replace(plan, steps=steps)


def test_each_share_waits_for_a_word_and_the_end_is_kept(shared: DrillStage) -> None:
    before, mark = shared.weights(), shared.mark()
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "by shares")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
        assert shared.weights_of(Colour.BLUE) == [100, 100, 100]
        assert sum(shared.weights_of(Colour.GREEN)) == 33
        request.say_word(journal, rollout_id, WHO, "looks well")
        waits_at(journal, rollout_id, "pause-50")
        assert shared.weights_of(Colour.GREEN) == shared.weights_of(Colour.BLUE) == [100, 100, 100]
        request.say_word(journal, rollout_id, WHO)
        waits_at(journal, rollout_id, "confirm")
        assert shared.carries(Colour.GREEN)
        request.extend(journal, rollout_id, 300, WHO, "asking the team")
        request.say_word(journal, rollout_id, WHO, "keep it")
        waits_at(journal, rollout_id, "bake")
        request.extend(journal, rollout_id, 2, WHO, "one alarm to look at")
        ended = shared.ended(journal, rollout_id)
        events = journal.events(rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
    assert "proven through the VIP; 3 load balancer writes" in ended.sentence
    assert shared.batches(since=mark) == 3
    assert sorted(shared.weights().values()) == sorted(before.values())
    said = [event.text for event in events if event.kind is EventKind.DECISION]
    assert said == [
        "go on: alice@jump1: looks well",
        "go on: alice@jump1",
        "5 minutes more: alice@jump1: asking the team",
        "keep: alice@jump1: keep it",
        "2 s more: alice@jump1: one alarm to look at",
    ]
    # the weight that a member is meant to have is never the one of a share
    service = shared.look()
    assert {one.member.intended_weight for side in service.colours for one in side.instances if one.member} == {100}


@pytest.mark.parametrize(
    ("kind", "step", "writes"), [(StepKind.PAUSE, "pause-10", 2), (StepKind.CONFIRM, "confirm", 2)]
)
def test_without_a_word_it_goes_back_by_itself(shared: DrillStage, kind: StepKind, step: str, writes: int) -> None:
    if kind is StepKind.CONFIRM:
        configure(shared, confirm_within="10s")
    before, mark = shared.weights(), shared.mark()
    rollout_id = request.begin(shared.config, shorter(shared.plan(), kind, 1.0), WHO, "nobody is there")
    with shared.journal() as journal:
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert ended.sentence.startswith("nobody ")
    assert shared.weights() == before
    assert shared.batches(since=mark) == 2


def test_who_was_taken_out_meanwhile_stays_out_on_the_way_back_and_is_named(shared: DrillStage) -> None:
    configure(shared, shift=[25, 100], min_ratio=0.5)
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "by shares")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-25")
        name = shared.look().blue.instances[1].name
        shared.trouble(f"members/{name}", weight=0)
        request.abort(journal, rollout_id, WHO, "enough")
        ended = shared.ended(journal, rollout_id)
        planned = next(one for one in journal.events(rollout_id) if one.kind is EventKind.PLANNED)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert sorted(shared.weights_of(Colour.BLUE)) == [0, 100, 100]
    assert f"{name} was set to weight 0 by somebody while the rollout ran: it stays out" in planned.text


def test_a_rollback_is_not_held_by_a_pause_that_came_all_the_same(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan(Action.ROLLBACK, Colour.GREEN))
    with stage.journal() as journal:
        digest = journal.rollout(rollout_id).plan.digest
        journal.decide(rollout_id, DecisionKind.PAUSE, digest, WHO, step="", reason="slowly")
        start_runner(stage.config, rollout_id)
        ended = stage.ended(journal, rollout_id)
        said = [one.text for one in journal.events(rollout_id) if one.kind is EventKind.DECISION]
    assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
    assert said == ["alice@jump1 asked for a pause: slowly. A way back does not wait, so it goes on"]
    assert stage.carries(Colour.GREEN)


@pytest.mark.thorough
def test_more_time_is_given_and_recorded(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shorter(shared.plan(), StepKind.PAUSE, 3.0), WHO, "slow reader")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
        request.extend(journal, rollout_id, 60, WHO, "still reading")
        time.sleep(4)
        assert not journal.rollout(rollout_id).state.ended
        found = waiting(journal.rollout(rollout_id), journal.events(rollout_id))
        assert found is not None
        assert found.until - time.time() > 50
        request.abort(journal, rollout_id, WHO, "enough")
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert shared.carries(Colour.BLUE)


def test_a_freeze_while_it_waits_and_a_pause_before_that_need_no_second_word(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "an incident comes between")
    with shared.journal() as journal:
        request.pause(journal, rollout_id, WHO, "slowly", even_waiting=True)
        for _ in range(2):  # it is held before its first write, and then at the share
            while (found := waiting(journal.rollout(rollout_id), journal.events(rollout_id))) is None:
                time.sleep(0.1)
            restraint.freeze(shared.config, journal, shared.name, WHO, "incident")
            restraint.unfreeze(shared.config, journal, shared.name, WHO, "over")
            request.say_word(journal, rollout_id, WHO, "go", step=found.step.id)
            until_past(journal, rollout_id, found.step.id)
        waits_at(journal, rollout_id, "pause-50")
        words = [one.text for one in journal.events(rollout_id) if one.kind is EventKind.DECISION]
        assert [one.partition(":")[0] for one in words] == [f"paused by {WHO.words}", "go on", "go on"]
        request.abort(journal, rollout_id, WHO, "enough")
        shared.ended(journal, rollout_id)


def until_past(journal: Journal, rollout_id: str, step: str) -> None:
    """It does not wait at this step any more."""
    while (found := waiting(journal.rollout(rollout_id), journal.events(rollout_id))) is not None:
        if found.step.id != step:
            return
        time.sleep(0.1)


@pytest.mark.parametrize("kind", [DecisionKind.GO_BACK, pytest.param(DecisionKind.FINISH, marks=pytest.mark.thorough)])
def test_killed_at_a_share_it_is_finished_or_taken_back(shared: DrillStage, kind: DecisionKind) -> None:
    before = shared.weights()
    rollout_id = shared.record(shared.plan())
    child = shared.start("killing_runner.py", "9999", rollout_id)
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
    child.kill()
    child.wait(timeout=30)
    if kind is DecisionKind.FINISH:
        ended = finished_with_words(shared, rollout_id)
        assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
        assert shared.carries(Colour.GREEN)
    else:
        ended = shared.resume(rollout_id, kind)
        assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
        assert shared.weights() == before


def finished_with_words(stage: DrillStage, rollout_id: str) -> Rollout:
    """Resume and finish; the runner that takes over hears the words said to it."""
    with stage.journal() as journal:
        (rollout,) = request.to_resume(journal)
        request.wait_until_judged(request.judged_after(journal, rollout, stage.config.lease.ttl), lambda left: None)
        offer = stage._open_offer(rollout, DecisionKind.FINISH)
        request.resume(stage.config, journal, rollout, offer, WHO, reason="finish")
        for step in ("pause-50", "confirm"):
            waits_at(journal, rollout_id, step)
            request.say_word(journal, rollout_id, WHO, step=step)
        return stage.ended(journal, rollout_id)


def test_drift_between_two_shares_stops_it(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "somebody else is at it")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
        changed = set_weight(shared, Colour.BLUE, 7)
        request.say_word(journal, rollout_id, WHO)
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert f"weight of member {changed} is 7, was 100" in ended.sentence


def set_weight(stage: DrillStage, colour: Colour, weight: int) -> str:
    """Change one member behind the rollout's back; returns its name."""
    assert stage.drill is not None
    member = stage.look().side(colour).instances[0].member
    assert member is not None
    real = next(one for one in stage.drill.world.pool.members if one.id == member.id)
    real.weight = weight
    return member.name


def test_a_bad_green_in_the_bake_goes_back_with_the_reason(shared: DrillStage) -> None:
    configure(shared, bake="120s")
    before = shared.weights()
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "bad after a while")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "bake")
        modes(shared, Colour.GREEN, "error-rate=1")
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert "were answered with an error, twice in a row" in ended.sentence
    assert shared.weights() == before


@pytest.mark.parametrize("last", [EventKind.VERIFIED, EventKind.PROOF])
def test_what_was_moved_when_the_runner_died_is_watched_all_the_same(shared: DrillStage, last: EventKind) -> None:
    configure(shared, bake="120s")
    before = shared.weights()
    rollout_id = shared.record(shared.plan())
    shared.start("dataplane/killing_after.py", last.value, rollout_id).wait(timeout=60)
    assert shared.carries(Colour.GREEN)
    with shared.journal() as journal:
        (rollout,) = request.to_resume(journal)
        request.wait_until_judged(request.judged_after(journal, rollout, shared.config.lease.ttl), lambda left: None)
        request.resume(shared.config, journal, rollout, shared._open_offer(rollout, DecisionKind.FINISH), WHO)
        waits_at(journal, rollout_id, "bake")
        modes(shared, Colour.GREEN, "error-rate=1")
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert shared.weights() == before


def test_losing_sight_in_the_bake_is_no_evidence_and_no_success(shared: DrillStage) -> None:
    configure(shared, bake="12s")
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "the APIs are gone for a while")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "bake")
        shared.trouble("outages", **{"compute": "down", "load-balancer": "down"})
        ended = shared.ended(journal, rollout_id)
        events = journal.events(rollout_id)
    shared.trouble("outages", **{"compute": None, "load-balancer": None})
    assert any("CANNOT SEE" in event.text and "it holds" in event.text for event in events)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert "nobody can say how it went" in ended.sentence
    assert shared.carries(Colour.GREEN)


def modes(stage: DrillStage, colour: Colour, mode: str) -> None:
    """All instances of a colour behave differently."""
    for one in stage.look().side(colour).instances:
        stage.trouble(f"instances/{one.name}", mode=mode)


def test_a_pause_is_heard_before_the_next_write(shared: DrillStage) -> None:
    configure(shared)
    stage = shared
    stage.trouble("settings", pending=1.0)
    rollout_id = stage.record(stage.plan())
    with stage.journal() as journal:
        start_runner(stage.config, rollout_id)
        journal.decide(rollout_id, DecisionKind.PAUSE, journal.rollout(rollout_id).plan.digest, WHO, reason="wait")
        waits_at(journal, rollout_id, "shift")
        assert stage.carries(Colour.BLUE)
        request.say_word(journal, rollout_id, WHO)
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE
    assert stage.carries(Colour.GREEN)


def test_a_word_for_one_step_is_not_taken_for_another(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "two operators")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
        request.say_word(journal, rollout_id, WHO, step="pause-10")
        waits_at(journal, rollout_id, "pause-50")
        with pytest.raises(UsageError, match="does not wait at pause-10 any more"):
            request.say_word(journal, rollout_id, WHO, step="pause-10")
        request.abort(journal, rollout_id, WHO)
        assert shared.ended(journal, rollout_id).exit_code == 6


def test_after_a_hold_everything_is_looked_at_again(shared: DrillStage) -> None:
    configure(shared)
    shared.trouble("settings", pending=1.0)
    rollout_id = shared.record(shared.plan())
    mark = shared.mark()
    with shared.journal() as journal:
        start_runner(shared.config, rollout_id)
        journal.decide(rollout_id, DecisionKind.PAUSE, journal.rollout(rollout_id).plan.digest, WHO)
        waits_at(journal, rollout_id, "shift")
        modes(shared, Colour.GREEN, "unhealthy")
        time.sleep(2.0)
        request.say_word(journal, rollout_id, WHO)
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 3), ended.sentence
    assert shared.batches(since=mark) == 0


def test_the_floor_between_shares_is_the_one_of_the_start(shared: DrillStage) -> None:
    configure(shared, shift=[90, 100])
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "green falls ill at 90 %")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-90")
        green = [one.name for one in shared.look().green.instances]
        for name in green[:2]:
            shared.trouble(f"instances/{name}", mode="unhealthy")
        time.sleep(2.0)
        request.say_word(journal, rollout_id, WHO)
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert "the next write is not sent: 1 healthy instances would serve, 3 must" in ended.sentence
    assert all(weight > 0 for weight in shared.weights_of(Colour.BLUE))


def test_errors_of_the_old_colour_are_not_blamed_on_the_new_one(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "blue is what fails")
    modes(shared, Colour.BLUE, "error-rate=0.5")
    with shared.journal() as journal:
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert "not proven within" in ended.sentence


def test_what_wrote_nothing_takes_nothing_back(shared: DrillStage) -> None:
    configure(shared)
    mark = shared.mark()
    plan = shared.plan(target=Colour.BLUE)
    assert plan.writes == 0
    modes(shared, Colour.BLUE, "error-rate=1")
    rollout_id = request.begin(shared.config, plan, WHO, "blue carries all traffic already")
    with shared.journal() as journal:
        ended = shared.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert shared.batches(since=mark) == 0
    assert shared.carries(Colour.BLUE)


def test_a_read_only_config_says_no_word(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "watched by support")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
        looking = yaml.safe_load(shared.config_file.read_text())
        path = shared.config_file.with_name("readonly.yaml")
        path.write_text(yaml.safe_dump({**looking, "read_only": True}))
        path.chmod(0o600)
        for words in (("resume", rollout_id, "--yes", "--reason", "x"), ("abort", rollout_id), ("pause", rollout_id)):
            assert shared.bluegreen(*words, config=path).returncode == 3
        assert request.say_word(journal, rollout_id, WHO).step.id == "pause-10"
        request.abort(journal, rollout_id, WHO)
        shared.ended(journal, rollout_id)
