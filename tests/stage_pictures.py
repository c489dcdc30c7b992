"""The pictures of docs/walkthrough.md: `python tests/stage_pictures.py` carries out a release on a drill, by keys."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from pictures import DOCS, at_home, drawn, watched
from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).parent / "tui"))

from screen_text import shows

from console.config import load
from console.drill.server import Drill, running_drill
from console.rollout.who import Who
from screens.arming import Arming
from screens.desk import JournalDesk
from screens.program import BluegreenApp

SIZE = (110, 32)
STAGES = DOCS / "stages"
TYPED = ("3", "space", *"nova", "minus", *"api")  # how many are deleted, and of what
# As long as it takes to look at its output.
SMOKE = "for one in test_api_answers test_volumes_attach test_quota_is_kept; do echo $one PASSED; sleep 2; done"
# What is pressed, what is waited for, and the name of the picture that is then taken; empty: none.
WALK: Sequence[tuple[Sequence[str], Sequence[str], str]] = (
    ((), ("fresh",), ""),
    ((), ("LB ",), "1-before"),
    (("l",), ("LAUNCH", "enter start"), "2-launch-plan"),
    (("enter", "y", "enter"), ("nova-api-green-1 is ACTIVE",), "3-launch"),
    ((), ("DONE",), ""),
    (("escape", "c"), ("CUT OVER", "enter start"), "4-cutover-plan"),
    (("enter", "y", "enter"), ("gate: smoke", "running"), ""),
    (("d",), ("test_api_answers PASSED",), "5-gate"),
    (("d",), ("WAITS FOR YOU",), "6-shift"),
    (("n", "y", "enter"), ("BAKES",), "7-bake"),
    ((), ("DONE",), "8-done"),
    (("escape", "r"), ("ROLL BACK", "enter start"), "9-rollback-plan"),
    (("escape", "t"), ("RETIRE", "enter start"), "10-retire-plan"),
    (("enter", *TYPED, "enter"), ("DONE",), "11-retired"),
)


async def walk(app: BluegreenApp) -> None:
    """Press and draw."""
    async with app.run_test(size=SIZE) as pilot:
        for keys, parts, name in WALK:
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.5)
            await shows(pilot, *parts, within=120)
            await settled(pilot)
            if name:
                (STAGES / f"{name}.svg").write_text(drawn(app))


async def settled(pilot: Pilot[int]) -> None:
    """Let the screen say what came with the change that was waited for."""
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        await pilot.pause(0.1)


def slow(drill: Drill) -> None:
    """A gate, two shares, and a bake."""
    config = yaml.safe_load(drill.config_file.read_text())
    config["services"]["nova-api"]["release"] = {
        "gates": [{"name": "smoke", "run": ["sh", "-c", SMOKE]}],
        "shift": [30, 100],
        "bake": "20s",
    }
    drill.config_file.write_text(yaml.safe_dump(config, sort_keys=False))


def main() -> None:
    """Draw all of them."""
    STAGES.mkdir(exist_ok=True)
    Who.current = classmethod(lambda _: Who("alice", "jump1"))  # type: ignore[assignment, method-assign]
    with running_drill(instances=3, idle=False, build=3.0, boot=1.0) as drill:
        at_home(drill)
        slow(drill)
        config = load(drill.config_file, os.environ)
        arming = Arming().arm(time.time(), "release 2026.2")
        app = BluegreenApp(config, watch=watched, desk=JournalDesk(config, read_only=False), arming=arming)
        asyncio.run(walk(app))


if __name__ == "__main__":
    main()
