"""What `status --watch` says is over: of that alone which is known to be over, and by each instance's name."""

from __future__ import annotations

from dataclasses import replace

from console.cli.status_changes import Seen, look
from console.model.balancer import LoadBalancer, Member
from console.model.colour import Colour
from console.model.instance import Instance, Probe
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service, Source

NOW = 1_800_000_000.0
_LOST = "cloud test: compute answered 500"


def instance(number: int, *, at: float, status: str = "ACTIVE", code: int = 200, weight: int = 100) -> Instance:
    name = f"api-blue-{number}"
    well = code == 200
    member = Member(
        f"m{number}",
        name,
        "10.0.0.1",
        80,
        weight,
        provisioning_status="ACTIVE",
        operating_status="ONLINE" if well else "ERROR",
    )
    probe = Probe(well, at, 3.0, code)
    return Instance(name, Colour.BLUE, Server(name, name, status), member, probe)


def service(*blue: Instance, at: float, lost: float | None = None) -> Service:
    """Facts of the time `at`; Nova has not answered since `lost`."""
    sources = {name: Source(name, seen_at=at) for name in (SERVERS, BALANCER, PROBES)}
    if lost is not None:
        sources[SERVERS] = Source(SERVERS, seen_at=lost, problem=_LOST)
    balancer = LoadBalancer("l", "api", "203.0.113.7", "amphora", "ACTIVE", "ONLINE")
    return Service(
        "api",
        "test",
        "test",
        balancer=balancer,
        blue=ColourSet(Colour.BLUE, blue),
        sources=sources,
        probed=True,
    )


def told(facts: Service, at: float, before: Seen | None) -> tuple[Seen, list[str]]:
    """The problems that are told, and those that are over."""
    seen, news = look(facts, at, before)
    return seen, [one.text for one in news if one.text.startswith(("problem:", "over:"))]


def test_what_a_stale_source_hides_is_not_over_until_it_is_seen_to_be() -> None:
    def at(second: float, status: str, lost: float | None = None) -> Service:
        return service(instance(1, at=NOW + second, status=status), at=NOW + second, lost=lost)

    seen, first = told(at(0, "SHUTOFF"), NOW, None)
    assert first == ["problem: api-blue-1: Nova says SHUTOFF"]
    seen, blind = told(at(60, "SHUTOFF", lost=NOW), NOW + 60, seen)
    assert len(blind) == 1
    assert _LOST in blind[0]
    seen, again = told(at(90, "SHUTOFF"), NOW + 90, seen)
    assert [text.partition(":")[0] for text in again] == ["over"], "of the source: that it is off was told"
    assert _LOST in again[0]
    _, end = told(at(120, "ACTIVE"), NOW + 120, seen)
    assert end == ["over: api-blue-1: Nova says SHUTOFF"]


def test_what_ended_while_nobody_saw_it_is_over_when_it_is_seen() -> None:
    seen, _ = told(service(instance(1, at=NOW, status="SHUTOFF"), at=NOW), NOW, None)
    blind = service(instance(1, at=NOW + 60, status="SHUTOFF"), at=NOW + 60, lost=NOW)
    seen, _ = told(blind, NOW + 60, seen)
    _, end = told(service(instance(1, at=NOW + 90), at=NOW + 90), NOW + 90, seen)
    assert "over: api-blue-1: Nova says SHUTOFF" in end


def test_another_leading_reason_ends_nothing() -> None:
    def at(status: str) -> Service:
        return service(instance(1, at=NOW, code=503, status=status), at=NOW)

    seen, first = told(at("ACTIVE"), NOW, None)
    assert len(first) == 1
    _, other = told(at("SHUTOFF"), NOW, seen)
    assert other == ["problem: api-blue-1: Nova says SHUTOFF"]


def test_of_several_instances_each_is_told_and_over_by_itself() -> None:
    def at(*ill: int) -> Service:
        return service(*(instance(n, at=NOW, status="SHUTOFF" if n in ill else "ACTIVE") for n in (1, 2, 3)), at=NOW)

    seen, _ = told(at(1, 2), NOW, None)
    seen, more = told(at(1, 2, 3), NOW, seen)
    assert more == ["problem: api-blue-3: Nova says SHUTOFF"]
    seen, fewer = told(at(2, 3), NOW, seen)
    assert fewer == ["over: api-blue-1: Nova says SHUTOFF"]
    _, none = told(at(), NOW, seen)
    assert none == ["over: api-blue-2, api-blue-3: Nova says SHUTOFF"]


def test_what_is_kept_out_of_rotation_is_not_over_by_that() -> None:
    ill = service(instance(1, at=NOW, status="SHUTOFF"), instance(2, at=NOW), at=NOW)
    seen, _ = told(ill, NOW, None)
    out = instance(1, at=NOW, status="SHUTOFF", weight=0)
    member = replace(out.members[0], tags=("bluegreen:weight=0",))
    kept = replace(ill, blue=ColourSet(Colour.BLUE, (replace(out, member=member), ill.blue.instances[1])))
    assert told(kept, NOW, seen)[1] == []


def test_sources_that_fail_for_one_cause_are_over_one_by_one() -> None:
    def at(second: float, *lost: str) -> Service:
        facts = service(instance(1, at=NOW + second), at=NOW + second)
        failing = {name: Source(name, seen_at=NOW, problem=_LOST) for name in lost}
        return replace(facts, sources={**facts.sources, **failing})

    seen, _ = told(at(0), NOW, None)
    seen, first = told(at(60, SERVERS), NOW + 60, seen)
    assert len(first) == 1
    seen, second = told(at(65, SERVERS, BALANCER), NOW + 65, seen)
    assert second == [f"problem: load balancer: {_LOST}"]
    _, end = told(at(70, BALANCER), NOW + 70, seen)
    assert end == [f"over: servers: {_LOST}"]
