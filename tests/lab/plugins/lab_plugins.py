"""Small plug-ins that let unmodified OpenStack services run with no agents; copied into the lab's environment.

neutron: LabMechanism, an ML2 mechanism driver that binds every port at once.
octavia: NetworkDriver, Octavia's noop network driver, except that VIP ports, networks, subnets and ports are looked
         up or made in the real Neutron; ComputeDriver, its noop compute driver (with its scratch file in the state
         directory); with a data plane AmphoraDriver runs the haproxies (dataplane/driver.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    from neutron_lib import constants
    from neutron_lib.plugins.ml2 import api

    class LabMechanism(api.MechanismDriver):
        """Binds every port, at once."""

        def initialize(self) -> None:
            """Nothing to prepare."""

        @property
        def connectivity(self) -> str:
            """What Neutron asks a driver for."""
            return "l2"

        def bind_port(self, context: Any) -> None:
            """Bind to the first segment."""
            details = {"port_filter": True, "connectivity": "l2"}
            for segment in context.segments_to_bind[:1]:
                context.set_binding(segment[api.ID], "ovs", details, status=constants.PORT_STATUS_ACTIVE)
except ImportError:  # a process of Octavia's that needs no Neutron
    pass

_FROM_NEUTRON = (
    "allocate_vip",
    "deallocate_vip",
    "get_network",
    "get_subnet",
    "get_network_by_name",
    "get_subnet_by_name",
    "get_port_by_name",
    "get_security_group",
    "get_security_group_by_id",
    "get_qos_policy",
)


def _scratch_in_state(module: Any) -> None:
    """Octavia's noop drivers keep a scratch database in /tmp: have it in the state directory."""
    import sqlalchemy

    def create_engine(url: str, *more: Any, **options: Any) -> Any:
        if url.startswith("sqlite:////tmp/"):
            url = f"sqlite:///{os.environ['LAB_STATE']}/data/{Path(url).name}"
        return sqlalchemy.create_engine(url, *more, **options)

    if hasattr(module, "create_engine"):
        module.create_engine = create_engine


def _network_driver() -> Any:
    import sqlalchemy
    from octavia.network.drivers.neutron import allowed_address_pairs
    from octavia.network.drivers.noop_driver import driver

    _scratch_in_state(driver)

    class NetworkDriver(driver.NoopNetworkDriver):
        """noop, but with VIP ports and look-ups in the real Neutron."""

        def __init__(self) -> None:
            super().__init__()
            self._real = allowed_address_pairs.AllowedAddressPairsDriver()

        def get_port(self, port_id: str, context: Any = None) -> Any:
            table = self.driver.interfaces_table
            with self.driver.engine.connect() as connection:  # a port of an amphora's own?
                if connection.execute(sqlalchemy.select(table).where(table.c.port_id == port_id)).first():
                    return super().get_port(port_id)
            return self._real.get_port(port_id, context=context)

    def real(name: str) -> Callable[..., Any]:
        def method(self: Any, *more: Any, **options: Any) -> Any:
            return getattr(self._real, name)(*more, **options)

        method.__name__ = name
        return method

    for name in _FROM_NEUTRON:
        setattr(NetworkDriver, name, real(name))
    return NetworkDriver


def _compute_driver() -> Any:
    from octavia.compute.drivers.noop_driver import driver

    _scratch_in_state(driver)
    from lab.settings import has_dataplane

    return _lab_driver().compute_driver(driver.NoopComputeDriver) if has_dataplane() else driver.NoopComputeDriver


def _lab_driver() -> Any:
    from lab.dataplane import driver

    return driver


def __getattr__(name: str) -> Any:
    """Octavia's drivers are made when asked for: Neutron loads this module, too, and has no need of them."""
    if os.environ.get("LAB_PARENT") and os.environ["LAB_PARENT"] not in sys.path:
        sys.path.append(os.environ["LAB_PARENT"])
    makers: dict[str, Callable[[], Any]] = {
        "NetworkDriver": _network_driver,
        "ComputeDriver": _compute_driver,
        "AmphoraDriver": lambda: _lab_driver().AmphoraDriver,
    }
    if name not in makers:
        raise AttributeError(name)
    globals()[name] = makers[name]()
    return globals()[name]
