"""Where what serves has no label, nothing is planned beside it, and the one next step is named: adopt it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from life_worlds import not_planned, ordered, planned, refused, settings
from plan_worlds import NOW, foreign_member, instance, service

from console.config.model import Kind, Rotation
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.service import Service
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Action, Intent, Refusal
from console.plan.release import stand
from console.plan.unlabelled import unlabelled

STRAY = instance(Colour.GREEN, 1, 0, in_pool=False)


def strangers(*weights: int) -> list[Member]:
    return [replace(foreign_member(weight), id=f"m{n}", name=f"web-{n}") for n, weight in enumerate(weights, 1)]


@pytest.mark.parametrize(
    ("there", "command"),
    [
        (service([], [], strangers(10, 10, 10, 10)), "`bluegreen adopt nova-api`"),
        (service([], [STRAY], strangers(10, 10, 10, 10)), "`bluegreen adopt nova-api --as blue`"),
    ],
)
def test_no_launch_is_ordered_beside_what_serves_without_a_label(there: Service, command: str) -> None:
    refusal = refused(there, Wish(Colour.GREEN), settings(port=8774))
    assert (refusal.code, refusal.rule) == ("unlabelled", 0)
    assert "4 members serve nova-api without a label" in refusal.reason
    assert "web-1, web-2, web-3, web-4" in refusal.reason
    assert command in refusal.hint


def test_an_instance_without_a_colour_serves_without_a_label_too() -> None:
    bare = replace(instance(Colour.BLUE, 1, 100), colour=None)
    refusal = refused(replace(service([], []), uncoloured=(bare,)), Wish(Colour.GREEN))
    assert "1 member serves nova-api without a label" in refusal.reason


@pytest.mark.parametrize("target", [None, Colour.BLUE, Colour.GREEN])
def test_no_cutover_is_planned_to_a_colour_that_nobody_is_of(target: Colour | None) -> None:
    refusal = not_planned(service([], [STRAY], strangers(10)), Intent(Action.CUTOVER, target))
    assert (refusal.code, refusal.rule) == ("unlabelled", 0)


def test_where_a_colour_stands_by_the_way_back_to_it_stays_open() -> None:
    warm = [instance(Colour.GREEN, n, 0) for n in (1, 2, 3)]
    assert planned(service([], warm, strangers(10)), Intent(Action.ROLLBACK, Colour.GREEN)).target is Colour.GREEN


def test_a_release_does_not_stand_before_it_is_adopted() -> None:
    found = stand(service([], [], strangers(10)), "image-3", 1, NOW)
    assert isinstance(found, Refusal)
    assert (found.code, found.rule) == ("unlabelled", 0)


@pytest.mark.parametrize(
    "there",
    [
        service([], []),
        service([], [], strangers(0)),
        service([], [], [replace(foreign_member(10), backup=True)]),
        service([instance(Colour.BLUE, 1, 100)], [], strangers(10)),
    ],
)
def test_who_has_no_weight_or_stands_in_or_serves_beside_a_colour_is_no_reason(there: Service) -> None:
    assert unlabelled(there) is None


def test_members_that_the_config_ignores_are_no_reason() -> None:
    there = service([], [], strangers(10))
    assert unlabelled(there) is not None
    assert unlabelled(there, settings()._replace(foreign="ignore")) is None


def test_no_launch_is_ordered_while_nobody_knows_the_port_of_its_members() -> None:
    refusal = refused(service([], []), Wish(Colour.GREEN))
    assert "which port?" in refusal.reason
    assert "`launch.port`" in refusal.reason
    assert ordered(service([], []), Wish(Colour.GREEN), settings(port=8774)).port == 8774
    workers = settings()._replace(rotation=Rotation("", "", kind=Kind.POWER))
    assert ordered(replace(service([], []), rotation="power"), Wish(Colour.GREEN), workers).port == 0
