"""The fleet: a row for each service, those that need a human first, groups, and fifty of them."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from rollouts import cutover, rollout, seen
from screen_text import line_with, lines_of, shows, text_of, until
from tuikit import config, instance, make_app, service, stale, traffic, with_instances

from console.config.model import Config
from console.model.colour import Colour
from console.model.focus import Focus
from console.model.instance import Probe
from console.model.record import Record, StandsBy
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.watch.remembered import FROM_MEMORY
from screens.filtering import Order
from screens.fleet import FleetScreen
from screens.messages import JournalSeen, JournalView, TrainView
from screens.view.glyphs import ASCII
from screens.widgets.table import Table


def ill(now: float, name: str) -> Service:
    broken = instance(Colour.BLUE, 1, now, probe=Probe(False, now, 3.0, 503))
    return with_instances(service(now, name), Colour.BLUE, broken, instance(Colour.BLUE, 2, now))


def grouped(settings: Config, group: str, **regions: str) -> Config:
    """The config with these services in one group, each in its region."""
    services = {
        name: each._replace(group=group, region=regions[name]) if name in regions else each
        for name, each in settings.services.items()
    }
    return settings._replace(services=services)


def order_of(app: object) -> list[str]:
    assert hasattr(app, "screen")
    return [row.key for row in app.screen.query_one("#services", Table).rows]


async def test_what_needs_a_human_stands_first_with_its_reason() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "cinder"), ill(now, "glance"), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 services", "1 needs you", "well 3/3")
        assert order_of(app)[0] == "glance"
        assert "NOT WELL 1/2" in line_with(app, "! glance")
        await shows(pilot, "api-blue-1: ")
        assert "PRODUCTION" in lines_of(app)[0]
        for part in ("BLUE 3f2a9c1", "GREEN 8be41d0", "3 warm, 1 call"):
            assert part in line_with(app, "nova")


async def test_a_narrow_fleet_says_it_in_short_and_how_many_are_well_and_a_wider_one_in_full() -> None:
    now = time.time()
    app, _, _ = make_app(ill(now, "glance"), service(now, "nova"))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "ILL 1/2", "well 3/3")
        assert "ILL 1/2" in line_with(app, "! glance")
        await pilot.resize_terminal(120, 40)
        await shows(pilot, "NOT WELL 1/2")


async def test_an_outage_stands_first_and_its_worst_sentence_is_the_one_below_it() -> None:
    now = time.time()
    dead = [instance(Colour.BLUE, number, now, probe=Probe(False, now, 3.0, 503)) for number in (1, 2)]
    down = replace(with_instances(service(now, "zun"), Colour.BLUE, *dead), traffic=traffic(now, lost=240))
    app, _, _ = make_app(ill(now, "glance"), down, ill(now, "nova"), service(now, "cinder"))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 need you", "requests through the VIP failed")
        assert order_of(app) == ["zun", "glance", "nova", "cinder"]
        assert "ILL 0/2" in line_with(app, "! zun")
        await pilot.press("p")
        await shows(pilot, "about", "since", "requests through the VIP failed")
        assert text_of(app).index("zun") < text_of(app).index("glance")


async def test_a_problem_that_harms_nothing_that_serves_is_said_below_its_service_as_well() -> None:
    now = time.time()
    odd = replace(service(now, "nova"), uncoloured=(instance(Colour.GREEN, 9, now),))
    app, _, _ = make_app(service(now, "cinder"), odd)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 problem", "well 3/3", "api-green-9")
        assert "! nova" in line_with(app, "nova ")
        assert "!" not in line_with(app, "cinder")


async def test_what_is_due_to_be_retired_is_said_quietly_below_its_service() -> None:
    now = time.time()
    waits = replace(
        service(now, "nova"), record=Record(stands_by=StandsBy(Colour.GREEN, now - 7200)), retire_after=3600.0
    )
    app, _, _ = make_app(service(now, "cinder"), waits)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "well 3/3", "GREEN due to be retired: `bluegreen retire nova`")
        assert "need" not in lines_of(app)[0], "nobody is called for it"
        assert "due" not in line_with(app, "cinder")


async def test_a_small_screen_without_colours_says_the_same() -> None:
    now = time.time()
    app, _, _ = make_app(ill(now, "glance"), service(now, "nova"), glyphs=ASCII, theme="mono")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2 services", "1 needs you", "READ-ONLY")
        for part in ("well 3/3", "* BLUE 3f2a9c1", "o GREEN 8be41d0", "3 warm, 1 call"):
            assert part in line_with(app, "nova")
        assert text_of(app).isascii()


async def test_environments_that_differ_are_said_in_each_row() -> None:
    now = time.time()
    settings = config("cinder", "nova")
    staged = settings.services["cinder"]._replace(environment="stage")
    settings = settings._replace(services={**settings.services, "cinder": staged})
    app, _, _ = make_app(service(now, "cinder"), service(now, "nova"), settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "all well")
        assert "PROD" in line_with(app, "nova")
        assert "STAGE" in line_with(app, "cinder")
        assert "3 warm, 1 call" in line_with(app, "nova")


async def test_before_the_first_answer_it_says_that_it_asks() -> None:
    app, watcher, _ = make_app(settings=config("glance", "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "asking the cloud", "glance", "nova")
        assert "well" not in text_of(app)
        await until(pilot, lambda: watcher.started)
        watcher.show(service(time.time(), "nova"))
        await shows(pilot, "well 3/3", "asking the cloud about 1")


async def test_regions_of_a_group_stand_together_and_differences_are_named() -> None:
    now = time.time()
    other = replace(service(now, "nova-west"), blue=service(now).green, green=service(now).blue)
    settings = grouped(config("nova-east", "cinder", "nova-west"), "nova", **{"nova-east": "east", "nova-west": "west"})
    east = service(now, "nova-east")
    app, watcher, _ = make_app(east, service(now, "cinder"), other, settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "nova: 2 regions", "2 regions   3 services", "well 3/3", "west")
        names = order_of(app)
        assert names.index("nova-west") == names.index("nova-east") + 1 == names.index("group:nova") + 2
        assert "differ" in line_with(app, "nova: 2 regions")
        watcher.show(east, service(now, "cinder"), ill(now, "nova-west"))
        # sorted by a column every service goes by itself
        await pilot.press("colon", *"sort service", "enter")
        await until(pilot, lambda: order_of(app) == ["cinder", "nova-east", "nova-west"])
        await pilot.press("colon", *"sort service backwards", "enter")
        await until(pilot, lambda: order_of(app)[0] == "nova-west")
        app.habits.sort("fleet", Order())
        # the group comes first with its worst member
        await until(pilot, lambda: order_of(app)[:2] == ["group:nova", "nova-west"])
        await pilot.press("g", "enter")
        await until(pilot, lambda: "nova-west" in lines_of(app)[0])


async def test_a_rollout_is_named_and_opened_from_its_row() -> None:
    now = time.time()
    facts = service(now, "nova")
    settings = config("cinder", "nova")
    app, _, desk = make_app(service(now, "cinder"), facts, settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        plan = cutover(facts, settings.services["nova"], now)
        desk.post(seen(rollout(plan, now), ()))
        await shows(pilot, "cutover by")
        await pilot.press("G", "f")
        await until(pilot, lambda: desk.followed is not None)


async def test_the_watch_is_told_what_is_in_front() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now, "cinder"), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        await pilot.press("enter")
        await until(pilot, lambda: watcher.focused[-1:] == [Focus("cinder")])
        await pilot.press("b")
        await until(pilot, lambda: watcher.focused[-1] == Focus("cinder", balancer=True))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: watcher.focused[-1] == Focus())


async def test_fifty_services_of_twenty_instances_are_shown_in_no_time() -> None:
    now = time.time()
    many = [service(now, f"service-{number:02}", size=10) for number in range(50)]
    app, watcher, _ = make_app(*many)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "50 services", "all well")
        screen = app.screen
        assert isinstance(screen, FleetScreen)
        began = time.perf_counter()
        for _ in range(5):
            screen.show_all()
        nothing_changed = (time.perf_counter() - began) / 5
        assert nothing_changed < 0.1, nothing_changed
        watcher.show(*many[:-1], stale(many[-1], now - 60, "no answer within 15 s"))
        await shows(pilot, "1 needs you")
        assert order_of(app)[0] == "service-49"


@pytest.mark.parametrize("environment", ["production", "test"])
async def test_a_remembered_picture_is_one_phrase_with_its_age(environment: str) -> None:
    now = time.time()
    names = ("nova", "glance")
    facts = {name: stale(service(now, name), now - 200, FROM_MEMORY) for name in names}
    app, watcher, _ = make_app(settings=config(*names, environment=environment))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: watcher.started)
        watcher.publish(Snapshot(now - 200, 0, facts, remembered=True))
        await shows(pilot, "remembered, 3 min old", "READ-ONLY")
        assert text_of(app).count("remembered") == 1
        assert "need" not in lines_of(app)[0]


async def test_a_service_of_which_a_source_has_not_answered_yet_needs_nobody() -> None:
    now = time.time()
    asked = service(now, "cinder")
    sources = {name: source for name, source in asked.sources.items() if name != "vip"}
    app, _, _ = make_app(replace(asked, traffic_watched=True, sources=sources), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2 services", "asking the cloud about 1", "asking ?/3", "well 3/3")
        assert "STALE" not in text_of(app)
        assert "need" not in lines_of(app)[0]


async def test_a_train_stands_below_each_of_its_services() -> None:
    now = time.time()
    app, _, desk = make_app(service(now, "cinder"), service(now, "nova"), settings=config("cinder", "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        going = TrainView("upgrade", "cinder is shifted and proven; the next one waits for it")
        desk.post(JournalSeen(JournalView(trains={"cinder": going, "nova": going})))
        await shows(pilot, "train upgrade: cinder is shifted and proven")
        assert text_of(app).count("train upgrade: cinder is shifted") == 2
        lost = TrainView("upgrade", "its conductor is gone", needs_you=True)
        desk.post(JournalSeen(JournalView(trains={"nova": lost})))
        await shows(pilot, "train upgrade needs you (bluegreen train upgrade --resume or --abort)", "1 needs you")
