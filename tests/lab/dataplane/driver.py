"""Octavia's own haproxy driver (its templates, its flow of calls, its errors) without the REST call to an amphora.

Loaded in octavia-worker, by plugins/lab_plugins.py.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from typing import Any

from octavia.amphorae.drivers.haproxy import exceptions, rest_api_driver
from octavia.db import api as db_api
from octavia.db import repositories
from oslo_log import log as logging

from ..settings import AMPHORA_DELAY, environment
from .haproxy import Amphora, AmphoraError

LOG = logging.getLogger("lab.amphora")


def _haproxy_version() -> str:
    said = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, env=environment(), check=True).stdout
    found = re.search(r"version (\S+)", said)
    return found[1] if found else "unknown"


class _Agent:
    """The calls of rest_api_driver.AmphoraAPIClient1_0 that matter; the others do nothing."""

    def __init__(self) -> None:
        self._version = _haproxy_version()

    def get_api_version(self, amphora: Any, **_: Any) -> dict[str, str]:
        return {"api_version": "1.0"}

    def get_info(self, amphora: Any, **_: Any) -> dict[str, str]:
        return {"haproxy_version": self._version, "api_version": "1.0"}

    def get_details(self, amphora: Any) -> dict[str, str]:
        return {}

    def get_interface(self, amphora: Any, ip: str, *_: Any, **__: Any) -> dict[str, str]:
        return {"interface": "lo"}

    def get_cert_md5sum(self, *_: Any, **__: Any) -> None:
        return None

    def upload_config(self, amphora: Any, load_balancer: str, config: str, timeout_dict: Any = None) -> None:
        try:
            Amphora(amphora.id).upload(load_balancer, config)
        except AmphoraError as error:
            LOG.error("%s: %s", amphora.id, error)
            raise exceptions.InvalidRequest from error

    def reload_listener(self, amphora: Any, load_balancer: str, timeout_dict: Any = None) -> None:
        time.sleep(AMPHORA_DELAY)
        begun = time.monotonic()
        try:
            Amphora(amphora.id).reload()
        except AmphoraError as error:
            LOG.error("%s: %s", amphora.id, error)
            raise exceptions.InternalServerError from error
        LOG.info("%s: reload took %.3f s", amphora.id, time.monotonic() - begun)

    start_listener = reload_listener

    def delete_listener(self, amphora: Any, load_balancer: str) -> None:
        Amphora(amphora.id).stop()

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None  # plugging ports and the like


class AmphoraDriver(rest_api_driver.HaproxyAmphoraLoadBalancerDriver):
    """The driver, with the agent above."""

    def __init__(self) -> None:
        super().__init__()
        self.clients = {"base": _Agent(), "1.0": _Agent()}

    def post_vip_plug(self, *_: Any, **__: Any) -> None:
        """Nothing to plug: loopback owns the addresses."""

    def post_network_plug(self, *_: Any, **__: Any) -> None:
        """Nothing to plug: loopback owns the addresses."""


def compute_driver(base: Any) -> Any:
    """The compute driver `base`, ending the haproxy of an amphora that is deleted."""

    class ComputeDriver(base):
        def delete(self, compute_id: str) -> None:
            with db_api.session().begin() as session:
                amphora = repositories.AmphoraRepository().get(session, compute_id=compute_id)
            if amphora:
                Amphora(amphora.id).remove()
            super().delete(compute_id)

    return ComputeDriver
