"""A config that changes under an open console: a good one is used at once, a bad one is shown and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from screen_text import lines_of, shows, text_of, until
from tuikit import config, make_app, service

from console.config.model import Config
from console.errors import BluegreenError, ConfigError
from screens import reloading
from screens.arming import Arming
from screens.fleet import FleetScreen
from screens.keys import remapped
from screens.messages import ConfigRead
from screens.reloading import Reloading
from screens.service import ServiceScreen


async def test_a_good_config_is_used_at_once_and_watched_anew() -> None:
    now = time.time()
    app, watcher, desk = make_app(service(now, "nova"), service(now, "glance"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2 services", "all well")
        watcher.generation = 500
        watcher.show(service(now, "nova"), service(now, "glance"))
        await until(pilot, lambda: app.snapshot is not None and app.snapshot.generation == 501)
        # the next poller counts from one again; its facts are newer all the same
        watcher.generation = 0
        more = config("nova", "glance", "cinder")
        app.post_message(ConfigRead(more))
        await shows(pilot, "3 services", "the config has changed", "cinder")
        await until(pilot, lambda: watcher.config is more)
        assert watcher.stopped
        assert desk.used is more
        watcher.show(*(service(now, name) for name in more.services))
        await shows(pilot, "all well")


async def test_a_bad_config_is_shown_and_the_one_before_is_kept() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now, "nova"), service(now, "glance"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        before = app.config
        app.post_message(ConfigRead(None, "config.yaml:3: there is no key `cluod`"))
        await shows(pilot, "config.yaml:3: there is no key `cluod`")
        assert app.config is before
        assert not watcher.stopped
        app.post_message(ConfigRead(before))
        await until(pilot, lambda: "config.yaml:3" not in text_of(app))


async def test_a_service_that_is_no_more_is_left_for_the_fleet() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), service(now, "glance"), service(now, "cinder"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        await pilot.press("colon", *"service cinder", "enter")
        await until(pilot, lambda: isinstance(app.screen, ServiceScreen))
        await pilot.press("enter", "b")
        await shows(pilot, "203.0.113.7")
        app.post_message(ConfigRead(config("nova", "glance")))
        await until(pilot, lambda: isinstance(app.screen, FleetScreen))
        await shows(pilot, "2 services")
        assert "cinder" not in text_of(app)


async def test_another_theme_in_the_config_is_worn_at_once_but_never_under_no_color() -> None:
    for no_colour in (False, True):
        app, _, _ = make_app(service(time.time()), theme="mono" if no_colour else "dark", no_colour=no_colour)
        async with app.run_test(size=(120, 40)) as pilot:
            await shows(pilot, "LB ACTIVE")
            app.post_message(ConfigRead(config(theme="light")))
            await shows(pilot, "the config has changed")
            assert app.theme == ("mono" if no_colour else "light")


async def test_a_config_that_forbids_changes_disarms() -> None:
    now = time.time()
    app, _, _ = make_app(service(now))
    app._forbidden = lambda settings: "the config says read_only" if settings.read_only else ""
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        app.arm("a test")
        await shows(pilot, "ARMED")
        app.post_message(ConfigRead(config(read_only=True)))
        await until(pilot, lambda: "READ-ONLY" in lines_of(app)[0])
        await pilot.press("o")
        await shows(pilot, "the config says read_only")


async def test_a_console_that_was_opened_read_only_stays_so_until_it_is_started_again() -> None:
    app, _, _ = make_app(service(time.time()), arming=Arming("the config says read_only"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        app.post_message(ConfigRead(config(interval=7.0)))
        await shows(pilot, "the config has changed")
        await pilot.press("o")
        await shows(pilot, "start it again")


async def test_keys_of_the_config_take_the_place_of_the_usual_ones() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now), settings=config(keys={"refresh": "Z", "problems": "X", "cutover": "j"}))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE", "cutover can not be 'j': it moves the cursor", "c cut over")
        await pilot.press("Z")
        await until(pilot, lambda: watcher.refreshed == 1)
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert watcher.refreshed == 1
        # hot: another config, other keys
        app.post_message(ConfigRead(config(keys={"refresh": "W"})))
        await shows(pilot, "the config has changed")
        await pilot.press("W")
        await until(pilot, lambda: watcher.refreshed == 2)
        await pilot.press("question_mark")
        await shows(pilot, "W             Ask the cloud at once.")


@pytest.mark.parametrize(
    ("wanted", "kept", "said"),
    [
        ({"refresh": "Z"}, {"refresh": ("Z",)}, ""),
        ({"palette": "!"}, {"palette": ("exclamation_mark",)}, ""),
        ({"quit": "Z"}, {"quit": ("Z", "ctrl+c")}, ""),
        ({"nonsense": "x"}, {}, "no action 'nonsense'"),
        ({"refresh": "G"}, {}, "moves the cursor"),
        ({"refresh": "y"}, {}, "both refresh and copy"),
        ({"refresh": "y", "copy": "Z"}, {"refresh": ("y",), "copy": ("Z",)}, ""),
    ],
)
def test_keys_that_do_not_fit_are_left_out_and_said(
    wanted: dict[str, str], kept: dict[str, tuple[str, ...]], said: str
) -> None:
    keymap, wrong = remapped(wanted)
    assert keymap == kept
    assert (said in " ".join(wrong)) if said else not wrong


def test_what_the_follower_finds_becomes_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "_EVERY", 0.01)
    good = config()
    answers: Iterator[Config | BluegreenError | None] = iter((None, ConfigError("config.yaml:3: odd", "mend it"), good))
    posted: list[object] = []

    def look() -> Config | BluegreenError | None:
        return next(answers)

    follower = Reloading(lambda: look, posted.append)
    follower.start()
    end = time.monotonic() + 10
    # the follower that then breaks is said as well, and ends nothing
    while len(posted) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    follower.stop()
    told = [(each.config, each.problem) for each in posted if isinstance(each, ConfigRead)]
    assert told[0] == (None, "config.yaml:3: odd (mend it); the config read before is kept")
    assert told[1] == (good, "")
    assert "not followed" in told[2][1]


@pytest.mark.parametrize(("key", "leaves"), [("Z", True), ("ctrl+c", True), ("ctrl+q", True), ("q", False)])
async def test_leaving_by_another_key(key: str, leaves: bool) -> None:
    app, _, _ = make_app(service(time.time()), settings=config(keys={"quit": "Z"}))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE", "Z quit")
        await pilot.press(key)
        await pilot.pause(0.2)
        assert app.is_running is not leaves


async def test_that_a_config_is_used_is_not_said_under_a_bad_one() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        app.post_message(ConfigRead(config("nova", "glance")))
        await shows(pilot, "the config has changed")
        app.post_message(ConfigRead(None, "config.yaml:3: there is no key `cluod`"))
        await shows(pilot, "config.yaml:3")
        await until(pilot, lambda: "the config has changed" not in text_of(app))
