"""One region of one cloud: the calls that all its services share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from console.cloud.reader import Reader, selects
from console.cloud.session import Session
from console.config.model import ServiceConfig
from console.errors import CloudError, NotFound
from console.model.balancer import LoadBalancer
from console.model.server import Server
from console.model.service import BALANCER, LEASE, SERVERS
from console.watch.absent import Absences, Absent
from console.watch.look import Look
from console.watch.selection import common_filter
from console.watch.shapes import Shapes
from console.watch.versions import IMAGE, wanted

Connect = Callable[[str, str | None], Session]
Ports = Mapping[str, Mapping[str, Any]]  # by MAC address


class Place:
    """What the services in one region share: the login, one server list, one list of load balancers, lease ports.

    `services` are those whose instances are here; the load balancers here may be other services'.
    """

    def __init__(
        self,
        where: tuple[str, str | None],
        services: Sequence[ServiceConfig],
        *,
        lease_network: str | None,
        good_for: float,
        clock: Callable[[], float],
        connect: Connect,
    ) -> None:
        self.services = tuple(services)
        self.cloud, self.region = where
        self.images: dict[str, Mapping[str, str]] = {}
        self.login: Look[None] = Look("login", self._log_in, good_for=good_for, clock=clock)
        self.servers: Look[list[Server]] = Look(SERVERS, self._ask_servers, good_for=good_for, clock=clock)
        self.balancers: Look[list[LoadBalancer]] = Look(BALANCER, self._ask_balancers, good_for=good_for, clock=clock)
        self.properties: Look[None] = Look("images", self._ask_images, good_for=good_for, clock=clock)
        self.absent: Look[Absent] = Look("absent servers", self._ask_absent, good_for=good_for, clock=clock)
        self.named: Callable[[], set[str]] = set  # ids of the servers that members of these services name
        self.ports: Look[Ports] = Look(LEASE, self._ask_ports, good_for=good_for, clock=clock)
        self.shapes = Shapes(self.reader, clock)
        self._absences = Absences(lambda server: any(selects(one.instances, server) for one in services))
        self._connect = connect
        self._session: Session | None = None
        self._reader: Reader | None = None
        self._lock = Lock()
        self._lease_network = lease_network
        self._network_id = ""

    def session(self) -> Session:
        """The open session. Raises AuthError when clouds.yaml has no such cloud."""
        with self._lock:
            if self._session is None:
                self._session = self._connect(self.cloud, self.region)
            return self._session

    @property
    def known_region(self) -> str:
        """The region: the config's, else that of clouds.yaml once it was read."""
        return self.region or (self._session.region if self._session is not None else "")

    def reader(self) -> Reader:
        """The reader. Raises what went wrong when it was last tried to log in, instead of trying once more."""
        failed = self.login.seen.source
        if failed.problem:
            raise CloudError(failed.problem, failed.hint, cause=failed.cause)
        session = self.session()
        with self._lock:
            if self._reader is None:
                self._reader = Reader(session)
            return self._reader

    def known_servers(self) -> list[Server]:
        """The listed servers, and those that the list left out although they are there."""
        listed, absent = self.servers.value or [], self.absent.value or Absent()
        missing = [one for one in self._absences.missing(listed) if one.id not in absent.still]
        if not absent.still and not missing:
            return listed
        return [*(server for server in listed if server.id not in absent.still), *absent.still.values(), *missing]

    def _log_in(self) -> None:
        self.session().login()

    def _ask_servers(self) -> list[Server]:
        every, some = common_filter(self.services)
        return self.reader().servers_tagged(every=every, some=some)

    def _ask_absent(self) -> Absent:
        listed = self.servers.seen
        if listed.value is None or listed.source.problem:
            return self.absent.value or Absent()  # what a list does not have is only known from a list
        return self._absences.look(self.reader(), listed.value, self.named())

    def _ask_balancers(self) -> list[LoadBalancer]:
        return self.reader().load_balancers()

    def _ask_images(self) -> None:
        """The properties of images whose version nothing before them tells: once each, they do not change."""
        for image_id in self._unknown_images():
            try:
                self.images[image_id] = self.reader().image_properties(image_id)
            except NotFound:
                self.images[image_id] = {}  # deleted since the server booted: it will not come back

    def _unknown_images(self) -> set[str]:
        return {
            server.image_id
            for server in self.servers.value or ()
            if server.image_id is not None and server.image_id not in self.images
            if any(
                (service.instances.members or selects(service.instances, server))
                and wanted(service.version, IMAGE, server)
                for service in self.services
            )
        }

    def _ask_ports(self) -> Ports:
        """The ports of the lease network: whoever holds a lease has one there."""
        if self._lease_network is None:
            return {}
        reader = self.reader()
        if not self._network_id:
            self._network_id = str(reader.network(self._lease_network)["id"])
        return {str(port.get("mac_address")).lower(): port for port in reader.ports(network_id=self._network_id)}
