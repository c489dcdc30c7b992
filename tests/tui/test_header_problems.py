"""The problems in the header: all that are counted are listed or told as more, each hint is below its own one."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from closeups import instance_closeup
from screen_text import shows, text_of
from tuikit import instance, make_app, service, with_instances

from console.model.colour import Colour
from console.model.instance import Probe
from console.model.service import BALANCER, SERVERS, STATS, Service, Source
from console.model.snapshot import Snapshot
from console.model.verdict import verdict
from screens.told import Told, told
from screens.trouble import troubles
from screens.verdicts import Verdicts
from screens.view.glyphs import ASCII, UNICODE, Glyphs
from screens.view.header import Room, problems
from screens.view.line import plain, width

HINT = "the fault is in the cloud: its operators find it by the time and this request's id"


def without_statistics(facts: Service, now: float) -> Service:
    failed = Source(STATS, now, 30.0, "/stats answered 500", now, HINT, "trying again at 18:36:58", waits=True)
    return replace(facts, sources={**facts.sources, STATS: failed})


def broken(facts: Service, now: float, *numbers: int) -> Service:
    """These instances answer 500 to 503, each another status."""
    one = [
        instance(Colour.BLUE, n, now, probe=Probe(ok=False, at=now, status=500 + n)) if n in numbers else each
        for n, each in enumerate(facts.blue.instances, 1)
    ]
    return with_instances(facts, Colour.BLUE, *one)


def lines(*found: Told, most: int = 2, cells: int = 78, room: int = 6, glyphs: Glyphs = UNICODE) -> list[str]:
    return [plain(each) for each in problems(found, Room(most, cells, room), glyphs)]


async def test_a_source_that_decides_nothing_is_listed_with_its_hint() -> None:
    now = time.time()
    app, _, _ = make_app(without_statistics(broken(service(now), now, 1), now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "2 problems", "statistics: /stats answered 500")
        shown = text_of(app).splitlines()
        at = next(n for n, each in enumerate(shown) if "statistics: /stats" in each)
        assert "api-blue-1: the direct probe says 501" in shown[at - 1]
        assert "→ the fault is in the cloud" in shown[at + 1]
        assert "(ctrl+r asks at once)" in "".join(shown[at + 1 : at + 3])


async def test_no_hint_of_a_problem_that_is_not_listed() -> None:
    now = time.time()
    app, _, _ = make_app(without_statistics(broken(service(now), now, 1, 2), now))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 problems", "probe says 501", "probe says 502", "and 1 more problem: press p")
        assert "the fault is in the cloud" not in text_of(app)


def test_what_only_a_closer_look_asks_is_listed_too() -> None:
    now = time.time()
    facts = service(now)
    look = instance_closeup(now, facts.name)
    source = Source("console", now, 30.0, "compute answered 403: the console log is forbidden", now, "ask for the role")
    closeup = replace(look, sources={**look.sources, "console": source})
    snapshot = Snapshot(now, 1, {facts.name: facts}, instance=closeup)
    rows = troubles(snapshot, Verdicts(), (facts.name,), ("the journal can not be read",), now)
    assert told(rows, verdict(facts, now)) == [
        Told("the journal can not be read"),
        Told("console: compute answered 403: the console log is forbidden", "ask for the role"),
    ]


def test_sources_that_fail_for_one_cause_are_told_together_and_counted_each() -> None:
    now = time.time()
    facts = service(now)
    failed = {
        name: Source(name, now - 90, 30.0, f"/{name} answered 500", now - 60, f"hint of {name}", cause="answered 500")
        for name in (SERVERS, BALANCER)
    }
    facts = replace(facts, sources={**facts.sources, **failed})
    rows = troubles(Snapshot(now, 1, {facts.name: facts}), Verdicts(), (facts.name,), (), now)
    (one,) = told(rows, verdict(facts, now))
    assert (one.rows, len(rows)) == (2, 2)
    assert one.text == "servers and load balancer: the last answers are 90 s old: answered 500"
    assert one.hint == "hint of servers"


def test_a_sentence_with_the_words_of_a_source_is_a_problem_of_its_own() -> None:
    now = time.time()
    facts = broken(service(now), now, 1)
    facts = replace(facts, sources={**facts.sources, STATS: Source(STATS, now, 30.0, "503", now)})
    facts = with_instances(facts, Colour.BLUE, replace(facts.blue.instances[0], name="statistics: 503"))
    rows = troubles(Snapshot(now, 1, {facts.name: facts}), Verdicts(), (facts.name,), (), now)
    assert [row.text for row in rows] == ["statistics: 503: the direct probe says 501", "503"]


def test_what_one_service_says_with_other_figures_is_of_two_things() -> None:
    now = time.time()
    facts = broken(service(now), now, 1, 2)
    rows = troubles(Snapshot(now, 1, {facts.name: facts}), Verdicts(), (facts.name,), (), now)
    assert [row.text for row in rows] == [
        "api-blue-1: the direct probe says 501",
        "api-blue-2: the direct probe says 502",
    ]


LONG = "a load balancer says at length what it can not do and why, " * 3


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_what_does_not_fit_ends_with_an_ellipsis(glyphs: Glyphs) -> None:
    shown = lines(Told("short", LONG), room=3, glyphs=glyphs)
    assert len(shown) == 3
    assert shown[-1].endswith(glyphs.ellipsis)
    assert all(width(((each, ""),)) <= 78 for each in shown)


def test_the_rest_is_counted_in_the_last_line_whatever_the_first_takes() -> None:
    shown = lines(Told(LONG, LONG), Told("second"), Told("third", rows=2), room=4)
    assert len(shown) == 4
    assert shown[2].endswith("…")
    assert shown[3] == "  and 3 more problems: press p"
    assert lines(Told(LONG), Told("second"), room=1) == [f"{UNICODE.attention} 2 problems: press p"]


async def test_the_last_line_of_a_small_screen_says_that_it_goes_on() -> None:
    now = time.time()
    facts = service(now)
    failed = replace(facts.sources[BALANCER], problem=LONG, hint=LONG + LONG, since=now - 60, seen_at=now - 60)
    app, _, _ = make_app(replace(facts, sources={**facts.sources, BALANCER: failed}))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "STALE", "→ a load balancer says at length")
        shown = text_of(app).splitlines()
        first = next(n for n, each in enumerate(shown) if f"{UNICODE.attention} load balancer:" in each)
        assert shown[first + 5].rstrip().endswith("…")
