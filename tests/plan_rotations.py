"""Services of every rotation to plan on, and what a cloud makes of the calls of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from plan_worlds import config, foreign_member, instance, service

from console.config.model import Attached, Release, Rotation, ServiceConfig
from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Policy, Pool, Rule
from console.model.call import Call
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import POOLS, POWER, SERVERS, ColourSet, Service

BALANCER = LoadBalancer("lb-1", "nova-api", "203.0.113.7", "amphora", "ACTIVE", "ONLINE")
POOL_OF = {Colour.BLUE: "pool-blue", Colour.GREEN: "pool-green"}
LIVE = Colour.BLUE


def release(min_ratio: float = 1.0, shift: tuple[int, ...] = (100,)) -> Release:
    """The part of a release that matters here."""
    return Release(min_ratio=min_ratio, shift=shift)


def pools_config(**changes: Any) -> ServiceConfig:
    """A pool for each colour."""
    names = {str(colour): pool for colour, pool in POOL_OF.items()}
    return config(rotation=Rotation("nova-api", "", kind=POOLS, pools=names), **changes)


def power_config(**changes: Any) -> ServiceConfig:
    """Workers."""
    return config(rotation=Rotation("", "", kind=POWER), vip=None, **changes)


def several_config(**changes: Any) -> ServiceConfig:
    """The same instances in two pools on two load balancers."""
    return config(rotation=Rotation("nova-api", "pool-1", also=(Attached("nova-api-v6", "pool-2"),)), **changes)


def listener(name: str, pool: str | None, *, enabled: bool = True) -> Listener:
    """A listener that sends to this pool."""
    return Listener(name, name, "HTTP", 80, pool, "ACTIVE", "ONLINE", admin_state_up=enabled)


def pools_service(
    blue: Sequence[Instance],
    green: Sequence[Instance],
    doors: Sequence[Listener] = (),
    *,
    preview: bool = True,
    foreign: Sequence[Member] = (),
) -> Service:
    """A service with a pool for each colour; BLUE is the listeners' default unless said otherwise."""
    doors = doors or (listener("http", POOL_OF[LIVE]),)
    policies = [
        Policy(f"see-{colour}", f"see-{colour}", doors[0].id, "REDIRECT_TO_POOL", 1, pool, (Rule("r"),))
        for colour, pool in POOL_OF.items()
        if preview
    ]
    return _rejoined(
        replace(service(blue, green, foreign), rotation=POOLS),
        [
            Balanced(
                BALANCER,
                listeners=tuple(doors),
                pools=tuple(Pool(pool, pool, "HTTP", "", "ACTIVE", "ONLINE") for pool in POOL_OF.values()),
                pool_of=POOL_OF,
                members={pool: _members(blue if colour is LIVE else green) for colour, pool in POOL_OF.items()},
                policies=tuple(policies),
            )
        ],
    )


def _members(instances: Sequence[Instance]) -> tuple[Member, ...]:
    return tuple(one.member for one in instances if one.member is not None)


def power_service(blue: Sequence[Instance], green: Sequence[Instance]) -> Service:
    """Workers: no load balancer, no members."""
    bare = service([replace(one, member=None) for one in blue], [replace(one, member=None) for one in green])
    return replace(bare, rotation=POWER, balancer=None, pool=None, decisive=(SERVERS,))


def several_service(blue: Sequence[Instance], green: Sequence[Instance]) -> Service:
    """Every instance is in two pools, of two load balancers."""

    def twice(one: Instance) -> Instance:
        if one.member is None:
            return one
        return replace(one, further=(replace(one.member, id=f"{one.member.id}-6", protocol_port=9774),))

    twice_blue, twice_green = [twice(one) for one in blue], [twice(one) for one in green]
    everyone = [*twice_blue, *twice_green]
    second = replace(BALANCER, id="lb-2", name="nova-api-v6")
    first, further = _members(everyone), tuple(member for one in everyone for member in one.further)
    return _rejoined(
        service(twice_blue, twice_green),
        [
            Balanced(BALANCER, pools=(Pool("pool-1", "pool-1", "HTTP", "", "ACTIVE"),), members={"pool-1": first}),
            Balanced(second, pools=(Pool("pool-2", "pool-2", "HTTP", "", "ACTIVE"),), members={"pool-2": further}),
        ],
    )


