from __future__ import annotations

from dataclasses import replace

import pytest

from console.model.balancer import LoadBalancer, Member, Pool
from console.model.colour import Colour
from console.model.health import Health, announced, judge
from console.model.instance import Announced, Instance, Probe
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service, Source
from console.model.verdict import verdict
from console.watch.damping import Damper

START = 1_800_000_000.0


def service(ok: bool, at: float, *, probed_at: float | None = None, good_for: float = 30.0) -> Service:
    """One instance, whose sources answered at `at`."""
    probe = Probe(ok=ok, at=probed_at or at, status=200 if ok else 503)
    member = Member("m", "m", "10.0.0.1", 80, provisioning_status="ACTIVE", operating_status="ONLINE")
    one = Instance("api-1", Colour.BLUE, Server("s", "api-1", "ACTIVE", power_state=1), member, probe)
    return Service(
        name="api",
        environment="test",
        cloud="test",
        balancer=LoadBalancer("l", "api", provisioning_status="ACTIVE"),
        pool=Pool("p", "api", provisioning_status="ACTIVE"),
        blue=ColourSet(Colour.BLUE, (one,)),
        sources={name: Source(name, at, good_for) for name in (SERVERS, BALANCER, PROBES)},
        probed=True,
    )


def told(damper: Damper, facts: Service, now: float) -> Announced:
    found = damper.damped(facts, now).blue.instances[0].announced
    assert found is not None
    return found


def test_the_first_observation_is_announced_at_once() -> None:
    found = told(Damper(), service(False, START), START)
    assert (found.word, found.since, found.wavering) == ("unhealthy", START, False)


def test_one_odd_answer_is_not_announced_and_is_seen_to_waver() -> None:
    damper = Damper()
    told(damper, service(True, START), START)
    odd = told(damper, service(False, START + 5), START + 5)
    assert (odd.word, odd.seen, odd.wavering, odd.since) == ("healthy", "unhealthy", True, START)
    after = told(damper, service(True, START + 10), START + 10)
    assert (after.word, after.wavering, after.since) == ("healthy", False, START)


def test_the_second_observation_is_announced_since_the_first() -> None:
    damper = Damper()
    for step, ok in enumerate((True, False, False)):
        found = told(damper, service(ok, START + 5 * step), START + 5 * step)
    assert (found.word, found.since, found.wavering) == ("unhealthy", START + 5, False)
    assert "503" in found.reason


def test_the_same_answers_looked_at_twice_are_one_observation() -> None:
    damper = Damper()
    told(damper, service(True, START), START)
    for second in range(5):
        assert told(damper, service(False, START + 5), START + 5 + second).word == "healthy"


def test_a_probe_that_was_not_repeated_is_no_second_observation() -> None:
    damper = Damper()
    told(damper, service(True, START), START)
    told(damper, service(False, START + 5), START + 5)
    again = service(False, START + 10, probed_at=START + 5)
    assert told(damper, again, START + 10).word == "healthy"


def test_what_is_stale_is_announced_at_once_and_so_is_its_end() -> None:
    damper = Damper()
    told(damper, service(True, START), START)
    old = told(damper, service(True, START), START + 60)
    assert (old.word, old.since) == ("unknown", START + 60)
    assert told(damper, service(True, START + 65), START + 65).word == "healthy"


@pytest.mark.parametrize("ok", [True, False])
def test_what_is_after_a_blind_time_as_it_was_before_has_been_so_since_it_began(*, ok: bool) -> None:
    damper = Damper()
    told(damper, service(ok, START), START)
    blind = [told(damper, lost(service(ok, START), SERVERS, BALANCER), START + at) for at in (60, 75, 90)]
    assert {(one.word, one.since) for one in blind} == {("unknown", START + 60)}
    again = told(damper, service(ok, START + 95), START + 95)
    assert (again.word, again.since) == ("healthy" if ok else "unhealthy", START)
    other = Damper()
    told(other, service(ok, START), START)
    told(other, service(ok, START), START + 60)
    assert told(other, service(not ok, START + 95), START + 95).since == START + 95, "it has changed since"


def test_what_stays_unknown_is_so_since_it_began() -> None:
    damper = Damper()
    facts = service(True, START)
    told(damper, facts, START)
    assert told(damper, facts, START + 90).since == START + 90
    assert told(damper, facts, START + 95).since == START + 90


def test_the_reason_of_what_is_announced_is_the_newest() -> None:
    damper = Damper()
    told(damper, service(False, START), START)
    other = service(False, START + 5)
    sick = replace(other.blue.instances[0], server=Server("s", "api-1", "ERROR"))
    found = told(damper, replace(other, blue=ColourSet(Colour.BLUE, (sick,))), START + 5)
    assert "ERROR" in found.reason
    assert found.since == START


def test_a_screen_shows_what_is_announced_and_a_decision_what_is_observed() -> None:
    damper = Damper()
    damper.damped(service(True, START), START)
    facts = damper.damped(service(False, START + 5), START + 5)
    (one,) = facts.blue.instances
    assert announced(facts, one, START + 5).health is Health.HEALTHY
    assert judge(facts, one, START + 5).health is Health.UNHEALTHY
    assert verdict(facts, START + 5).blue == "BLUE live unknown 1/1"
    assert announced(facts, one, START + 90).health is Health.UNKNOWN, "stale is never smoothed over"


def test_an_instance_that_left_is_forgotten() -> None:
    damper = Damper()
    damper.damped(service(True, START), START)
    damper.damped(replace(service(True, START + 5), blue=ColourSet(Colour.BLUE)), START + 5)
    assert told(damper, service(False, START + 10), START + 10).word == "unhealthy", "it is a first observation again"


