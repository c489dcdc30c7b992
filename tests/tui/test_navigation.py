"""Ways through the screens: back to what led here, ahead to what was left, across to what belongs together."""

from __future__ import annotations

import time

import pytest
from screen_text import lines_of, shows, text_of, until
from textual.pilot import Pilot
from tuikit import config, make_app, service

from console.model.instance import Probe
from screens.keys import Place
from screens.navigate import Spot, spot_of
from screens.program import BluegreenApp


async def at(pilot: Pilot[int], app: BluegreenApp, *spot: str) -> None:
    """Wait until the screen in front is this one: place, service, instance."""

    def there() -> bool:
        screen = app._facts_screen()
        return screen is not None and screen is app.screen and spot_of(screen) == Spot(Place(spot[0]), *spot[1:])

    await until(pilot, there)


async def test_back_and_ahead_go_along_the_trail() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "cinder"), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        await pilot.press("j", "enter")
        await at(pilot, app, "service", "nova")
        await pilot.press("enter")
        await at(pilot, app, "instance", "nova", "server-blue-1")
        await pilot.press("b")
        await at(pilot, app, "load balancer", "nova")
        await pilot.press("escape")
        await at(pilot, app, "instance", "nova", "server-blue-1")
        await pilot.press("less_than_sign")
        await at(pilot, app, "service", "nova")
        await pilot.press("greater_than_sign")
        await at(pilot, app, "instance", "nova", "server-blue-1")
        await pilot.press("greater_than_sign")
        await at(pilot, app, "load balancer", "nova")
        await pilot.press("greater_than_sign")
        await shows(pilot, "nothing was left by going back")
        # what is on the way back is gone back to: the trail does not grow
        await pilot.press("v")
        await at(pilot, app, "service", "nova")
        await pilot.press("s")
        await at(pilot, app, "fleet")
        assert len(app.screen_stack) == 1
        # and stands on the row that it stood on
        await pilot.press("enter")
        await at(pilot, app, "service", "nova")


async def test_the_first_screen_says_that_there_is_nothing_behind_it() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("escape")
        await shows(pilot, "this is where the console began")


async def test_a_problem_leads_to_its_instance_and_back() -> None:
    now = time.time()
    from tuikit import instance, with_instances

    from console.model.colour import Colour

    broken = instance(Colour.BLUE, 2, now, probe=Probe(False, now, 3.0, 503))
    facts = with_instances(service(now, "nova"), Colour.BLUE, instance(Colour.BLUE, 1, now), broken)
    app, _, _ = make_app(service(now, "cinder"), facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 needs you")
        await pilot.press("p")
        await at(pilot, app, "problems")
        await shows(pilot, "api-blue-2: ")
        await pilot.press("enter")
        await at(pilot, app, "instance", "nova", "server-blue-2")
        await pilot.press("escape")
        await at(pilot, app, "problems")


async def test_the_trail_is_cut_before_it_is_endless() -> None:
    now = time.time()
    names = [f"service-{number:02}" for number in range(30)]
    app, _, _ = make_app(*(service(now, name) for name in names))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "30 services")
        for name in names:
            app.trail.go(Spot(Place.SERVICE, name))
            await at(pilot, app, "service", name)
        assert len(app.screen_stack) <= 20


async def test_paused_is_loud_freezes_the_facts_and_blocks_plans() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now), settings=config())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("P")
        await shows(pilot, "PAUSED at")
        assert watcher.paused
        watcher.show(service(now, size=5))
        await pilot.pause(0.2)
        assert "api-blue-5" not in text_of(app)
        await pilot.press("c")
        await shows(pilot, "cut over: paused")
        await pilot.press("ctrl+r")
        await shows(pilot, "look now: paused, so the cloud is not asked: press P to go on, which looks at once")
        assert watcher.refreshed == 0
        await pilot.press("P")
        await until(pilot, lambda: not watcher.paused and watcher.refreshed == 1)
        watcher.show(service(now, size=5))
        await shows(pilot, "api-blue-5")
        assert "PAUSED" not in "".join(lines_of(app)[:4])


@pytest.mark.parametrize("names", [("api",), ("api", "web")], ids=["service", "fleet"])
async def test_a_pause_is_no_alarm(names: tuple[str, ...]) -> None:
    """Nothing grows old because nobody looks; how long nobody looked is said instead."""
    now = [1_795_000_000.0]
    app, _, _ = make_app(*(service(now[0], name) for name in names), clock=lambda: now[0])
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "fresh")
        await pilot.press("P")
        await shows(pilot, "PAUSED at")
        now[0] += 48
        await shows(pilot, "PAUSED 45 s")
        app.screen.show_all()  # type: ignore[attr-defined]
        await pilot.pause(0.2)
        text = text_of(app)
        assert "3/3" in text
        assert "old" not in text
        assert "STALE" not in text
        assert "NOT WELL" not in text
        assert "need" not in lines_of(app)[0]