def _rejoined(made: Service, parts: Sequence[Balanced]) -> Service:
    """The service with these parts, its instances' members as the parts have them, and who is parked there."""
    members = {one.id: one for part in parts for found in part.members.values() for one in found}
    where = {one.id: (part, pool) for part in parts for pool, found in part.members.items() for one in found}

    def again(one: Instance) -> Instance:
        if one.member is None:
            return one
        mine = [members[each.id] for each in one.members]
        parked = tuple(each.id for each in mine if not where[each.id][0].attached(where[each.id][1]))
        known = where[mine[0].id][1]
        parked = parked if made.rotation == POOLS else ()
        return replace(one, member=mine[0], further=tuple(mine[1:]), parked=parked, pool_id=known)

    blue, green = (ColourSet(side.colour, tuple(map(again, side.instances))) for side in made.colours)
    first = parts[0]
    return replace(made, balanced=tuple(parts), blue=blue, green=green, listeners=first.listeners, pool=first.pools[0])


# -- what a cloud makes of a call


def done(before: Service, call: Call) -> Service:
    """The service once the cloud has done what the call says: Octavia's and Nova's semantics, and nothing of ours."""
    words = call.path.partition("?")[0].strip("/").split("/")
    body = call.body or {}
    match words:
        case ["v2", "lbaas", "listeners", ident]:
            return _rejoined(before, [_switched(part, ident, body["listener"]) for part in before.balanced])
        case ["v2", "lbaas", "pools", pool, "members"]:
            return _rejoined(before, [_batched(part, pool, body["members"]) for part in before.balanced])
        case ["v2", "lbaas", "pools", pool, "members", ident]:
            return _rejoined(before, [_set(part, pool, ident, body["member"]) for part in before.balanced])
        case ["servers", ident, "action"]:
            (verb,) = body
            return _powered(before, ident, on=verb == "os-start")
        case ["servers", ident, "tags", label]:
            return _retagged(before, ident, label, there=call.method == "PUT")
        case ["servers", ident, "metadata"]:
            return labelled(before, ident, body["metadata"])
    raise AssertionError(call.line)


def _switched(part: Balanced, ident: str, fields: dict[str, Any]) -> Balanced:
    doors = (replace(one, **fields) if one.id == ident else one for one in part.listeners)
    return replace(part, listeners=tuple(doors))


def _batched(part: Balanced, pool: str, items: Sequence[dict[str, Any]]) -> Balanced:
    """Matched by address and port; what an item leaves out is reset (facts: Octavia 1.2)."""
    said = {(item["address"], item["protocol_port"]): item for item in items}
    reset = {"weight": 1, "admin_state_up": True, "backup": False, "monitor_address": None, "monitor_port": None}

    def changed(one: Member) -> Member:
        item = said.pop((one.address, one.protocol_port), None)
        if item is None:
            return one
        return replace(one, **{**reset, **item, "tags": tuple(item["tags"])})

    found = {name: tuple(map(changed, some)) if name == pool else some for name, some in part.members.items()}
    assert not said or pool not in part.members, f"a batch would have created members: {said}"
    return replace(part, members=found)


def _set(part: Balanced, pool: str, ident: str, fields: dict[str, Any]) -> Balanced:
    """One member: only what is said changes."""
    said = {**fields, "tags": tuple(fields["tags"])}
    found = {
        name: tuple(replace(one, **said) if (name, one.id) == (pool, ident) else one for one in some)
        for name, some in part.members.items()
    }
    return replace(part, members=found)


def _retagged(before: Service, ident: str, label: str, *, there: bool) -> Service:
    def changed(one: Instance) -> Instance:
        if one.server is None or one.server.id != ident:
            return one
        assert (label in one.server.tags) != there, f"{ident} has {label} {'already' if there else 'not'}"
        kept = tuple(tag for tag in one.server.tags if tag != label)
        return replace(one, server=replace(one.server, tags=(*kept, label) if there else kept))

    blue, green = (replace(side, instances=tuple(map(changed, side.instances))) for side in before.colours)
    return replace(before, blue=blue, green=green)


def labelled(before: Service, ident: str, metadata: dict[str, str]) -> Service:
    def changed(one: Instance) -> Instance:
        if one.server is None or one.server.id != ident:
            return one
        return replace(one, server=replace(one.server, metadata={**one.server.metadata, **metadata}))

    blue, green = (replace(side, instances=tuple(map(changed, side.instances))) for side in before.colours)
    return replace(before, blue=blue, green=green)


