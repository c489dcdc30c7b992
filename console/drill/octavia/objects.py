"""Octavia's objects as its API shows them (Octavia 19, API v2.30): every key, in its order; see `policies`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.drill.octavia.thing import JSON, Thing

if TYPE_CHECKING:
    from console.drill.octavia.policies import Policy


@dataclass(eq=False)
class Member(Thing):
    """A pool member. `weight` can be None: a batch that says null stores it."""

    address: str = ""
    protocol_port: int = 0
    weight: int | None = 1
    backup: bool = False
    subnet_id: str | None = None
    monitor_address: str | None = None
    monitor_port: int | None = None
    vnic_type: str = "normal"

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "operating_status": self.operating_status,
            "provisioning_status": self.provisioning_status,
            "admin_state_up": self.admin_state_up,
            "address": self.address,
            "protocol_port": self.protocol_port,
            "weight": self.weight,
            "backup": self.backup,
            "subnet_id": self.subnet_id,
            "project_id": self.project_id,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "monitor_address": self.monitor_address,
            "monitor_port": self.monitor_port,
            "tags": sorted(self.tags),
            "vnic_type": self.vnic_type,
            "tenant_id": self.project_id,
        }


@dataclass(eq=False)
class Monitor(Thing):
    """A health monitor; `delay` and `timeout` in seconds."""

    pool_id: str = ""
    delay: int = 5
    timeout: int = 3
    url_path: str | None = "/healthcheck"
    type: str = "HTTP"

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "delay": self.delay,
            "timeout": self.timeout,
            "max_retries": 3,
            "max_retries_down": 3,
            "http_method": "GET" if self.type == "HTTP" else None,
            "url_path": self.url_path,
            "expected_codes": "200" if self.type == "HTTP" else None,
            "admin_state_up": self.admin_state_up,
            "project_id": self.project_id,
            "pools": [{"id": self.pool_id}],
            "provisioning_status": self.provisioning_status,
            "operating_status": self.operating_status,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "tags": sorted(self.tags),
            "http_version": None,
            "domain_name": None,
            "tenant_id": self.project_id,
        }


@dataclass(eq=False)
class Pool(Thing):
    """A pool with its members and its monitor."""

    balancer: Balancer = field(kw_only=True, repr=False)
    protocol: str = "HTTP"
    monitor: Monitor | None = None
    members: list[Member] = field(default_factory=list)

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "provisioning_status": self.provisioning_status,
            "operating_status": self.operating_status,
            "admin_state_up": self.admin_state_up,
            "protocol": self.protocol,
            "lb_algorithm": "ROUND_ROBIN",
            "session_persistence": None,
            "project_id": self.project_id,
            "loadbalancers": [{"id": self.balancer.id}],
            "listeners": [{"id": listener.id} for listener in self.balancer.listeners if listener.uses(self.id)],
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "healthmonitor_id": self.monitor.id if self.monitor else None,
            "members": [{"id": member.id} for member in self.members],
            "tags": sorted(self.tags),
            "tls_container_ref": None,
            "ca_tls_container_ref": None,
            "crl_container_ref": None,
            "tls_enabled": False,
            "tls_ciphers": None,
            "tls_versions": None,
            "alpn_protocols": None,
            "tenant_id": self.project_id,
        }


@dataclass
class Counted:
    """What a listener counts, from its beginning; `active` at this moment."""

    active: int = 0
    total: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    errors: int = 0

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "active_connections": self.active,
            "total_connections": self.total,
            "request_errors": self.errors,
        }


@dataclass(eq=False)
class Listener(Thing):
    """A listener: what the VIP listens on, the pool that it sends clients to, and its L7 policies in order.

    `counted` is what the last heartbeat told.
    """

    balancer_id: str = ""
    protocol: str = "HTTP"
    protocol_port: int = 80
    default_pool_id: str | None = None
    tls_ref: str | None = None  # where the certificate of a TERMINATED_HTTPS listener is kept
    policies: list[Policy] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)

    def uses(self, pool_id: str) -> bool:
        """Whether the pool is in its configuration: as the default, or by a policy that is enabled and has a rule."""
        return self.default_pool_id == pool_id or any(each.attaches(pool_id) for each in self.policies)

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "provisioning_status": self.provisioning_status,
            "operating_status": self.operating_status,
            "admin_state_up": self.admin_state_up,
            "protocol": self.protocol,
            "protocol_port": self.protocol_port,
            "connection_limit": -1,
            "default_tls_container_ref": self.tls_ref,
            "sni_container_refs": [],
            "project_id": self.project_id,
            "default_pool_id": self.default_pool_id,
            "l7policies": [{"id": each.id} for each in self.policies],
            "insert_headers": {},
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "loadbalancers": [{"id": self.balancer_id}],
            "timeout_client_data": 50000,
            "timeout_member_connect": 5000,
            "timeout_member_data": 50000,
            "timeout_tcp_inspect": 0,
            "tags": sorted(self.tags),
            "client_ca_tls_container_ref": None,
            "client_authentication": "NONE",
            "client_crl_container_ref": None,
            "allowed_cidrs": None,
            "tls_ciphers": None,
            "tls_versions": None,
            "alpn_protocols": None,
            "hsts_max_age": None,
            "hsts_include_subdomains": False,
            "hsts_preload": False,
            "tenant_id": self.project_id,
        }


@dataclass(eq=False)
class Balancer(Thing):
    """A load balancer with its listeners and pools. Of provider `ovn` it stores weights and ignores them."""

    provider: str = "amphora"
    vip_address: str = ""
    vip_port_id: str = ""
    vip_subnet_id: str = ""
    vip_network_id: str = ""
    additional_vips: list[JSON] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "provisioning_status": self.provisioning_status,
            "operating_status": self.operating_status,
            "admin_state_up": self.admin_state_up,
            "project_id": self.project_id,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "vip_address": self.vip_address,
            "vip_port_id": self.vip_port_id,
            "vip_subnet_id": self.vip_subnet_id,
            "vip_network_id": self.vip_network_id,
            "vip_sg_ids": [],
            "additional_vips": self.additional_vips,
            "listeners": [{"id": listener.id} for listener in self.listeners],
            "pools": [{"id": pool.id} for pool in self.pools],
            "provider": self.provider,
            "flavor_id": None,
            "vip_qos_policy_id": None,
            "tags": sorted(self.tags),
            "availability_zone": None,
            "vip_vnic_type": "normal",
            "tenant_id": self.project_id,
        }
