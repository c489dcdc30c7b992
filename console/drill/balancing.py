"""The load balancer of one service at the start: listeners, pools with monitors and members, the preview policies."""

from __future__ import annotations

import random
import secrets
import socket
import time
from collections.abc import Iterator, Sequence

from console.drill.catalogue import IPV6, NEIGHBOUR, POOLS, PROMETHEUS, SECOND, SPLIT, TCP, TLS, UDP, Sketch
from console.drill.certificate import Certificate
from console.drill.datagrams import DatagramVip
from console.drill.octavia.amphora import Amphora
from console.drill.octavia.objects import Balancer, Listener, Member, Monitor, Pool
from console.drill.octavia.policies import Policy, Rule
from console.drill.octavia.thing import Thing, stamp
from console.drill.vip import Vip
from console.drill.world import Entrance, Server, World

APP_PORT, VIP_PORT, SECOND_PORT, NEIGHBOUR_PORT, TLS_PORT, METRICS_PORT = 8774, 8080, 8081, 8090, 8443, 9100
WEIGHT = 100
AGE = 40 * 86_400.0  # seconds since a load balancer was made
PREVIEW = "X-Preview-Key"  # the header that reaches the idle pool
NEIGHBOURS_ADDRESS = "192.0.2.7"  # of documentation: nothing answers there, and the neighbour's pool is in ERROR


def entrance(world: World, sketch: Sketch, servers: Sequence[Server], address: str) -> Entrance:
    """The load balancer of a service, its configuration pushed; nothing listens yet."""
    name, project_id = sketch.name, world.edge_id if SPLIT in sketch.traits else world.project_id
    subnet, network = world.subnets[0], world.networks[0]
    balancer = Balancer(name, project_id, operating_status="ONLINE", vip_address=address)
    balancer.vip_network_id, balancer.vip_subnet_id = network["id"], subnet["id"]
    balancer.tags = [f"service={name}"]
    port = VIP_PORT
    if IPV6 in sketch.traits and _has_ipv6():
        balancer.vip_address = "::1"  # the only IPv6 address of loopback: its port tells the load balancers apart
        balancer.additional_vips = [{"subnet_id": subnet["id"], "ip_address": address}]
        port = random.randint(30_000, 32_000)  # noqa: S311 no secret
    colours = ("blue", "green") if sketch.kind == POOLS else ("",)
    for colour in colours:
        pool = _pool(balancer, f"{name}-{colour}" if colour else name)
        chosen = [server for server in servers if f"-{colour}-" in server.name] if colour else servers
        pool.members = [_member(project_id, subnet["id"], server, sketch) for server in chosen]
    protocol = next((each.upper() for each in (TCP, UDP) if each in sketch.traits), "HTTP")
    for pool in balancer.pools:
        pool.protocol = protocol
        if protocol == "UDP" and pool.monitor is not None:
            pool.monitor.type, pool.monitor.url_path = "UDP-CONNECT", None
    if TLS in sketch.traits:
        protocol, port = "TERMINATED_HTTPS", TLS_PORT
    live = balancer.pools[-1 if sketch.kind == POOLS and sketch.live == "green" else 0]
    balancer.listeners.append(_listener(balancer, f"{name}-{_word(protocol)}", port, live.id, protocol))
    if SECOND in sketch.traits:
        balancer.listeners.append(_listener(balancer, f"{name}-internal", SECOND_PORT, live.id))
    if sketch.kind == POOLS:
        for listener in balancer.listeners:
            listener.policies = list(_previews(listener, balancer.pools))
    if PROMETHEUS in sketch.traits:
        balancer.listeners.append(_listener(balancer, f"{name}-metrics", METRICS_PORT, None, "PROMETHEUS"))
    if NEIGHBOUR in sketch.traits:
        _neighbour(balancer, subnet["id"])
    for thing in _all(balancer):
        thing.created_at = thing.updated_at = stamp(time.time() - AGE)
    amphora = Amphora()
    amphora.push(balancer)
    return Entrance(balancer, amphora, [_vip(world, amphora, balancer, each) for each in balancer.listeners])


