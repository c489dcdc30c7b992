"""Whatever the facts are, there is a verdict, and it does not call well what is not known to be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Policy, Pool, Rule
from console.model.colour import Colour, Role
from console.model.health import Health, announced, judge
from console.model.instance import Announced, Instance, Probe
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service, Source
from console.model.verdict import verdict

NOW = 1_800_000_000.0
status = st.sampled_from(["ACTIVE", "ERROR", "PENDING_UPDATE", "UNKNOWN", "ONLINE", "OFFLINE", "", "\x1b[31m", "weird"])
ident = st.sampled_from(["a", "b", "c", ""])
moment = st.none() | st.sampled_from([NOW - 1e9, NOW - 100, NOW - 1, NOW, NOW + 100])
TAGS = ["bluegreen:weight=0", "bluegreen:weight=x", "bluegreen:hold=bob", "server=a"]
members = st.builds(
    Member, id=ident, name=ident, address=ident, protocol_port=st.just(80), weight=st.integers(-1, 300),
    admin_state_up=st.booleans(), backup=st.booleans(), provisioning_status=status, operating_status=status,
    tags=st.lists(st.sampled_from(TAGS), max_size=2).map(tuple),
)  # fmt: skip
probes = st.builds(
    Probe, ok=st.booleans(), at=st.sampled_from([NOW - 1e6, NOW, NOW + 1e6]), not_from_here=st.booleans()
)
servers = st.builds(
    Server, id=ident, name=ident, status=status, task_state=st.none() | status, power_state=st.none() | st.integers()
)
told = st.builds(Announced, word=st.sampled_from(list(Health)).map(str), reason=status, since=st.just(NOW), seen=status)
instances = st.builds(
    Instance, name=ident, colour=st.sampled_from(Colour), server=st.none() | servers, member=st.none() | members,
    probe=st.none() | probes, further=st.lists(members, max_size=2).map(tuple), static=st.booleans(), pool_id=ident,
    gone=st.booleans(), parked=st.lists(ident, max_size=2).map(tuple), announced=st.none() | told,
)  # fmt: skip
sides = st.lists(instances, max_size=3).map(tuple)
pools = st.lists(st.builds(Pool, id=ident, name=ident, provisioning_status=status), max_size=3).map(tuple)
policies = st.builds(Policy, id=ident, name=ident, pool_id=st.none() | ident, rules=st.just((Rule("r"),)))
listeners = st.builds(
    Listener, id=ident, name=ident, default_pool_id=st.none() | ident, provisioning_status=status,
    admin_state_up=st.booleans(),
)  # fmt: skip
balancers = st.builds(
    LoadBalancer, id=ident, name=ident, provider=status, provisioning_status=status, admin_state_up=st.booleans()
)
parts = st.builds(
    Balanced, balancer=balancers, listeners=st.lists(listeners, max_size=2).map(tuple), pools=pools,
    pool_of=st.dictionaries(st.sampled_from(Colour), ident, max_size=2),
    members=st.dictionaries(ident, st.lists(members, max_size=2).map(tuple), max_size=2),
    policies=st.lists(policies, max_size=1).map(tuple),
)  # fmt: skip
source = moment.map(lambda at: Source("x", at))
services = st.builds(
    Service, name=ident, environment=ident, cloud=ident, rotation=st.sampled_from(["weights", "pools", "power"]),
    balancer=st.none() | balancers, pool=st.none() | st.builds(Pool, id=ident, name=ident),
    blue=sides.map(lambda found: ColourSet(Colour.BLUE, found)),
    green=sides.map(lambda found: ColourSet(Colour.GREEN, found)), balanced=st.lists(parts, max_size=2).map(tuple),
    sources=st.fixed_dictionaries(dict.fromkeys((SERVERS, BALANCER, PROBES), source)),
    probed=st.booleans(), traffic_watched=st.booleans(), quorum=st.sampled_from([0.0, 0.5, 1.0]),
    decisive=st.sampled_from([(BALANCER, SERVERS), (SERVERS,), (BALANCER,), ()]),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(services)
def test_there_is_always_a_verdict(facts: Service) -> None:
    found = verdict(facts, NOW)
    assert found == verdict(facts, NOW), "looking twice changes nothing"
    assert found.line
    assert found.healthy or found.problems or found.asking, "what is not well is explained"
    for side in facts.colours:
        share = facts.share(side.colour)
        assert share is None or facts.role(side.colour) is not Role.NONE or share <= 1.0
        for one in side.instances:
            seen = judge(facts, one, NOW)
            assert seen.reason
            assert announced(facts, one, NOW).health is seen.health or not seen.stale
            assert one.static or SERVERS not in facts.decisive or one.server is not None or not seen.healthy


@settings(max_examples=60, deadline=None)
@given(services, st.sampled_from([SERVERS, BALANCER]))
def test_what_decides_and_is_stale_is_never_healthy(facts: Service, name: str) -> None:
    if name not in facts.decisive or facts.source(name).fresh(NOW):
        return
    assert not verdict(facts, NOW).healthy
    for side in facts.colours:
        for one in side.instances:
            blind = one.static if name == SERVERS else facts.rotation == "power"
            assert blind or not judge(facts, one, NOW).healthy
