"""Services to plan on: one hand-made, and a strategy for many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from console.config.model import Release, Rotation, ServiceConfig, VipCheck
from console.model.balancer import LoadBalancer, Member, Pool
from console.model.colour import Colour
from console.model.instance import Instance, Probe, Version
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service, Source
from console.plan.plan import Step

NOW = 1_000_000.0
VERSIONS = {Colour.BLUE: "a" * 40, Colour.GREEN: "b" * 40}


def config(**changes: object) -> ServiceConfig:
    """A service's config; keyword arguments replace fields."""
    base = ServiceConfig(
        name="nova-api",
        cloud="prod",
        rotation=Rotation(load_balancer="nova-api", pool="nova-api"),
        vip=VipCheck(url="http://{vip}/version"),
    )
    return base._replace(**changes)  # type: ignore[arg-type]


def loose() -> ServiceConfig:
    """A config that lets a smaller colour take over."""
    return config(release=Release(min_ratio=0.5))


def instance(
    colour: Colour,
    number: int,
    weight: int,
    *,
    tagged: int | None = 100,
    hold: str = "",
    admin_up: bool = True,
    operating: str = "",
    probe_ok: bool = True,
    status: str = "ACTIVE",
    in_pool: bool = True,
    backup: bool = False,
) -> Instance:
    """One instance, healthy unless said otherwise."""
    name = f"api-{colour}-{number}"
    tags = [f"server=server-{colour}-{number}", "team=compute"]
    tags += [f"bluegreen:weight={tagged}"] if tagged is not None else []
    tags += [f"bluegreen:hold={hold}"] if hold else []
    member = Member(
        id=f"member-{colour}-{number}",
        name=name,
        address=f"10.0.{1 if colour is Colour.BLUE else 2}.{number}",
        protocol_port=8774,
        weight=weight,
        admin_state_up=admin_up,
        backup=backup,
        subnet_id="subnet-1",
        tags=tuple(tags),
        provisioning_status="ACTIVE",
        operating_status=operating or ("ONLINE" if weight else "DRAINING"),
    )
    return Instance(
        name=name,
        colour=colour,
        server=Server(id=f"server-{colour}-{number}", name=name, status=status, power_state=1),
        member=member if in_pool else None,
        probe=Probe(ok=probe_ok, at=NOW - 1, ms=9.0, status=200 if probe_ok else 503),
        version=Version(VERSIONS[colour], "metadata.git_commit"),
    )


def service(blue: Sequence[Instance], green: Sequence[Instance], foreign: Sequence[Member] = ()) -> Service:
    """A service whose facts are fresh."""
    return Service(
        name="nova-api",
        environment="production",
        cloud="prod",
        balancer=LoadBalancer("lb-1", "nova-api", "203.0.113.7", "amphora", "ACTIVE", "ONLINE"),
        pool=Pool("pool-1", "nova-api", "HTTP", "", "ACTIVE", "ONLINE"),
        blue=ColourSet(Colour.BLUE, tuple(blue)),
        green=ColourSet(Colour.GREEN, tuple(green)),
        foreign=tuple(foreign),
        sources={name: Source(name, NOW - 1) for name in (SERVERS, BALANCER, PROBES)},
        probed=True,
        traffic_watched=True,
    )


def usual(size: int = 3) -> Service:
    """Blue live at 100, green idle and warm."""
    return service(
        [instance(Colour.BLUE, n, 100) for n in range(1, size + 1)],
        [instance(Colour.GREEN, n, 0) for n in range(1, size + 1)],
    )


def foreign_member(weight: int) -> Member:
    """A member of somebody else's."""
    return Member(
        "stranger", "stranger", "10.9.9.9", 80, weight, provisioning_status="ACTIVE", operating_status="ONLINE"
    )


def applied(before: Service, items: Sequence[dict[str, object]]) -> Service:
    """The service after Octavia applied a batch of these items: matched by address and port, all fields replaced."""
    by_key = {(item["address"], item["protocol_port"]): item for item in items}

    def changed(one: Instance) -> Instance:
        if one.member is None or (one.member.address, one.member.protocol_port) not in by_key:
            return one
        item = by_key[one.member.address, one.member.protocol_port]
        fields = {
            "weight": 1, "admin_state_up": True, "backup": False, "monitor_address": None, "monitor_port": None,
            "subnet_id": one.member.subnet_id, "vnic_type": "normal", "name": one.member.name, **item,
        }  # fmt: skip
        fields["tags"] = tuple(fields["tags"])  # type: ignore[arg-type]
        return replace(one, member=replace(one.member, **fields))  # type: ignore[arg-type]

    sides = [replace(side, instances=tuple(changed(one) for one in side.instances)) for side in before.colours]
    return replace(before, blue=sides[0], green=sides[1])


def rota(members: Iterable[Member], strangers: Iterable[Member] = (), unseen: Iterable[str] = ()) -> dict[str, int]:
    """The weight of each member that HAProxy sends to, by id: backups only while nobody else is usable.

    `unseen`: ids of members that no monitor checks, whatever status is left of them.
    """
    found = [one for one in members if one.weight > 0 and one.admin_state_up]
    others = [one for one in strangers if one.weight > 0 and one.admin_state_up]
    down = {one.id for one in (*found, *others) if one.operating_status == "ERROR"} - set(unseen)
    first = any(not one.backup and one.id not in down for one in (*found, *others))
    return {one.id: one.weight for one in found if not (first and one.backup)}


def items_of(step: Step) -> list[dict[str, Any]]:
    """The items of the one batch of a step."""
    (write,) = step.writes
    assert write.call.body is not None
    found: list[dict[str, Any]] = write.call.body["members"]
    return found


def _mostly(usual: object, *rare: object) -> st.SearchStrategy[object]:
    return st.sampled_from([usual] * 8 * len(rare) + list(rare))


@st.composite
def _instances(draw: st.DrawFn, colour: Colour, weight: int) -> list[Instance]:
    numbers = range(1, draw(st.sampled_from([0, 1, 2, 3, 3, 4, 5])) + 1)
    all_backup = bool(draw(_mostly(False, True)))
    return [
        instance(
            colour,
            number,
            draw(_mostly(weight, 0, 1, 50, 100)),  # type: ignore[arg-type]
            tagged=draw(_mostly(100, None, 0, 1, 50)),  # type: ignore[arg-type]
            hold=draw(_mostly("", "bob")),  # type: ignore[arg-type]
            admin_up=draw(_mostly(True, False)),  # type: ignore[arg-type]
            operating=draw(_mostly("", "ERROR", "OFFLINE", "NO_MONITOR")),  # type: ignore[arg-type]
            probe_ok=draw(_mostly(True, False)),  # type: ignore[arg-type]
            status=draw(_mostly("ACTIVE", "SHUTOFF")),  # type: ignore[arg-type]
            in_pool=draw(_mostly(True, False)),  # type: ignore[arg-type]
            backup=draw(_mostly(False, True)) is not all_backup,
        )
        for number in numbers
    ]


@st.composite
def worlds(draw: st.DrawFn) -> Service:
    """Services in any state: mixed health, sizes and weights, holds, strangers, both colours at zero."""
    foreign = [foreign_member(draw(st.sampled_from([0, 10])))] if draw(st.booleans()) else []
    blue, green = draw(st.sampled_from([(100, 0), (100, 0), (0, 100), (100, 100), (50, 50), (0, 0)]))
    return service(draw(_instances(Colour.BLUE, blue)), draw(_instances(Colour.GREEN, green)), foreign)