def _powered(before: Service, ident: str, *, on: bool) -> Service:
    def changed(one: Instance) -> Instance:
        if one.server is None or one.server.id != ident:
            return one
        assert one.server.powered != on, f"{ident} is {'on' if on else 'off'} already"
        status, power = ("ACTIVE", 1) if on else ("SHUTOFF", 4)
        return replace(one, server=replace(one.server, status=status, power_state=power))

    blue, green = (ColourSet(side.colour, tuple(map(changed, side.instances))) for side in before.colours)
    return replace(before, blue=blue, green=green)


# -- many of them


def _mostly(usual: object, *rare: object) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * 6 * len(rare) + list(rare))


@st.composite
def _some(draw: st.DrawFn, colour: Colour, weights: st.SearchStrategy[int]) -> list[Instance]:
    made = []
    for number in range(1, draw(st.sampled_from([0, 1, 2, 3, 3, 4])) + 1):
        one = instance(
            colour,
            number,
            draw(weights),
            tagged=draw(_mostly(100, None, 0, 50)),
            hold=draw(_mostly("", "bob")),
            admin_up=draw(_mostly(True, False)),
            operating=draw(_mostly("", "ERROR", "NO_MONITOR")),
            probe_ok=draw(_mostly(True, False)),
            status=draw(_mostly("ACTIVE", "ERROR")),
        )
        backup = one.member is not None and draw(_mostly(False, True))
        made.append(replace(one, member=replace(one.member, backup=True)) if backup and one.member else one)
    return made


@st.composite
def pools_worlds(draw: st.DrawFn) -> Service:
    """A pool per colour: any health, sizes and weights; several listeners, some elsewhere or disabled; parked pools."""
    weights = _mostly(100, 0, 30)
    where = _mostly(POOL_OF[Colour.BLUE], POOL_OF[Colour.GREEN], "maintenance", None)
    doors = [
        listener(f"door-{number}", draw(where), enabled=draw(_mostly(True, False)))
        for number in range(draw(st.integers(1, 3)))
    ]
    blue, green = draw(_some(Colour.BLUE, weights)), draw(_some(Colour.GREEN, weights))
    strangers = [foreign_member(draw(st.sampled_from([0, 10])))] if draw(_mostly(False, True)) else []
    return pools_service(blue, green, doors, preview=draw(_mostly(True, False)), foreign=strangers)


@st.composite
def power_worlds(draw: st.DrawFn) -> Service:
    """Workers, on and off in any mixture."""

    def powered(colour: Colour, usual: str, other: str) -> list[Instance]:
        found = draw(_some(colour, st.just(100)))
        return [_off(one) if draw(_mostly(usual, other)) == "off" else one for one in found]

    blue, green = powered(Colour.BLUE, "on", "off"), powered(Colour.GREEN, "off", "on")
    return power_service(blue, green)


def _off(one: Instance) -> Instance:
    assert one.server is not None
    if one.server.status != "ACTIVE":
        return replace(one, server=replace(one.server, power_state=4))
    return replace(one, server=replace(one.server, status="SHUTOFF", power_state=4))


@st.composite
def several_worlds(draw: st.DrawFn) -> Service:
    """Two pools with the same instances."""
    blue, green = draw(st.sampled_from([(100, 0), (0, 100), (50, 50), (0, 0)]))
    found = [draw(_some(colour, _mostly(weight, 0, 30))) for colour, weight in zip(Colour, (blue, green), strict=True)]
    return several_service(*found)


WORLDS: list[tuple[ServiceConfig, st.SearchStrategy[Service]]] = [
    (pools_config(release=release()), pools_worlds()),
    (pools_config(release=release(0.5)), pools_worlds()),
    (power_config(release=release()), power_worlds()),
    (power_config(release=release(0.5, (10, 50, 100))), power_worlds()),
    (several_config(release=release()), several_worlds()),
    (several_config(release=release(0.5, (20, 60, 100))), several_worlds()),
]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Service, ServiceConfig]:
    """A world of any rotation, and its config."""
    settings, worlds = draw(st.sampled_from(WORLDS))
    return draw(worlds), settings
