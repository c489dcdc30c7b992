"""How a few states look, to the cell: the text of the screen is kept in `looks/`.

After a change on purpose look at the new pictures, and write them with `LOOKS=write pytest tests/tui/test_looks.py`.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from closeups import balancer_closeup, instance_closeup
from rollouts import cutover, events, rollout, seen
from rotations import counted, pools, power, two_balancers
from screen_text import lines_of, shows
from textual.pilot import Pilot
from tuikit import config, instance, make_app, service, stale, with_instances

from console.model.colour import Colour
from console.model.instance import Probe
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.rollout.records import EventKind
from screens.arming import Arming
from screens.view.glyphs import ASCII, UNICODE, Glyphs

NOW = 1_795_000_000.0
LOOKS = Path(__file__).parent / "looks"


def well() -> Service:
    return service(NOW)


def ill() -> Service:
    blue = [instance(Colour.BLUE, number, NOW) for number in (1, 2)]
    blue.append(instance(Colour.BLUE, 3, NOW, probe=Probe(False, NOW, 3.0, 503)))
    green = [instance(Colour.GREEN, 1, NOW), instance(Colour.GREEN, 2, NOW, held="bob", status="OFFLINE")]
    return with_instances(with_instances(well(), Colour.BLUE, *blue), Colour.GREEN, *green)


def old() -> Service:
    return stale(well(), NOW - 90, "no answer within 15 s from https://lb.example.org:9876")


class Look(NamedTuple):
    """A state: facts, terminal, the keys that lead there, and what is on the screen then."""

    name: str
    facts: Service
    size: tuple[int, int]
    glyphs: Glyphs
    keys: str
    sign: str


@pytest.mark.parametrize(
    "look",
    [
        Look("service-120x40", well(), (120, 40), UNICODE, "", "4 would ship"),
        Look("service-ill-80x24-ascii", ill(), (80, 24), ASCII, "", "4 would ship"),
        Look("service-stale-80x24", old(), (80, 24), UNICODE, "", "4 would ship"),
        Look("service-pools-120x40", pools(NOW), (120, 40), UNICODE, "", "parked, checked"),
        Look("service-power-80x24-ascii", power(NOW), (80, 24), ASCII, "tab", "worker-green-1"),
        Look("service-two-balancers-120x40", two_balancers(NOW), (120, 40), UNICODE, "", "2 load balancers"),
        Look("service-counted-250x60", counted(NOW), (250, 60), UNICODE, "", "410 conn/s"),
        Look("change-120x40", well(), (120, 40), UNICODE, "c down", "step 2 of 4"),
        Look("confirm-80x24-ascii", well(), (80, 24), ASCII, "c enter", "Cancel"),
        Look("help-80x24", well(), (80, 24), UNICODE, "question_mark", "keys on the service screen"),
    ],
    ids=lambda look: look.name,
)
async def test_looks(look: Look) -> None:
    arming = Arming().arm(NOW, "")
    app, _, _ = make_app(look.facts, clock=lambda: NOW, glyphs=look.glyphs, arming=arming)
    async with app.run_test(size=look.size) as pilot:
        await shows(pilot, "4 would ship")
        await pilot.press(*look.keys.split())
        await shows(pilot, look.sign)
        await compare(pilot, look.name)


@pytest.mark.parametrize(
    "look",
    [
        Look("instance-120x40", well(), (120, 40), UNICODE, "enter", "worker 59 ready"),
        Look("instance-80x24-ascii", ill(), (80, 24), ASCII, "down down enter", "probe says 503"),
        Look("instance-actions-80x24", well(), (80, 24), UNICODE, "enter tab tab tab", "stop failed"),
        Look("balancer-120x40", counted(NOW), (120, 40), UNICODE, "b", "active_standby"),
        Look("balancer-members-80x24-ascii", well(), (80, 24), ASCII, "b tab tab tab", "shop-1"),
    ],
    ids=lambda look: look.name,
)
async def test_looks_from_close_by(look: Look) -> None:
    app, watcher, _ = make_app(look.facts, clock=lambda: NOW, glyphs=look.glyphs)
    async with app.run_test(size=look.size) as pilot:
        await shows(pilot, "4 would ship")
        await pilot.press(*look.keys.split())
        closeups = (balancer_closeup(look.facts, NOW),)
        watcher.publish(Snapshot(NOW, 99, {look.facts.name: look.facts}, instance_closeup(NOW), closeups))
        await shows(pilot, look.sign)
        await compare(pilot, look.name)


async def test_looks_of_a_rollout_under_way() -> None:
    plan = cutover(well(), config().services["api"], NOW)
    told = events(
        NOW - 5,
        (EventKind.STARTED, "", "runner 4711 on behalf of alice@jump1"),
        (EventKind.BEGUN, "reconcile", "look again"),
        (EventKind.PASSED, "reconcile", "look again: done in 0.6 s", {"seconds": 0.6}),
        (EventKind.BEGUN, "shift", "to GREEN"),
        (EventKind.OUTCOME, "shift", "accepted"),
    )
    app, _, desk = make_app(well(), clock=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "4 would ship")
        desk.post(seen(rollout(plan, NOW), told))
        await shows(pilot, "press f to follow it")
        await pilot.press("f")
        await shows(pilot, "of 900 s", "accepted")
        await compare(pilot, "rollout-120x40")


async def compare(pilot: Pilot[int], name: str) -> None:
    """The screen against the one that was kept; on a busy machine it may come to it late (seconds)."""
    await pilot.pause(0.3)
    file, end = LOOKS / f"{name}.txt", time.monotonic() + 10
    if os.environ.get("LOOKS") == "write":
        file.write_text(shown(pilot))
    kept = file.read_text().splitlines()
    while shown(pilot).splitlines() != kept and time.monotonic() < end:
        await pilot.pause(0.05)
    assert shown(pilot).splitlines() == kept


def shown(pilot: Pilot[int]) -> str:
    """The screen; a plan's digest is of the whole config, and no matter of looks."""
    text = "\n".join(line.rstrip() for line in lines_of(pilot.app)) + "\n"
    return re.sub(r"plan [0-9a-f]{8}", "plan 01234567", text)
