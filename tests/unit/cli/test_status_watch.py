from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from console.cli.status import show
from console.cli.status_changes import News, Seen, Tone, look
from console.cli.status_watch import Told, folded, line
from console.model.balancer import LoadBalancer, Member
from console.model.colour import Colour
from console.model.instance import Announced, Instance, Probe, Version
from console.model.lease import LeaseHolder
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service, Source
from console.model.snapshot import Snapshot
from console.model.traffic import Traffic, VipAnswer
from console.terminal import wants_no_colour

NOW = 1_800_000_000.0
BALANCED = LoadBalancer("l", "api", "203.0.113.7", "amphora", "ACTIVE", "ONLINE")


def instance(colour: Colour, number: int, **changes: Any) -> Instance:
    name = f"api-{colour}-{number}"
    live = colour is Colour.BLUE
    member = Member(f"m-{name}", name, "10.0.0.1", 80, 100 if live else 0, provisioning_status="ACTIVE")
    member = replace(member, operating_status="ONLINE" if live else "DRAINING")
    found = Instance(
        name, colour, Server(name, name, "ACTIVE"), member, Probe(True, NOW, 3.0, 200), Version(f"{colour}", "x")
    )
    return replace(found, **changes)


def side(colour: Colour, *instances: Instance) -> ColourSet:
    return ColourSet(colour, instances or tuple(instance(colour, number) for number in (1, 2, 3)))


def service(at: float = NOW, **changes: Any) -> Service:
    sources = {name: Source(name, seen_at=at) for name in (SERVERS, BALANCER, PROBES)}
    found = Service(
        "api",
        "production",
        "prod",
        balancer=BALANCED,
        blue=side(Colour.BLUE),
        green=side(Colour.GREEN),
        sources=sources,
        probed=True,
    )
    return replace(found, **changes)


def changes(before: Service, after: Service, later: float = 0.0) -> list[str]:
    """What is told of the second after the first."""
    seen, _ = look(before, NOW)
    return [news.text for news in look(after, NOW + later, seen)[1]]


def test_first_everything_is_told() -> None:
    _, news = look(service(), NOW)
    (one,) = news
    assert one.tone is Tone.GOOD
    for words in ("well: ", "BLUE live", "GREEN idle", "rollback", "LB ACTIVE", "fresh"):
        assert words in one.text


def test_a_number_that_is_not_known_has_not_fallen() -> None:
    unseen = service()
    seen, _ = look(service(), NOW)
    seen, news = look(unseen, NOW + 60, seen)
    assert seen.words.blue == "BLUE live blue ?/3"
    assert seen.words.balancer == "LB was ACTIVE"
    assert not [one.text for one in news if one.text.startswith(("BLUE", "GREEN", "LB"))]
    seen, news = look(service(NOW + 90, **_probed(NOW + 90)), NOW + 90, seen)
    assert not [one.text for one in news if one.text.startswith(("BLUE", "GREEN"))], "it is what it was"
    seen, _ = look(replace(unseen, sources=service().sources), NOW + 160, seen)
    ill = replace(instance(Colour.BLUE, 1), probe=Probe(False, NOW + 180, 3.0, 503))
    after = _probed(NOW + 180)
    after["blue"] = side(Colour.BLUE, ill, *after["blue"].instances[1:])
    _, news = look(service(NOW + 180, **after), NOW + 180, seen)
    assert "BLUE live blue 2/3 (was BLUE live blue 3/3)" in [one.text for one in news]


def _probed(at: float) -> dict[str, Any]:
    """Both sides, probed at that time."""
    return {
        colour.value: side(colour, *(instance(colour, n, probe=Probe(True, at, 3.0, 200)) for n in (1, 2, 3)))
        for colour in Colour
    }


def test_first_the_problems_are_told_as_well() -> None:
    bad = instance(Colour.BLUE, 1, probe=Probe(False, NOW, 3.0, 503))
    _, news = look(service(blue=side(Colour.BLUE, bad)), NOW)
    assert [one.tone for one in news] == [Tone.BAD, Tone.BAD]
    assert news[0].text.startswith("NOT WELL: ")
    assert "api-blue-1" in news[1].text


def test_what_is_only_asked_for_is_neither_good_nor_bad_news() -> None:
    first = service(probed=True)
    first = replace(first, sources={**first.sources, PROBES: Source(PROBES)})
    _, news = look(first, NOW)
    assert (news[0].text.split(":")[0], news[0].tone) == ("asking", Tone.PLAIN)
    out = io.StringIO()
    show(Snapshot(NOW, 1, {"api": first}), Console(file=out, width=200, color_system=None))
    assert out.getvalue().startswith("asking    PRODUCTION  api"), "the same word as in a single status"


