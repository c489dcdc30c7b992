from __future__ import annotations

from dataclasses import replace

import pytest

from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Pool
from console.model.colour import Colour, Role
from console.model.health import Health, disagreement, judge
from console.model.instance import Instance, Probe
from console.model.server import Server
from console.model.service import BALANCER, LEASE, POWER, PROBES, SERVERS, VIP, ColourSet, Service, Source
from console.model.verdict import verdict

NOW = 1_800_000_000.0


def instance(name: str, colour: Colour = Colour.BLUE, **changes: object) -> Instance:
    member = Member(
        f"m-{name}", name, "10.0.0.1", 80, weight=1, tags=("bluegreen:weight=1",),
        provisioning_status="ACTIVE", operating_status="ONLINE",
    )  # fmt: skip
    usual = Instance(name, colour, Server(name, name, "ACTIVE", power_state=1), member, Probe(ok=True, at=NOW, ms=9.0))
    return replace(usual, **changes)  # type: ignore[arg-type]


def service(*blue: Instance, **changes: object) -> Service:
    usual = Service(
        name="api",
        environment="test",
        cloud="test",
        balancer=LoadBalancer("l", "api", provisioning_status="ACTIVE"),
        pool=Pool("p", "api", provisioning_status="ACTIVE"),
        blue=ColourSet(Colour.BLUE, blue),
        sources={name: Source(name, NOW - 1) for name in (SERVERS, BALANCER, PROBES)},
        probed=True,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def seen(one: Instance, **changes: object) -> tuple[Health, str]:
    found = judge(service(one, **changes), one, NOW)
    return found.health, found.reason


def server(status: str, **more: object) -> Server:
    return replace(Server("s", "s", status, power_state=1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "health", "words"),
    [
        (server("ACTIVE"), Health.HEALTHY, "Nova, load balancer and probe agree"),
        (server("ACTIVE", task_state="rebooting"), Health.UNHEALTHY, "ACTIVE with task rebooting"),
        (server("ACTIVE", power_state=4), Health.UNHEALTHY, "Nova says ACTIVE with power state shut down"),
        (server("ERROR", fault="no host"), Health.UNHEALTHY, "Nova says ERROR (no host)"),
        (server("SHUTOFF", task_state="powering-on"), Health.UNHEALTHY, "SHUTOFF with task powering-on"),
        (server("UNKNOWN"), Health.UNKNOWN, "cell may be down"),
        (server("FROBNICATING"), Health.UNKNOWN, "a word that tells nothing"),
        (None, Health.UNKNOWN, "Nova does not list its server"),
    ],
)
def test_what_nova_says(found: Server | None, health: Health, words: str) -> None:
    judged = seen(instance("a", server=found))
    assert judged[0] is health
    assert words in judged[1]


def test_bad_beats_unknown_and_is_named() -> None:
    one = instance("a", server=None, probe=Probe(ok=False, at=NOW, status=503, reasons=("database is away",)))
    assert seen(one) == (Health.UNHEALTHY, "the direct probe says 503: database is away")


def test_instances_that_cannot_be_probed_from_here_are_unknown() -> None:
    one = instance("a", probe=Probe(ok=False, at=NOW, not_from_here=True))
    assert seen(one) == (Health.UNKNOWN, "it cannot be probed from here")
    assert disagreement(one) == "", "nobody asked, so nobody disagrees"


def test_a_probe_of_the_future_is_of_a_clock_that_was_set_back() -> None:
    assert seen(instance("a", probe=Probe(ok=True, at=NOW + 3600)))[0] is Health.UNKNOWN
    assert not Source(SERVERS, NOW + 3600).fresh(NOW)
    assert Source(SERVERS, NOW + 1).fresh(NOW), "two clocks of one machine may differ by a little"


def test_no_monitor_is_enough_with_a_probe_and_unknown_without() -> None:
    bare = instance("a")
    assert bare.member is not None
    one = replace(bare, member=replace(bare.member, operating_status="NO_MONITOR"))
    assert seen(one)[0] is Health.HEALTHY
    assert seen(one, probed=False) == (Health.UNKNOWN, "no monitor and no probe checks it")


def test_a_parked_member_is_judged_by_its_probe_alone() -> None:
    bare = instance("a")
    assert bare.member is not None
    one = replace(bare, member=replace(bare.member, operating_status="OFFLINE"), parked=("m-a",))
    assert seen(one)[0] is Health.HEALTHY
    assert seen(one, probed=False)[0] is Health.UNKNOWN
    assert disagreement(replace(one, probe=Probe(ok=False, at=NOW))) == ""


def test_a_static_instance_needs_no_nova() -> None:
    one = instance("a", server=None, static=True)
    assert seen(one, decisive=(BALANCER,), sources={n: Source(n, NOW) for n in (BALANCER, PROBES)})[0] is Health.HEALTHY


def test_a_judgement_is_not_kept_beyond_the_freshness_of_its_facts() -> None:
    one = instance("a")
    facts = service(one)
    assert judge(facts, one, NOW).healthy
    assert judge(facts, one, NOW + 31).stale
    assert judge(facts, one, NOW).healthy, "and a clock may go back"


def test_a_judgement_of_one_instance_is_not_taken_for_anothers() -> None:
    one = instance("a")
    facts = service(one)
    judge(facts, one, NOW)
    assert not judge(facts, replace(one, server=None), NOW).healthy


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (instance("a", probe=Probe(ok=False, at=NOW, status=503)), "probe says 503, Octavia says ONLINE"),
        (instance("a", server=server("SHUTOFF")), "Octavia says ONLINE, Nova says SHUTOFF"),
        (
            instance("a", server=server("ACTIVE", power_state=4)),
            "Octavia says ONLINE, Nova says ACTIVE with power state shut down",
        ),
        (
            instance("a", member=None, server=server("ACTIVE", power_state=4)),
            "probe says ok 9ms, Nova says ACTIVE with power state shut down",
        ),
        (instance("a", member=None, server=server("SHUTOFF")), "probe says ok 9ms, Nova says SHUTOFF"),
        (instance("a"), ""),
    ],
)
def test_disagreement_is_told(one: Instance, words: str) -> None:
    assert disagreement(one) == words


