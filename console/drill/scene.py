"""What a drill begins with: blue live, green warm at weight 0 in the same pool, and who may do what."""

from __future__ import annotations

import ipaddress
import random
import time
from uuid import uuid4

from console.drill import SERVICE
from console.drill.git_history import History
from console.drill.instances import Instance
from console.drill.network_objects import new_network, new_port, new_subnet
from console.drill.octavia import provisioning
from console.drill.octavia.amphora import Amphora
from console.drill.octavia.objects import Balancer, Listener, Member, Monitor, Pool, stamp
from console.drill.settings import Fault, Settings
from console.drill.vip import Vip
from console.drill.world import JSON, ApplicationCredential, Image, Server, User, World

NETWORK, LEASE_NETWORK = "ops-net", "bluegreen-lease"
APP_PORT, VIP_PORT = 8774, 8080
WEIGHT = 100
VERSIONS = {"blue": "2026.1", "green": "2026.2"}
DAY = 86_400.0
AGES = {"blue": 9 * DAY, "green": 0.1 * DAY}  # seconds since the servers were made
AGE = 40 * DAY  # of the load balancer
FIRST_HOST = 20  # of the instances; the VIP is below


def choose_network() -> ipaddress.IPv4Network:
    """A /22 of loopback addresses, at random, so that several drills can run on one machine."""
    return ipaddress.IPv4Network(f"127.{random.randint(80, 250)}.{random.randrange(0, 256, 4)}.0/22")  # noqa: S311


def build(settings: Settings, history: History, cidr: ipaddress.IPv4Network) -> World:
    """The world at the start; nothing listens yet."""
    project_id = uuid4().hex
    operator = User("operator", ("member", "reader", "load-balancer_member"))
    network, lease = new_network(project_id, NETWORK), new_network(project_id, LEASE_NETWORK)
    subnet = new_subnet(project_id, network, "ops-subnet", cidr)
    commits = {"blue": history.blue, "green": history.green}
    images = {
        colour: Image(f"{SERVICE}-{version}", {"git_commit": commits[colour], "app_version": version})
        for colour, version in VERSIONS.items()
    }
    servers = [
        _server(colour, number, str(cidr[FIRST_HOST + number * 2 + (colour == "green")]), images[colour])
        for colour in VERSIONS
        for number in range(1, settings.instances + 1)
    ]
    balancer, pool = _balancer(project_id, str(cidr[10]), network, subnet)
    pool.members = [_member(project_id, subnet, server) for server in servers]
    amphora = Amphora(pool.monitor.url_path if pool.monitor else "/")
    ports = [_port(subnet, server.address, server.mac, server.id) for server in servers]
    vip_port = _port(subnet, balancer.vip_address, "fa:16:3e:00:00:0a", f"lb-{balancer.id}")
    balancer.vip_port_id = vip_port["id"]
    world = World(
        settings=settings,
        users=[operator, User("viewer", ("reader",))],
        credential=ApplicationCredential(operator),
        images=list(images.values()),
        servers=servers,
        instances=[_instance(server) for server in servers],
        networks=[network, lease],
        subnets=[subnet],
        ports=[*ports, vip_port],
        balancer=balancer,
        pool=pool,
        amphora=amphora,
        vip=Vip(amphora, balancer.vip_address, VIP_PORT),
        project_id=project_id,
        troubles=provisioning.troubles_of(settings.fault),
    )
    amphora.push(pool.members)
    return world


def spoil(world: World) -> str:
    """The mode of the last green instance at the start of the scenario that begins with an unhealthy one."""
    return "unhealthy" if world.settings.fault is Fault.GREEN_UNHEALTHY else "ok"


def _server(colour: str, number: int, address: str, image: Image) -> Server:
    low = int(ipaddress.IPv4Address(address)) & 0xFFFF
    facts = {"color": colour, "version": VERSIONS[colour], "git_commit": image.properties["git_commit"]}
    return Server(
        name=f"{SERVICE}-{colour}-{number}",
        address=address,
        mac=f"fa:16:3e:0{number >> 16 & 15:x}:{low >> 8:02x}:{low & 255:02x}",
        image=image,
        metadata={**facts, "service": SERVICE},
        tags=[f"color={colour}", f"service={SERVICE}"],
        created_at=time.time() - AGES[colour] + number * 20,
    )


def _instance(server: Server) -> Instance:
    told = {key: server.metadata[key] for key in ("version", "git_commit", "color")}
    return Instance(server.id, server.name, server.metadata["color"], server.address, APP_PORT, told)


def _member(project_id: str, subnet: JSON, server: Server) -> Member:
    live = server.metadata["color"] == "blue"
    return Member(
        server.name,
        project_id,
        operating_status="ONLINE" if live else "DRAINING",
        tags=[f"server={server.id}", f"bluegreen:weight={WEIGHT}"],
        address=server.address,
        protocol_port=APP_PORT,
        weight=WEIGHT if live else 0,
        subnet_id=subnet["id"],
        created_at=stamp(server.created_at + 60),
        updated_at=stamp(server.created_at + 63),
    )


def _balancer(project_id: str, address: str, network: JSON, subnet: JSON) -> tuple[Balancer, Pool]:
    balancer = Balancer(SERVICE, project_id, operating_status="ONLINE", vip_address=address)
    balancer.vip_network_id, balancer.vip_subnet_id = network["id"], subnet["id"]
    pool = Pool(SERVICE, project_id, operating_status="ONLINE", balancer_id=balancer.id)
    balancer.tags, pool.tags = [f"service={SERVICE}"], [f"service={SERVICE}"]
    pool.monitor = Monitor(f"{SERVICE}-monitor", project_id, operating_status="ONLINE", pool_id=pool.id)
    listener = Listener(f"{SERVICE}-http", project_id, operating_status="ONLINE", balancer_id=balancer.id)
    listener.protocol_port, listener.default_pool_id, pool.listener_id = VIP_PORT, pool.id, listener.id
    balancer.listeners, balancer.pools = [listener], [pool]
    for thing in (balancer, listener, pool, pool.monitor):
        thing.created_at = thing.updated_at = stamp(time.time() - AGE)
    return balancer, pool


def _port(subnet: JSON, address: str, mac: str, device: str) -> JSON:
    owner = "Octavia" if device.startswith("lb-") else "compute:nova"
    fixed = [{"subnet_id": subnet["id"], "ip_address": address}]
    where = {"network_id": subnet["network_id"], "mac_address": mac, "fixed_ips": fixed}
    return new_port(subnet["project_id"], **where, device_id=device, device_owner=owner)
