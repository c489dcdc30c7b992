from __future__ import annotations

from dataclasses import replace

import pytest
from test_through_vip import BLUE, GREEN, answered
from test_verdict import NOW, instance, service, side, stale

from console.model.balancer import LoadBalancer, Pool
from console.model.colour import Colour
from console.model.instance import Probe
from console.model.need import Need, rank
from console.model.service import SERVERS, Service, Source
from console.model.traffic import Traffic
from console.model.verdict import verdict


def sick(*numbers: int, of: int = 3, **changes: object) -> Service:
    """BLUE serves; these of its instances fail their probe."""
    every = [instance(Colour.BLUE, number, 1) for number in range(1, of + 1)]
    bad = Probe(ok=False, at=NOW, status=503)
    blue = [replace(one, probe=bad) if number in numbers else one for number, one in enumerate(every, start=1)]
    return service(blue=side(Colour.BLUE, *blue), **changes)


def losing(*lost: bool) -> Traffic:
    seen = answered(*[BLUE] * len(lost))
    return replace(
        seen,
        answers=tuple(replace(one, status=503 if bad else 200) for one, bad in zip(seen.answers, lost, strict=True)),
    )


DISABLED = LoadBalancer("l", "api-lb", provisioning_status="ACTIVE", admin_state_up=False)


@pytest.mark.parametrize(
    ("facts", "need"),
    [
        (service(), Need.REST),
        (service(blue=side(Colour.BLUE, *(instance(Colour.BLUE, n, 0) for n in (1, 2, 3)))), Need.NOTHING_SERVES),
        (service(balancer=DISABLED), Need.NOTHING_SERVES),
        (service(pool=Pool("p", "api", provisioning_status="ACTIVE", admin_state_up=False)), Need.NOTHING_SERVES),
        (service(traffic=losing(*[True] * 10)), Need.VIP_FAILS),
        (service(traffic=losing(*[False] * 7, *[True] * 3)), Need.VIP_FAILS),
        (sick(1, 2, 3), Need.NONE_HEALTHY),
        (service(traffic=answered(*[GREEN] * 5)), Need.WRONG_COLOUR),
        (service(traffic=losing(*[True] * 5, False)), Need.REQUESTS_LOST),
        (sick(1, 2, quorum=0.6), Need.BELOW_QUORUM),
        (sick(1, quorum=0.6), Need.REST),
        (sick(1, 2), Need.REST),
        (sick(1, 2, 3, sources=stale(it=Source(SERVERS, NOW - 90))), Need.NONE_HEALTHY),
        (service(sources=stale(it=Source(SERVERS, NOW - 90))), Need.REST),
    ],
)
def test_what_clients_lose(facts: Service, need: Need) -> None:
    assert verdict(facts, NOW).need is need


def test_what_costs_clients_most_is_the_first_sentence() -> None:
    found = verdict(sick(1, 2, 3, traffic=losing(*[True] * 28)), NOW)
    assert found.problems[0].startswith("28 of 28 requests through the VIP failed")


def test_those_who_need_a_human_come_first_then_production_then_what_clients_lose() -> None:
    order = [
        rank(Need.NOTHING_SERVES, needs_you=True, production=True),
        rank(Need.REST, needs_you=True, production=True),
        rank(Need.NOTHING_SERVES, needs_you=True, production=False),
        rank(Need.REST, needs_you=False, production=True),
    ]
    assert order == sorted(order)
