"""The instance screen: every fact with who says so, and what is asked for only while somebody looks."""

from __future__ import annotations

import time
from dataclasses import replace

from closeups import instance_closeup
from screen_text import line_with, shows, text_of, until
from tuikit import FakeWatcher, instance, make_app, service, with_instances

from console.model.closeup import InstanceCloseup
from console.model.colour import Colour
from console.model.instance import Announced, Probe
from console.model.service import Service, Source
from console.model.snapshot import Snapshot
from screens.instance import InstanceScreen


def show(watcher: FakeWatcher, facts: Service, closeup: InstanceCloseup | None) -> None:
    """Publish facts with the details of an instance."""
    watcher.generation += 1
    watcher.publish(Snapshot(time.time(), watcher.generation, {facts.name: facts}, instance=closeup))


async def test_enter_on_a_row_opens_the_instance_and_escape_leads_back() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, InstanceScreen))
        assert isinstance(app.screen, InstanceScreen)
        assert app.screen.key == "server-blue-2"
        assert (app.screen.wish.service, app.screen.wish.instance) == ("api", "server-blue-2")
        await shows(pilot, "api-blue-2", "asking Nova", "PRODUCTION")
        show(watcher, service(now), instance_closeup(now, key="server-blue-2"))
        await shows(pilot, "m1.small", "stop failed", "worker 59 ready")
        await pilot.press("escape")
        await shows(pilot, "api-green-1")


async def test_each_fact_says_who_says_so() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("enter")
        show(watcher, service(now), instance_closeup(now))
        await shows(pilot, "Nova, fresh", "Octavia, fresh", "probe, fresh", "metadata.git_commit")
        assert "10.0.0.1:8774" in text_of(app)
        await shows(pilot, "login:")
        assert "\\x1b" not in text_of(app)  # colours of a console are left out
        assert "\\x07" in text_of(app)  # what a terminal would obey is spelled out


async def test_on_a_small_screen_every_part_is_one_key_away() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("enter")
        show(watcher, service(now), instance_closeup(now))
        seen = ["Octavia, fresh", "HTTP 200", "m1.small", "hypervisor did not answer", "worker 59 ready"]
        for part in seen:
            await shows(pilot, part, "api-blue-1", "healthy")
            await pilot.press("tab")
        await shows(pilot, seen[0])


async def test_why_a_source_says_nothing_is_said() -> None:
    now = time.time()
    refused = Source("console", None, problem="the role of this user may not read the console", hint="ask for member")
    closeup = replace(instance_closeup(now), console=None, sources={"console": refused})
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("enter")
        show(watcher, service(now), closeup)
        await shows(pilot, "may not read the console", "ask for member", "m1.small")


async def test_an_instance_that_vanishes_stays_on_the_screen_and_is_said_to_be_gone() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("enter")
        await shows(pilot, "server-blue-1")
        watcher.show(with_instances(service(now), Colour.BLUE, instance(Colour.BLUE, 2, now)))
        await shows(pilot, "it is listed no more", "server-blue-1")


async def test_a_health_that_wavers_is_said_and_so_is_a_contradiction() -> None:
    now = time.time()
    odd = instance(Colour.BLUE, 1, now, probe=Probe(False, now, 3.0, 503, reasons=("the database is away",)))
    odd = replace(odd, announced=Announced("healthy", "all agree", now - 600, "unhealthy"))
    app, _, _ = make_app(with_instances(service(now), Colour.BLUE, odd))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("enter")
        await shows(pilot, "probe says 503, Octavia says ONLINE", "the last look says unhealthy, once so far")
        await shows(pilot, "the database is away")
        assert "healthy for 10m" in line_with(app, "once so far")


async def test_a_console_is_read_from_its_end_and_scrolls() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("enter", "tab", "tab", "tab", "tab")
        show(watcher, service(now), instance_closeup(now))
        await shows(pilot, "worker 59 ready")
        await pilot.press("g")
        await shows(pilot, "worker 0 ready", "more below")
        await pilot.press("j")
        await until(pilot, lambda: "worker 0 ready" not in text_of(app))
        show(watcher, service(now), replace(instance_closeup(now), console="more\n" * 3))
        await pilot.press("G")
        await shows(pilot, "more")


async def test_d_plans_taking_it_out_and_y_would_start_it() -> None:
    now = time.time()
    app, _, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, InstanceScreen))
        await shows(pilot, "api-blue-2", "drain…")
        await pilot.press("h")
        await shows(pilot, "HOLD api api-blue-2", "1 write")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, InstanceScreen))
        await pilot.press("d")
        await shows(pilot, "DRAIN api", "REFUSED", "press l")
        assert "safety rule 1" in text_of(app)
