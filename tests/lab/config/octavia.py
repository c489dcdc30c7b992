"""Octavia: API, worker and health manager read one file."""

from __future__ import annotations

from pathlib import Path

from ..process import run
from ..settings import (
    DATA,
    ETC,
    HAPROXY_LOG,
    IP,
    OCTAVIA_NET,
    PORT,
    REGION,
    RUN,
    dataplane,
    has_dataplane,
    passwords,
    url,
)
from .common import NO_NOTIFICATIONS, RABBIT, Section, authtoken, database, defaults, service_user, write_ini

_CERTS = ETC / "octavia" / "certs"


def write() -> None:
    """Write octavia.conf, and note which data plane this lab was made with."""
    authority = _certificate_authority()
    (DATA / "octavia").mkdir(parents=True, exist_ok=True)
    (DATA / "dataplane").write_text(dataplane())
    write_ini(
        ETC / "octavia" / "octavia.conf",
        {
            "DEFAULT": defaults(),
            "api_settings": {
                "bind_host": IP,
                "bind_port": PORT["octavia"],
                "auth_strategy": "keystone",
                "enabled_provider_drivers": "amphora:The amphora driver,octavia:Alias of amphora",
                "default_provider_driver": "amphora",
                "healthcheck_enabled": "true",
                "api_base_uri": url("octavia"),
            },
            "database": database("octavia"),
            "oslo_messaging": {"topic": "octavia_prov", "rpc_thread_pool_size": 4},
            "oslo_messaging_rabbit": RABBIT,
            "oslo_messaging_notifications": NO_NOTIFICATIONS,
            "keystone_authtoken": authtoken(),
            "service_auth": service_user(),
            "neutron": {"region_name": REGION},
            "nova": {"region_name": REGION},
            "glance": {"region_name": REGION},
            "certificates": _certificates(authority),
            "controller_worker": _controller_worker(authority),
            "haproxy_amphora": _amphora(authority),
            "health_manager": {
                "bind_ip": IP,
                "bind_port": PORT["hm"],
                "controller_ip_port_list": f"{IP}:{PORT['hm']}",
                "heartbeat_key": passwords()["heartbeat"],
                "heartbeat_timeout": 31536000,
                "health_update_threads": 1,
                "stats_update_threads": 1,
                "health_check_interval": 3600,
            },
            "driver_agent": {f"{name}_socket_path": RUN / f"{name}.sock" for name in ("status", "stats", "get")},
            "task_flow": {"max_workers": 5},
        },
    )


def _certificate_authority() -> Path:
    authority = _CERTS / "ca.pem"
    _CERTS.mkdir(parents=True, exist_ok=True)
    if not authority.exists():
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-days", "3650", "-subj", "/CN=lab octavia CA"]
        secret = ["-passout", "pass:" + passwords()["certs"]]
        run([*request, *secret, "-keyout", str(_CERTS / "ca.key"), "-out", str(authority)], "install")
    return authority


def _certificates(authority: Path) -> Section:
    return {
        "cert_manager": "noop_cert_manager",
        "cert_generator": "local_cert_generator",
        "ca_certificate": authority,
        "ca_private_key": _CERTS / "ca.key",
        "server_certs_key_passphrase": passwords()["certs"],
        "ca_private_key_passphrase": passwords()["certs"],
    }


def _controller_worker(authority: Path) -> Section:
    looks_up = OCTAVIA_NET == "vip"
    return {
        "amphora_driver": "lab_amphora" if has_dataplane() else "amphora_noop_driver",
        "compute_driver": "lab_compute" if looks_up else "compute_noop_driver",
        "network_driver": "lab_network" if looks_up else "network_noop_driver",
        "image_driver": "image_noop_driver",
        "volume_driver": "volume_noop_driver",
        "workers": 1,
        "amp_active_wait_sec": 1,
        "amp_boot_network_list": "00000000-0000-0000-0000-000000000001",
        "amp_flavor_id": "00000000-0000-0000-0000-000000000002",
        "amp_image_tag": "amphora",
        "client_ca": authority,
        "loadbalancer_topology": "SINGLE",
    }


def _amphora(authority: Path) -> Section:
    common: Section = {"client_cert": authority, "server_ca": authority}
    if has_dataplane():  # the paths in haproxy's configuration stay those of an amphora; haproxy.py replaces them
        return common | {"default_connection_limit": 4000, "connection_logging": HAPROXY_LOG}
    return common | {"base_path": DATA / "octavia", "base_cert_dir": DATA / "octavia" / "certs"}
