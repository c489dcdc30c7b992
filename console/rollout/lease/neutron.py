"""The lease as a Neutron port: a true lock, seen by every console of the project (facts: OpenStack 7a)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from console.cloud.lease_reader import NAME_PREFIX, PortReader, describe, holder_of, mac_for
from console.errors import (
    ApiError,
    Conflict,
    Forbidden,
    LeaseHeld,
    LeaseLost,
    NotFound,
    Refused,
    Unreachable,
)
from console.model.lease import LeaseHolder
from console.rollout.lease.lease import NONE_KNOWN, Rivals, held_words

POLL = 1.0  # seconds between two looks at a lease that is waited for


class PortWriter(Protocol):
    """What is needed of the cloud's writer."""

    def create_port(self, network_id: str, mac: str, name: str, description: str) -> dict[str, Any]:
        """POST a port without an address. Raises Conflict when the MAC is in use."""

    def describe_port(self, port_id: str, description: str) -> dict[str, Any]:
        """PUT its description. Raises NotFound."""

    def delete_port(self, port_id: str) -> None:
        """DELETE it. Raises NotFound."""


class NeutronLease:
    """A lease on one object, named for people by its service."""

    def __init__(
        self,
        reader: PortReader,
        writer: PortWriter,
        *,
        network: str,
        protected: str,
        service: str,
        client_timeout: float,
        rivals: Rivals = NONE_KNOWN,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._network = network
        self._network_id = ""
        self._mac = mac_for(protected)
        self._name = NAME_PREFIX + service
        self._client_timeout = client_timeout
        self._rivals = rivals
        self._sleep = sleep
        self._conflict = ""  # what Neutron said to the last POST that it refused
        self.held: LeaseHolder | None = None

    def acquire(self, wanted: LeaseHolder, *, take_over: str = "") -> None:
        """See Lease.acquire. What an earlier runner of the same rollout has left is replaced, never shared.

        So one that lives after all holds a port that is gone, and finds that out before its next write.
        """
        port = self._create(wanted)
        if port is None:
            found = self.find()
            if found is None:  # given back between our POST and our look
                port = self._create(wanted)
            elif take_over in ("", found.owner) and self._rivals.left_behind(found):
                port = self._replace(found, wanted)
            elif take_over and take_over == found.owner:
                port = self._take_over(found, wanted)
            elif not take_over and _ours(found, wanted):
                port = self._replace(found, wanted)
            else:
                raise self._refusal(found, take_over)
        if port is None:
            raise self._not_had()
        self.held = replace(holder_of(port), owner=wanted.owner)

    def _not_had(self) -> Exception:
        """Neutron says 409 for an address in use, and for a quota as well."""
        if "quota" in self._conflict.lower():
            return Refused(
                f"Neutron has no room for the port that is the lease: {self._conflict}",
                "delete ports that nobody needs, or ask for a larger quota of ports",
                rule=8,
            )
        return LeaseHeld("someone else took the lease at this very moment", "look again in some seconds")

    def renew(self, step: str) -> None:
        """See Lease.renew. The port's id is the identity: a port that was taken over has another one."""
        if self.held is None:
            raise LeaseLost("the lease was never taken", "this is a fault of the program; nothing was written")
        try:
            told = replace(self.held, step=step, beat=self.held.beat + 1)
            port = self._writer.describe_port(self.held.lease_id, describe(told))
        except NotFound as error:
            held, self.held = self.held, None
            found = self.find()
            now_with = f"; now {held_words(found, time.time())}" if found is not None else ""
            raise LeaseLost(
                f"the lease {held.lease_id} of rollout {held.rollout} was taken away{now_with}",
                "nothing more is written by this rollout",
            ) from error
        self.held = holder_of(port)

    def release(self) -> None:
        """See Lease.release."""
        if self.held is None:
            return
        held, self.held = self.held, None
        try:
            self._writer.delete_port(held.lease_id)
        except NotFound:
            return  # taken over meanwhile: its new holder's port has another id

    def find(self) -> LeaseHolder | None:
        """See Lease.find."""
        found = self._reader.ports(network_id=self._network_ident(), mac_address=self._mac)
        return holder_of(found[0]) if found else None

    def _network_ident(self) -> str:
        if not self._network_id:
            self._network_id = str(self._reader.network(self._network)["id"])
        return self._network_id

    def _create(self, wanted: LeaseHolder) -> dict[str, Any] | None:
        """The port, or None when the MAC is in use. A POST whose answer was lost is looked up, never repeated."""
        try:
            return self._writer.create_port(self._network_ident(), self._mac, self._name, describe(wanted))
        except Conflict as error:
            self._conflict = error.message
            return None
        except Forbidden as error:
            raise Refused(
                f"this user may not take the lease: {error.message}",
                "changes need the role member in the project, and a lease network that the project owns",
                rule=8,
            ) from error
        except (Unreachable, ApiError) as error:
            if isinstance(error, ApiError) and error.status < 500:
                raise
            found = self.find()
            if found is not None and _ours(found, wanted):
                return self._writer.describe_port(found.lease_id, describe(wanted))
            raise

    def _take_over(self, found: LeaseHolder, wanted: LeaseHolder) -> dict[str, Any] | None:
        """Watch that nobody renews it for longer than a write could still be under way, then take it by its id."""
        seconds = found.ttl + self._client_timeout
        self._rivals.waits(found, seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._sleep(POLL)
            again = self.find()
            if again is None:
                break
            if again.revision != found.revision:
                raise LeaseHeld(
                    f"{found.owner} has renewed the lease just now: {held_words(again, time.time())}",
                    "it is alive; talk to its owner, or abort the rollout there",
                )
        return self._replace(found, wanted)

    def _replace(self, found: LeaseHolder, wanted: LeaseHolder) -> dict[str, Any] | None:
        with suppress(NotFound):  # given back, or another taker was quicker: the POST has one winner
            self._writer.delete_port(found.lease_id)
        return self._create(wanted)

    def _refusal(self, found: LeaseHolder, take_over: str) -> Exception:
        if found.foreign:
            return Refused(found.foreign, "delete that port or give the lease another network", rule=8)
        words = held_words(found, time.time())
        if take_over:
            return LeaseHeld(f"the lease is not {take_over}'s: {words}", "type the owner exactly as shown")
        return LeaseHeld(words, f"wait for it, or, if it is dead, take it over: --take-over {found.owner}")


def _ours(found: LeaseHolder, wanted: LeaseHolder) -> bool:
    """Left by an earlier runner of the same rollout; that it is dead was seen before this one was started."""
    return not found.foreign and found.rollout == wanted.rollout
