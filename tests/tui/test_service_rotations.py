"""The service screen for every rotation: what serves, what is parked, what is stopped, in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from rotations import counted, pools, power, static, two_balancers
from screen_text import line_with, lines_of, shows, text_of, until
from tuikit import config, instance, make_app, service, with_instances

from console.model.colour import Colour
from console.model.instance import Announced, Probe
from console.model.service import Service
from console.plan.plan import Plan
from screens.change import ChangeScreen


async def test_pools_say_which_listeners_lead_to_a_colour() -> None:
    app, _, _ = make_app(pools(time.time()))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await shows(pilot, ":80 :443  100 %", "parked, checked", "attached by L7 policy")
        await shows(pilot, ":443 TERMINATED_HTTPS to BLUE's pool", "and 1 listener of other services")
        assert "NOT WELL" not in text_of(app)  # the neighbour's ERROR is the neighbour's


async def test_a_pool_that_nothing_attaches_is_said_not_to_be_checked() -> None:
    app, _, _ = make_app(pools(time.time(), preview=False))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "parked, not checked by the LB")
        assert "parked" in line_with(app, "api-green-1")


async def test_listeners_that_differ_are_no_percentage() -> None:
    app, _, _ = make_app(pools(time.time(), green_at=(443,)))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "listeners differ", ":443 TERMINATED_HTTPS to GREEN's pool", ":80 HTTP to BLUE's pool")


async def test_workers_have_power_and_no_load_balancer() -> None:
    facts = power(time.time())
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "worker-blue-1", "commits")
        running, stopped = line_with(app, "worker-blue-1").split("││")
        assert "runs" in running
        assert "off" in stopped
        assert "!" not in stopped  # idle workers are meant to be stopped
        await until(pilot, lambda: "through the VIP" not in text_of(app))  # a panel leaves with the next layout
        assert "weight" not in text_of(app)
        await pilot.press("b")
        await shows(pilot, "workers stand behind no load balancer")


async def test_static_members_are_called_so() -> None:
    app, _, _ = make_app(static(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        assert "static" in line_with(app, "api-blue-1")
        await pilot.press("enter")
        await shows(pilot, "no Nova server: a static address", "there is no console")


async def test_two_load_balancers_stand_under_their_names_and_differing_weights_are_said() -> None:
    app, _, _ = make_app(two_balancers(time.time()))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "2 load balancers", "api-v6 2001:db8::7")
        assert "100/50" in line_with(app, "api-blue-1")
        await shows(pilot, "weight 100 in api, 50 in api-v6")
        await pilot.press("b")
        await shows(pilot, "load balancer api  ACTIVE", "load balancer api-v6  ACTIVE")


async def test_rates_and_sessions_are_shown_when_there_are_any() -> None:
    app, _, _ = make_app(counted(time.time()))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "132 open, 410 conn/s, 0 errors", "open")
        assert " 40 " in line_with(app, "api-blue-1")


async def test_statistics_that_are_too_old_say_their_age_and_no_figures() -> None:
    now = time.time()
    told = counted(now)
    rates = {key: replace(one, totals=replace(one.totals, at=now - 45)) for key, one in told.rates.items()}
    for size in ((140, 45), (80, 24)):
        app, _, _ = make_app(replace(told, rates=rates))
        async with app.run_test(size=size) as pilot:
            await shows(pilot, "statistics STALE 4")
            assert "conn/s" not in text_of(app)
            if size[0] > 80:
                await pilot.press("b")
                await shows(pilot, "listeners", "statistics STALE 4")
                assert "conn/s" not in text_of(app)


async def test_a_state_is_announced_when_it_held_and_the_last_look_is_said_meanwhile() -> None:
    now = time.time()
    odd = replace(
        instance(Colour.BLUE, 1, now, probe=Probe(False, now, 3.0, 503), status="ERROR"),
        announced=Announced("healthy", "all agree", now - 60, "unhealthy"),
    )
    app, _, _ = make_app(with_instances(service(now), Colour.BLUE, odd, instance(Colour.BLUE, 2, now)))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "the last look says unhealthy, once so far")


async def test_one_cause_for_a_whole_colour_is_said_once() -> None:
    now = time.time()
    blue = [instance(Colour.BLUE, n, now, probe=Probe(False, now, not_from_here=True)) for n in range(1, 7)]
    app, _, _ = make_app(with_instances(service(now), Colour.BLUE, *blue))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "(and 5 others like it)")
        assert sum("cannot be probed from here" in each for each in lines_of(app)[3:20]) == 1
        await until(pilot, lambda: text_of(app).count("not here") == 6)


async def test_at_80_columns_a_pools_service_says_what_serves() -> None:
    app, _, _ = make_app(pools(time.time()), settings=config())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "BLUE live", "GREEN idle", ":80 :443 to BLUE's pool")


async def test_a_small_screen_says_where_each_listener_leads() -> None:
    app, _, _ = make_app(pools(time.time()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, ":80 :443 to BLUE's pool, checked by HTTP")
        assert "api-blue, api-green" not in text_of(app)
    app, _, _ = make_app(pools(time.time(), green_at=(443,)))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, ":80 to BLUE's pool, :443 to GREEN's pool")


async def test_a_small_screen_has_a_line_for_each_load_balancer() -> None:
    app, _, _ = make_app(two_balancers(time.time()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "api :443 to api, checked by", "api-v6 :443 to api-v6, checked by")


async def test_where_each_listener_is_moved_by_itself_the_step_names_the_one_that_its_shares_are_of() -> None:
    app, _, _ = make_app(pools(time.time()), settings=config())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "4 would ship")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api", "look again")
        await pilot.press("down", "down")
        await shows(pilot, "on listener api-80", "listener      api-80")
        await pilot.press("down")
        await shows(pilot, "on listener api-443", "listener      api-443")


@pytest.mark.parametrize("made", [pools, two_balancers, power])
async def test_every_rotation_can_be_planned(made: Callable[[float], Service]) -> None:
    app, _, _ = make_app(made(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "4 would ship")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api", "look again")
        assert isinstance(app.screen, ChangeScreen)
        assert isinstance(app.screen.forecast, Plan), app.screen.forecast