def test_what_has_not_changed_is_not_told_and_ages_are_no_change() -> None:
    assert changes(service(), service(NOW + 5), 5.0) == []
    old = service()
    seen, _ = look(old, NOW + 100)
    for later in (101, 160, 4000):
        seen, news = look(old, NOW + later, seen)
        assert news == (), "a stale fact that only grows older"


def test_a_health_that_changes() -> None:
    bad = instance(Colour.BLUE, 1, probe=Probe(False, NOW, 3.0, 503))
    ill = service(blue=side(Colour.BLUE, bad, instance(Colour.BLUE, 2)))
    well = service(blue=side(Colour.BLUE, instance(Colour.BLUE, 1), instance(Colour.BLUE, 2)))
    told = changes(well, ill)
    assert told[0] == "NOT WELL"
    assert any("1/2 (was BLUE live" in text for text in told)
    assert any(text.startswith("problem: api-blue-1") for text in told)
    assert "api-blue-1: probe 503 (was probe ok)" in told
    back = changes(ill, well)
    assert back[0] == "well"
    assert any(text.startswith("over: api-blue-1") for text in back)


def test_the_same_change_of_several_instances_is_one_line() -> None:
    def at(weight: int) -> ColourSet:
        some = [instance(Colour.GREEN, number) for number in range(1, 9)]
        moved = (replace(one, member=replace(one.member, weight=weight)) for one in some if one.member is not None)
        return side(Colour.GREEN, *moved)

    told = changes(service(green=at(0)), service(green=at(50)))
    names = ", ".join(f"api-green-{number}" for number in range(1, 7))
    assert f"{names} and 2 more: weight 50 (was weight 0)" in told


def test_instances_that_come_and_go() -> None:
    two = side(Colour.GREEN, instance(Colour.GREEN, 1), instance(Colour.GREEN, 2))
    three = side(Colour.GREEN, instance(Colour.GREEN, 1), instance(Colour.GREEN, 3))
    told = changes(service(green=two), service(green=three))
    assert "api-green-2: seen no more" in told
    assert any(text.startswith("api-green-3: seen first, GREEN, server ACTIVE, member DRAINING") for text in told)


def test_what_is_seen_once_is_told_when_it_is_seen_again() -> None:
    def at(told: Announced, probe: Probe) -> Service:
        return service(blue=side(Colour.BLUE, instance(Colour.BLUE, 1, announced=told, probe=probe)))

    good, bad = Probe(True, NOW, 3.0, 200), Probe(False, NOW, 3.0, 503)
    well = at(Announced("healthy", "", NOW, "healthy"), good)
    once = at(Announced("healthy", "", NOW, "unhealthy"), bad)
    twice = at(Announced("unhealthy", "probe 503", NOW, "unhealthy"), bad)
    seen, _ = look(well, NOW)
    seen, news = look(once, NOW, seen)
    assert [one.text for one in news if one.text.startswith("api-blue-1:")] == []
    news = look(well, NOW, seen)[1]
    assert [one.text for one in news if one.text.startswith("api-blue-1:")] == []
    _, news = look(twice, NOW, seen)
    assert "api-blue-1: probe 503 (was probe ok)" in [one.text for one in news]


def test_workers_have_no_member_to_tell_of() -> None:
    worker = instance(Colour.GREEN, 3, member=None)
    told = changes(service(), service(green=side(Colour.GREEN, *service().green.instances[:2], worker)))
    assert not any("None" in text for text in told)
    gone = side(Colour.GREEN, *service().green.instances[:2])
    told = changes(service(green=gone), service(green=side(Colour.GREEN, *gone.instances, worker)))
    assert "api-green-3: seen first, GREEN, server ACTIVE, probe ok, version green" in told


def test_facts_that_grow_old_without_a_word_and_come_back() -> None:
    told = changes(service(), service(), 100.0)
    assert told[:2] == ["NOT WELL", "STALE 100 s: 3 sources"]
    seen, _ = look(service(), NOW + 100)
    assert "fresh again" in [one.text for one in look(service(NOW + 101), NOW + 101, seen)[1]]


def test_a_lease_taken_moved_on_and_let_go() -> None:
    held = LeaseHolder("p", "alice@jump1", "r1", "cutover api", "2026.2", "shift", NOW, NOW, 60.0)
    assert changes(service(), service(lease=held)) == [f"lease: {held.words}"]
    on = replace(held, step="prove", renewed_at=NOW + 10, beat=3)
    assert changes(service(lease=held), service(lease=on)) == [f"lease: {on.words}"]
    assert changes(service(lease=on), service(lease=replace(on, beat=4))) == []
    assert changes(service(lease=on), service()) == ["lease free again (it was alice@jump1 doing cutover api)"]


