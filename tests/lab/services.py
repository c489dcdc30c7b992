"""The OpenStack services: how each is started, and in which order they stop."""

from __future__ import annotations

import time

from . import bus
from .process import check_alive, pid_file, spawn
from .settings import (
    API_THREADS,
    COMPUTES,
    ETC,
    HEALTH_MANAGER,
    HOME,
    IP,
    PORT,
    RUN,
    VENV,
    has_dataplane,
    in_venv,
)


def _uwsgi(name: str, module: str, environment: dict[str, str] | None = None, arguments: str = "") -> None:
    command = [
        *(in_venv("uwsgi"), "--http-socket", f"{IP}:{PORT[name]}", "--module", module, "--need-app"),
        *("--enable-threads", "--threads", API_THREADS, "--buffer-size", "65535", "--die-on-term"),
        *("--http-chunked-input", "--thunder-lock", "--procname", f"lab-{name}"),
        *("--log-5xx", "--add-header", "Connection: close", "-H", str(VENV)),
    ]
    # Of the load balancer service every request is logged: the tests count its writes.
    command += (
        ["--logformat", "%(ltime) %(method) %(uri) %(status) %(msecs) ms"]
        if name == "octavia"
        else ["--disable-logging"]
    )
    if arguments:
        command += ["--pyargv", arguments]
    spawn(name, command, environment)


def start_apis() -> None:
    """Start the six APIs; they answer some seconds later."""
    keystone = {"OS_KEYSTONE_CONFIG_DIR": str(ETC / "keystone"), "OS_KEYSTONE_CONFIG_FILES": "keystone.conf"}
    _uwsgi("keystone", "keystone.wsgi.api:application", keystone)
    _uwsgi("placement", "placement.wsgi.api:application", {"OS_PLACEMENT_CONFIG_DIR": str(ETC / "placement")})
    nova = {"OS_NOVA_CONFIG_DIR": str(ETC / "nova"), "OS_NOVA_CONFIG_FILES": "api-paste.ini;nova.conf"}
    _uwsgi("nova", "nova.wsgi.osapi_compute:application", nova)
    neutron = {"OS_NEUTRON_CONFIG_DIR": str(ETC / "neutron"), "OS_NEUTRON_CONFIG_FILES": "neutron.conf"}
    _uwsgi("neutron", "neutron.wsgi.api:application", neutron)
    _uwsgi("octavia", "octavia.wsgi.api:application", arguments=f"--config-file {ETC / 'octavia' / 'octavia.conf'}")
    glance = {"OS_GLANCE_CONFIG_DIR": str(ETC / "glance"), "OS_GLANCE_CONFIG_FILES": "glance-api.conf"}
    _uwsgi("glance", "glance.wsgi.api:application", glance)


def start_workers() -> None:
    """Start everything that is behind the APIs."""
    nova = ["--config-file", str(ETC / "nova" / "nova.conf")]
    octavia = ["--config-file", str(ETC / "octavia" / "octavia.conf")]
    if has_dataplane():
        spawn_part("guests", "lab.dataplane.guests")
    spawn("nova-conductor", [in_venv("nova-conductor"), *nova])
    spawn("nova-scheduler", [in_venv("nova-scheduler"), *nova])
    spawn("octavia-worker", [in_venv("octavia-worker"), *octavia])
    if HEALTH_MANAGER:
        spawn("octavia-health-manager", [in_venv("octavia-health-manager"), *octavia])
        spawn_part("amphorae", "lab.amphorae")
    bus.wait_consumers("conductor")  # else nova-compute loses 10 s in a time-out
    guests = {"LAB_GUESTS": str(RUN / "guests.sock")} if has_dataplane() else {}
    for number in range(1, COMPUTES + 1):
        config = ETC / "nova" / f"compute-{number}.conf"
        spawn(f"nova-compute-{number}", [in_venv("nova-compute"), "--config-file", str(config)], guests)


def spawn_part(name: str, module: str) -> None:
    """Start a module of this package with the lab's python."""
    spawn(name, [in_venv("python"), "-W", "ignore", "-P", "-m", module], {"PYTHONPATH": str(HOME.parent)})


def wait_workers() -> None:
    """Wait until all take work from the bus."""
    time.sleep(0.5)  # a service that cannot start dies within this
    for name in service_names():
        if pid_file(name).exists():
            check_alive(name)
    computes = [f"compute.fake-{number}" for number in range(1, COMPUTES + 1)]
    bus.wait_consumers("scheduler", "octavia_provisioning_v2", *computes)


def service_names() -> list[str]:
    """In the order in which to stop them; the last three are the infrastructure."""
    running = sorted(path.stem for path in RUN.glob("*.pid"))
    names = [name for name in ("amphorae", "octavia-health-manager") if name in running or HEALTH_MANAGER]
    names += ["octavia-worker", "nova-scheduler"]
    names += [name for name in running if name.startswith("nova-compute")]
    names += [name for name in running if name.startswith("haproxy-")]
    names += ["guests"] if has_dataplane() else []
    names += ["nova-conductor", "glance", "octavia", "neutron", "nova", "placement", "keystone"]
    return [*names, "rabbit", "epmd", "mysql"]