@pytest.mark.parametrize(
    ("status", "weight", "agrees"),
    [("ONLINE", 1, True), ("DRAINING", 0, True), ("ONLINE", 0, False), ("DRAINING", 1, False)],
)
def test_a_word_of_octavias_that_is_another_weights_is_well_and_a_disagreement(
    status: str, weight: int, agrees: bool
) -> None:
    bare = instance("a")
    assert bare.member is not None
    one = replace(bare, member=replace(bare.member, operating_status=status, weight=weight))
    assert seen(one)[0] is Health.HEALTHY, "the check passes"
    late = f"Octavia says {status} at weight {weight}: the last change may not have reached the load balancer"
    assert disagreement(one) == ("" if agrees else late)
    assert late not in verdict(service(one), NOW).problems, "it is so for some seconds after every change"


def quorum(healthy: int, total: int, share: float) -> Service:
    sick = Probe(ok=False, at=NOW, status=503)
    instances = [instance(f"a{n}", probe=sick if n >= healthy else Probe(ok=True, at=NOW)) for n in range(total)]
    return service(*instances, quorum=share)


def test_above_its_quorum_a_colour_is_well_and_the_sick_are_told_all_the_same() -> None:
    found = verdict(quorum(3, 4, 0.75), NOW)
    assert found.healthy
    assert any("a3" in problem for problem in found.problems)
    assert found.blue == "BLUE live unknown 3/4"


def test_below_its_quorum_it_is_not_and_the_numbers_are_said() -> None:
    found = verdict(quorum(2, 4, 0.75), NOW)
    assert not found.healthy
    assert found.problems[0] == "BLUE: 2 are healthy, its quorum is 3"


def test_without_a_quorum_all_must_be_healthy() -> None:
    assert not verdict(quorum(3, 4, 1.0), NOW).healthy


def test_one_cause_of_several_sources_is_one_sentence() -> None:
    why = "cloud test: no connection to 203.0.113.1"
    old = {name: Source(name, NOW - 60, problem=why, since=NOW - 50) for name in (SERVERS, BALANCER)}
    old[VIP] = Source(VIP, NOW - 60)
    facts = service(instance("a"), sources={**service().sources, **old}, traffic_watched=True)
    problems = verdict(facts, NOW).problems
    assert problems[0] == f"servers and load balancer: the last answers are 60 s old: {why}"
    assert problems[1] == "vip: the last answer is 60 s old"
    assert len(problems) == 2, "what is unknown because of that is not said of each instance"


