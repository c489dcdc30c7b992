"""The lease in Neutron, where the answer to its POST is lost, broken, or somebody else's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from console.errors import ApiError, Conflict, LeaseHeld, LeaseLost, NotFound, Refused, Unreachable
from console.model.lease import LeaseHolder
from console.rollout.lease.lease import Rivals
from console.rollout.lease.neutron import NeutronLease

WANTED = LeaseHolder("", "alice@jump1", "abc123", "cutover nova-api blue>green", "", "start", 0.0, 0.0, 60.0)


@dataclass
class Ports:
    """Neutron's ports as a lease sees them. `fails`: what the first POST ends with; `done`: after its work."""

    fails: Exception | None = None
    done: bool = True
    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0

    def ports(self, **filters: str) -> list[dict[str, Any]]:
        return [port for port in self.there.values() if port["mac_address"] == filters["mac_address"]]

    def network(self, name_or_id: str) -> dict[str, Any]:
        return {"id": name_or_id}

    def create_port(self, network_id: str, mac: str, name: str, description: str) -> dict[str, Any]:
        failure, self.fails = self.fails, None
        if any(port["mac_address"] == mac for port in self.there.values()):
            raise Conflict("in use", "", 409)
        self.made += 1
        port = {"id": f"port-{self.made}", "mac_address": mac, "name": name, "description": description}
        if failure is None or self.done:
            self.there[port["id"]] = port
        if failure is not None:
            raise failure
        return port

    def describe_port(self, port_id: str, description: str) -> dict[str, Any]:
        if port_id not in self.there:
            raise NotFound("gone", "", 404)
        self.there[port_id]["description"] = description
        return self.there[port_id]

    def delete_port(self, port_id: str) -> None:
        self.there.pop(port_id)


def lease(cloud: Ports, rivals: Rivals = Rivals()) -> NeutronLease:  # noqa: B008 it is frozen
    return NeutronLease(
        cloud, cloud, network="net", protected="pool-1", service="nova-api", client_timeout=1.0, rivals=rivals
    )


@pytest.mark.parametrize(
    "failure", [Unreachable("no answer"), Unreachable("no port"), ApiError("broken", "", 500), ApiError("", "", 503)]
)
def test_a_post_whose_answer_was_lost_after_its_work_is_found(failure: Exception) -> None:
    cloud = Ports(fails=failure)
    mine = lease(cloud)
    mine.acquire(WANTED)
    assert mine.held is not None
    assert (mine.held.owner, len(cloud.there)) == ("alice@jump1", 1)


@pytest.mark.parametrize("failure", [Unreachable("no answer"), ApiError("broken", "", 500)])
def test_one_that_was_lost_before_its_work_is_not_repeated(failure: Exception) -> None:
    cloud = Ports(fails=failure, done=False)
    with pytest.raises(type(failure)):
        lease(cloud).acquire(WANTED)
    assert cloud.there == {}


def test_an_answer_that_says_no_is_believed() -> None:
    with pytest.raises(ApiError):
        lease(Ports(fails=ApiError("slow down", "", 429), done=False)).acquire(WANTED)


def test_somebody_elses_is_not_taken_for_ours() -> None:
    cloud = Ports()
    lease(cloud).acquire(WANTED)
    other = LeaseHolder("", "bob@jump2", "def456", "cutover", "", "start", 0.0, 0.0, 60.0)
    with pytest.raises(LeaseHeld, match="alice@jump1"):
        lease(cloud).acquire(other)


def test_who_takes_a_rollout_up_again_shares_no_lease_with_an_earlier_runner() -> None:
    cloud = Ports()
    first, second = lease(cloud), lease(cloud)
    first.acquire(WANTED)
    second.acquire(WANTED)
    second.renew("shift")
    with pytest.raises(LeaseLost, match="was taken away"):
        first.renew("shift")
    first.release()
    assert len(cloud.there) == 1, "and gives back nothing of the other's"


def test_what_is_left_behind_is_taken_at_once_and_nothing_else_is() -> None:
    cloud, bob = Ports(), replace(WANTED, owner="bob@jump2", rollout="def456")
    first = lease(cloud)
    first.acquire(WANTED)
    with pytest.raises(LeaseHeld):
        lease(cloud, Rivals(lambda holder: holder.rollout == "other")).acquire(bob)
    with pytest.raises(LeaseHeld, match="is not mallory@nowhere's"):
        lease(cloud, Rivals(lambda _: True)).acquire(bob, take_over="mallory@nowhere")
    second = lease(cloud, Rivals(lambda holder: holder.rollout == WANTED.rollout))
    second.acquire(bob, take_over="alice@jump1")  # who types the owner all the same does not wait either
    second.renew("shift")
    with pytest.raises(LeaseLost, match="was taken away"):
        first.renew("shift")


def test_how_long_a_takeover_waits_is_told_before_it_does() -> None:
    cloud, bob = Ports(), replace(WANTED, owner="bob@jump2", rollout="def456", ttl=0.1)
    lease(cloud).acquire(replace(WANTED, ttl=0.1))
    told: list[tuple[str, str, int]] = []
    rivals = Rivals(waits=lambda holder, seconds: told.append((holder.owner, f"{seconds:.1f}", cloud.made)))
    lease(cloud, rivals).acquire(bob, take_over="alice@jump1")
    assert told == [("alice@jump1", "1.1", 1)]


def test_a_name_that_is_not_the_holders_takes_nothing_over_not_even_of_the_same_rollout() -> None:
    cloud = Ports()
    lease(cloud).acquire(WANTED)
    with pytest.raises(LeaseHeld, match="is not mallory@nowhere's"):
        lease(cloud).acquire(WANTED, take_over="mallory@nowhere")


def test_a_full_quota_is_no_rival() -> None:
    class Full(Ports):
        def create_port(self, network_id: str, mac: str, name: str, description: str) -> dict[str, Any]:
            raise Conflict("Quota exceeded for resources: ['port']", "", 409)

    with pytest.raises(Refused, match=r"no room for the port that is the lease: Quota exceeded"):
        lease(Full()).acquire(WANTED)
