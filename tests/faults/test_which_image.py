"""Which image is released: one that is named without doubt, and of a release that was begun the one it began with."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drill_stage import DrillStage, staged_on_drill

from console.drill.world import Image
from console.model.colour import Colour
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan as make_plan
from console.rollout import asking
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, EventKind, RolloutState

YES = ("--yes", "--reason", "2026.3")
RELEASE = ("release", *YES, "--confirm", "proof")
FIRST = "nova-api-2026.3"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """BLUE serves, GREEN is not there; the config takes the newest image of the service."""

    def newest(config: dict[str, Any]) -> None:
        config["services"]["nova-api"]["launch"] |= {"image": {"newest": {"service": "nova-api"}}, "at_once": 1}

    there = {"instances": 2, "pending": 0.2, "build": 0.3, "boot": 0.1, "idle": False}
    with staged_on_drill(tmp_path, monkeypatch, newest, **there) as made:
        yield made


def uploaded(stage: DrillStage, name: str) -> Image:
    """A pipeline has made an image, this very moment."""
    assert stage.drill is not None
    last = next(one for one in stage.drill.world.images if one.name == FIRST)
    made = Image(name, {**last.properties, "git_commit": "f" * 40})
    stage.drill.world.images.append(made)
    return made


def first(stage: DrillStage) -> Image:
    assert stage.drill is not None
    return next(one for one in stage.drill.world.images if one.name == FIRST)


def words_of(done: subprocess.CompletedProcess[str]) -> str:
    """What was printed, unfolded."""
    return " ".join(done.stdout.split())


def green(stage: DrillStage) -> set[str]:
    """The ids of the images that GREEN is of."""
    assert stage.drill is not None
    return {one.image.id for one in stage.drill.world.servers if one.metadata.get("color") == "green"}


def test_a_name_that_two_images_have_means_neither_and_an_id_means_one(empty: DrillStage) -> None:
    one = first(empty)
    other = uploaded(empty, FIRST)
    for words in (("launch", *YES), RELEASE):
        refused = empty.bluegreen(*words, "--image", FIRST)
        assert refused.returncode == 3, refused.stdout + refused.stderr
        for image in (one, other):
            assert f"{image.id}, created 20" in refused.stderr
        assert "active" in refused.stderr
        assert "--image ID" in refused.stderr
    assert green(empty) == set()
    done = empty.bluegreen("launch", *YES, "--image", one.id)
    assert done.returncode == 0, done.stderr
    assert f"{FIRST} (image {one.id}, m1.small)" in words_of(done)
    assert green(empty) == {one.id}


@pytest.mark.timeout(300)
def test_who_rejoins_a_release_goes_on_with_the_image_that_it_began_with(empty: DrillStage) -> None:
    one = first(empty)
    launched = empty.bluegreen("launch", *YES)
    assert launched.returncode == 0, launched.stderr
    assert f"{FIRST} is the newest image with service=nova-api, created 20" in words_of(launched)
    with empty.journal() as journal:
        assert f"{FIRST} (image {one.id}, m1.small)" in journal.rollouts()[0].plan.summary
    newer = uploaded(empty, "nova-api-2026.4")
    done = empty.bluegreen(*RELEASE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"the release of {FIRST} (image {one.id}) was begun, and goes on with it" in done.stdout
    assert f"--image {newer.id}" in done.stdout
    assert empty.carries(Colour.GREEN)
    assert green(empty) == {one.id}
    over = empty.bluegreen(*RELEASE)
    assert over.returncode == 3, "that release is over: this one is another, and needs BLUE's place"
    assert f"nova-api-2026.4 (image {newer.id}) to BLUE" in over.stdout


@pytest.mark.timeout(300)
def test_an_image_that_is_made_in_the_middle_of_a_walk_does_not_join_it(empty: DrillStage) -> None:
    one, ends = first(empty), list[subprocess.CompletedProcess[str]]()
    walk = threading.Thread(target=lambda: ends.append(empty.bluegreen(*RELEASE)))
    walk.start()
    with Journal.open(empty.config.journal) as journal:
        end = time.monotonic() + 60
        while not any(e.kind is EventKind.INTENT for r in journal.rollouts() for e in journal.events(r.id)):
            assert time.monotonic() < end
            time.sleep(0.05)
    uploaded(empty, "nova-api-2026.4")
    walk.join()
    assert ends[0].returncode == 0, ends[0].stdout + ends[0].stderr
    assert empty.carries(Colour.GREEN)
    assert green(empty) == {one.id}


@pytest.mark.timeout(300)
def test_a_launch_that_is_resumed_makes_the_rest_of_the_same_image(empty: DrillStage) -> None:
    settings, service, one = empty.config.services[empty.name], empty.look(), first(empty)
    intent = asking.to_launch(service, settings, Wish(Colour.GREEN))
    assert isinstance(intent, Intent)
    made = make_plan(service, settings, intent, time.time())
    assert isinstance(made, Plan)
    assert made.action is Action.LAUNCH
    rollout_id = empty.record(made)
    killed = empty.start("killing_runner.py", "15", rollout_id)
    assert killed.wait(timeout=60) == -9
    assert green(empty) == {one.id}, "the first of them was asked for"
    uploaded(empty, "nova-api-2026.4")
    ended = empty.resume(rollout_id, DecisionKind.FINISH)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert green(empty) == {one.id}
