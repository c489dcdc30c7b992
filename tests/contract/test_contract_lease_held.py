"""The lease as the runner holds it: who comes second is told, a typed name takes a dead one, its loser never writes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from ground import Ground

from console.cloud.lease_reader import mac_for, ports_of
from console.cloud.writer import Writer
from console.errors import LeaseHeld, LeaseLost, Refused
from console.model.lease import ABORT_TAG, HOLD_TAG, LeaseHolder
from console.rollout.lease.neutron import NeutronLease

TTL = 2.0
ALICE = LeaseHolder("", "alice@jump1", "r1", "cutover nova-api blue>green", "release", "start", 0, 0, TTL)
BOB = replace(ALICE, owner="bob@jump2", rollout="r2")


@pytest.fixture
def protected(ground: Ground) -> Iterator[str]:
    """What nobody protects yet; its lease is gone afterwards."""
    name = uuid.uuid4().hex
    yield name
    for port in ground.reader.ports(network_id=ground.lease_network, mac_address=mac_for(name)):
        ground.writer.delete_port(port["id"])


def lease_on(ground: Ground, protected: str, *, writer: Writer | None = None, network: str = "") -> NeutronLease:
    return NeutronLease(
        ground.reader,
        writer or ground.writer,
        network=network or ground.lease_network,
        protected=protected,
        service="contract",
        client_timeout=0.5,
    )


def test_the_second_is_told_who_and_why_whatever_it_types(ground: Ground, protected: str) -> None:
    lease_on(ground, protected).acquire(replace(ALICE, since=time.time()))
    for typed, said in (("", "--take-over alice@jump1"), ("alice", "type the owner exactly as shown")):
        with pytest.raises(LeaseHeld) as told:
            lease_on(ground, protected).acquire(BOB, take_over=typed)
        assert 'alice@jump1 is doing cutover nova-api blue>green, reason "release"' in told.value.message
        assert said in told.value.hint


def test_a_dead_one_is_taken_over_by_name_and_its_holder_learns_of_it_before_it_writes(
    ground: Ground, protected: str
) -> None:
    dead = lease_on(ground, protected)
    dead.acquire(ALICE)
    taker = lease_on(ground, protected)
    began = time.monotonic()
    taker.acquire(BOB, take_over="alice@jump1")
    assert time.monotonic() - began >= TTL + 0.5, "longer than a write of the other may still be on its way"
    with pytest.raises(LeaseLost, match="taken away; now bob@jump2"):
        dead.renew("shift")
    assert dead.held is None
    dead.release()
    found = taker.find()
    assert found is not None
    assert found.owner == "bob@jump2", "who lost it gives back nobody else's"


def test_a_living_one_is_not_taken_over(ground: Ground, protected: str) -> None:
    living = lease_on(ground, protected)
    living.acquire(ALICE)

    class Renewing(NeutronLease):
        def find(self) -> LeaseHolder | None:
            found = super().find()
            living.renew("shift")
            return found

    taker = Renewing(
        ground.reader,
        ground.writer,
        network=ground.lease_network,
        protected=protected,
        service="contract",
        client_timeout=0.5,
    )
    with pytest.raises(LeaseHeld, match="has renewed the lease just now"):
        taker.acquire(BOB, take_over="alice@jump1")
    living.renew("prove")


def test_a_tag_of_somebody_else_is_no_sign_of_life_and_is_heard(ground: Ground, protected: str) -> None:
    mine = lease_on(ground, protected)
    mine.acquire(ALICE)
    before = mine.find()
    assert mine.held is not None
    assert before is not None
    ground.writer.tag_port(mine.held.lease_id, f"{ABORT_TAG}=bob@jump2")
    after = mine.find()
    assert after is not None
    assert after.revision == before.revision
    mine.renew("shift")
    assert mine.held.wish is not None, "the answer to a renewal carries the tags"
    assert mine.held.wish.words == "bob@jump2, by the tag bluegreen:abort on the lease"
    ground.writer.tag_port(mine.held.lease_id, HOLD_TAG)
    mine.renew("shift")
    assert mine.held.wish is not None
    assert mine.held.wish.hold
    # an own lease that is taken up again is another port, which knows nothing of what was asked of the runner before
    again = lease_on(ground, protected)
    again.acquire(ALICE)
    assert again.held is not None
    assert again.held.wish is None
    assert list(ground.reader.ports(id=mine.held.lease_id)) == []
    with pytest.raises(LeaseLost):
        mine.renew("shift")
    (port,) = ground.reader.ports(id=again.held.lease_id)
    assert port["tags"] == []
    assert ports_of(ground.reader, ground.lease_network, "r1") == [again.held.lease_id]


def test_an_address_that_something_else_has_is_never_taken(ground: Ground, protected: str) -> None:
    port = ground.writer.create_port(ground.lease_network, mac_for(protected), "a printer", "no lease at all")
    for typed in ("", "alice@jump1"):
        with pytest.raises(Refused, match="something else has taken it") as refused:
            lease_on(ground, protected).acquire(ALICE, take_over=typed)
        assert port["id"] in refused.value.message
    assert ground.reader.ports(id=port["id"]), "it is still there"


def test_who_may_not_write_gets_no_lease_and_is_told_what_is_missing(ground: Ground, protected: str) -> None:
    with pytest.raises(Refused, match="may not take the lease") as refused:
        lease_on(ground, protected, writer=Writer(ground.viewer)).acquire(ALICE)
    assert "a lease network that the project owns" in refused.value.hint


def test_a_network_of_somebody_else_gives_no_lease(ground: Ground, protected: str) -> None:
    mine = {str(port["project_id"]) for port in ground.reader.ports()}
    networks = ground.session.get("network", "/v2.0/networks")["networks"]
    others = [
        one["id"]
        for one in networks
        if one.get("project_id") not in mine and (one.get("shared") or one.get("router:external"))
    ]
    if not others:
        pytest.skip("not run: every network here is the project's own")
    with pytest.raises(Refused, match="may not take the lease"):
        lease_on(ground, protected, network=others[0]).acquire(ALICE)