def traffic(*answers: tuple[float, str | None]) -> Traffic:
    seen = tuple(VipAnswer(NOW + at, 3.0, 200 if v else None, v, "" if v else "refused") for at, v in answers)
    return Traffic("http://vip/", seen, {colour: frozenset({colour.value}) for colour in Colour})


def test_who_answers_through_the_vip_and_what_is_lost() -> None:
    before = service(traffic=traffic((-2, "blue"), (-1, "blue")))
    both = service(traffic=traffic((-1, "blue"), (1, "green"), (2, None), (3, None)))
    told = changes(before, both, 4.0)
    assert [text for text in told if text.startswith("through")] == [
        "through the VIP: answered by BLUE and GREEN",
        "through the VIP: 2 requests lost (refused)",
    ]
    seen, _ = look(both, NOW + 4)
    assert look(both, NOW + 5, seen)[1] == (), "told once"
    green = service(traffic=traffic((20, "green")), sources=service(NOW + 20).sources)
    assert "through the VIP: answered by GREEN" in [one.text for one in look(green, NOW + 21, seen)[1]]


def test_losses_that_go_on_are_told_once_and_then_that_they_are_over() -> None:
    def at(second: float, *answers: tuple[float, int]) -> Service:
        seen = tuple(VipAnswer(NOW + when, 3.0, status, "blue") for when, status in answers)
        return service(NOW + second, **_probed(NOW + second), traffic=Traffic("http://vip/", seen, {}))

    seen, _ = look(at(0, (0, 200)), NOW)
    told: list[list[str]] = []
    for second, status in ((3, 503), (6, 503), (30, 503), (33, 500), (36, 500), (100, 200)):
        seen, news = look(at(second, (second, status)), NOW + second, seen)
        told.append([one.text for one in news if "VIP" in one.text and not one.text.startswith("problem:")])
    assert told == [
        ["through the VIP: 1 request lost (status 503)"],
        [],
        [],
        ["through the VIP: 1 request lost (status 500)"],
        [],
        ["over: 1 of 1 requests through the VIP failed, the last 0 s ago: status 500"],
    ]


def test_the_same_news_of_several_services_is_one_line() -> None:
    def at(second: float, *, lost: bool) -> Snapshot:
        found = {}
        for name in ("nova", "glance", "heat"):
            one = service(NOW + second, **_probed(NOW + second), name=name)
            if lost and name != "heat":
                failing = Source(SERVERS, seen_at=NOW, problem="cloud test: compute answered 500")
                one = replace(one, sources={**one.sources, SERVERS: failing})
            found[name] = one
        return Snapshot(NOW + second, 1, found)

    told = Told(began=NOW)
    told.news(at(0, lost=False), NOW)
    news = told.news(at(60, lost=True), NOW + 60)
    assert {one.service for one in news} == {"nova", "glance"}, "a program reads them one by one"
    lines = [line(NOW, one).partition(" ")[2] for one in folded(news)]
    assert "nova, glance: NOT WELL" in lines
    cause = [text for text in lines if "compute answered 500" in text]
    assert cause == ["nova, glance: problem: servers: the last answer is 60 s old: cloud test: compute answered 500"]
    back = [line(NOW, one).partition(" ")[2] for one in folded(told.news(at(90, lost=False), NOW + 90))]
    assert "nova, glance: over: servers: cloud test: compute answered 500" in back


def test_hostile_names_stay_on_their_line() -> None:
    news = News("api\x1b[2J", "problem: \n\u202eevil\x07", Tone.BAD)
    for coloured in (True, False):
        text = line(NOW, news, coloured=coloured)
        assert "\n" not in text
        assert "\x1b[2J" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "vt100"}, False),
        ({}, False),
    ],
)
def test_colours_where_they_are_welcome(environ: dict[str, str], *, colours: bool) -> None:
    assert wants_no_colour(environ) is not colours


def test_the_first_words_wait_for_every_source_but_not_for_ever() -> None:
    half = service(sources={SERVERS: Source(SERVERS, seen_at=NOW), BALANCER: Source(BALANCER)})
    told = Told(began=NOW)
    assert told.news(Snapshot(NOW, 1, {"api": half}), NOW + 1) == ()
    assert told.news(Snapshot(NOW, 1, {"api": half}), NOW + 5) != ()
    failed = replace(half, sources={SERVERS: Source(SERVERS, seen_at=NOW), BALANCER: Source(BALANCER, problem="no")})
    assert Told(began=NOW).news(Snapshot(NOW, 1, {"api": failed}), NOW + 1) != ()


def test_a_change_is_told_once() -> None:
    told = Told(began=NOW)
    assert len(told.news(Snapshot(NOW, 1, {"api": service()}), NOW)) == 1
    assert told.news(Snapshot(NOW, 2, {"api": service()}), NOW) == ()
    assert isinstance(told.last["api"], Seen)