def _vip(world: World, amphora: Amphora, balancer: Balancer, listener: Listener) -> Vip | DatagramVip:
    if listener.protocol == "UDP":
        return DatagramVip(amphora, balancer, listener)
    ends_tls = listener.protocol == "TERMINATED_HTTPS"
    if ends_tls and world.certificate is None:
        world.certificate = Certificate()
    if ends_tls and world.certificate is not None:
        listener.tls_ref = f"http://key-manager.drill.invalid/v1/containers/{listener.id}"
        world.certificate.add(balancer.vip_address)
    return Vip(amphora, balancer, listener, world.certificate if ends_tls else None)


def _word(protocol: str) -> str:
    return "https" if protocol == "TERMINATED_HTTPS" else protocol.lower()


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _pool(balancer: Balancer, name: str) -> Pool:
    pool = Pool(name, balancer.project_id, operating_status="ONLINE", balancer=balancer)
    pool.tags = list(balancer.tags)
    pool.monitor = Monitor(f"{name}-monitor", balancer.project_id, operating_status="ONLINE", pool_id=pool.id)
    balancer.pools.append(pool)
    return pool


def _member(project_id: str, subnet_id: str, server: Server, sketch: Sketch) -> Member:
    serving = sketch.kind == POOLS or server.metadata["color"] == sketch.live
    tags = [] if sketch.static else [f"server={server.id}"]
    tags = [] if sketch.unlabelled else [*tags, f"bluegreen:weight={WEIGHT}"]
    return Member(
        server.name,
        project_id,
        operating_status="ONLINE" if serving else "DRAINING",
        tags=tags,
        address=server.address,
        protocol_port=APP_PORT,
        weight=WEIGHT if serving else 0,
        subnet_id=subnet_id,
        created_at=stamp(server.created_at + 60),
        updated_at=stamp(server.created_at + 63),
    )


def _listener(balancer: Balancer, name: str, port: int, pool_id: str | None, protocol: str = "HTTP") -> Listener:
    listener = Listener(name, balancer.project_id, operating_status="ONLINE", balancer_id=balancer.id)
    listener.protocol, listener.protocol_port, listener.default_pool_id = protocol, port, pool_id
    return listener


def _previews(listener: Listener, pools: Sequence[Pool]) -> Iterator[Policy]:
    """A standing policy for each colour, so that both pools stay attached and checked whichever is the default."""
    for position, pool in enumerate(pools, start=1):
        common = {"project_id": listener.project_id, "operating_status": "ONLINE"}
        policy = Policy(f"{pool.name}-preview", **common, listener_id=listener.id)  # type: ignore[arg-type]
        policy.redirect_pool_id, policy.position = pool.id, position
        rule = Rule("", **common, key=PREVIEW, value=secrets.token_urlsafe(12))  # type: ignore[arg-type]
        rule.created_at = rule.updated_at = stamp(time.time() - AGE)
        policy.rules = [rule]
        yield policy


def _neighbour(balancer: Balancer, subnet_id: str) -> None:
    """What another team has on the same load balancer: its only member does not answer."""
    pool = _pool(balancer, "reports")
    pool.tags = ["team=reports"]
    member = Member("reports-1", balancer.project_id, operating_status="ERROR", tags=["team=reports"])
    member.address, member.protocol_port, member.subnet_id = NEIGHBOURS_ADDRESS, 80, subnet_id
    pool.members = [member]
    listener = _listener(balancer, "reports-http", NEIGHBOUR_PORT, pool.id)
    listener.tags = ["team=reports"]
    balancer.listeners.append(listener)


def _all(balancer: Balancer) -> Iterator[Thing]:
    yield balancer
    for listener in balancer.listeners:
        yield listener
        yield from listener.policies
    for pool in balancer.pools:
        yield pool
        if pool.monitor is not None:
            yield pool.monitor
