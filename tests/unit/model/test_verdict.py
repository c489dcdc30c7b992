from __future__ import annotations

from dataclasses import replace

import pytest

from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Pool
from console.model.colour import Colour
from console.model.instance import Instance, Probe, Version
from console.model.readiness import Readiness, rollback
from console.model.server import Server
from console.model.service import BALANCER, POOLS, PROBES, SERVERS, VIP, ColourSet, Service, Source
from console.model.traffic import Traffic, VipAnswer
from console.model.verdict import verdict

NOW = 1_800_000_000.0


def instance(colour: Colour, number: int, weight: int | None, **member: object) -> Instance:
    """An instance of the colour; `weight` None: it is in no pool."""
    name = f"api-{colour}-{number}"
    fields: dict[str, object] = {
        "operating_status": "ONLINE" if weight else "DRAINING",
        "provisioning_status": "ACTIVE",
        "tags": ("bluegreen:weight=1",),
    }
    joined = Member(name, name, "10.0.0.1", 80, weight=weight or 0, **(fields | member))  # type: ignore[arg-type]
    server = Server(name, name, "ACTIVE", power_state=1)
    version = Version("1111111" if colour is Colour.BLUE else "2222222", "metadata.git_commit")
    return Instance(name, colour, server, joined if weight is not None else None, Probe(ok=True, at=NOW), version)


def side(colour: Colour, *instances: Instance) -> ColourSet:
    return ColourSet(colour, instances)


