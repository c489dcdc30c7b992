"""The port that is the lease: one winner, an owner's heartbeat, a takeover that cannot hit a newer lease."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from ground import Ground

from console.cloud.lease_reader import mac_for
from console.cloud.session import Session
from console.cloud.writer import Writer
from console.errors import BluegreenError, Conflict, NotFound
from console.model.call import Call

RACERS = 20


@pytest.fixture
def mac(ground: Ground) -> Iterator[str]:
    """An address that nobody has; its port is gone afterwards."""
    address = mac_for(uuid.uuid4().hex)
    yield address
    for port in ground.reader.ports(network_id=ground.lease_network, mac_address=address):
        ground.writer.delete_port(port["id"])


def _take(ground: Ground, mac: str, description: str = "") -> dict[str, Any]:
    return ground.writer.create_port(ground.lease_network, mac, "bluegreen-lease-contract", description)


def test_of_twenty_racers_one_wins(ground: Ground, mac: str) -> None:
    start = threading.Barrier(RACERS)
    won: list[dict[str, Any]] = []
    lost: list[BaseException] = []
    ground.session.adapter("network")  # logged in before the race

    def race(number: int) -> None:
        writer = Writer(_own_session(ground.session))
        start.wait(30)
        try:
            won.append(writer.create_port(ground.lease_network, mac, "bluegreen-lease-race", f"racer {number}"))
        except BluegreenError as error:
            lost.append(error)

    racers = [threading.Thread(target=race, args=(number,)) for number in range(RACERS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert len(won) == 1
    assert [type(error) for error in lost] == [Conflict] * (RACERS - 1)
    assert all(isinstance(error, Conflict) and error.status == 409 for error in lost)
    assert all("in use" in str(error) for error in lost), [str(error) for error in lost]
    (port,) = ground.reader.ports(network_id=ground.lease_network, mac_address=mac)
    assert (port["id"], port["description"]) == (won[0]["id"], won[0]["description"])


def test_the_lease_takes_no_address(ground: Ground, mac: str) -> None:
    port = _take(ground, mac, "{}")
    assert (port["fixed_ips"], port["mac_address"], port["description"]) == ([], mac, "{}")


def test_a_heartbeat_moves_the_servers_clock(ground: Ground, mac: str) -> None:
    port = _take(ground, mac, "step 1")
    time.sleep(1.1)  # Neutron's times have whole seconds
    beaten = ground.writer.describe_port(port["id"], "step 2")
    assert beaten["description"] == "step 2"
    assert datetime.fromisoformat(beaten["updated_at"]) > datetime.fromisoformat(port["updated_at"])
    assert beaten["revision_number"] > port["revision_number"]


def test_a_heartbeat_that_says_the_same_moves_nothing(ground: Ground, mac: str) -> None:
    port = _take(ground, mac, "the same")
    time.sleep(1.1)
    assert ground.writer.describe_port(port["id"], "the same")["updated_at"] == port["updated_at"]


def test_a_description_has_255_characters(ground: Ground, mac: str) -> None:
    port = _take(ground, mac, "x" * 255)
    assert port["description"] == "x" * 255
    with pytest.raises(BluegreenError) as refused:
        ground.writer.describe_port(port["id"], "x" * 256)
    assert getattr(refused.value, "status", 0) == 400


def test_a_takeover_deletes_the_lease_it_saw(ground: Ground, mac: str) -> None:
    dead = _take(ground, mac, "dead")
    ground.writer.delete_port(dead["id"])
    newer = _take(ground, mac, "newer")
    with pytest.raises(NotFound):
        ground.writer.delete_port(dead["id"])
    with pytest.raises(NotFound):
        ground.writer.describe_port(dead["id"], "waking up")
    (found,) = ground.reader.ports(network_id=ground.lease_network, mac_address=mac)
    assert (found["id"], found["description"]) == (newer["id"], "newer")


def test_another_writer_may_tag_the_lease(ground: Ground, mac: str) -> None:
    port = _take(ground, mac)
    ground.writer.send(Call("network", "PUT", f"/v2.0/ports/{port['id']}/tags/bluegreen:abort", {}))
    (found,) = ground.reader.ports(mac_address=mac)
    assert found["tags"] == ["bluegreen:abort"]


def _own_session(session: Session) -> Session:
    """The same login on connections of its own, as another process would have."""
    other = Session(session._region, session.config_file)
    other._http = type(session._http)(auth=session._http.auth)
    return other
