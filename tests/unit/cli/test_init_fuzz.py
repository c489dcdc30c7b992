"""Whatever the cloud's objects are called: what `init` writes is a config, and one that a terminal can show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.cli.init_adopt import labels_to_be
from console.cli.init_look import Seen
from console.cli.init_propose import propose
from console.cli.init_write import text_of
from console.config.loader import parse
from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Pool
from console.model.server import Address, Server

TEXT = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *("blue", "green", "api-blue-1", "api-green-1", "service=api", "color=blue", "color=green", "api", "", "-"),
            *(
                "x\x1b[2J",
                '"',
                "'",
                "{vip}",
                "# no",
                ": ",
                "\n  evil:",
                "\u202e",
                "&a",
                "*a",
                "!!x",
                "<<",
                "null",
                "1.10",
            ),
            *("HTTP", "TCP", "/up", "200-204", "git_commit", "y" * 300, "(", "[a]", "~", "@", "`", "%", "\udcff"),
        ]
    ),
)
IDS = st.sampled_from(["a", "b", "c", "d"])
SERVERS = st.builds(
    Server,
    id=IDS,
    name=TEXT,
    metadata=st.dictionaries(TEXT, TEXT, max_size=3),
    tags=st.lists(TEXT, max_size=3).map(tuple),
    addresses=st.lists(st.builds(Address, TEXT, st.sampled_from(["10.0.0.1", "10.0.0.2", "x"])), max_size=1).map(tuple),
    image_id=st.one_of(st.none(), IDS),
)
MEMBERS = st.builds(
    Member,
    id=IDS,
    name=TEXT,
    address=st.sampled_from(["10.0.0.1", "10.0.0.2", "fd00::1", "x"]),
    protocol_port=st.integers(0, 70000),
    tags=st.lists(st.one_of(TEXT, IDS.map("server={}".format)), max_size=2).map(tuple),
)
MONITORS = st.builds(Monitor, id=IDS, kind=TEXT, url_path=TEXT, expected_codes=TEXT)
POOLS = st.builds(Pool, id=IDS, name=TEXT, monitor=st.one_of(st.none(), MONITORS))
LISTENERS = st.builds(
    Listener, id=IDS, name=TEXT, protocol=TEXT, protocol_port=st.integers(0, 70000), default_pool_id=IDS
)
BALANCERS = st.builds(LoadBalancer, id=IDS, name=TEXT, vip_address=TEXT, provider=TEXT)


@st.composite
def clouds(draw: st.DrawFn) -> Seen:
    """Mostly coherent ones: pools of load balancers, members of servers, colours somewhere."""
    coloured = [
        replace(one, metadata={**one.metadata, "color": colour})
        for one, colour in zip(
            draw(st.lists(SERVERS, max_size=5, unique_by=lambda one: one.id)),
            draw(st.lists(st.sampled_from(["blue", "green", "green", "red"]), min_size=5, max_size=5)),
            strict=False,
        )
    ]
    balancers = draw(st.lists(BALANCERS, min_size=1, max_size=2, unique_by=lambda one: one.id))
    drawn = {one.id: draw(st.lists(POOLS, max_size=3, unique_by=lambda one: one.id)) for one in balancers}
    # a pool is of one load balancer
    pools = {balancer: [replace(one, id=balancer + one.id) for one in found] for balancer, found in drawn.items()}
    listeners = {one.id: draw(st.lists(LISTENERS, max_size=2)) for one in balancers}
    members = {pool.id: draw(st.lists(MEMBERS, max_size=3)) for found in pools.values() for pool in found}
    return Seen(
        servers=tuple(coloured),
        balancers=tuple(balancers),
        listeners={
            balancer: [replace(one, default_pool_id=f"{balancer}{one.default_pool_id}") for one in found]
            for balancer, found in listeners.items()
        },
        pools=pools,
        members=members,
        images=draw(st.dictionaries(IDS, st.dictionaries(TEXT, TEXT, max_size=2))),
        problems=tuple(draw(st.lists(TEXT, max_size=1))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(clouds())
def test_any_cloud_gives_a_config_that_loads(seen: Seen) -> None:
    found = propose(seen)
    if not found.proposals:
        return
    text = text_of(found, seen, "c", None)
    config = parse(text.encode(), Path("/c.yaml"), {"HOME": "/"})
    assert len(config.services) == len(found.proposals)
    assert all(char.isprintable() or char == "\n" for char in text)


def test_a_label_for_a_long_name_is_one_that_nova_takes() -> None:
    (tag,) = labels_to_be("y" * 100, "", {})["tags"]
    assert tag == "service=" + "y" * 52
