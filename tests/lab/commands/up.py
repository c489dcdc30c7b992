"""Start the lab; install and set up what is missing. Idempotent."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import time
from collections.abc import Iterator

from .. import bus, config, database, install, schema, services
from ..process import run as run_process
from ..process import wait_http
from ..settings import APIS, CLOUDS_YAML, DATA, ETC, HOME, LOG, PORT, RUN, STATE, in_venv, remember, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose here: the LAB_* variables do that."""


@contextlib.contextmanager
def _phase(name: str) -> Iterator[None]:
    begun = time.monotonic()
    outcome = "  FAILED"
    try:
        yield
        outcome = ""
    finally:
        say(f"{name:34} {time.monotonic() - begun:7.1f} s{outcome}")


def _bootstrap(part: str) -> None:
    command = [in_venv("python"), "-W", "ignore", "-P", "-m", "lab.bootstrap", part]
    run_process(command, "bootstrap", {"PYTHONPATH": str(HOME.parent)})


def run(given: argparse.Namespace) -> int:
    """Every phase finds out by itself whether there is something to do."""
    begun = time.monotonic()
    for path in (STATE, ETC, LOG, RUN, DATA):
        path.mkdir(parents=True, mode=0o700, exist_ok=True)
    with (RUN / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one `up` at a time; others wait
        remember()
        with _phase("Debian packages"):
            install.debian_packages()
        with _phase("OpenStack in an environment"):
            install.openstack()
        with _phase("configuration"):
            config.write_all()
        with _phase("MariaDB and RabbitMQ"):
            bus.start()
            database.start()
            bus.wait()
        with _phase("database schemas"):
            schema.migrate()
        with _phase("APIs"):
            services.start_apis()
            wait_http(PORT["keystone"], "keystone", "/v3")
            _bootstrap("identity")
            services.start_workers()
            for name in APIS:
                wait_http(PORT[name], name)
        with _phase("network, images, computes"):
            _bootstrap("contents")
            services.wait_workers()
    say(f"{'total':34} {time.monotonic() - begun:7.1f} s")
    say(f"export OS_CLIENT_CONFIG_FILE={CLOUDS_YAML}   # clouds: lab, lab-viewer, lab-admin")
    return 0
