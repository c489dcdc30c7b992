"""What `init` makes of load balancers, pools and servers. No cloud."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from console.cli.init_colours import Thing, in_name, told
from console.cli.init_look import Seen
from console.cli.init_propose import Findings, propose
from console.cli.init_write import text_of
from console.config.loader import parse
from console.config.model import Config, Selection
from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Pool
from console.model.server import Address, Server

LB = LoadBalancer("l1", "web", "203.0.113.7")


def server(number: int, colour: str = "", *, tags: Sequence[str] = (), **metadata: str) -> Server:
    colours = {"color": colour} if colour else {}
    addresses = (Address("net", f"10.0.0.{number}"),)
    return Server(f"s{number}", f"s-{number}", metadata={**colours, **metadata}, tags=tuple(tags), addresses=addresses)


def member(number: int, *tags: str, name: str = "") -> Member:
    return Member(f"m{number}", name, f"10.0.0.{number}", 80, tags=tuple(tags))


def seen(servers: Sequence[Server], members: dict[str, list[Member]], pools: Sequence[Pool] = ()) -> Seen:
    listed = tuple(pools) or tuple(Pool(name, name) for name in members)
    listeners = tuple(Listener(f"k{n}", "", "HTTP", 80 + n, pool.id) for n, pool in enumerate(listed))
    return Seen(tuple(servers), (LB,), {"l1": listeners}, {"l1": listed}, members)


def loaded(scene: Seen) -> tuple[Findings, Config]:
    found = propose(scene)
    return found, parse(text_of(found, scene, "c", None).encode(), Path("/c.yaml"), {"HOME": "/"})


def test_members_join_by_address_and_one_pool_is_a_rotation_by_weights() -> None:
    servers = [server(1, "blue", service="web"), server(2, "green", service="web"), server(3)]
    found, config = loaded(seen(servers, {"web": [member(1), member(2)]}))
    web = config.services["web"]
    assert (web.rotation.kind, web.rotation.pool) == ("weights", "web")
    assert (web.instances.metadata, web.instances.tags) == ({"service": "web"}, ())
    assert found.left_out == ("1 server in no pool: nothing says that they are of a service with colours",)


def test_a_pool_of_each_colour_by_name_or_by_its_servers() -> None:
    servers = [server(1, "blue", tags=["service=web"]), server(2, "green", tags=["service=web"])]
    for names in (("web-blue", "web-green"), ("one", "two")):
        _, config = loaded(seen(servers, {names[0]: [member(1)], names[1]: [member(2)]}))
        rotation = config.services["web"].rotation
        assert (rotation.kind, rotation.pools) == ("pools", {"blue": names[0], "green": names[1]})


def test_an_empty_pool_of_the_idle_colour_is_its_pool_all_the_same() -> None:
    _, config = loaded(seen([server(1, tags=["service=web"])], {"web-blue": [member(1)], "web-green": []}))
    web = config.services["web"]
    assert (web.rotation.kind, web.instances.colour) == ("pools", "pool")


def test_two_pools_with_the_same_instances_are_one_service() -> None:
    servers = [server(1, "blue", service="web"), server(2, "green", service="web")]
    _, config = loaded(seen(servers, {"http": [member(1), member(2)], "https": [member(3), member(4)]}))
    assert len(config.services) == 1  # the second has no servers: nothing tells their colours
    both = {"http": [member(1), member(2)], "https": [member(1), member(2)]}
    _, config = loaded(seen(servers, both))
    assert [part.pool for part in config.services["web"].rotation.attached] == ["http", "https"]


def test_servers_in_no_pool_are_workers_of_their_service_unless_it_has_members() -> None:
    servers = [
        server(1, "blue", service="web"),
        server(2, "green", service="web"),
        server(3, "green", service="web"),
        server(4, "blue", service="jobs"),
    ]
    scene = seen(servers, {"web": [member(1), member(2)]})
    found, config = loaded(scene)
    assert {name: one.rotation.kind for name, one in config.services.items()} == {"web": "weights", "jobs": "power"}
    assert text_of(found, scene, "c", None).count("load balancer in another project") == 1


def test_a_tag_that_others_have_as_well_does_not_select() -> None:
    shared = ["env=prod"]
    servers = [server(1, "blue", tags=shared), server(2, "green", tags=shared), server(3, tags=shared)]
    _, config = loaded(seen(servers, {"web": [member(1), member(2)]}))
    assert config.services["web"].instances.members


def test_members_that_are_no_servers_are_instances_where_something_tells_their_colour() -> None:
    members = [member(1, "color=blue"), member(2, "color=green")]
    _, config = loaded(seen([], {"web": members}))
    web = config.services["web"]
    assert (web.instances.members, web.instances.colour, web.instances.tags) == (True, "member.tag.color=", ())


def test_strangers_among_servers_are_named() -> None:
    servers = [server(1, "blue", service="web"), server(2, "green", service="web")]
    scene = seen(servers, {"web": [member(1), member(2), member(9, name="theirs")]})
    assert propose(scene).proposals[0].strangers == ("theirs",)
    assert "# members of nobody's, never written: theirs;" in text_of(propose(scene), scene, "c", None)


@pytest.mark.parametrize(
    ("monitor", "line"),
    [
        (Monitor("h", "HTTP", "/up", "200"), "health: {path: /up}"),
        (
            Monitor("h", "HTTPS", "/up", "200-202,204"),
            "health: {scheme: https, path: /up, expect: [200, 201, 202, 204]}",
        ),
        (Monitor("h", "TCP"), "health: {scheme: tcp}"),
        (Monitor("h", "UDP-CONNECT"), "# health: {path: /healthcheck}"),
        (Monitor("h", "HTTP", "no path", "200"), "# health: {path: /healthcheck}"),
        (None, "# health: {path: /healthcheck}"),
    ],
)
def test_the_probe_is_what_the_monitor_asks(monitor: Monitor | None, line: str) -> None:
    servers = [server(1, "blue", service="web"), server(2, "green", service="web")]
    scene = seen(servers, {"web": [member(1), member(2)]}, [Pool("web", "web", monitor=monitor)])
    text = text_of(propose(scene), scene, "c", "north")
    assert f"    {line}\n" in text
    assert parse(text.encode(), Path("/c.yaml"), {"HOME": "/"}).services["web"].region == "north"


def test_names_that_two_load_balancers_have_are_ids() -> None:
    servers = [server(1, "blue", service="web"), server(2, "green", service="web")]
    scene = seen(servers, {"web": [member(1), member(2)]})
    twin = LoadBalancer("l2", "web")
    both = Seen(
        scene.servers, (LB, twin), scene.listeners, {**scene.pools, "l2": (Pool("p2", "web"),)},
        {**scene.members, "p2": [member(1), member(2)]},
    )  # fmt: skip
    _, config = loaded(both)
    assert [part.load_balancer for part in config.services["web"].rotation.attached] == ["l1", "l2"]


@pytest.mark.parametrize(
    ("things", "how"),
    [
        ([server(1, "blue"), server(2, "GREEN")], "metadata.color"),
        ([server(1, tags=["colour:blue"]), server(2, tags=["colour:green"])], "tag.colour:"),
        ([Server("1", "api-blue-1"), Server("2", "api-green-1")], "name.-(blue|green)-"),
        ([Server("1", "Blue1"), Server("2", "Green1")], "name.(?i)(?<![a-z])(blue|green)(?![a-z])"),
        ([Server("1", "bluebird"), Server("2", "evergreen")], None),
        ([server(1, "blue"), Server("2", "x"), Server("3", "y")], None),
    ],
)
def test_what_tells_the_colour(things: list[Server], how: str | None) -> None:
    found = told([Thing(one, None) for one in things])
    assert (found.how if found is not None else None) == how


def test_a_name_without_its_colour() -> None:
    assert [in_name(name)[1] for name in ("api-blue", "blue-api", "api-blue-pool", "api")] == [
        *("api", "api", "api-pool", "api")
    ]


def test_members_that_nobody_labelled_are_proposed_with_the_labels_that_adopt_writes() -> None:
    servers = [Server(f"s{n}", f"vm-{n}", addresses=(Address("net", f"10.0.0.{n}"),)) for n in (1, 2, 3)]
    scene = seen(servers[:2], {"shop-pool": [member(1), member(2)]})
    found, config = loaded(scene)
    assert [(one.name, one.unlabelled, one.told.known) for one in found.proposals] == [("shop", True, 0)]
    assert config.services["shop"].instances == Selection(("service=shop",), colour="metadata.color")
    assert "`bluegreen adopt shop` writes these labels" in text_of(found, scene, "c", None)


@pytest.mark.parametrize(
    "things",
    [
        [(1, ""), (1, "")],  # two members of one server: which is its member?
        [(1, "a"), (2, "b"), (3, "green-3")],  # a name says something, of too few
        [(9, "")],  # no server has its address
    ],
)
def test_what_is_not_plain_is_not_offered_for_adoption(things: list[tuple[int, str]]) -> None:
    servers = [Server(f"s{n}", f"vm-{n}", addresses=(Address("net", f"10.0.0.{n}"),)) for n in (1, 2, 3)]
    scene = seen(servers, {"shop": [member(n, name=name) for n, name in things]})
    assert propose(scene).proposals == ()
