from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.config.model import HealthCheck, Rotation, Selection, ServiceConfig, VipCheck
from console.model.balancer import Balanced, LoadBalancer, Member, Pool
from console.model.colour import Colour, Role
from console.model.instance import Probe, Version
from console.model.server import Address, Server
from console.model.traffic import VipAnswer
from console.watch.assemble import Facts, assemble
from console.watch.colours import colour_of


def config(**changes: Any) -> ServiceConfig:
    usual = ServiceConfig("api", "test", Rotation("api-lb", "api"), instances=Selection(tags=("service=api",)))
    return usual._replace(**changes)


def server(ident: str, colour: str = "", *addresses: str, **more: Any) -> Server:
    metadata = {"color": colour} if colour else {}
    nets = tuple(Address("ops", ip) for ip in addresses)
    return Server(
        ident, f"name-{ident}", "ACTIVE", metadata=metadata | more.pop("metadata", {}), addresses=nets, **more
    )


def member(ident: str, address: str = "10.0.0.1", *tags: str, weight: int = 1) -> Member:
    return Member(ident, ident, address, 80, weight=weight, tags=tags)


def pool(*members: Member) -> tuple[Balanced, ...]:
    """One load balancer with one pool that has these members."""
    return (Balanced(LoadBalancer("l", "api-lb"), pools=(Pool("p", "api"),), members={"p": members}),)


def names(found: Any) -> list[str]:
    return [one.name for one in found]


def test_a_member_is_joined_by_its_tag() -> None:
    service = assemble(config(), Facts([server("s1", "blue")], pool(member("m1", "10.9.9.9", "server=s1"))))
    assert service.blue.instances[0].member is not None
    assert service.blue.instances[0].member.id == "m1"


def test_a_member_without_a_tag_is_joined_by_address() -> None:
    service = assemble(config(), Facts([server("s1", "blue", "10.0.0.1")], pool(member("m1", "10.0.0.1"))))
    assert service.blue.weight == 1
    assert service.foreign == ()


def test_an_address_that_is_used_again_does_not_win_over_the_tag() -> None:
    facts = Facts(
        [server("new", "green", "10.0.0.1"), server("old", "blue", "10.0.0.2")],
        pool(member("m1", "10.0.0.1", "server=old")),
    )
    service = assemble(config(), facts)
    assert service.blue.instances[0].member is not None
    assert service.green.instances[0].member is None


def test_the_tag_of_a_deleted_server_is_not_ignored_for_its_address() -> None:
    facts = Facts(
        [server("new", "green", "10.0.0.1"), server("b", "blue", "10.0.0.2")],
        pool(member("m1", "10.0.0.1", "server=gone"), member("m2", "10.0.0.2")),  # m2: addresses are looked at
    )
    service = assemble(config(), facts)
    assert service.green.instances[0].member is None
    assert service.blue.weight == 1
    assert names(service.foreign) == ["m1"]


def test_a_server_that_nova_does_not_list_is_an_instance_without_server_not_a_deleted_one() -> None:
    facts = Facts([server("s1", "blue")], pool(member("m2", "10.0.0.2", "server=s2", "color=green")))
    service = assemble(config(), facts)
    (instance,) = service.green.instances
    assert (instance.server, instance.name, instance.weight) == (None, "m2", 1)
    assert service.foreign == ()


def test_a_colour_without_a_server_tag_makes_no_instance() -> None:
    service = assemble(config(), Facts([], pool(member("m1", "10.0.0.1", "color=green"))))
    assert names(service.foreign) == ["m1"]
    assert service.role(Colour.GREEN) is Role.NONE


def test_the_same_address_in_two_networks_tells_nothing() -> None:
    twins = [server("a", "blue", "10.0.0.1"), server("b", "green", "10.0.0.1")]
    service = assemble(config(), Facts(twins, pool(member("m1", "10.0.0.1"))))
    assert names(service.foreign) == ["m1"]


def test_a_floating_address_is_not_where_a_member_lives() -> None:
    one = replace(server("a", "blue"), addresses=(Address("ops", "203.0.113.7", floating=True),))
    assert names(assemble(config(), Facts([one], pool(member("m1", "203.0.113.7")))).foreign) == ["m1"]


def test_ipv6_is_compared_by_value() -> None:
    service = assemble(config(), Facts([server("a", "blue", "2001:db8::1")], pool(member("m", "2001:0DB8:0:0::1"))))
    assert service.blue.weight == 1


def test_a_second_member_of_one_server_is_not_overlooked() -> None:
    facts = Facts(
        [server("s1", "blue")], pool(member("m1", "10.0.0.1", "server=s1"), member("m2", "10.0.0.2", "server=s1"))
    )
    service = assemble(config(), facts)
    assert service.blue.weight == 1
    assert names(service.foreign) == ["m2"]


def test_a_selected_server_without_a_colour_is_uncoloured_and_keeps_its_member() -> None:
    service = assemble(config(), Facts([server("s1")], pool(member("m1", "10.0.0.1", "server=s1"))))
    assert names(service.uncoloured) == ["name-s1"]
    assert service.uncoloured[0].weight == 1
    assert service.foreign == ()


