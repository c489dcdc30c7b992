"""Services of every rotation, made by hand from the one that is well."""

from __future__ import annotations

from dataclasses import replace

from tuikit import SHAS, instance, service

from console.model.balancer import Balanced, Listener, LoadBalancer, Monitor, Policy, Pool, Rule
from console.model.colour import Colour
from console.model.instance import Instance, Probe, Version
from console.model.server import Server
from console.model.service import BALANCER, LEASE, ColourSet, Service
from console.model.stats import MemberSessions, Rates, Totals

_MONITOR = Monitor("hm-1", "HTTP", "/healthcheck", "200", 5, 3, 2, 3)


def pools(now: float, *, preview: bool = True, green_at: tuple[int, ...] = ()) -> Service:
    """A pool per colour and listeners on 80 and 443; those in `green_at` send to GREEN. `preview`: a standing rule."""
    base = service(now)
    assert base.balancer is not None
    blue, green = (Pool(f"pool-{c}", f"api-{c}", "HTTP", "", "ACTIVE", "ONLINE", _MONITOR) for c in Colour)
    green = replace(green, operating_status="ONLINE" if preview or green_at else "OFFLINE")
    rule = Rule("r-1", "HEADER", "EQUAL_TO", "X-Bluegreen", False, True, "ACTIVE", "ONLINE")
    policy = Policy(
        "l7-1", "preview-green", "li-443", "REDIRECT_TO_POOL", 1, green.id, (rule,), True, "ACTIVE", "ONLINE"
    )
    listeners = tuple(
        Listener(f"li-{port}", f"api-{port}", kind, port, (green if port in green_at else blue).id, "ACTIVE", "ONLINE")
        for port, kind in ((80, "HTTP"), (443, "TERMINATED_HTTPS"))
    )
    sides = {}
    for colour, pool in ((Colour.BLUE, blue), (Colour.GREEN, green)):
        made = [instance(colour, number, now, weight=1, status="ONLINE") for number in (1, 2, 3)]
        parked = colour is Colour.GREEN and not preview and not green_at
        sides[colour] = ColourSet(
            colour,
            tuple(
                replace(one, pool_id=pool.id, parked=(one.member.id,) if parked and one.member is not None else ())
                for one in made
            ),
        )
    members = {
        pool.id: tuple(one.member for one in sides[colour].instances if one.member is not None)
        for colour, pool in ((Colour.BLUE, blue), (Colour.GREEN, green))
    }
    part = Balanced(
        base.balancer,
        listeners,
        (Listener("li-9", "shop", "HTTP", 8080, "pool-9", "ACTIVE", "ERROR"),),
        (blue, green),
        {Colour.BLUE: blue.id, Colour.GREEN: green.id},
        members,
        (policy,) if preview else (),
    )
    return replace(
        base,
        rotation="pools",
        listeners=listeners,
        pool=blue,
        blue=sides[Colour.BLUE],
        green=sides[Colour.GREEN],
        balanced=(part,),
    )


def power(now: float) -> Service:
    """Workers: three that run, three that are stopped; nobody probes what is stopped."""
    base = service(now)

    def worker(colour: Colour, number: int) -> Instance:
        runs = colour is Colour.BLUE
        server = Server(
            f"server-{colour}-{number}",
            f"worker-{colour}-{number}",
            "ACTIVE" if runs else "SHUTOFF",
            power_state=1 if runs else 4,
            created_at=now - 86400,
        )
        probe = Probe(True, now, 12.0) if runs else None
        return Instance(server.name, colour, server, probe=probe, version=Version(SHAS[colour], "metadata.git_commit"))

    return replace(
        base,
        rotation="power",
        balancer=None,
        listeners=(),
        pool=None,
        traffic=None,
        traffic_watched=False,
        blue=ColourSet(Colour.BLUE, tuple(worker(Colour.BLUE, n) for n in (1, 2, 3))),
        green=ColourSet(Colour.GREEN, tuple(worker(Colour.GREEN, n) for n in (1, 2, 3))),
        sources={name: one for name, one in base.sources.items() if name not in (BALANCER, LEASE)},
        decisive=("servers",),
    )


def static(now: float) -> Service:
    """Members that are no Nova servers."""
    base = service(now)
    sides = {
        side.colour: ColourSet(side.colour, tuple(replace(one, server=None, static=True) for one in side.instances))
        for side in base.colours
    }
    return replace(base, blue=sides[Colour.BLUE], green=sides[Colour.GREEN])


def two_balancers(now: float) -> Service:
    """The same instances behind two load balancers; one of them has another weight for api-blue-1."""
    base = service(now)
    assert base.balancer is not None
    assert base.pool is not None
    other = LoadBalancer("lb-2", "api-v6", "2001:db8::7", "amphora", "ACTIVE", "ONLINE")
    pool = replace(base.pool, id="pool-2", name="api-v6")
    listener = Listener("li-2", "https-v6", "HTTPS", 443, "pool-2", "ACTIVE", "ONLINE")

    def both(one: Instance) -> Instance:
        assert one.member is not None
        weight = 50 if one.name == "api-blue-1" else one.member.weight
        second = replace(one.member, id=f"{one.member.id}-2", weight=weight)
        return replace(one, further=(second,), pool_id="pool-1")

    sides = {side.colour: ColourSet(side.colour, tuple(both(one) for one in side.instances)) for side in base.colours}
    every = [one for side in sides.values() for one in side.instances]
    first = {base.pool.id: tuple(one.member for one in every if one.member is not None)}
    second = {"pool-2": tuple(member for one in every for member in one.further)}
    return replace(
        base,
        blue=sides[Colour.BLUE],
        green=sides[Colour.GREEN],
        balanced=(
            Balanced(base.balancer, base.listeners, (), (base.pool,), {}, first),
            Balanced(other, (listener,), (), (pool,), {}, second),
        ),
    )


def counted(now: float) -> Service:
    """With statistics of the listener, and sessions of each member."""
    base = service(now)
    members = [one.member.id for side in base.colours for one in side.instances if one.member is not None]
    return replace(
        base,
        rates={"li-1": Rates(Totals(now, 132, 98_765, 1, 2, 0), 10.0, 410.0, 41_000.0, 1_200_000.0, 0.0)},
        sessions={member: MemberSessions(40 + number, now, 12.0) for number, member in enumerate(members)},
    )
