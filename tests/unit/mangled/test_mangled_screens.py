"""The whole program over spoilt answers: every screen opens, and what is on it is text and nothing else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st
from mangled_cloud import OBEYED, MangledCloud, config
from mangling import HOSTILE, SHAPES, USELESS, Mangle, mangles, with_values
from rich.cells import cell_len

from console.config.model import Config
from console.model.instance import Instance
from console.model.snapshot import Snapshot
from console.watch.poller import Poller
from screens.keys import Place
from screens.navigate import Spot
from screens.ports import Publish
from screens.program import BluegreenApp
from screens.view.glyphs import ASCII, UNICODE

sys.path.insert(0, str(Path(__file__).parents[2] / "tui"))

from screen_text import lines_of, text_of
from tuikit import FakeDesk

SERVICES = ("api", "web", "worker")
SIZES = ((80, 24), (120, 40))


async def walk(cloud: MangledCloud, size: tuple[int, int], seen: list[str]) -> None:
    """Open the program on the cloud and look at every screen."""
    pollers: list[Poller] = []

    def watch(watched: Config, publish: Publish) -> Poller:
        pollers.append(Poller(watched, None, publish))
        return pollers[-1]

    chosen = config(int(cloud.url.rpartition(":")[2]), interval=0.3)
    app = BluegreenApp(chosen, watch=watch, desk=FakeDesk(), glyphs=ASCII if size == SIZES[0] else UNICODE)
    try:
        async with app.run_test(size=size) as pilot:
            for _ in range(200):
                await pilot.pause(0.05)
                if app.snapshot is not None:
                    break
            assert app.snapshot is not None, app.watch_problem or "nothing was ever shown"
            for spot in spots(app.snapshot):
                app.trail.go(spot)
                await pilot.pause(0.05)
                seen.append(checked(app, spot))
            await pilot.press("question_mark")
            await pilot.pause(0.3)  # by now the details that the last screens asked for are there
            await pilot.press("escape")
            for spot in spots(app.snapshot):
                if spot.place in (Place.INSTANCE, Place.BALANCER):
                    app.trail.go(spot)
                    await pilot.pause(0.05)
                    seen.append(checked(app, spot))
    finally:
        for poller in pollers:
            poller.stop()


def spots(snapshot: Snapshot) -> list[Spot]:
    """Every screen there is, of every service, and an instance of each where there is one."""
    found = [Spot(Place.FLEET), Spot(Place.PROBLEMS)]
    for name in SERVICES:
        service = snapshot.services[name]
        found += [Spot(Place.SERVICE, name), Spot(Place.BALANCER, name), Spot(Place.PROBLEMS, name)]
        instances: tuple[Instance, ...] = (*service.blue.instances, *service.green.instances, *service.uncoloured)
        found += [Spot(Place.INSTANCE, name, one.key) for one in instances[:1]]
    return found


def checked(app: BluegreenApp, spot: Spot) -> str:
    """The screen's text; fails where a line is too wide, or holds what a terminal obeys."""
    lines = lines_of(app)
    wrong = {line: OBEYED.findall(line) for line in lines if OBEYED.search(line)}
    assert not wrong, f"{spot}: {wrong}"
    strips = app.screen._compositor.render_strips(app.size)
    texts = ["".join(segment.text for segment in strip) for strip in strips]
    wide = [text for text in texts if cell_len(text) > app.size.width]
    assert not wide, f"{spot}: wider than the screen: {wide}"
    return text_of(app)


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=[Check.function_scoped_fixture, Check.too_slow])
@given(st.lists(mangles, min_size=1, max_size=3), st.sampled_from(SIZES))
def test_every_screen_shows_mangled_answers(cloud: MangledCloud, spoilt: list[Mangle], size: tuple[int, int]) -> None:
    cloud.mangles = tuple(spoilt)
    asyncio.run(walk(cloud, size, []))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("values", "share"), [(HOSTILE, 0.3), (SHAPES, 0.2)])
def test_every_screen_with_much_that_is_odd(
    cloud: MangledCloud, values: tuple[object, ...], share: float, size: tuple[int, int]
) -> None:
    cloud.mangles = (Mangle("", "odd values", with_values(11, values, share)),)
    asyncio.run(walk(cloud, size, []))


@pytest.mark.parametrize("what", ["an HTML page with 502", "an empty object"])
def test_the_problem_is_named_on_the_screen(cloud: MangledCloud, what: str) -> None:
    cloud.mangles = (Mangle("servers/detail", what, USELESS[what]),)
    seen: list[str] = []
    asyncio.run(walk(cloud, (120, 40), seen))
    assert any("servers/detail" in text for text in seen), seen[1]
    assert not any("NOT WELL" not in text and "all well" in text for text in seen)
