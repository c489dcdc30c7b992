"""Nova: one file for the API, scheduler and conductor, and one for each nova-compute."""

from __future__ import annotations

import shutil

from ..settings import COMPUTES, DATA, ETC, IP
from .common import (
    LOCK,
    MIDDLEWARE,
    NO_NOTIFICATIONS,
    RABBIT,
    SHARE,
    Section,
    authtoken,
    database,
    defaults,
    service_user,
    write_ini,
)


def write() -> None:
    """Write nova.conf and compute-N.conf; a compute has no access to the databases."""
    sections = _sections()
    write_ini(ETC / "nova" / "nova.conf", sections)
    shutil.copy(SHARE / "nova" / "api-paste.ini", ETC / "nova")
    for number in range(1, COMPUTES + 1):
        state = DATA / f"nova-compute-{number}"
        (state / "instances").mkdir(parents=True, exist_ok=True)
        mine = {name: dict(values) for name, values in sections.items() if "database" not in name}
        mine["DEFAULT"] |= {"host": f"fake-{number}", "state_path": state, "instances_path": state / "instances"}
        write_ini(ETC / "nova" / f"compute-{number}.conf", mine)


def _sections() -> dict[str, Section]:
    return {
        "DEFAULT": defaults()
        | {
            "state_path": DATA / "nova",
            "compute_driver": "lab.FakeDriver",
            "concurrency_backend": "threading",
            "reserved_host_memory_mb": 0,
            "initial_cpu_allocation_ratio": 1.0,
            "vif_plugging_is_fatal": "false",
            "vif_plugging_timeout": 0,
            "service_down_time": 60,
            "report_interval": 5,
            "periodic_fuzzy_delay": 0,
            "update_resources_interval": 60,
            "default_thread_pool_size": 10,
            "sync_power_state_interval": -1,
            "my_ip": IP,
            "metadata_workers": 1,
            "osapi_compute_workers": 1,
            "instance_usage_audit": "false",
        },
        "api_database": database("nova_api"),
        "database": database("nova"),
        "api": {},
        "keystone_authtoken": authtoken(),
        "wsgi": {"api_paste_config": SHARE / "nova" / "api-paste.ini"},
        "service_user": service_user(send_service_user_token="true"),
        "glance": service_user(),
        "placement": service_user(),
        "keystone": service_user(),
        "neutron": service_user(service_metadata_proxy="false"),
        "cinder": {"catalog_info": "volumev3::publicURL"},
        "barbican": {},
        "vnc": {"enabled": "false"},
        "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 3},
        "conductor": {"workers": 1},
        "oslo_concurrency": LOCK,
        "quota": {"instances": 200, "cores": -1, "ram": -1},
        "filter_scheduler": {"track_instance_changes": "false"},
        "workarounds": {},
        "oslo_messaging_rabbit": RABBIT,
        "oslo_messaging_notifications": NO_NOTIFICATIONS,
        "oslo_middleware": MIDDLEWARE,
        "os_vif_ovs": {},
    }
