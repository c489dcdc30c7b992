"""Everything of the lab's project that a release makes and deletes, counted in the cloud itself."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from typing import NamedTuple

import openstack
from lab.settings import CLOUDS_YAML


@dataclass(frozen=True)
class Things:
    """What there is. `stray`: ports of servers that are not there, members whose server is not there."""

    servers: int
    ports: int
    members: int
    groups: int
    stray: tuple[str, ...] = ()


def counted(pool_id: str) -> Things:
    """Count the whole project, and the members of one pool."""
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(CLOUDS_YAML)
    with warnings.catch_warnings(), openstack.connect(cloud="lab") as cloud:
        warnings.simplefilter("ignore")  # the SDK warns of its own calls
        servers = list(cloud.compute.servers(details=True))
        ids = {server.id for server in servers}
        addresses = {one["addr"] for server in servers for found in server.addresses.values() for one in found}
        ports = [port for port in cloud.network.ports() if port.device_owner.startswith("compute:")]
        members = list(cloud.load_balancer.members(pool_id))
        stray = [f"port {port.id}" for port in ports if port.device_id not in ids]
        stray += [f"member {member.name}" for member in members if member.address not in addresses]
        groups = [group for group in cloud.compute.server_groups() if group.name.startswith("bluegreen-")]
        return Things(len(servers), len(ports), len(members), len(groups), tuple(stray))


class Member(NamedTuple):
    """What traffic depends on, and the labels."""

    weight: int
    up: bool
    backup: bool
    address: str
    port: int
    name: str
    tags: tuple[str, ...]


def members(pool_id: str) -> dict[str, Member]:
    """The members of a pool by id, as the load balancer has them."""
    with warnings.catch_warnings(), openstack.connect(cloud="lab") as cloud:
        warnings.simplefilter("ignore")  # the SDK warns of its own calls
        return {
            one.id: Member(
                one.weight,
                one.is_admin_state_up,
                bool(one.backup),
                one.address,
                one.protocol_port,
                one.name,
                tuple(sorted(one.tags or ())),
            )
            for one in cloud.load_balancer.members(pool_id)
        }