def test_a_disabled_member_has_no_weight_in_rotation() -> None:
    off = replace(member("m1", "10.0.0.1", "server=s1"), admin_state_up=False)
    assert assemble(config(), Facts([server("s1", "blue")], pool(off))).role(Colour.BLUE) is Role.IDLE


@pytest.mark.parametrize(
    ("how", "tags", "member_tags", "metadata", "found"),
    [
        ("metadata.color", (), (), {"color": "blue"}, Colour.BLUE),
        ("metadata.color", (), (), {"color": "Green "}, Colour.GREEN),
        ("metadata.color", (), ("color=blue",), {}, None),
        ("metadata.color", (), (), {"color": "red"}, None),
        ("tag.color=", ("color=green", "x"), (), {}, Colour.GREEN),
        ("tag.color=", ("color=green", "color=blue"), (), {}, None),
        ("tag.color=", ("colour=green",), (), {}, None),
        ("member.tag.color=", ("color=blue",), ("color=green",), {}, Colour.GREEN),
        ("member.tag.color=", ("color=blue",), (), {}, None),
    ],
)
def test_what_tells_the_colour(
    how: str, tags: tuple[str, ...], member_tags: tuple[str, ...], metadata: dict[str, str], found: Colour | None
) -> None:
    one = Server("s", "s", tags=tags, metadata=metadata)
    assert colour_of(how, one, member("m", "10.0.0.1", *member_tags)) is found


@pytest.mark.parametrize("how", ["metadata.color", "tag.color=", "member.tag.color="])
def test_a_members_tag_tells_the_colour_of_a_server_that_is_not_listed(how: str) -> None:
    assert colour_of(how, None, member("m", "10.0.0.1", "color=blue")) is Colour.BLUE


def test_instances_are_in_the_order_a_person_counts() -> None:
    servers = [replace(server(f"s{n}", "blue"), name=f"api-{n}") for n in (10, 2, 1)]
    assert names(assemble(config(), Facts(servers)).blue.instances) == ["api-1", "api-2", "api-10"]


def test_the_first_version_source_that_answers_wins() -> None:
    sources = ("metadata.git_commit", "image.git_commit", "http./version#commit")
    facts = Facts(
        [
            server("a", "blue", metadata={"git_commit": "meta"}, image_id="i"),
            server("b", "blue", image_id="i"),
            server("c", "blue"),
            server("d", "blue"),
        ],
        images={"i": {"git_commit": "img"}},
        told={"c": {"http./version#commit": "said"}, "a": {"http./version#commit": "no"}},
    )
    found = [one.version for one in assemble(config(version=sources), facts).blue.instances]
    assert found == [
        Version("meta", "metadata.git_commit"),
        Version("img", "image.git_commit"),
        Version("said", "http./version#commit"),
        None,
    ]


def test_a_version_of_both_colours_tells_nothing_about_the_traffic() -> None:
    facts = Facts(
        [
            server("a", "blue", metadata={"git_commit": "1"}),
            server("b", "blue", metadata={"git_commit": "2"}),
            server("c", "green", metadata={"git_commit": "2"}),
            server("d", "green", metadata={"git_commit": "3"}),
        ],
        url="http://vip/",
        answers=(VipAnswer(1, 1, 200, "1"), VipAnswer(2, 1, 200, "2"), VipAnswer(3, 1, 200, "3"), VipAnswer(4, 1, 500)),
    )
    traffic = assemble(config(vip=VipCheck("http://vip/")), facts).traffic
    assert traffic is not None
    assert [traffic.colour_of(answer) for answer in traffic.answers] == [Colour.BLUE, None, Colour.GREEN, None]


def test_probes_find_their_instance() -> None:
    probe = Probe(ok=True, at=1.0)
    service = assemble(config(health=HealthCheck()), Facts([server("a", "blue")], probes={"a": probe}))
    assert service.blue.instances[0].probe is probe
    assert service.probed


TAGS = st.lists(st.sampled_from(["server=a", "server=b", "server=z", "color=blue", "color=green"]), max_size=2)
MEMBERS = st.lists(st.tuples(st.sampled_from("123"), TAGS), max_size=6)


@given(MEMBERS, st.lists(st.sampled_from(["", "blue", "green"]), min_size=2, max_size=2))
def test_every_member_is_somewhere_exactly_once(raw: list[tuple[str, list[str]]], colours: list[str]) -> None:
    members = [member(f"m{n}", f"10.0.0.{last}", *tags) for n, (last, tags) in enumerate(raw)]
    servers = [server("a", colours[0], "10.0.0.1"), server("b", colours[1], "10.0.0.2")]
    service = assemble(config(), Facts(servers, pool(*members)))
    shown = [*service.blue.instances, *service.green.instances, *service.uncoloured]
    seen = [one.member.id for one in shown if one.member is not None] + [one.id for one in service.foreign]
    assert sorted(seen) == sorted(one.id for one in members)
    assert {one.server.id for one in shown if one.server is not None} == {"a", "b"}


def test_nothing_known_is_a_service_too() -> None:
    service = assemble(config(), Facts())
    assert (service.balancer, service.pool, service.live, service.traffic) == (None, None, None, None)
