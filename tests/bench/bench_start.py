"""How soon something is on the screen: against an empty Textual app, and against the `openstack` command."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench_ground import PROGRAMS, Cloud, away, drill, fresh_home, openstack_client
from bench_programs import PAINTED
from bench_pty import Timed
from bench_table import Row, median_ratio, spread

FIRST_PAINT = b"quit"  # in the last line of the first picture
TRUTH = (b"LB ACTIVE", b"fresh", b"ONLINE")  # what only a cloud that has answered puts on the screen
PAINT_BAR, TRUTH_BAR = 1.3, 1.0  # ratios


@dataclass(frozen=True)
class Taken:
    """Wall seconds and CPU seconds."""

    wall: float
    cpu: float


def painted(argv: Sequence[str], env: Mapping[str, str], *marks: bytes) -> Taken:
    """From the exec until the marks were sent."""
    with Timed(argv, env=env) as program:
        wall = program.until(*marks)
        return Taken(wall, program.cpu)


def first_paint(folder: Path, rounds: int) -> Iterator[Row]:
    """First paint with a cloud that refuses, that hangs and that answers, each beside an empty Textual app."""
    with away(folder, hangs=False) as refusing, away(folder, hangs=True) as hanging, drill(folder) as answering:
        clouds = {"refuses": refusing, "hangs": hanging, "answers": answering}
        empties: list[Taken] = []
        ours: dict[str, list[Taken]] = {name: [] for name in clouds}
        for count in range(rounds + 1):
            env = fresh_home(folder)
            once = painted([PROGRAMS, "empty"], env, PAINTED.encode())
            each = {name: painted(cloud.argv, {**env, **cloud.env}, FIRST_PAINT) for name, cloud in clouds.items()}
            if count:  # the first round compiles modules and fills caches
                empties.append(once)
                for name, taken in each.items():
                    ours[name].append(taken)
    walls = [1000 * each.wall for each in empties]
    yield Row("first paint of an empty Textual app", statistics.median(walls), "ms", note=spread(walls))
    for name, all_taken in ours.items():
        walls = [1000 * each.wall for each in all_taken]
        yield Row(f"first paint, the cloud {name}", statistics.median(walls), "ms", note=spread(walls))
        wall = median_ratio([each.wall for each in all_taken], [each.wall for each in empties])
        cpu = median_ratio([each.cpu for each in all_taken], [each.cpu for each in empties])
        note = f"of CPU time {cpu:.2f}; medians of {rounds} pairs"
        yield Row(f"  against the empty app, the cloud {name}", wall, "times", PAINT_BAR, note)


def first_truth(folder: Path, rounds: int) -> Iterator[Row]:
    """The first truthful screen against `openstack server list` and `... member list`, on the same drill."""
    client = openstack_client()
    with drill(folder) as cloud:
        screens: list[float] = []
        lists: dict[str, list[float]] = {"server list": [], "loadbalancer member list nova-api": []}
        for count in range(rounds + 1):
            screen = painted(cloud.argv, {**fresh_home(folder), **cloud.env}, *TRUTH).wall
            taken = {words: _asked(client, words, cloud) for words in lists} if client else {}
            if count:
                screens.append(screen)
                for words, wall in taken.items():
                    lists[words].append(wall)
    walls = [1000 * each for each in screens]
    yield Row("first truthful screen, on the drill", statistics.median(walls), "ms", note=spread(walls))
    if not client:
        yield Row("  against the openstack command", None, "times", note="there is none here: name it in $OPENSTACK")
        return
    for words, taken_all in lists.items():
        walls = [1000 * each for each in taken_all]
        yield Row(f"openstack {words}", statistics.median(walls), "ms", note=spread(walls))
        note, ratio = f"medians of {rounds} pairs", median_ratio(screens, taken_all)
        yield Row(f"  the screen against {words.removesuffix(' nova-api')}", ratio, "times", TRUTH_BAR, note)


def _asked(client: str, words: str, cloud: Cloud) -> float:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "PYTHON"))}
    argv = [client, "--os-cloud", cloud.name, *words.split()]
    began = time.perf_counter()
    done = subprocess.run(argv, env={**env, **cloud.env}, capture_output=True, text=True, timeout=120, check=False)
    taken = time.perf_counter() - began
    assert done.returncode == 0, f"openstack {words}: {done.stderr.strip()[:150]}"
    assert "nova-api-blue-1" in done.stdout, f"openstack {words} does not list the drill's instances"
    return taken
