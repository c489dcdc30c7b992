"""The load balancer screen: everything on it, whose it is, and what it carries."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from closeups import balancer_closeup
from screen_text import line_with, shows, text_of, until
from tuikit import FakeWatcher, make_app, service

from console.model.balancer import Balanced, Listener, LoadBalancer, Pool
from console.model.closeup import BalancerCloseup
from console.model.service import BALANCER, SESSIONS, Service, Source
from console.model.snapshot import Snapshot
from screens.balancer import BalancerScreen


def show(watcher: FakeWatcher, facts: Service, *closeups: BalancerCloseup) -> None:
    """Publish facts with whole load balancers."""
    watcher.generation += 1
    watcher.publish(Snapshot(time.time(), watcher.generation, {facts.name: facts}, load_balancers=closeups))


async def test_what_the_cycle_knows_is_shown_at_once_and_the_rest_when_it_comes() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, BalancerScreen))
        assert isinstance(app.screen, BalancerScreen)
        assert app.screen.wish.balancer
        await shows(pilot, "203.0.113.7", ":443 HTTPS", "checked by HTTP", "api-green-3", "10.0.1.3:8774")
        assert "shop" not in text_of(app)
        show(watcher, service(now), balancer_closeup(service(now), now))
        await shows(pilot, "active_standby", "132 open", "12 conn/s", "in 41kB/s", "X-Bluegreen")
        await pilot.press("escape")
        await shows(pilot, "through the VIP")


async def test_a_status_that_is_too_old_is_said_to_have_been() -> None:
    now = time.time()
    facts = service(now)
    old = Source(BALANCER, now - 60)
    app, watcher, _ = make_app(replace(facts, sources={**facts.sources, BALANCER: old}))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB was ACTIVE")
        await pilot.press("b")
        await shows(pilot, "load balancer api  was ACTIVE")
        assert "was ACTIVE" in line_with(app, "changes")
        show(watcher, service(now), replace(balancer_closeup(service(now), now), sources={BALANCER: old}))
        await shows(pilot, "active_standby", "load balancer api  was ACTIVE")
        show(watcher, service(now), balancer_closeup(service(now), now))
        await shows(pilot, "load balancer api  ACTIVE")


async def test_parts_of_other_teams_are_marked_as_theirs() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(160, 50)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        show(watcher, service(now), balancer_closeup(service(now), now))
        await shows(pilot, "shop-1")
        assert "not this service's" in line_with(app, ":8080 HTTP")
        assert "not this service's" not in line_with(app, ":443 HTTPS")
        assert "others'" in line_with(app, "shop-1")
        assert "BLUE" in line_with(app, "api-blue-1")
        # the neighbour's ERROR is not ours
        assert "of everything on it" in line_with(app, "DEGRADED")


async def test_a_parked_pool_is_not_called_ill_but_unchecked() -> None:
    now = time.time()
    facts = service(now)
    assert facts.balancer is not None
    assert facts.pool is not None
    parked = Pool("pool-g", "api-green", "HTTP", "", "ACTIVE", "OFFLINE")
    part = Balanced(facts.balancer, facts.listeners, (), (facts.pool, parked), {}, {})
    app, _, _ = make_app(replace(facts, balanced=(part,)))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        await shows(pilot, "OFFLINE as it is parked", "nothing leads to it: not checked by the load balancer")


async def test_a_change_that_is_not_ours_is_said() -> None:
    now = time.time()
    facts = replace(
        service(now), balancer=LoadBalancer("lb-1", "api", "203.0.113.7", "amphora", "PENDING_UPDATE", "ONLINE")
    )
    app, _, _ = make_app(facts)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PENDING_UPDATE")
        await pilot.press("b")
        await shows(pilot, "it is not a rollout of ours")


async def test_on_a_small_screen_enter_on_a_member_opens_its_instance() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        show(watcher, service(now), balancer_closeup(service(now), now))
        await shows(pilot, "[load balancer]", "active_standby")
        await pilot.press("tab")
        await shows(pilot, "[listeners]", "132 open")
        await pilot.press("tab")
        await shows(pilot, "[pools]", "expects 200")
        await pilot.press("tab")
        await shows(pilot, "[members]", "10.0.0.2:8774")
        await pilot.press("down", "enter")
        await shows(pilot, "server-blue-2")


async def test_two_pools_on_one_load_balancer_are_one_load_balancer() -> None:
    now = time.time()
    facts = service(now)
    assert facts.balancer is not None
    assert facts.pool is not None
    other = Pool("pool-2", "api-internal", "HTTP", "", "ACTIVE", "ONLINE")
    inner = Listener("li-2", "internal", "HTTP", 8081, "pool-2", "ACTIVE", "ONLINE")
    parts = (
        Balanced(facts.balancer, facts.listeners, (), (facts.pool,), {}, {}),
        Balanced(facts.balancer, (inner,), (), (other,), {}, {}),
    )
    app, _, _ = make_app(replace(facts, balanced=parts))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        await shows(pilot, ":443 HTTPS", ":8081 HTTP", "api-internal HTTP", "serves :443")
        assert text_of(app).count("load balancer api") == 1


async def test_why_the_rest_could_not_be_had_is_said_beside_what_is_known() -> None:
    now = time.time()
    refused = {"load balancer": Source("load balancer", problem="cloud prod: 403", hint="ask for the role")}
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        show(watcher, service(now), BalancerCloseup("api", LoadBalancer("", "api"), sources=refused))
        await shows(pilot, "cloud prod: 403", "ask for the role", "203.0.113.7", ":443 HTTPS")


async def test_a_click_on_a_part_takes_the_keys_there() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        await shows(pilot, "▸ load balancer")
        await pilot.pause(0.3)
        await pilot.click("#pools", offset=(5, 1))
        await shows(pilot, "▸ pools")
        await pilot.press("tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "members")


async def test_why_sessions_are_not_known_is_said() -> None:
    now = time.time()
    facts = service(now)
    why = Source(SESSIONS, problem="no listener of the load balancer speaks PROMETHEUS")
    app, _, _ = make_app(replace(facts, sources={**facts.sources, SESSIONS: why}))
    async with app.run_test(size=(140, 45)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("b")
        await shows(pilot, "no listener of the load balancer speaks PROMETHEUS")


async def test_when_it_changed_is_told_in_local_time_as_every_other_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        facts = service(now)
        assert facts.balancer is not None
        changed = datetime.fromtimestamp(now - 60, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
        balancer = replace(facts.balancer, updated_at=changed)
        app, watcher, _ = make_app(facts)
        async with app.run_test(size=(120, 40)) as pilot:
            await shows(pilot, "LB ACTIVE")
            await pilot.press("b")
            await until(pilot, lambda: isinstance(app.screen, BalancerScreen))
            show(watcher, facts, replace(balancer_closeup(facts, now), balancer=balancer))
            await shows(pilot, "changed")
            local = time.strftime("%H:%M:%S", time.localtime(now - 60))
            assert line_with(app, "changed  ").split("changed")[1].split()[0] == local
    finally:
        monkeypatch.undo()
        time.tzset()
