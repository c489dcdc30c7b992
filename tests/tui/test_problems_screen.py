"""The problems: each with cause, hint and since when; one cause of several services is one problem."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from closeups import instance_closeup
from rollouts import cutover, rollout, seen
from screen_text import line_with, shows, text_of, until
from tuikit import config, instance, make_app, service, stale, with_instances

from console.model.colour import Colour
from console.model.instance import Announced, Probe
from console.model.service import BALANCER, COMMITS, SERVERS, Service
from console.model.snapshot import Snapshot
from screens.balancer import BalancerScreen
from screens.change import ChangeScreen
from screens.keys import Place
from screens.messages import WatchFailed
from screens.navigate import Spot
from screens.problems import ProblemsScreen, row
from screens.trouble import Trouble, troubles
from screens.verdicts import Verdicts
from screens.view.glyphs import UNICODE
from screens.widgets.table import Table


def failing(facts: Service, source: str, problem: str, since: float, *, age: float = 0.0, hint: str = "") -> Service:
    changed = replace(facts.sources[source], problem=problem, hint=hint, since=since, seen_at=since - age)
    return replace(facts, sources={**facts.sources, source: changed})


async def test_each_problem_stands_with_cause_hint_and_since() -> None:
    now = time.time()
    facts = failing(
        service(now), BALANCER, "503 from https://lb.example.org", now - 300, age=5, hint="ask the cloud's operators"
    )
    app, _, _ = make_app(facts)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "STALE")
        await pilot.press("p")
        await shows(pilot, "503 from https://lb.example.org", "ask the cloud's operators")
        row = line_with(app, " 5m ")
        assert "load balancer" in row
        assert time.strftime("%H:%M:%S", time.localtime(now - 300)) in row
        # the sentence that only repeats the source is not a second problem
        assert text_of(app).count("503 from https") == 1


async def test_a_source_that_fails_and_is_still_fresh_is_listed_too() -> None:
    now = time.time()
    app, _, _ = make_app(failing(service(now), COMMITS, "the repository is locked", now - 3))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("colon", *"problems", "enter")
        await shows(pilot, "the repository is locked")


async def test_two_problems_that_differ_in_figures_alone_are_two() -> None:
    now = time.time()
    facts = failing(service(now), BALANCER, "503 from https://lb1.example.org", now - 300, age=5)
    facts = failing(facts, COMMITS, "503 from https://lb2.example.org", now - 300, age=5)
    facts = replace(facts, sources={**facts.sources, COMMITS: replace(facts.sources[COMMITS], name=BALANCER)})
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "STALE")
        await pilot.press("p")
        await shows(pilot, "503 from https://lb1.example.org", "503 from https://lb2.example.org", "2 problems")


async def test_a_problem_of_health_says_what_to_do() -> None:
    now = time.time()
    ill = instance(Colour.BLUE, 1, now, probe=Probe(False, now, 3.0, 503))
    app, _, _ = make_app(with_instances(service(now), Colour.BLUE, ill))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "NOT WELL")
        await pilot.press("p")
        await shows(pilot, "the direct probe says 503", "if a release did it, go back while you can")


async def test_without_problems_it_says_so() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), service(now, "glance"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        await pilot.press("p")
        await shows(pilot, "there is no problem to list")


async def test_a_service_without_problems_lists_those_of_the_others() -> None:
    now = time.time()
    ill = with_instances(
        service(now, "glance"), Colour.BLUE, instance(Colour.BLUE, 1, now, probe=Probe(False, now, 3.0, 503))
    )
    app, _, _ = make_app(service(now, "nova"), ill)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.snapshot is not None)
        await shows(pilot, "glance")
        app.trail.go(Spot(Place.SERVICE, "nova"))
        await until(pilot, lambda: app.screen.query("#keys"))
        await shows(pilot, "p problems")
        await pilot.press("p")
        await shows(pilot, "the direct probe says 503", "1 problem")
        assert "glance" in line_with(app, "health")
        await pilot.press("escape")
        await shows(pilot, "nova")


async def test_what_is_wrong_with_the_console_itself_is_there() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), service(now, "glance"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        app.post_message(WatchFailed("the cloud can not be watched: no such cloud"))
        await pilot.press("p")
        await shows(pilot, "this console", "no such cloud")
        await pilot.press("enter")
        await shows(pilot, "there is nothing to open")


def test_one_cause_of_several_services_is_one_problem() -> None:
    now = time.time()
    snapshot = _snapshot(
        now,
        *(failing(service(now, name), BALANCER, "timed out", now - at, age=60) for name, at in (("a", 50), ("b", 90))),
    )
    found = [each for each in troubles(snapshot, Verdicts(), ("a", "b"), (), now) if each.about == BALANCER]
    assert [(each.services, each.since) for each in found] == [(("a", "b"), now - 90)]


def test_an_instance_is_ill_since_it_was_announced() -> None:
    now = time.time()
    probe = Probe(False, now, 3.0, 503)
    told = Announced("unhealthy", "the direct probe says 503", now - 120, "unhealthy")
    broken = replace(instance(Colour.BLUE, 1, now, probe=probe), announced=told)
    snapshot = _snapshot(now, with_instances(service(now), Colour.BLUE, broken))
    found = next(each for each in troubles(snapshot, Verdicts(), ("api",), (), now) if each.instance)
    assert (found.since, found.seen_here, found.instance) == (now - 120, False, broken.key)


def test_a_problem_keeps_the_moment_at_which_it_was_noticed_while_its_figures_change() -> None:
    now = time.time()
    verdicts, facts = Verdicts(), service(now)
    gone = replace(facts, balancer=replace(facts.balancer, provisioning_status="ERROR"))  # type: ignore[type-var]
    first = next(text for text in verdicts.of(gone, now).problems if "ERROR" in text)
    verdicts.of(replace(gone), now + 60)
    assert verdicts.noticed("api", first) == now
    verdicts.of(facts, now + 65)
    assert verdicts.noticed("api", first) is None


def test_a_closer_look_that_fails_for_the_same_cause_is_no_further_problem() -> None:
    now = time.time()

    def refused(path: str, why: str = "no") -> str:
        return f"cloud prod: compute {path} answered 403: {why}"

    facts = failing(service(now), SERVERS, refused("/servers/detail"), now - 50, age=60)
    close = instance_closeup(now)
    wrong = {"server": refused("/servers/1"), "actions": refused("/servers/1/os-instance-actions")}
    wrong["console"] = refused("/servers/1/action", "not the console either")
    sources = {name: replace(one, problem=wrong.get(name, "")) for name, one in close.sources.items()}
    snapshot = replace(_snapshot(now, facts), instance=replace(close, sources=sources))
    found = troubles(snapshot, Verdicts(), ("api",), (), now)
    assert [each.text for each in found] == [refused("/servers/detail"), wrong["console"]]
    alone = replace(snapshot, services={"api": service(now)})
    found = troubles(alone, Verdicts(), ("api",), (), now)
    assert [each.text for each in found] == [wrong["server"], wrong["console"]], "one for both paths"


def _snapshot(now: float, *facts: Service) -> Snapshot:
    return Snapshot(now, 1, {each.name: each for each in facts})


async def test_a_rollout_that_nobody_ends_is_a_problem_and_enter_opens_it() -> None:
    now = time.time()
    facts = service(now, "nova")
    settings = config("glance", "nova")
    app, _, desk = make_app(service(now, "glance"), facts, settings=settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        desk.post(seen(rollout(cutover(facts, settings.services["nova"], now), now), (), orphan=True))
        await shows(pilot, "1 needs you", "needs you: nobody ends it")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChangeScreen))
        # across to what it is about, and back
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, BalancerScreen))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))


@pytest.mark.parametrize("keys", ["", "p"])
async def test_the_next_try_need_not_be_awaited(keys: str) -> None:
    now = time.time()
    facts = stale(service(now), now - 90, "Octavia answered 429")
    sources = {name: replace(one, doing="trying again at 18:36:58", waits=True) for name, one in facts.sources.items()}
    app, _, _ = make_app(replace(facts, sources=sources))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press(*keys)
        await shows(pilot, "trying again at 18:36:58 (ctrl+r asks at once)")


@pytest.mark.parametrize(("ago", "words"), [(5, "just now"), (47, "45s"), (61, "1m")])
def test_what_began_half_a_minute_ago_is_not_just_now(ago: int, words: str) -> None:
    assert row("k", Trouble((), "vip", "stale", "", 1000.0), 1000.0 + ago, UNICODE).cells[3][0] == words


async def test_every_count_is_the_list_s() -> None:
    now = time.time()
    facts = service(now)
    facts = with_instances(
        facts,
        Colour.BLUE,
        *(instance(Colour.BLUE, number, now, probe=Probe(False, now, 3.0, 503)) for number in (1, 2, 3)),
    )
    facts = failing(facts, SERVERS, "cloud prod: 503", now - 5)
    app, _, _ = make_app(facts)
    app.theme_problem = "theme: light.yaml:3: a colour that is none"
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "NOT WELL: 3 problems")
        await pilot.press("p")
        await shows(pilot, "NOT WELL: 3 problems", " 3 problems ")
        assert len(app.screen.query_one(Table).rows) == 3