def test_failures_that_differ_only_in_what_was_asked_are_one_sentence() -> None:
    cause = "cloud test: cannot connect: Connection refused"
    old = {
        name: Source(name, problem=f"cloud test: cannot connect for {name}: Connection refused", cause=cause)
        for name in (SERVERS, BALANCER, VIP, LEASE)
    }
    old[VIP] = Source(VIP, problem="the address of load balancer api is not known yet")
    problems = verdict(service(sources=old, traffic_watched=True, probed=False), NOW).problems
    assert problems == (f"servers, load balancer and vip: never seen: {cause}",)


def test_shares_and_roles_of_workers_follow_what_runs() -> None:
    off = server("SHUTOFF", power_state=4)
    facts = service(
        instance("a", member=None), instance("b", member=None), rotation=POWER, decisive=(SERVERS,),
        green=ColourSet(Colour.GREEN, (instance("c", member=None), instance("d", member=None, server=off))),
    )  # fmt: skip
    assert facts.role(Colour.GREEN) is Role.BOTH
    assert facts.share(Colour.BLUE) == pytest.approx(2 / 3)
    found = verdict(facts, NOW)
    assert "67 %" in found.blue
    assert found.rollback == "both run: stopping either leaves all work to the other"


def test_idle_workers_that_were_off_when_nova_last_answered_are_still_told_as_stopped() -> None:
    refused = Probe(ok=False, at=NOW, error="refused")
    off = [
        instance(f"g{n}", Colour.GREEN, member=None, server=server("SHUTOFF", power_state=4), probe=refused)
        for n in (1, 2)
    ]
    old = {SERVERS: Source(SERVERS, NOW - 40, problem="no answer"), PROBES: Source(PROBES, NOW - 1)}
    facts = service(
        instance("a", member=None, probe=refused), rotation=POWER, decisive=(SERVERS,), sources=old,
        green=ColourSet(Colour.GREEN, tuple(off)),
    )  # fmt: skip
    found = judge(facts, off[0], NOW)
    assert (found.stopped, found.stale, found.reason) == (True, True, "stopped (SHUTOFF), when Nova last answered")
    told = verdict(facts, NOW)
    assert told.green == "GREEN idle unknown 2 stopped"
    assert told.problems == (
        "servers: the last answer is 40 s old: no answer",
        "a: the direct probe says refused",
    ), "of the live colour's a refused probe counts all the same"


def test_a_hold_on_a_worker_is_on_its_server() -> None:
    held = server("SHUTOFF", power_state=4, tags=("bluegreen:hold=bob",))
    facts = service(
        instance("a", member=None), rotation=POWER, decisive=(SERVERS,),
        green=ColourSet(Colour.GREEN, (instance("c", Colour.GREEN, member=None, server=held),)),
    )  # fmt: skip
    assert verdict(facts, NOW).green == "GREEN idle unknown 0/0 (1 kept out)"


def test_a_disabled_load_balancer_serves_nobody() -> None:
    off = LoadBalancer("l", "api", provisioning_status="ACTIVE", admin_state_up=False)
    found = verdict(service(instance("a"), balancer=off), NOW)
    assert not found.healthy
    assert "load balancer api is disabled (admin_state_up is false): it serves nobody" in found.problems


def test_a_pool_that_no_listener_sends_to_is_said() -> None:
    part = Balanced(LoadBalancer("l", "api", provisioning_status="ACTIVE"), pools=(Pool("p", "api"),))
    found = verdict(service(instance("a"), balanced=(part,)), NOW)
    assert "no listener of load balancer api sends to api: no client gets there" in found.problems
    door = Listener("x", "x", default_pool_id="p", provisioning_status="ACTIVE")
    assert verdict(service(instance("a"), balanced=(replace(part, listeners=(door,)),)), NOW).healthy


def test_a_backup_member_is_said_to_get_no_traffic() -> None:
    bare = instance("a")
    assert bare.member is not None
    one = replace(bare, member=replace(bare.member, backup=True))
    assert any("a backup member" in problem for problem in verdict(service(one), NOW).problems)


@pytest.mark.parametrize(("age", "words"), [(40, "40 s"), (300, "5 min"), (10_800, "3 h"), (864_000, "10 days")])
def test_an_age_is_told_as_coarsely_as_it_matters(age: float, words: str) -> None:
    old = {name: Source(name, NOW - age) for name in (SERVERS, BALANCER, PROBES)}
    assert verdict(service(instance("a"), sources=old), NOW).freshness == f"STALE {words}: 3 sources"