def service(**changes: object) -> Service:
    """BLUE live with three, GREEN warm with three, everything fresh."""
    fresh = {name: Source(name, seen_at=NOW - 1) for name in (SERVERS, BALANCER, PROBES)}
    usual = Service(
        name="api",
        environment="production",
        cloud="test",
        balancer=LoadBalancer("l", "api-lb", provisioning_status="ACTIVE"),
        pool=Pool("p", "api", provisioning_status="ACTIVE"),
        blue=side(Colour.BLUE, *(instance(Colour.BLUE, n, 1) for n in (1, 2, 3))),
        green=side(Colour.GREEN, *(instance(Colour.GREEN, n, 0) for n in (1, 2, 3))),
        sources=fresh,
        probed=True,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def stale(**sources: Source) -> dict[str, Source]:
    return {**service().sources, **{source.name: source for source in sources.values()}}


def green(*instances: Instance) -> Service:
    return service(green=side(Colour.GREEN, *instances))


def test_the_line_when_all_is_well() -> None:
    found = verdict(service(), NOW)
    assert found.line == (
        "BLUE live 1111111 3/3   GREEN idle 2222222 3/3 ready   rollback ready: 3 warm, 1 call   LB ACTIVE   fresh"
    )
    assert (found.healthy, found.problems, found.fresh, found.settled, found.rollback_ready) == (
        True,
        (),
        True,
        True,
        True,
    )


def test_a_live_instance_that_fails_its_probe_is_named() -> None:
    sick = replace(instance(Colour.BLUE, 3, 1), probe=Probe(ok=False, at=NOW, status=503))
    found = verdict(service(blue=side(Colour.BLUE, instance(Colour.BLUE, 1, 1), sick)), NOW)
    assert not found.healthy
    assert found.blue == "BLUE live 1111111 1/2"
    assert found.problems == ("api-blue-3: the direct probe says 503",)


def test_an_idle_instance_in_trouble_leaves_the_service_healthy_and_the_way_back_partial() -> None:
    sick = instance(Colour.GREEN, 3, 0, operating_status="ERROR")
    found = verdict(green(instance(Colour.GREEN, 1, 0), instance(Colour.GREEN, 2, 0), sick), NOW)
    assert found.healthy
    assert found.green == "GREEN idle 2222222 2/3"
    assert found.rollback == "rollback partial: 2 of 3 warm"
    assert any("api-green-3" in problem for problem in found.problems)


@pytest.mark.parametrize("name", [SERVERS, BALANCER, PROBES])
def test_a_stale_source_is_loud_and_nothing_is_healthy(name: str) -> None:
    old = Source(name, seen_at=NOW - 40, problem="no answer in 15 s", since=NOW - 40)
    found = verdict(service(sources=stale(old=old)), NOW)
    assert not found.healthy
    assert found.freshness == f"STALE 40 s: {name}"
    assert found.problems[0] == f"{name}: the last answer is 40 s old: no answer in 15 s"


def test_a_failure_that_is_still_young_is_not_stale() -> None:
    young = Source(SERVERS, seen_at=NOW - 6, problem="no answer", since=NOW - 3)
    assert verdict(service(sources=stale(young=young)), NOW).freshness == "fresh"


def test_before_the_load_balancer_was_seen_no_colour_is_called_idle() -> None:
    unseen = service(balancer=None, pool=None, sources={}, blue=side(Colour.BLUE), green=side(Colour.GREEN))
    found = verdict(unseen, NOW)
    assert (found.blue, found.green, found.balancer) == ("BLUE unknown", "GREEN unknown", "LB unknown")
    assert "idle" not in found.line
    assert not found.healthy
    assert found.freshness == "asking: servers, load balancer, probes"


def test_weights_of_a_change_under_way_are_not_taken_for_applied() -> None:
    going = [instance(Colour.BLUE, n, 0, provisioning_status="PENDING_UPDATE") for n in (1, 2)]
    coming = [instance(Colour.GREEN, n, 1, provisioning_status="PENDING_UPDATE") for n in (1, 2)]
    busy = LoadBalancer("l", "api-lb", provisioning_status="PENDING_UPDATE")
    found = verdict(service(balancer=busy, blue=side(Colour.BLUE, *going), green=side(Colour.GREEN, *coming)), NOW)
    assert "live" not in found.line
    assert (found.blue, found.green) == ("BLUE changing 1111111 2/2", "GREEN changing 2222222 2/2")
    assert (found.settled, found.healthy, found.rollback_state) == (False, True, Readiness.BUSY)
    assert found.problems == ("a change is under way: these weights may not be applied yet",)


def test_weights_of_a_change_that_failed_are_in_doubt() -> None:
    failed = [instance(Colour.GREEN, n, 1, provisioning_status="ERROR") for n in (1, 2)]
    found = verdict(green(*failed), NOW)
    assert found.green.startswith("GREEN in doubt")
    assert not found.settled
    assert any("provisioning ERROR" in problem for problem in found.problems)


def test_a_neighbours_change_on_the_same_load_balancer_is_no_trouble_of_ours() -> None:
    busy = LoadBalancer("l", "api-lb", provisioning_status="PENDING_UPDATE")
    found = verdict(service(balancer=busy), NOW)
    assert found.healthy
    assert found.balancer == "LB PENDING_UPDATE"
    assert not found.balancer_ready
    assert found.rollback == "rollback waits for LB PENDING_UPDATE"


def test_an_error_of_the_load_balancer_blocks_the_way_back() -> None:
    found = verdict(service(balancer=LoadBalancer("l", "api-lb", provisioning_status="ERROR")), NOW)
    assert found.rollback == "rollback blocked by LB ERROR"
    assert not found.healthy


def test_operating_status_of_the_load_balancer_does_not_matter() -> None:
    neighbour = LoadBalancer("l", "api-lb", provisioning_status="ACTIVE", operating_status="ERROR")
    assert verdict(service(balancer=neighbour), NOW) == verdict(service(), NOW)


def test_both_colours_show_their_share() -> None:
    canary = [instance(Colour.GREEN, 1, 1), instance(Colour.GREEN, 2, 0)]
    found = verdict(green(*canary), NOW)
    assert found.blue == "BLUE both 1111111 3/3 75 %"
    assert found.green == "GREEN both 2222222 2/2 25 %"
    assert found.rollback_state is Readiness.UNKNOWN


def test_no_weight_anywhere_is_loud() -> None:
    found = verdict(service(blue=side(Colour.BLUE, instance(Colour.BLUE, 1, 0))), NOW)
    assert not found.healthy
    assert any("no colour is live" in problem for problem in found.problems)


@pytest.mark.parametrize(
    ("instances", "state", "words"),
    [
        ([], Readiness.GONE, "rollback gone: GREEN has no instances"),
        ([instance(Colour.GREEN, n, 0, operating_status="ERROR") for n in (1, 2, 3)], Readiness.COLD, "0 of 3 warm"),
        ([instance(Colour.GREEN, n, None) for n in (1, 2, 3)], Readiness.COLD, "rollback cold: 0 of 3 warm"),
        ([instance(Colour.GREEN, 1, 0)], Readiness.PARTIAL, "rollback partial: 1 warm for 3 that serve"),
        ([instance(Colour.GREEN, n, 0, tags=()) for n in (1, 2, 3)], Readiness.ASKS, "3 warm, 3 not recorded"),
        ([instance(Colour.GREEN, 1, 0, tags=("bluegreen:hold=bob",))], Readiness.COLD, "all 1 of GREEN are kept out"),
        ([instance(Colour.GREEN, 1, 0, admin_state_up=False)], Readiness.COLD, "all 1 of GREEN are kept out"),
    ],
)
def test_the_way_back(instances: list[Instance], state: Readiness, words: str) -> None:
    found = rollback(green(*instances), NOW)
    assert found.state is state
    assert words in found.words


def test_a_held_instance_is_kept_out_and_no_problem() -> None:
    held = instance(Colour.GREEN, 4, 0, tags=("bluegreen:hold=bob",), operating_status="OFFLINE")
    found = verdict(green(*service().green.instances, held), NOW)
    assert found.green == "GREEN idle 2222222 3/3 ready (1 kept out)"
    assert found.rollback == "rollback ready: 3 warm, 1 call, 1 kept out"
    assert found.problems == ()


def test_the_way_back_needs_as_many_as_serve_and_not_those_that_were_taken_out() -> None:
    held = instance(Colour.BLUE, 3, 0, tags=("bluegreen:hold=alice",))
    by_hand = instance(Colour.BLUE, 3, 0)
    two = [instance(Colour.GREEN, n, 0) for n in (1, 2)]
    for out in (held, by_hand):
        blue = side(Colour.BLUE, *service().blue.instances[:2], out)
        assert rollback(replace(green(*two), blue=blue), NOW).words == "rollback ready: 2 warm, 1 call"


def test_a_hold_on_an_instance_that_serves_does_not_hide_its_trouble() -> None:
    sick = instance(Colour.BLUE, 1, 1, tags=("bluegreen:hold=bob",), operating_status="ERROR")
    assert not verdict(service(blue=side(Colour.BLUE, sick)), NOW).healthy


def test_ovn_ignores_weights_and_is_said_to() -> None:
    ovn = LoadBalancer("l", "api-lb", provider="ovn", provisioning_status="ACTIVE")
    assert "ovn" in verdict(service(balancer=ovn), NOW).rollback


def test_lost_requests_through_the_vip_are_trouble() -> None:
    answers = (VipAnswer(NOW - 3, 5, 200, "1111111"), VipAnswer(NOW - 2, 5, 503))
    fresh = {**service().sources, VIP: Source(VIP, seen_at=NOW - 2)}
    found = verdict(service(traffic=Traffic("u", answers, {}), traffic_watched=True, sources=fresh), NOW)
    assert not found.healthy
    assert "1 of 2 requests through the VIP failed, the last 2 s ago: status 503" in found.problems


def test_what_has_left_the_window_by_the_moment_of_telling_is_not_told() -> None:
    answers = tuple(VipAnswer(NOW - ago, 5, status) for ago, status in ((62, 503), (58, 503), (2, 200)))
    fresh = {**service().sources, VIP: Source(VIP, seen_at=NOW - 2)}
    facts = service(traffic=Traffic("u", answers, {}), traffic_watched=True, sources=fresh)
    assert verdict(facts, NOW).problems == ("1 of 2 requests through the VIP failed, the last 58 s ago: status 503",)
    assert verdict(facts, NOW + 3).healthy


def test_traffic_that_is_watched_and_was_not_seen_is_stale() -> None:
    assert "vip" in verdict(service(traffic_watched=True), NOW).freshness


@pytest.mark.parametrize(("operating", "provisioning"), [("ERROR", "ACTIVE"), ("ONLINE", "ERROR")])
def test_a_foreign_member_in_rotation_that_fails_harms_what_serves(operating: str, provisioning: str) -> None:
    dead = Member(
        "m-9",
        "somebody",
        "10.0.9.9",
        80,
        weight=100,
        operating_status=operating,
        provisioning_status=provisioning,
    )
    found = verdict(service(foreign=(dead,)), NOW)
    assert not found.healthy
    assert found.problems[0].startswith("in rotation and no instance of api: somebody: ")
    assert verdict(service(foreign=(replace(dead, weight=0),)), NOW).healthy, "it gets no requests"


def test_an_instance_of_no_known_colour_that_is_dead_in_rotation_harms_what_serves() -> None:
    dead = replace(instance(Colour.BLUE, 1, 1), colour=None, server=None, gone=True)
    found = verdict(service(uncoloured=(dead,)), NOW)
    assert not found.healthy
    assert found.problems[0].endswith("api-blue-1: its server is gone: Nova answers 404")


@pytest.mark.parametrize("seen_at", [NOW - 60, None])
@pytest.mark.parametrize("name", [SERVERS, BALANCER])
def test_what_a_stale_source_does_not_tell_is_no_zero(name: str, seen_at: float | None) -> None:
    found = verdict(service(sources=stale(it=Source(name, seen_at))), NOW)
    assert found.blue.endswith(" ?/3")
    assert found.green.endswith(" ?/3")


def test_a_status_of_an_earlier_time_is_said_to_be_one() -> None:
    old = stale(it=Source(BALANCER, NOW - 60))
    assert verdict(service(sources=old), NOW).balancer == "LB was ACTIVE"
    parts = tuple(Balanced(LoadBalancer(n, n, provisioning_status="ACTIVE")) for n in ("a", "b"))
    assert verdict(service(sources=old, balanced=parts), NOW).balancer == "LBs were ACTIVE"


def test_a_source_that_has_not_answered_its_first_question_is_not_stale_and_nothing_is_well_yet() -> None:
    found = verdict(service(traffic_watched=True), NOW)
    assert (found.freshness, found.asking) == ("asking: vip", True)
    assert (found.fresh, found.healthy, found.problems) == (False, False, ())
    failed = verdict(service(traffic_watched=True, sources=stale(it=Source(VIP, problem="refused"))), NOW)
    assert (failed.freshness, failed.asking) == ("STALE (never seen): vip", False)
    assert (found.state, failed.state, verdict(service(), NOW).state) == ("asking", "NOT WELL", "well")


def test_a_way_back_that_nobody_has_probed_yet_is_unknown_and_not_cold() -> None:
    bare = side(Colour.GREEN, *(replace(one, probe=None) for one in service().green.instances))
    first = service(green=bare, sources=stale(it=Source(PROBES)))
    assert rollback(first, NOW).state is Readiness.UNKNOWN
    assert rollback(first, NOW).words == "rollback unknown: probes have not answered yet"
    old = side(Colour.GREEN, *(replace(one, probe=Probe(ok=True, at=NOW - 60)) for one in service().green.instances))
    later = service(green=old, sources=stale(it=Source(PROBES, NOW - 60)))
    assert rollback(later, NOW).words == "rollback unknown: probes are stale"
    dead = side(Colour.GREEN, *(replace(instance(Colour.GREEN, 1, 0, operating_status="ERROR"), probe=None),))
    assert rollback(service(green=dead, sources=stale(it=Source(PROBES))), NOW).state is Readiness.COLD, "that is known"


def test_several_stale_sources_are_not_called_by_the_name_of_one() -> None:
    old = stale(one=Source(BALANCER, NOW - 60), other=Source(SERVERS, NOW - 70))
    assert verdict(service(sources=old), NOW).freshness == "STALE 70 s: 2 sources"


def test_zero_is_said_where_it_is_known() -> None:
    refused = (replace(instance(Colour.BLUE, n, 1), probe=Probe(ok=False, at=NOW, error="refused")) for n in (1, 2))
    told = service(blue=side(Colour.BLUE, *refused), sources=stale(it=Source(SERVERS, NOW - 60)))
    assert verdict(told, NOW).blue.endswith(" 0/2"), "nobody answers, whatever Nova would say"


def test_mixed_versions_foreign_members_and_colourless_instances_are_told() -> None:
    odd = replace(instance(Colour.BLUE, 2, 1), version=Version("9999999", "metadata.git_commit"))
    found = verdict(
        service(
            blue=side(Colour.BLUE, instance(Colour.BLUE, 1, 1), odd),
            foreign=(Member("f", "stranger", "10.0.0.9", 80, weight=1),),
            uncoloured=(replace(instance(Colour.BLUE, 7, None), colour=None, name="grey"),),
        ),
        NOW,
    )
    text = " | ".join(found.problems)
    assert "BLUE runs 2 versions" in text
    assert "stranger" in text
    assert "nothing tells the colour of grey" in text


def lost_labels(**changes: object) -> Service:
    """Two of the three that serve have lost what tells their colour: one is foreign, one has no colour."""
    grey = replace(instance(Colour.BLUE, 2, 100), colour=None)
    foreign = Member("f", "stranger", "10.0.0.9", 80, weight=100, operating_status="ONLINE")
    return service(
        blue=side(Colour.BLUE, instance(Colour.BLUE, 1, 100)), foreign=(foreign,), uncoloured=(grey,), **changes
    )


def test_weight_of_neither_colour_is_no_share_of_either_and_needs_a_human() -> None:
    told = lost_labels()
    found = verdict(told, NOW)
    assert not found.healthy
    assert found.blue == "BLUE live 1111111 1/1 33 %"
    assert [told.share(colour) for colour in Colour] == [pytest.approx(1 / 3), 0.0]
    assert found.problems[0] == (
        "2 of 3 members in rotation (200 of 300 weight) are of neither colour of api, stranger, api-blue-2: "
        "a cutover is refused"
    )


def test_weight_of_neither_colour_that_the_config_allows_is_told_and_needs_nobody() -> None:
    found = verdict(lost_labels(foreign_allowed=True), NOW)
    assert found.healthy
    assert found.blue.endswith(" 33 %"), "the traffic goes there all the same"
    (told,) = (one for one in found.problems if "200 of 300 weight" in one)
    assert "refused" not in told


def test_a_stranger_in_the_pool_that_serves_takes_its_part_and_one_in_a_parked_pool_does_not() -> None:
    balancer = LoadBalancer("l", "api-lb", provisioning_status="ACTIVE")
    listener = Listener("d", "http", protocol_port=80, default_pool_id="b", provisioning_status="ACTIVE")
    ours = [replace(instance(Colour.BLUE, 1, 1), pool_id="b"), replace(instance(Colour.GREEN, 1, 1), pool_id="g")]
    foreign = Member("f", "stranger", "10.0.0.9", 80, weight=3)

    def told(pool: str) -> Service:
        joined = {"b": ours[0].members, "g": ours[1].members}
        joined[pool] += (foreign,)
        part = Balanced(
            balancer,
            (listener,),
            pools=tuple(Pool(name, name, provisioning_status="ACTIVE") for name in "bg"),
            pool_of={Colour.BLUE: "b", Colour.GREEN: "g"},
            members=joined,
        )
        sides = {"blue": side(Colour.BLUE, ours[0]), "green": side(Colour.GREEN, ours[1])}
        return service(rotation=POOLS, balanced=(part,), foreign=(foreign,), **sides)

    assert [told("b").share(colour) for colour in Colour] == [0.25, 0.0]
    assert not verdict(told("b"), NOW).healthy
    assert [told("g").share(colour) for colour in Colour] == [1.0, 0.0]
    assert verdict(told("g"), NOW).healthy


def test_before_the_servers_were_seen_no_member_is_called_a_stranger() -> None:
    foreign = Member("m-9", "somebody", "10.0.9.9", 80, weight=5, provisioning_status="ACTIVE")
    told = service(foreign=(foreign,))
    assert any("somebody" in problem for problem in verdict(told, NOW).problems)
    unseen = service(foreign=(foreign,), sources=stale(**{SERVERS: Source(SERVERS, problem="503")}))
    assert unseen.share(Colour.BLUE) == 1.0
    assert not any("somebody" in problem for problem in verdict(unseen, NOW).problems)


def test_sources_that_disagree_are_told() -> None:
    lagging = replace(instance(Colour.BLUE, 1, 1), probe=Probe(ok=False, at=NOW, status=503))
    found = verdict(service(blue=side(Colour.BLUE, lagging)), NOW)
    assert any("503" in problem for problem in found.problems)


def test_a_thousand_sick_instances_are_one_sentence() -> None:
    sick = [instance(Colour.BLUE, n, 1, operating_status="ERROR") for n in range(1000)]
    found = verdict(service(blue=side(Colour.BLUE, *sick)), NOW)
    assert len(found.problems) == 1
    assert "and 997 more" in found.problems[0]
