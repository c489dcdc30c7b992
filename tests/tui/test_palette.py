"""Commands by name: the very name wins, letters never reach what lies below, and nothing typed does nothing."""

from __future__ import annotations

import time
from dataclasses import replace

from screen_text import lines_of, shows, text_of, until
from tuikit import config, instance, make_app, service

from console.model.colour import Colour
from screens.change import ChangeScreen
from screens.dialogs.palette import Palette
from screens.fleet import FleetScreen
from screens.instance import InstanceScreen
from screens.problems import ProblemsScreen
from screens.widgets.table import Table


async def test_commands_by_name() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now, "nova"), service(now, "nova-api"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        await pilot.press("colon", *"service nova", "enter")
        # the very name, not the longer one that begins with it
        await until(pilot, lambda: "nova " in lines_of(app)[0])
        await pilot.press("colon", *"service nova-api", "enter")
        await until(pilot, lambda: "nova-api " in lines_of(app)[0])
        await pilot.press("colon", *"theme light", "enter")
        await until(pilot, lambda: app.look.palette.theme.name == "light")
        await pilot.press("colon", *"instance api-green-2", "enter")
        await until(pilot, lambda: "api-green-2" in text_of(app) and "LB ACTIVE" in text_of(app))
        await pilot.press("colon", *"fleet", "enter")
        await until(pilot, lambda: isinstance(app.screen, FleetScreen))
        await pilot.press("colon", *"look", "enter")
        await until(pilot, lambda: watcher.refreshed == 1)
        await pilot.press("colon", *"q", "enter")
        await until(pilot, lambda: not app.is_running)


async def test_what_is_typed_in_a_burst_does_not_reach_the_screen_below() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), service(now, "quota"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        from textual import events

        # all at once, as a terminal delivers what was typed while the line was slow
        for key in (":", "s", "e", "r", "v", "i", "c", "e", " ", "q", "u"):
            app.post_message(events.Key("colon" if key == ":" else "space" if key == " " else key, key))
        await shows(pilot, ":service qu")
        assert isinstance(app.screen, Palette)
        await pilot.press("enter")
        await until(pilot, lambda: "quota" in lines_of(app)[0])


async def test_nothing_typed_does_nothing_and_an_unknown_name_stays_to_be_mended() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Palette))
        assert not isinstance(app.screen, ChangeScreen)
        await pilot.press("colon", *"nonsense", "enter")
        await shows(pilot, "nothing has such a name")
        assert isinstance(app.screen, Palette)
        await pilot.press("ctrl+u", *"probl", "tab")
        await shows(pilot, ":problems")


async def test_the_arrows_choose_and_what_can_not_be_done_says_why() -> None:
    app, _, _ = make_app(service(time.time()), settings=config())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("colon", *"ahead", "enter")
        await shows(pilot, "ahead: nothing was left by going back")
        await pilot.press("colon", "down", "enter")
        await until(pilot, lambda: not isinstance(app.screen, Palette))


async def test_problems_by_name() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), service(now, "glance"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        app.config_problem = "config.yaml:3: a word that nobody knows"
        await pilot.press("colon", *"problems", "enter")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await shows(pilot, "config.yaml:3")


async def test_an_instance_of_neither_colour_is_opened_by_its_name() -> None:
    """It is in no list of a colour."""
    now = time.time()
    odd = replace(service(now), uncoloured=(instance(Colour.GREEN, 9, now),))
    app, _, _ = make_app(odd)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("colon", *"instance api-green-9")
        await shows(pilot, "Open this instance of neither colour.")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, InstanceScreen))


async def test_an_instance_of_any_service_is_opened_by_its_name() -> None:
    now = time.time()
    other = service(now, "keystone")
    named = replace(
        other,
        green=replace(
            other.green,
            instances=(replace(other.green.instances[0], name="keystone-green-1"), *other.green.instances[1:]),
        ),
    )
    app, _, _ = make_app(service(now, "nova"), named)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        assert not [row for row in app.screen.query_one("#choices", Table).rows if "green" in row.key]
        await pilot.press(*"instance keystone-green-1")
        await shows(pilot, "Open this instance of GREEN of keystone.")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, InstanceScreen))
        await shows(pilot, "keystone-green-1")
        # of a name that several have, those elsewhere have their service in it
        await pilot.press("colon", *"instance api-green-2")
        await shows(pilot, "instance api-green-2 of nova ", "Open this instance of GREEN.")
