from __future__ import annotations

from dataclasses import replace

import pytest
from test_verdict import NOW, instance, service, side

from console.model.colour import Colour
from console.model.instance import Instance, Probe
from console.model.lease import LeaseHolder
from console.model.record import Record
from console.model.server import Server
from console.model.service import BALANCER, POWER, PROBES, SERVERS, ColourSet, Service, Source
from console.model.verdict import verdict

LEASE = LeaseHolder("p", "bob@jump2", "r", "scale api", "", "leave", NOW, NOW, 60.0)
REFUSED = Probe(ok=False, at=NOW, error="refused")
OFF = Server("s", "s", "SHUTOFF", power_state=4)
LED: list[dict[str, object]] = [{"lease": LEASE}, {"record": Record(under_way=True)}]


def worker(colour: Colour, number: int, server: Server | None = None) -> Instance:
    """A worker that works, or one whose server is this and whose probe nobody answers."""
    usual = replace(instance(colour, number, None), probe=Probe(ok=True, at=NOW))
    return usual if server is None else replace(usual, server=server, probe=REFUSED)


def workers(*blue: Instance, green: tuple[Instance, ...] = (), changes: dict[str, object] | None = None) -> Service:
    """BLUE live but for those that say otherwise."""
    usual = Service(
        name="scheduler", environment="production", cloud="test", rotation=POWER, decisive=(SERVERS,), probed=True,
        blue=side(Colour.BLUE, *blue), green=side(Colour.GREEN, *green),
        sources={name: Source(name, NOW - 1) for name in (SERVERS, PROBES)},
    )  # fmt: skip
    return replace(usual, **changes or {})  # type: ignore[arg-type]


def harmed(facts: Service) -> tuple[str, ...]:
    found = verdict(facts, NOW)
    return () if found.healthy else found.problems


@pytest.mark.parametrize(
    ("server", "why"),
    [
        (replace(OFF, status="ERROR", fault="host down"), "Nova says ERROR (host down)"),
        (OFF, "Nova says SHUTOFF"),
        (replace(OFF, status="RESCUE", power_state=1), "Nova says RESCUE"),
    ],
)
def test_a_worker_of_the_live_colour_that_does_not_run_harms_what_serves(server: Server, why: str) -> None:
    facts = workers(worker(Colour.BLUE, 1), worker(Colour.BLUE, 2, server))
    assert harmed(facts) == (f"api-blue-2: {why}",)
    assert verdict(facts, NOW).blue == "BLUE live 1111111 1/2"


@pytest.mark.parametrize(
    "server",
    [
        replace(OFF, tags=("bluegreen:hold=bob",)),
        Server("s", "s", "BUILD", task_state="spawning", power_state=0),
        replace(OFF, task_state="powering-on"),
        replace(OFF, task_state="deleting"),
    ],
)
def test_a_worker_that_is_held_or_comes_or_goes_does_not(server: Server) -> None:
    assert not harmed(workers(worker(Colour.BLUE, 1), worker(Colour.BLUE, 2, server)))


def test_workers_that_are_off_while_both_colours_run_or_theirs_is_idle_do_not() -> None:
    assert not harmed(workers(worker(Colour.BLUE, 1), green=(worker(Colour.GREEN, 1, OFF),)))
    assert not harmed(
        workers(worker(Colour.BLUE, 1), worker(Colour.BLUE, 2, OFF), green=(worker(Colour.GREEN, 1),)),
    )
    broken = worker(Colour.BLUE, 2, replace(OFF, status="ERROR"))
    assert harmed(workers(worker(Colour.BLUE, 1), broken, green=(worker(Colour.GREEN, 1),)))


@pytest.mark.parametrize("led", LED)
def test_what_a_rollout_under_way_has_stopped_does_not_and_what_broke_does(led: dict[str, object]) -> None:
    assert not harmed(workers(worker(Colour.BLUE, 1), worker(Colour.BLUE, 2, OFF), changes=led))
    broken = worker(Colour.BLUE, 2, replace(OFF, status="ERROR"))
    assert harmed(workers(worker(Colour.BLUE, 1), broken, changes=led))


def test_a_quorum_of_workers_counts_those_that_do_not_run() -> None:
    facts = workers(*(worker(Colour.BLUE, n) for n in (1, 2)), worker(Colour.BLUE, 3, OFF), changes={"quorum": 0.6})
    assert not harmed(facts)
    assert "api-blue-3: Nova says SHUTOFF" in verdict(facts, NOW).problems
    assert harmed(replace(facts, quorum=0.7))[0] == "BLUE: 2 are healthy, its quorum is 3"


def test_an_instance_of_the_live_colour_in_no_pool_harms_what_serves() -> None:
    one = instance(Colour.BLUE, 1, 1)
    facts = service(blue=side(Colour.BLUE, one, instance(Colour.BLUE, 2, None)))
    assert harmed(facts) == ("api-blue-2: it is in no pool, so no monitor checks it",)
    assert not harmed(service(green=side(Colour.GREEN, instance(Colour.GREEN, 1, None)))), "the idle colour's may"


@pytest.mark.parametrize("led", LED)
def test_one_that_is_built_or_that_a_rollout_puts_in_or_takes_away_does_not(led: dict[str, object]) -> None:
    out = instance(Colour.BLUE, 2, None)
    blue = side(Colour.BLUE, instance(Colour.BLUE, 1, 1), out)
    assert not harmed(service(blue=blue, **led))
    built = replace(out, server=Server("s", "s", "BUILD", power_state=0))
    assert not harmed(service(blue=ColourSet(Colour.BLUE, (blue.instances[0], built))))


@pytest.mark.parametrize("member", [{}, {"tags": ("bluegreen:weight=0",)}, {"tags": ("bluegreen:hold=bob",)}])
def test_one_that_stands_at_weight_0_does_not(member: dict[str, object]) -> None:
    out = instance(Colour.BLUE, 2, 0, operating_status="ERROR", **member)
    assert not harmed(service(blue=side(Colour.BLUE, instance(Colour.BLUE, 1, 1), out)))


def test_before_the_load_balancer_was_seen_nothing_is_missing() -> None:
    sources = {name: Source(name, NOW - 1) for name in (SERVERS, PROBES)} | {BALANCER: Source(BALANCER)}
    facts = service(blue=side(Colour.BLUE, instance(Colour.BLUE, 1, None)), balancer=None, pool=None, sources=sources)
    assert not any("api-blue-1" in one for one in harmed(facts))
