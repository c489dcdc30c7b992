"""Neutron's objects as its API shows them."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from console.drill.world import JSON, stamp


def new_port(project_id: str, **said: Any) -> JSON:
    """A port as the API shows it."""
    now = stamp()
    return {
        "id": str(uuid4()),
        "name": said.get("name", ""),
        "network_id": said["network_id"],
        "project_id": project_id,
        "mac_address": said["mac_address"],
        "admin_state_up": said.get("admin_state_up", True),
        "status": "ACTIVE" if said.get("device_id") else "DOWN",
        "device_id": said.get("device_id", ""),
        "device_owner": said.get("device_owner", ""),
        "fixed_ips": said.get("fixed_ips", []),
        "allowed_address_pairs": [],
        "extra_dhcp_opts": [],
        "security_groups": [str(uuid5(NAMESPACE_URL, project_id))],
        "description": said.get("description", ""),
        "binding:vnic_type": "normal",
        "port_security_enabled": True,
        "tags": list(said.get("tags", [])),
        "created_at": now,
        "updated_at": now,
        "revision_number": 1,
        "tenant_id": project_id,
    }


def new_network(project_id: str, name: str) -> JSON:
    """A network as the API shows it."""
    now = stamp()
    return {
        "id": str(uuid4()),
        "name": name,
        "tenant_id": project_id,
        "project_id": project_id,
        "admin_state_up": True,
        "mtu": 1500,
        "status": "ACTIVE",
        "subnets": [],
        "shared": False,
        "availability_zone_hints": [],
        "availability_zones": [],
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
        "router:external": False,
        "qinq": False,
        "vlan_transparent": False,
        "description": "",
        "port_security_enabled": True,
        "tags": [],
        "created_at": now,
        "updated_at": now,
        "revision_number": 1,
    }


def new_security_group(project_id: str, name: str) -> JSON:
    """A security group as the API shows it, without rules."""
    group_id = str(uuid5(NAMESPACE_URL, project_id)) if name == "default" else str(uuid4())
    whose = {"project_id": project_id, "tenant_id": project_id}
    return {"id": group_id, "name": name, "description": "", "security_group_rules": [], "stateful": True, **whose}


def new_subnet(project_id: str, network: JSON, name: str, cidr: IPv4Network) -> JSON:
    """A subnet as the API shows it; its network gets to know it."""
    now, subnet_id = stamp(), str(uuid4())
    network["subnets"].append(subnet_id)
    return {
        "id": subnet_id,
        "name": name,
        "project_id": project_id,
        "network_id": network["id"],
        "ip_version": 4,
        "subnetpool_id": None,
        "enable_dhcp": False,
        "ipv6_ra_mode": None,
        "ipv6_address_mode": None,
        "gateway_ip": str(cidr[1]),
        "cidr": str(cidr),
        "allocation_pools": [{"start": str(cidr[2]), "end": str(cidr[-2])}],
        "host_routes": [],
        "dns_nameservers": [],
        "description": "",
        "router:external": False,
        "service_types": [],
        "tags": [],
        "created_at": now,
        "updated_at": now,
        "revision_number": 0,
        "tenant_id": project_id,
    }
