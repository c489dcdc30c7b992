"""What a drill begins with: one colour of each service live, the other one warm, and who may do what."""

from __future__ import annotations

import ipaddress
import random
import time
from collections.abc import Sequence
from uuid import uuid4

from console.drill import SERVICE
from console.drill.balancing import entrance
from console.drill.catalogue import BROWNFIELD, POWER, UDP, Sketch, sketches
from console.drill.git_history import History
from console.drill.instances import Instance
from console.drill.network_objects import new_network, new_port, new_security_group, new_subnet
from console.drill.settings import Settings
from console.drill.world import JSON, ApplicationCredential, Deed, Entrance, Image, Server, User, World

NETWORK, LEASE_NETWORK = "ops-net", "bluegreen-lease"
APP_PORT = 8774
VERSIONS = {"blue": "2026.1", "green": "2026.2"}
NEXT = "2026.3"  # of the image that is to be released next
HOUR, DAY = 3600.0, 86_400.0
AGES = {"blue": 9 * DAY, "green": 0.1 * DAY}  # seconds since the servers were made
FIRST_VIP, FIRST_HOST = 10, 20
SPARE = 2  # addresses of each service and colour beside the instances


def choose_network(settings: Settings) -> ipaddress.IPv4Network:
    """Loopback addresses, at random, so that several drills can run on one machine."""
    prefix = next(bits for bits in (22, 20, 18, 16) if _block(settings) * settings.services + 100 < 2 ** (32 - bits))
    free = 2 ** (prefix - 16)
    number = random.randrange(free) * 2 ** (32 - prefix)  # noqa: S311 no secret
    return ipaddress.IPv4Network((127 << 24 | random.randint(80, 250) << 16 | number, prefix))  # noqa: S311


def build(settings: Settings, history: History, cidr: ipaddress.IPv4Network) -> World:
    """The world at the start; nothing listens yet."""
    project_id = uuid4().hex
    operator = User("operator", ("member", "reader", "load-balancer_member"))
    network, lease = new_network(project_id, NETWORK), new_network(project_id, LEASE_NETWORK)
    subnet = new_subnet(project_id, network, "ops-subnet", cidr)
    world = World(
        settings=settings,
        users=[operator, User("viewer", ("reader",)), User("colleague", ("member", "reader"))],
        credential=ApplicationCredential(operator),
        images=[],
        servers=[],
        instances=[],
        networks=[network, lease],
        subnets=[subnet],
        ports=[],
        entrances=[],
        project_id=project_id,
        tests=history.tests,
        security_groups=[new_security_group(project_id, name) for name in ("default", "web")],
    )
    _make_room(world)
    commits = {"blue": history.blue, "green": history.green, "next": history.next}
    chosen = (BROWNFIELD,) if settings.brownfield else sketches(settings.services)
    for number, sketch in enumerate(chosen):
        first = FIRST_HOST + number * _block(settings)
        vip = cidr[FIRST_VIP if number == 0 else first]
        _add(world, sketch, [cidr[first + index] for index in range(_block(settings))], vip, commits)
    return world


def _make_room(world: World) -> None:
    """Quotas with room for one more side of every service, and some."""
    servers = world.settings.services * world.settings.instances
    quotas = world.compute.quotas
    quotas.instances = max(quotas.instances, 3 * servers)
    quotas.cores = 2 * quotas.instances
    quotas.ports = max(quotas.ports, 4 * servers + 100)


def _block(settings: Settings) -> int:
    """Addresses of one service."""
    return 2 * (settings.instances + SPARE)


def _add(
    world: World,
    sketch: Sketch,
    addresses: Sequence[ipaddress.IPv4Address],
    vip: ipaddress.IPv4Address,
    commits: dict[str, str],
) -> None:
    """One service: images, servers, what runs in them, and the way in."""
    images = {
        colour: _image(sketch, version, commits[colour], time.time() - AGES[colour] - HOUR)
        for colour, version in VERSIONS.items()
    }
    servers = [
        _server(sketch, colour, number, str(addresses[number * 2 + (colour == "green")]), images[colour])
        for colour in VERSIONS
        for number in range(1, world.settings.instances + 1)
        if colour == sketch.live or world.settings.idle or sketch.name != SERVICE
    ]
    if sketch.unlabelled:
        servers = [server for server in servers if colour_of(server) == sketch.live]
        for number, server in enumerate(servers, start=1):
            server.name = f"{sketch.name}-{number:02}"
    for server in servers:
        made_at = server.created_at
        server.deeds = [Deed("create", "compute__do_build_and_run_instance", world.users[0], made_at, made_at + 5)]
    udp = UDP in sketch.traits
    told = [_instance(server, server.metadata["color"], datagrams=udp) for server in servers]
    subnet = world.subnets[0]
    if sketch.kind == POWER:
        for server, instance in zip(servers, told, strict=True):
            if server.metadata["color"] != sketch.live:
                server.status, server.vm_state, server.power_state = "SHUTOFF", "stopped", 4
                instance.powered = False
    else:
        made = entrance(world, sketch, servers, str(vip))
        world.entrances.append(made)
        world.ports += [_vip_port(subnet, made)]
    world.instances += told
    if not sketch.tagged:
        for server in servers:
            server.metadata, server.tags = {}, []
    if not sketch.static:
        world.images += [*images.values(), _image(sketch, NEXT, commits["next"], time.time() - HOUR / 6)]
        world.servers += servers
        world.ports += [_port(subnet, server.address, server.mac, server.id) for server in servers]


def _image(sketch: Sketch, version: str, commit: str, made_at: float) -> Image:
    """What a pipeline has built of this service."""
    told = {"git_commit": commit, "app_version": version, "service": sketch.name}
    return Image(f"{sketch.name}-{version}", told, created_at=made_at)


def colour_of(server: Server) -> str:
    """What its name says."""
    return server.name.rsplit("-", 2)[1]


def _server(sketch: Sketch, colour: str, number: int, address: str, image: Image) -> Server:
    low = int(ipaddress.IPv4Address(address)) & 0xFFFF
    facts = {"color": colour, "version": VERSIONS[colour], "git_commit": image.properties["git_commit"]}
    made = time.time() - AGES[colour] + number * 20
    return Server(
        name=f"{sketch.name}-{colour}-{number}",
        address=address,
        mac=f"fa:16:3e:0{number >> 16 & 15:x}:{low >> 8:02x}:{low & 255:02x}",
        image=image,
        metadata={**facts, "service": sketch.name},
        tags=[f"color={colour}", f"service={sketch.name}"],
        created_at=made,
    )


def _instance(server: Server, colour: str, *, datagrams: bool) -> Instance:
    told = {key: server.metadata[key] for key in ("version", "git_commit", "color")}
    return Instance(server.id, server.name, colour, server.address, APP_PORT, told, datagrams=datagrams)


def _vip_port(subnet: JSON, made: Entrance) -> JSON:
    balancer = made.balancer
    low = uuid4().hex
    address = next((each["ip_address"] for each in balancer.additional_vips), balancer.vip_address)
    port = _port(subnet, address, f"fa:16:3e:ff:{low[:2]}:{low[2:4]}", f"lb-{balancer.id}")
    balancer.vip_port_id = port["id"]
    return port


def _port(subnet: JSON, address: str, mac: str, device: str) -> JSON:
    owner = "Octavia" if device.startswith("lb-") else "compute:nova"
    fixed = [{"subnet_id": subnet["id"], "ip_address": address}]
    where = {"network_id": subnet["network_id"], "mac_address": mac, "fixed_ips": fixed}
    return new_port(subnet["project_id"], **where, device_id=device, device_owner=owner)
