"""Keystone, Placement, Glance and Neutron."""

from __future__ import annotations

from ..settings import DATA, ETC, IP, RUN, TOKEN_TTL, url
from .common import (
    LOCK,
    MIDDLEWARE,
    NO_NOTIFICATIONS,
    RABBIT,
    SHARE,
    authtoken,
    database,
    defaults,
    service_user,
    write_ini,
)


def write() -> None:
    """Write the four services' files."""
    (RUN / "lock").mkdir(parents=True, exist_ok=True)
    _keystone()
    _placement()
    _glance()
    _neutron()


def _keystone() -> None:
    write_ini(
        ETC / "keystone" / "keystone.conf",
        {
            "DEFAULT": defaults(),
            "database": database("keystone"),
            "oslo_messaging_notifications": NO_NOTIFICATIONS,
            "cache": {"enabled": "true", "backend": "dogpile.cache.memory"},
            "identity": {"password_hash_rounds": 4},
            "token": {"provider": "fernet", "expiration": TOKEN_TTL},
            "fernet_tokens": {"key_repository": ETC / "keystone" / "fernet"},
            "fernet_receipts": {"key_repository": ETC / "keystone" / "receipts"},
            "credential": {"key_repository": ETC / "keystone" / "cred"},
            "oslo_middleware": MIDDLEWARE,
        },
    )


def _placement() -> None:
    write_ini(
        ETC / "placement" / "placement.conf",
        {
            "DEFAULT": defaults(),
            "placement_database": database("placement"),
            "api": {"auth_strategy": "keystone"},
            "keystone_authtoken": authtoken(),
        },
    )


def _glance() -> None:
    stores = {name: DATA / name for name in ("images", "images-staging", "images-tasks")}
    for path in stores.values():
        path.mkdir(parents=True, exist_ok=True)
    write_ini(
        ETC / "glance" / "glance-api.conf",
        {
            "DEFAULT": defaults()
            | {"bind_host": IP, "enabled_backends": "file:file", "worker_self_reference_url": url("glance")},
            "database": database("glance"),
            "glance_store": {"default_backend": "file"},
            "file": {"filesystem_store_datadir": stores["images"]},
            "os_glance_staging_store": {"filesystem_store_datadir": stores["images-staging"]},
            "os_glance_tasks_store": {"filesystem_store_datadir": stores["images-tasks"]},
            "paste_deploy": {"flavor": "keystone", "config_file": SHARE / "glance" / "glance-api-paste.ini"},
            "oslo_messaging_notifications": NO_NOTIFICATIONS,
            "oslo_concurrency": LOCK,
            "keystone_authtoken": authtoken(),
            "oslo_limit": {},
            "oslo_middleware": MIDDLEWARE,
        },
    )


def _neutron() -> None:
    write_ini(
        ETC / "neutron" / "neutron.conf",
        {
            "DEFAULT": defaults()
            | {
                "core_plugin": "ml2",
                "service_plugins": "router",
                "state_path": DATA / "neutron",
                "auth_strategy": "keystone",
                "api_paste_config": SHARE / "neutron" / "api-paste.ini",
                "dhcp_agent_notification": "false",
                "rpc_workers": 0,
                "notify_nova_on_port_status_changes": "false",
                "notify_nova_on_port_data_changes": "false",
                "dns_domain": "lab.test.",
                "global_physnet_mtu": 1500,
            },
            "database": database("neutron"),
            "keystone_authtoken": authtoken(),
            "oslo_messaging_rabbit": RABBIT,
            "oslo_messaging_notifications": NO_NOTIFICATIONS,
            "oslo_concurrency": LOCK,
            "nova": service_user(),
            "placement": service_user(),
            "oslo_middleware": MIDDLEWARE,
            "quotas": {"quota_port": -1, "quota_security_group": -1, "quota_security_group_rule": -1},
            "ml2": {
                "type_drivers": "local,flat",
                "tenant_network_types": "local",
                "mechanism_drivers": "lab",
                "extension_drivers": "port_security",
            },
            "ml2_type_flat": {"flat_networks": "*"},
            "securitygroup": {"enable_security_group": "true"},
        },
    )
