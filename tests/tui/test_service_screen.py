"""The service screen: what is true, side by side; contradictions, staleness and trouble in words."""

from __future__ import annotations

import time
from dataclasses import replace

from screen_text import line_with, lines_of, shows, text_of, until
from tuikit import FakeWatcher, config, instance, make_app, service, stale, traffic, with_instances

from console.model.colour import Colour
from console.model.instance import Probe
from console.model.service import BALANCER, PROBES, SERVERS, VIP, ColourSet, Service, Source
from console.model.traffic import Traffic, VipAnswer
from screens.program import BluegreenApp
from screens.view.glyphs import ASCII
from screens.widgets.table import Table


async def test_both_colours_stand_beside_each_other() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        line = line_with(app, "api-blue-2")
        assert "api-green-2" in line
        assert line.index("api-blue-2") < 60 < line.index("api-green-2")
        assert "BLUE" in lines_of(app)[0]
        assert "rollback ready: 3 warm, 1 call" in text_of(app)


async def test_a_small_screen_shows_one_colour_and_tab_the_other() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "api-blue-1")
        assert "api-green-1" not in text_of(app)
        # what a decision needs is there at any size
        await shows(pilot, "PRODUCTION", "BLUE live", "GREEN idle", "rollback ready", "LB ACTIVE", "fresh")
        await shows(pilot, "READ-ONLY", "lost 0")
        await pilot.press("tab")
        await shows(pilot, "api-green-1")


async def test_a_contradiction_is_said_in_words_and_marked() -> None:
    now = time.time()
    facts = with_instances(service(now), Colour.BLUE, instance(Colour.BLUE, 1, now, probe=Probe(False, now, 3.0, 503)))
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        assert "! api-blue-1" in line_with(app, "api-blue-1  ")
        await shows(pilot, "probe says 503, Octavia says ONLINE")
        assert "NOT WELL" in lines_of(app)[0]


async def test_a_held_instance_is_named_with_who_holds_it() -> None:
    now = time.time()
    facts = with_instances(service(now), Colour.GREEN, instance(Colour.GREEN, 1, now, held="bob"))
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "held by bob")


async def test_stale_is_loud_with_its_cause_and_blanks_nothing() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "fresh")
        watcher.show(stale(service(now), now - 100, "no answer within 15 s"))
        await shows(pilot, "STALE", "no answer within 15 s", "api-blue-1")
        assert "well" not in lines_of(app)[0].replace("NOT WELL", "")


async def test_before_the_first_probe_it_is_asking_and_no_way_back_is_called_cold() -> None:
    now = time.time()
    base = service(now)
    blue, green = (
        replace(each, instances=tuple(replace(one, probe=None) for one in each.instances)) for each in base.colours
    )
    app, _, _ = make_app(replace(base, sources={**base.sources, PROBES: Source(PROBES)}, blue=blue, green=green))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "? asking", "rollback unknown: probes have not answered yet", "asking: probes")
        assert "NOT WELL" not in text_of(app)
        assert "cold" not in text_of(app)


async def test_facts_grow_stale_although_nothing_arrives() -> None:
    moment = [time.time()]
    app, _, _ = make_app(service(moment[0]), clock=lambda: moment[0])
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        assert "STALE" not in text_of(app)
        moment[0] += 60
        await shows(pilot, "STALE")


async def test_a_cloud_that_was_never_seen_leaves_a_usable_screen() -> None:
    now = time.time()
    trouble = "cloud prod, identity: the password was refused"
    sources = {name: Source(name, problem=trouble, since=now, hint="check clouds.yaml") for name in (SERVERS, BALANCER)}
    facts = Service(name="api", environment="production", cloud="prod", sources=sources)
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "the password was refused", "check clouds.yaml")
        await pilot.press("c")
        await shows(pilot, "not seen yet")
        await pilot.press("question_mark")
        await shows(pilot, "keys on the service screen")


async def test_what_was_never_seen_is_not_said_to_be_none() -> None:
    now = time.time()
    gone = replace(service(now).sources[SERVERS], seen_at=None, problem="connection refused")
    base = service(now)
    members = tuple(i.member for side in base.colours for i in side.instances if i.member is not None)
    base = replace(base, blue=ColourSet(Colour.BLUE), green=ColourSet(Colour.GREEN))
    facts = replace(base, foreign=members, sources={**base.sources, SERVERS: gone})
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(
            pilot, "servers not seen", "not seen: servers never answered", "BLUE unknown", "whose is not known yet"
        )
        assert "foreign" not in text_of(app)
        assert "no instances" not in text_of(app)


async def test_a_load_balancer_that_was_never_seen_puts_nothing_in_no_pool() -> None:
    now = time.time()
    base = service(now)
    refused = replace(base.sources[BALANCER], seen_at=None, problem="403")
    bare = [replace(one, member=None) for one in base.blue.instances]
    facts = replace(with_instances(base, Colour.BLUE, *bare), balancer=None, pool=None, listeners=())
    facts = replace(facts, sources={**base.sources, BALANCER: refused})
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1", "LB unknown")
        assert "not seen" in line_with(app, "api-blue-1")
        assert "no pool" not in text_of(app)


