"""The lab's RabbitMQ, with an epmd of its own."""

from __future__ import annotations

from .process import run, spawn, wait_port
from .settings import DATA, HOME, IP, LOG, PORT, in_venv, passwords

_HOME = DATA / "rabbit"
_ERLANG = (
    "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false "
    "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
)  # one scheduler that does not spin


def start() -> None:
    """Start both; `wait` says when the bus is there."""
    _HOME.mkdir(parents=True, exist_ok=True)
    settings = {
        "listeners.tcp.1": f"{IP}:{PORT['amqp']}",  # a port alone would listen on every interface
        "default_user": "lab",
        "default_pass": passwords()["amqp"],
        "default_permissions.configure": ".*",
        "default_permissions.read": ".*",
        "default_permissions.write": ".*",
        "loopback_users": "none",
        "log.console": "true",
        "log.console.level": "warning",
        "log.file": "false",
        "vm_memory_high_watermark.absolute": "1GB",
        "disk_free_limit.absolute": "50MB",
    }
    (_HOME / "rabbitmq.conf").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
    (_HOME / "plugins").write_text("[].\n")
    cookie = _HOME / ".erlang.cookie"
    if not cookie.exists():
        cookie.write_text(passwords()["cookie"])
        cookie.chmod(0o400)
    spawn("epmd", ["epmd", "-address", IP, "-port", str(PORT["epmd"])])
    wait_port(PORT["epmd"], "epmd")
    spawn("rabbit", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], _environment())


def wait() -> None:
    """Wait until it listens."""
    wait_port(PORT["amqp"], "rabbit")


def wait_consumers(*queues: str) -> None:
    """Wait until somebody reads from each of the queues."""
    broker = f"amqp://lab:{passwords()['amqp']}@{IP}:{PORT['amqp']}/"
    run([in_venv("python"), str(HOME / "consumers.py"), *queues], "consumers", {"LAB_BROKER": broker})


def _environment() -> dict[str, str]:
    return {
        "HOME": str(_HOME),
        "RABBITMQ_BASE": str(_HOME),
        "RABBITMQ_MNESIA_BASE": str(_HOME),
        "RABBITMQ_NODENAME": "lab@localhost",
        "RABBITMQ_LOG_BASE": str(LOG),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_NODE_IP_ADDRESS": IP,
        "RABBITMQ_NODE_PORT": str(PORT["amqp"]),
        "RABBITMQ_DIST_PORT": str(PORT["dist"]),
        "RABBITMQ_CONFIG_FILE": str(_HOME / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": str(_HOME / "none.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(_HOME / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
        "RABBITMQ_CTL_ERL_ARGS": "-start_epmd false",
        "RUNNING_UNDER_SYSTEMD": "true",
        "NOTIFY_SOCKET": "",
        "ERL_EPMD_ADDRESS": IP,
        "ERL_EPMD_PORT": str(PORT["epmd"]),
    }