def test_a_clock_that_was_set_back_delays_nothing() -> None:
    damper = Damper()
    told(damper, service(True, START), START)
    told(damper, service(False, START + 5), START + 5)
    later = START - 3600 + 10
    assert told(damper, service(False, later), later).word == "unhealthy"


def lost(facts: Service, *names: str) -> Service:
    """The same facts; these sources answered at START and not since."""
    return replace(facts, sources={**facts.sources, **{name: Source(name, START, 30.0) for name in names}})


def test_bad_news_does_not_wait_for_a_source_that_does_not_answer() -> None:
    damper = Damper()
    for step in range(10):
        now = START + 5 * step
        facts = damper.damped(lost(service(step < 2, now), SERVERS), now)
        (one,) = facts.blue.instances
        if now > START + 30:
            assert announced(facts, one, now).health is Health.UNHEALTHY, f"{now - START:.0f} s"
            assert "1/1" not in verdict(facts, now).blue


def test_nothing_is_announced_as_healthy_while_a_source_is_stale() -> None:
    damper = Damper()
    for step in range(7):  # the cloud is lost, the probes still pass
        told(damper, lost(service(True, START + 5 * step), SERVERS, BALANCER), START + 5 * step)
    first = lost(service(False, START + 35), SERVERS, BALANCER)  # and are refused when its facts grow stale
    assert told(damper, first, START + 35).word == "unhealthy"
    assert told(damper, lost(service(False, START + 40), SERVERS, BALANCER), START + 40).word == "unhealthy"


def test_what_was_announced_as_healthy_is_not_shown_so_when_a_source_grows_stale_between_two_looks() -> None:
    damper = Damper()
    damper.damped(lost(service(True, START + 5), SERVERS), START + 5)
    facts = damper.damped(lost(service(False, START + 28), SERVERS), START + 28)
    (one,) = facts.blue.instances
    assert announced(facts, one, START + 29).health is Health.HEALTHY, "one odd answer"
    assert announced(facts, one, START + 31).health is Health.UNHEALTHY
    assert "1/1" not in verdict(facts, START + 31).blue


def test_a_probe_that_is_not_made_any_more_holds_nothing_back() -> None:
    damper = Damper()
    damper.damped(service(True, START), START)

    def at(now: float, *, probed: bool) -> Service:
        facts = service(True, now)
        (one,) = facts.blue.instances
        ill = replace(one, server=Server("s", "api-1", "ERROR"), probe=one.probe if probed else None)
        return replace(facts, blue=ColourSet(Colour.BLUE, (ill,)))

    assert told(damper, at(START + 5, probed=True), START + 5).word == "healthy", "one odd answer"
    assert told(damper, at(START + 10, probed=False), START + 10).word == "unhealthy"


def test_good_news_waits_for_every_source() -> None:
    damper = Damper()
    told(damper, service(False, START), START)
    told(damper, service(True, START + 5), START + 5)
    half = service(True, START + 10)
    half = replace(half, sources={**half.sources, SERVERS: Source(SERVERS, START + 5)})
    assert told(damper, half, START + 10).word == "unhealthy"
    assert told(damper, service(True, START + 15), START + 15).word == "healthy"


def test_bad_news_does_not_wait_for_a_source_that_has_begun_to_fail() -> None:
    damper = Damper()
    told(damper, service(True, START), START)
    for step in (1, 2):
        at = START + 5 * step
        facts = service(False, at)
        failing = replace(facts.sources[SERVERS], seen_at=START, problem="cloud prod: 503", since=START + 5)
        found = told(damper, replace(facts, sources={**facts.sources, SERVERS: failing}), at)
    assert (found.word, found.since) == ("unhealthy", START + 5), "Nova answers no more, but is not stale for 20 s yet"


def test_good_news_waits_for_a_source_that_has_begun_to_fail() -> None:
    damper = Damper()
    told(damper, service(False, START), START)
    for step in (1, 2):
        at = START + 5 * step
        facts = service(True, at)
        failing = replace(facts.sources[SERVERS], seen_at=START, problem="cloud prod: 503", since=START + 5)
        found = told(damper, replace(facts, sources={**facts.sources, SERVERS: failing}), at)
    assert (found.word, found.seen) == ("unhealthy", "healthy")


def test_answers_count_from_some_seconds_after_a_change_of_roles_was_seen_to_be_applied() -> None:
    damper = Damper()

    def since(weight: int, status: str, at: float) -> float:
        facts = service(True, at)
        (one,) = facts.blue.instances
        assert one.member is not None
        member = replace(one.member, weight=weight, provisioning_status=status)
        return damper.damped(
            replace(facts, blue=ColourSet(Colour.BLUE, (replace(one, member=member),))), at
        ).roles_since

    assert since(1, "ACTIVE", START) == 0, "nothing else was seen, and the VIP is asked afterwards"
    assert since(1, "ACTIVE", START + 5) == 0
    assert since(0, "PENDING_UPDATE", START + 10) > START + 10
    assert since(0, "PENDING_UPDATE", START + 15) < START + 15
    assert since(0, "ACTIVE", START + 20) > START + 20
    assert since(0, "ACTIVE", START + 90) < START + 30, "it stays"


def test_what_is_told_again_of_the_same_facts_keeps_since_when_the_roles_are_so() -> None:
    damper = Damper()
    damper.damped(service(True, START), START)
    idle = service(True, START + 5)
    (one,) = idle.blue.instances
    assert one.member is not None
    idle = replace(idle, blue=ColourSet(Colour.BLUE, (replace(one, member=replace(one.member, weight=0)),)))
    first = damper.damped(idle, START + 5).roles_since
    assert first > START
    assert damper.damped(idle, START + 6).roles_since == first
