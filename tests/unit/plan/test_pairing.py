"""Which server is behind a member without labels: its one owner by a fixed address on the member's network, or none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from life_worlds import BLUE, settings, stock
from plan_worlds import service

from console.model.balancer import Member
from console.model.colour import Colour
from console.model.server import Address, Server
from console.model.service import Service
from console.model.stock import Network
from console.plan.lifecycle.pairing import adoption
from console.plan.orders import AdoptOrder
from console.plan.plan import Refusal

IP = "10.0.1.1"
HERE, OTHER = Network("net-1", "ops-net", ("subnet-1",)), Network("net-2", "other", ("subnet-2",))


def strange(*members: Member) -> Service:
    """A service whose members are of no colour."""
    there = replace(service([], []), foreign=members)
    there.__dict__["_pool_ids"] = {one.id: "pool-1" for one in members}
    return there


def member(address: str = IP, subnet_id: str | None = "subnet-1", number: int = 1, **changes: object) -> Member:
    """A member in rotation that no tag joins to a server."""
    made = Member(f"member-{number}", f"m-{number}", address, 80, 100, subnet_id=subnet_id)
    return replace(made, **changes)  # type: ignore[arg-type]


def server(name: str, *addresses: Address) -> Server:
    return Server(f"id-{name}", name, "ACTIVE", addresses=addresses)


def adopted(
    members: list[Member], servers: list[Server], networks: tuple[Network, ...] = (HERE, OTHER)
) -> AdoptOrder | Refusal:
    there = stock(servers=tuple(servers), networks=networks)
    return adoption(strange(*members), settings(), there, Colour.BLUE, {})


def test_a_member_is_joined_to_the_one_server_with_its_address() -> None:
    strangers = [one.member for one in BLUE if one.member is not None]
    there = replace(service([], []), foreign=tuple(replace(one, tags=()) for one in strangers))
    there.__dict__["_pool_ids"] = {one.id: "pool-1" for one in strangers}
    servers = tuple(
        Server(f"s{n}", f"shop-{n}", "ACTIVE", addresses=(Address("ops-net", one.address),), image_id="image-2")
        for n, one in enumerate(strangers)
    )
    images = {"image-2": {"git_commit": "b" * 40}}
    made = adoption(there, settings(), stock(servers=servers), Colour.BLUE, images)
    assert isinstance(made, AdoptOrder)
    assert [(pair.member_id, pair.server_id) for pair in made.pairs] == [
        (one.id, f"s{n}") for n, one in enumerate(strangers)
    ]
    assert made.metadata == {"color": "blue", "git_commit": "b" * 40}
    missing = adoption(there, settings(), stock(servers=servers[:2]), Colour.BLUE, images)
    assert isinstance(missing, Refusal)
    assert "no server has its address" in missing.reason


API, DB = server("api", Address("ops-net", IP)), server("customer-db-1", Address("other", IP))


@pytest.mark.parametrize(
    ("members", "servers", "said"),
    [
        ([member()], [DB], "it is on network ops-net, and customer-db-1 has its address on network other"),
        ([member()], [server("vip", Address("ops-net", IP, floating=True))], "no server has its address"),
        ([member(subnet_id=None)], [API, DB], "api on network ops-net and customer-db-1 on network other have its"),
        ([member()], [API, server("twin", Address("ops-net", IP))], "api on network ops-net and twin on network"),
        ([member(tags=("server=id-api",))], [DB], "its tag names server id-api, which does not have its address"),
        (
            [member(subnet_id=None), member("10.0.1.2", None, 2)],
            [API, server("b", Address("other", "10.0.1.2"))],
            "of networks ops-net and other any may be meant",
        ),
    ],
)
def test_whose_member_it_is_must_be_plain(members: list[Member], servers: list[Server], said: str) -> None:
    found = adopted(members, servers)
    assert isinstance(found, Refusal)
    assert (found.code, said in found.reason) == ("unclear", True), found.reason


def test_two_networks_of_one_name_tell_nothing() -> None:
    found = adopted([member()], [API], (HERE, replace(OTHER, name="ops-net")))
    assert isinstance(found, Refusal)
    assert "there are several of that name" in found.reason


@pytest.mark.parametrize(
    ("one", "servers"),
    [
        (member(), [API, DB]),  # the member's subnet tells which
        (member(subnet_id=None), [API]),
        (member(subnet_id="subnet-9"), [API]),  # of a network that these credentials do not see
        (member("FD00:0::5"), [server("api", Address("ops-net", "fd00::5"))]),
        (member(), [API, server("b", Address("ops-net", "10.0.1.9"), Address("ops-net", IP, floating=True))]),
    ],
)
def test_one_owner_on_the_members_network_is_paired(one: Member, servers: list[Server]) -> None:
    found = adopted([one], servers)
    assert isinstance(found, AdoptOrder), found
    assert [pair.name for pair in found.pairs] == ["api"]
