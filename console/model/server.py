"""A Nova server, as much of it as a release needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.address import canonical

# Another system runs on it, or none that answers: a rescue image, a guest that is built or was taken away.
_NOT_ITSELF = frozenset({"RESCUE", "BUILD", "REBUILD", "DELETED", "SOFT_DELETED", "SHELVED", "SHELVED_OFFLOADED"})

_POWER_TASKS = ("powering-on", "powering-off")  # Nova's task_state of os-start and os-stop
_POWER = {0: "no state", 1: "running", 3: "paused", 4: "shut down", 6: "crashed", 7: "suspended"}


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a server in Nova's cached view, keyed by network *name*; it has no subnet id."""

    network: str
    ip: str
    floating: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """A Nova server. Unknown strings are kept as the cloud sent them; None is "not told".

    `status` is derived by Nova from (vm_state, task_state); "deleting" shows only in `task_state`.
    `power_state`: 1 is running. ACTIVE says nothing about the application.
    """

    id: str
    name: str
    status: str = "UNKNOWN"
    task_state: str | None = None
    power_state: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    image_id: str | None = None
    created_at: float | None = None  # Unix seconds
    fault: str = ""
    locked: bool = False
    locked_reason: str = ""
    volumes: tuple[str, ...] = ()  # ids of attached ones
    flavor: str = ""  # its name, from 2.47
    zone: str = ""
    launched: bool = False  # whether it has ever run; one whose build failed has not

    def networks_of(self, address: str) -> tuple[str, ...]:
        """The names of the networks on which it has this fixed address, however that is spelt; empty: it has not."""
        wanted = canonical(address)
        found = (one.network for one in self.addresses if not one.floating and canonical(one.ip) == wanted)
        return tuple(dict.fromkeys(found))

    @property
    def power(self) -> str:
        """Its power state in words."""
        return _POWER.get(self.power_state, str(self.power_state)) if self.power_state is not None else "not told"

    @property
    def words(self) -> str:
        """Its status, and what stands against it: `SHUTOFF with task powering-on`, `ACTIVE with power state paused`."""
        if self.task_state:
            return f"{self.status} with task {self.task_state}"
        contradicts = self.status == "ACTIVE" and not self.running
        return f"{self.status} with power state {self.power}" if contradicts else self.status

    @property
    def running(self) -> bool:
        """ACTIVE, powered on as far as Nova knows, and with no task under way."""
        return self.status == "ACTIVE" and self.task_state is None and self.power_state in (None, 1)

    @property
    def changing_power(self) -> bool:
        """Whether Nova is starting or stopping it: what it says of the power is outdated at once."""
        return self.task_state in _POWER_TASKS

    @property
    def powered(self) -> bool:
        """Whether its guest runs its own system, as far as Nova knows, whatever task is under way."""
        if self.status in _NOT_ITSELF:
            return False
        return self.power_state == 1 or (self.power_state is None and self.status == "ACTIVE")