async def test_new_facts_do_not_take_the_keys_from_a_filter_that_is_typed() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "api-blue-1")
        await pilot.press("slash", "b")
        watcher.show(service(now + 1))
        await pilot.pause(0.3)
        await pilot.press("l", "u", "e", "-", "2")
        await until(pilot, lambda: "api-blue-1" not in text_of(app) and "api-blue-2" in text_of(app))


async def test_a_poller_that_can_not_start_is_said() -> None:
    app, _, _ = make_app(settings=config())

    def broken(settings: object, publish: object) -> FakeWatcher:
        raise RuntimeError("no such cloud: prod")

    app.watching._watch = broken
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "no such cloud: prod", "api")


async def test_the_cursor_stays_on_its_row_whatever_comes_and_goes() -> None:
    now = time.time()
    blue = [instance(Colour.BLUE, number, now) for number in range(1, 8)]
    app, watcher, _ = make_app(with_instances(service(now), Colour.BLUE, *blue))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("down", "down", "down")
        assert _blue(app).cursor_key == "server-blue-4"
        watcher.show(with_instances(service(now), Colour.BLUE, *blue[2:]))
        await until(pilot, lambda: _blue(app).cursor == 1)
        assert _blue(app).cursor_key == "server-blue-4"
        watcher.show(with_instances(service(now), Colour.BLUE, *blue[4:]))
        await until(pilot, lambda: len(_blue(app).rows) == 3)
        assert _blue(app).cursor_key in {"server-blue-6", "server-blue-5"}


async def test_a_late_snapshot_is_dropped() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        watcher.generation = 5
        watcher.show(replace(service(now), traffic=traffic(now, Colour.GREEN)))
        await until(pilot, lambda: app.snapshot is not None and app.snapshot.generation == 6)
        watcher.generation = 2
        watcher.show(stale(service(now), now - 500, "old news"))
        await pilot.pause()
        assert "old news" not in text_of(app)


async def test_text_from_the_cloud_is_shown_and_never_obeyed() -> None:
    now = time.time()
    name = "evil [red]x[/red] \x1b[2J\u202e\n"
    facts = with_instances(service(now), Colour.BLUE, instance(Colour.BLUE, 1, now, name=name, status="[bold]ODD\x07"))
    app, _, _ = make_app(replace(facts, name="api"))
    async with app.run_test(size=(160, 40)) as pilot:
        await shows(pilot, "LB ")
        screen = text_of(app)
        assert "[red]x[/red]" in screen
        assert "\\x1b[2J" in screen
        assert "\x1b" not in screen
        assert "\u202e" not in screen


async def test_ascii_means_ascii_even_for_names() -> None:
    now = time.time()
    facts = with_instances(service(now), Colour.BLUE, instance(Colour.BLUE, 1, now, name="café-1"))
    app, _, _ = make_app(facts, glyphs=ASCII)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("", "c", "question_mark"):
            if key:
                await pilot.press(key)
            await pilot.pause()
            assert text_of(app).isascii(), [char for char in text_of(app) if not char.isascii()]
        await pilot.press("escape", "escape")
        await shows(pilot, "caf?-1")


async def test_several_services_are_each_reachable() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), stale(service(now, "glance"), now - 99, "gone"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "STALE ?/3")
        assert "glance" in line_with(app, "STALE ?/3")
        await pilot.press("g", "enter")
        await until(pilot, lambda: "glance" in lines_of(app)[0])
        assert "glance" in lines_of(app)[0]  # the one that is not well stands first
        await pilot.press("colon", *"nova", "enter")
        await until(pilot, lambda: "nova" in lines_of(app)[0])
        await pilot.press("s")
        await until(pilot, lambda: "2 services" in lines_of(app)[0])


def _blue(app: BluegreenApp) -> Table:
    return app.screen.query_one("#blue", Table)


async def test_a_check_that_only_connects_tells_no_colour() -> None:
    now = time.time()
    taken = tuple(VipAnswer(now - 30 + n / 2, 2.0, connected=True) for n in range(58))
    lost = VipAnswer(now - 1, 2.0, error="connection refused")
    seen = Traffic("tcp://203.0.113.7:5672", (*taken, lost), {})
    app, _, _ = make_app(replace(service(now), traffic=seen))
    for size in ((120, 40), (80, 24)):
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "58 of 59 accepted", "colour not told", "lost 1: connection refused")
        app, _, _ = make_app(replace(service(now), traffic=seen))


def _without_balancer(now: float) -> Service:
    """Octavia answered 403 from the start."""
    seen = service(now)
    sides = {
        side.colour: replace(side, instances=tuple(replace(one, member=None, probe=None) for one in side.instances))
        for side in seen.colours
    }
    problem = "cloud prod: load-balancer /v2/lbaas/loadbalancers answered 403"
    sources = {**seen.sources, BALANCER: Source(BALANCER, None, problem=problem), VIP: Source(VIP)}
    blue, green = sides[Colour.BLUE], sides[Colour.GREEN]
    return replace(seen, balancer=None, pool=None, listeners=(), blue=blue, green=green, traffic=None, sources=sources)


async def test_what_is_never_asked_is_not_awaited() -> None:
    app, _, _ = make_app(_without_balancer(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "not asked: the load balancer's address is not known", "not probed")
        assert "not probed" in line_with(app, "api-blue-1")
        await shows(pilot, "its port is its member's")
        assert "waiting" not in text_of(app)
        assert "no answer yet" not in text_of(app)
