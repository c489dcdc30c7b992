from __future__ import annotations

from dataclasses import replace

import pytest
from test_verdict import NOW, instance, service, side

from console.model.balancer import Balanced, LoadBalancer, Pool
from console.model.colour import Colour
from console.model.lease import LeaseHolder
from console.model.record import Record
from console.model.service import BALANCER, Service, Source
from console.model.traffic import Traffic, VipAnswer
from console.model.verdict import verdict

VERSIONS = {Colour.BLUE: frozenset({"1111111"}), Colour.GREEN: frozenset({"2222222"})}
BLUE, GREEN = "1111111", "2222222"


def answered(*versions: str, first: float = NOW - 10) -> Traffic:
    """One good answer a second."""
    answers = (VipAnswer(first + at, 5.0, 200, version) for at, version in enumerate(versions))
    return Traffic("http://192.0.2.9/version", tuple(answers), VERSIONS)


def told(**changes: object) -> list[str]:
    """What is said of who answers."""
    usual = service(
        traffic=answered(*[GREEN] * 5),
        balancer=LoadBalancer("l", "api-lb", "203.0.113.5", provisioning_status="ACTIVE"),
    )
    found = verdict(replace(usual, **changes), NOW)  # type: ignore[arg-type]
    assert found.healthy == (not found.problems)
    return [problem for problem in found.problems if "answers through the VIP" in problem]


def test_a_colour_that_has_no_weight_and_gives_every_answer_is_not_well() -> None:
    assert told() == ["GREEN answers through the VIP, and BLUE has the weight"]


def test_the_advice_names_both_places() -> None:
    (found,) = verdict(service(traffic=answered(*[GREEN] * 5)), NOW).found
    assert "http://192.0.2.9/version" in found.hint
    assert "api-lb" in found.hint


@pytest.mark.parametrize(
    "answers",
    [
        (BLUE,) * 5,
        (GREEN,) * 2,
        (BLUE, GREEN, GREEN, GREEN, GREEN),
        ("3333333",) * 5,
    ],
    ids=["as it should be", "too few", "a shift that was not looked at yet", "of neither"],
)
def test_nothing_is_said_of_other_answers(answers: tuple[str, ...]) -> None:
    assert told(traffic=answered(*answers)) == []


def test_answers_from_before_the_roles_were_so_say_nothing() -> None:
    assert told(roles_since=NOW - 7) == []
    assert told(roles_since=NOW - 8) != []


def test_answers_that_are_older_than_the_window_say_nothing() -> None:
    assert told(traffic=answered(*[GREEN] * 5, first=NOW - 100)) == []


def changing() -> Service:
    members = (instance(Colour.BLUE, n, 1, provisioning_status="PENDING_UPDATE") for n in (1, 2, 3))
    return service(blue=side(Colour.BLUE, *members))


@pytest.mark.parametrize(
    "changes",
    [
        {"blue": changing().blue},
        {"record": Record(under_way=True)},
        {"lease": LeaseHolder("p", "alice@jump1", "r", "cutover", "", "", NOW, NOW, 60)},
        {"green": side(Colour.GREEN, instance(Colour.GREEN, 1, 1))},
        {"blue": side(Colour.BLUE, instance(Colour.BLUE, 1, 0))},
    ],
    ids=["a change is applied", "a rollout is under way", "a lease is held", "both serve", "none serves"],
)
def test_nothing_is_said_while_it_is_not_certain_who_should_answer(changes: dict[str, object]) -> None:
    found = verdict(service(**{"traffic": answered(*[GREEN] * 5), **changes}), NOW)
    assert not any("answers through" in one for one in found.problems)


def test_old_weights_accuse_nobody() -> None:
    old = {**service().sources, BALANCER: Source(BALANCER, NOW - 99)}
    found = verdict(service(traffic=answered(*[GREEN] * 5), sources=old), NOW)
    assert not any("answers through" in one for one in found.problems)


def test_sessions_by_address_keep_this_host_where_it_was() -> None:
    sticky = Pool("p", "api", provisioning_status="ACTIVE", session_persistence="SOURCE_IP")
    assert told(balanced=(Balanced(LoadBalancer("l", "api-lb", provisioning_status="ACTIVE"), pools=(sticky,)),)) == []


@pytest.mark.parametrize(
    ("statuses", "asks_wrong"),
    [((404, 404), True), ((301, 404), True), ((404, 503), False), ((404, 200), False), ((429, 429), False)],
)
def test_a_request_that_is_refused_every_time_may_be_a_mistake_of_the_config(
    statuses: tuple[int, ...], *, asks_wrong: bool
) -> None:
    answers = tuple(VipAnswer(NOW - 5 + at, 3.0, status) for at, status in enumerate(statuses))
    (found,) = verdict(service(traffic=Traffic("http://192.0.2.9/nosuch", answers, VERSIONS)), NOW).found
    assert ("http://192.0.2.9/nosuch" in found.hint) is asks_wrong
    assert "if it began with a release" in found.hint
