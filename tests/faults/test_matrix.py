"""Every mishap, at every point of every scene: the run ends well or stops truthfully, and what it offers works."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from hooked_runner import forks
from mishaps import ABORTS, MISHAPS, Mishap, fits
from oracle import Violation
from playing import perform, playing, points
from scene import Scene
from scenes import GATED, SCENES, SHIFTS

from console.rollout.records import DecisionKind, Event, RolloutState

RUNS = Path(__file__).parent.parent.parent / "build" / "faults.jsonl"
SEED = 2013
SAMPLE = 100  # pairs of a scene without gates, and a mishap, that are always tried; each scene has some
ABORTS_SAMPLE = 4  # the same of aborts, beside those of workers, which go on stopping when nobody wants it any more
GATED_SAMPLE = 6  # the same of scenes with gates, each of which is a process more
CLEAN_RUNS = 3  # of a scene, at most, until one goes through
POINTS = int(os.environ.get("FAULTS_POINTS", "1"))  # of each mishap in each scene; 0: all

_clean: dict[str, list[Event]] = {}


@pytest.fixture(scope="session")
def forked() -> ForkServerContext:
    return forks()


def clean(scene: Scene, place: Path, forked: ForkServerContext) -> list[Event]:
    """The events of a run in which nothing goes wrong; tried again where a busy machine makes an instance seem ill."""
    if scene.name not in _clean:
        for attempt in range(CLEAN_RUNS):
            (place / str(attempt)).mkdir(parents=True)
            with playing(scene, place / str(attempt), forked) as play:
                play.attend(play.start(play.rollout_id))
                ended = play.rollout()
                if ended.state is RolloutState.DONE:
                    _clean[scene.name] = play.events()
                    break
        assert scene.name in _clean, ended.sentence
    return _clean[scene.name]


def chosen(scene: Scene, mishap: Mishap, all_of_them: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The points of this session, the same each time."""
    if not POINTS or len(all_of_them) <= POINTS:
        return all_of_them
    picked = random.Random(f"{SEED} {scene.name} {mishap.name}").sample(all_of_them, POINTS)
    return sorted(picked)


def _keep(run: dict[str, object]) -> None:
    """Line by line while they come: a session of an hour can be looked at before its end."""
    RUNS.parent.mkdir(exist_ok=True)
    with RUNS.open("a") as lines:
        lines.write(json.dumps(run) + "\n")


def _cases() -> list[object]:
    """Every scene with every mishap; those that are no sample are thorough."""
    others = tuple(mishap for mishap in MISHAPS if mishap not in ABORTS)
    sample = {*_sampled(SHIFTS, others, SAMPLE), *_sampled(GATED, others, GATED_SAMPLE)}
    sample |= _sampled([scene for scene in SHIFTS if not scene.power], ABORTS, ABORTS_SAMPLE)
    sample |= {(scene.name, mishap.name) for scene in SHIFTS if scene.power for mishap in ABORTS}
    return [
        pytest.param(
            scene,
            mishap,
            id=f"{scene.name}-{mishap.name}",
            marks=() if (scene.name, mishap.name) in sample else (pytest.mark.thorough,),
        )
        for scene, mishap in _pairs(SCENES)
    ]


def _pairs(scenes: Sequence[Scene], mishaps: Sequence[Mishap] = MISHAPS) -> list[tuple[Scene, Mishap]]:
    return [(scene, mishap) for scene in scenes for mishap in mishaps if fits(mishap, scene)]


def _sampled(scenes: Sequence[Scene], mishaps: Sequence[Mishap], size: int) -> set[tuple[str, str]]:
    """The names of so many pairs, the same each time."""
    names = [(scene.name, mishap.name) for scene, mishap in _pairs(scenes, mishaps)]
    return set(random.Random(SEED).sample(names, size))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("scene", "mishap"), _cases())
def test_matrix(
    scene: Scene,
    mishap: Mishap,
    tmp_path: Path,
    forked: ForkServerContext,
    record_property: Callable[[str, object], None],
) -> None:
    events = clean(scene, tmp_path / "clean", forked)
    told = []
    for row, moment in chosen(scene, mishap, points(mishap, events)):
        prefer = random.Random(f"{scene.name} {mishap.name} {row} {moment}").choice(
            (DecisionKind.FINISH, DecisionKind.GO_BACK)
        )
        place = tmp_path / f"{row}-{moment}"
        place.mkdir()
        began = time.monotonic()
        run = {"scene": scene.name, "mishap": mishap.name, "row": row, "moment": moment, "violation": ""}
        try:
            found = perform(scene, mishap, (row, moment), place=place, forks=forked, prefer=prefer)
        except Violation as violation:
            run["violation"] = str(violation)
        except Exception as error:  # noqa: BLE001 nothing may be lost: a run that cannot be judged is none that was well
            run["violation"] = f"{type(error).__name__}: {error}"
        else:
            run |= {"fired": found.fired, "state": found.state, "sentence": found.sentence}
        run["seconds"] = round(time.monotonic() - began, 1)
        told.append(run)
        _keep(run)
        shutil.rmtree(place, ignore_errors=True)
    record_property("faults", json.dumps(told))
    bad = [f"row {one['row']} {one['moment']}: {one['violation']}" for one in told if one["violation"]]
    assert not bad, "\n".join(bad)
