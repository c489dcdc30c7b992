"""Where the lab lives and how it is set up: every LAB_* variable with its default."""

from __future__ import annotations

import functools
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any, NoReturn

HOME = Path(__file__).resolve().parent
"""This package; its parent is on the path of processes that load parts of it."""

REGION = "RegionOne"
IP = "127.0.0.1"

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
STATE = Path(os.environ.get("LAB_STATE") or _CACHE / "bluegreen-lab").absolute()

_MADE_WITH = STATE / "made-with.json"


def _remembered(name: str, default: str) -> str:
    """A variable, else what the lab in STATE was made with, else the default."""
    known: dict[str, str] = json.loads(_MADE_WITH.read_text()) if _MADE_WITH.exists() else {}
    return os.environ.get(name) or known.get(name) or default


VENV = Path(_remembered("LAB_VENV", str(STATE / "venv"))).absolute()
"""The environment with OpenStack in it; several labs may share one."""

ETC, LOG, RUN, DATA = STATE / "etc", STATE / "log", STATE / "run", STATE / "data"
CLOUDS_YAML = STATE / "clouds.yaml"

OFFSET = int(_remembered("LAB_PORT_OFFSET", "20000"))
PORT = {
    name: port + OFFSET
    for name, port in {
        "mysql": 3306,
        "epmd": 4369,
        "amqp": 5672,
        "dist": 6672,
        "keystone": 5000,
        "placement": 8778,
        "glance": 9292,
        "neutron": 9696,
        "nova": 8774,
        "octavia": 9876,
        "hm": 5555,
    }.items()
}
APIS = ("keystone", "placement", "glance", "neutron", "nova", "octavia")

COMPUTES = int(os.environ.get("LAB_COMPUTES", "1"))
API_THREADS = os.environ.get("LAB_API_THREADS", "4")
TOKEN_TTL = os.environ.get("LAB_TOKEN_TTL", "3600")  # seconds
HEARTBEAT = float(os.environ.get("LAB_HEARTBEAT", "2"))  # seconds between two reports of an amphora
HEALTH_MANAGER = os.environ.get("LAB_HM", "1") == "1"
DEBUG = os.environ.get("LAB_DEBUG", "false")
HAPROXY_LOG = os.environ.get("LAB_HAPROXY_LOG", "false")
AMPHORA_DELAY = float(os.environ.get("LAB_AMPHORA_DELAY") or 0)  # seconds more for each update
OCTAVIA_NET = os.environ.get("LAB_OCTAVIA_NET", "vip")  # vip | noop
PYTHON = os.environ.get("LAB_PYTHON", sys.executable)


def fail(message: str) -> NoReturn:
    """End the program with a sentence on stderr and exit code 1."""
    raise SystemExit(message)


@functools.cache
def dataplane() -> str:
    """`haproxy` (real traffic; needs root for port 80) or `noop`. A lab keeps the kind that it was made with."""
    wanted, record = os.environ.get("LAB_DATAPLANE", ""), DATA / "dataplane"
    if wanted not in ("", "noop", "haproxy"):
        fail(f"LAB_DATAPLANE is noop or haproxy, not {wanted}")
    made_with = record.read_text() if record.exists() else ""
    if wanted and made_with and wanted != made_with:
        fail(f"{STATE} has the data plane {made_with}: `down --wipe` first, or use another LAB_STATE")
    return wanted or made_with or ("noop" if os.geteuid() else "haproxy")


def has_dataplane() -> bool:
    """Whether requests to a VIP are really served."""
    return dataplane() == "haproxy"


def cidr() -> str:
    """Where the servers and VIPs are: with a data plane on the loopback device, which owns all of 127/8."""
    return _remembered("LAB_CIDR", "127.78.0.0/22" if has_dataplane() else "10.78.0.0/22")


def remember() -> None:
    """Note what makes this lab, so that later commands need LAB_STATE only."""
    made_with = {"LAB_VENV": str(VENV), "LAB_PORT_OFFSET": str(OFFSET), "LAB_CIDR": cidr()}
    _MADE_WITH.write_text(json.dumps(made_with))


def forget() -> None:
    """Note nothing any more."""
    _MADE_WITH.unlink(missing_ok=True)


def url(service: str) -> str:
    """Where a service listens."""
    return f"http://{IP}:{PORT[service]}"


def auth_url() -> str:
    """Keystone's versioned address."""
    return url("keystone") + "/v3"


def passwords() -> dict[str, str]:
    """The lab's own secrets; made once, readable by their owner only."""
    path = STATE / "secrets.json"
    if not path.exists():
        names = ["db", "amqp", "admin", "deployer", "viewer", "service", "cookie", "metadata", "heartbeat", "certs"]
        write_private(path, json.dumps({name: secrets.token_hex(16) for name in names}))
    known: dict[str, str] = json.loads(path.read_text())
    return known


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read, at no moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def say(*words: Any) -> None:
    """One line for whoever is waiting."""
    print(*words, flush=True)


def in_venv(program: str) -> str:
    """The path of a program of the OpenStack environment."""
    return str(VENV / "bin" / program)


def environment() -> dict[str, str]:
    """For every process of the lab: no proxies, no OS_*, no PYTHON*, and the LAB_* that make it this lab."""
    dropped = ("OS_", "PYTHON", "RABBITMQ_", "UWSGI_", "VIRTUAL_ENV")
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped) and k.lower() not in proxies}
    path = f"{VENV / 'bin'}:{kept.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"
    return kept | {
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "PYTHONWARNINGS": "ignore",
        "LAB_STATE": str(STATE),
        "LAB_VENV": str(VENV),
        "LAB_PORT_OFFSET": str(OFFSET),
        "LAB_PARENT": str(HOME.parent),
        "no_proxy": f"{IP},localhost",
        "NO_PROXY": f"{IP},localhost",
    }
