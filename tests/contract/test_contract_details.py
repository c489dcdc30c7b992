"""What is asked for close-ups: a listener's counters, what was done to a server, its console."""

from __future__ import annotations

import socket

import httpx
import pytest
from ground import Ground, LabGround, until
from lab.settings import has_dataplane
from raw import ask, lbaas

from console.model.server import Server

STATS = ["bytes_in", "bytes_out", "active_connections", "total_connections", "request_errors"]
ACTION_KEYS = ["action", "instance_uuid", "request_id", "user_id", "project_id", "start_time", "message"]
EVENT_KEYS = ["event", "start_time", "finish_time", "result"]


def listener(ground: Ground) -> str:
    (found,) = ground.reader.listeners(ground.balancer_id)
    return found.id


def counted(ground: Ground) -> dict[str, int]:
    found: dict[str, int] = lbaas(ground.viewer, f"/listeners/{listener(ground)}/stats").body["stats"]
    return found


def server(ground: Ground, colour: str = "green") -> Server:
    servers = ground.reader.servers(ground.service.instances)
    return next(one for one in servers if one.metadata["color"] == colour)


def test_a_listener_counts(ground: Ground) -> None:
    before = counted(ground)
    assert list(before) == STATS
    whole = lbaas(ground.viewer, f"/loadbalancers/{ground.balancer_id}/stats").body["stats"]
    assert list(whole) == STATS
    assert whole["total_connections"] >= before["total_connections"]
    if isinstance(ground, LabGround) and not has_dataplane():
        pytest.skip("not run further: the lab has no data plane (it needs root)")
    assert ground.service.vip is not None
    url = ground.service.vip.at(ground.balancer().vip_address)
    with httpx.Client(trust_env=False, headers={"Connection": "close"}) as client:
        for _ in range(7):
            client.get(url).raise_for_status()
    until(lambda: counted(ground)["total_connections"] - before["total_connections"] >= 7, True)
    after = counted(ground)
    assert after["bytes_in"] > before["bytes_in"]
    assert after["bytes_out"] - before["bytes_out"] > 7 * 100
    assert after["request_errors"] == before["request_errors"]


def test_a_request_that_is_none_is_an_error(ground: Ground) -> None:
    if isinstance(ground, LabGround) and not has_dataplane():
        pytest.skip("not run: the lab has no data plane (it needs root)")
    before = counted(ground)["request_errors"]
    assert ground.service.vip is not None
    url = httpx.URL(ground.service.vip.at(ground.balancer().vip_address))
    with socket.create_connection((url.host, url.port or 80), 5) as client:
        client.sendall(b"this is no request\r\n\r\n")
        assert b"400 Bad" in client.recv(4096)
    until(lambda: counted(ground)["request_errors"] - before, 1)


def test_counters_of_nobody(ground: Ground) -> None:
    answer = lbaas(ground.viewer, f"/listeners/{ground.pool_id}/stats")
    assert (answer.status, answer.said) == (404, "Listener ID not found.")


@pytest.mark.parametrize(
    ("level", "more", "of_event"),
    [("2.1", [], None), ("2.51", [], []), ("2.58", ["updated_at"], []), ("2.84", ["updated_at"], ["hostId"])],
)
def test_what_was_done_to_a_server(ground: Ground, level: str, more: list[str], of_event: list[str] | None) -> None:
    path = f"/servers/{server(ground).id}/os-instance-actions"
    listed = ask(ground.viewer, "compute", path, level=level).body["instanceActions"]
    assert listed[-1]["action"] == "create"
    assert list(listed[-1]) == ACTION_KEYS + more
    shown = ask(ground.viewer, "compute", f"{path}/{listed[-1]['request_id']}", level=level).body["instanceAction"]
    assert {key: shown[key] for key in listed[-1]} == listed[-1]
    if of_event is None:
        assert "events" not in shown
    else:
        event = next(one for one in shown["events"] if one["event"] == "compute__do_build_and_run_instance")
        assert list(event) == EVENT_KEYS + of_event
        assert event["result"] == "Success"


def test_actions_that_there_are_not(ground: Ground) -> None:
    path = f"/servers/{server(ground).id}/os-instance-actions"
    assert ask(ground.viewer, "compute", f"{path}/req-nobody").said == "Action req-nobody not found"
    nobody = ask(ground.viewer, "compute", f"/servers/{ground.pool_id}/os-instance-actions")
    assert (nobody.status, nobody.said) == (404, "Instance ID could not be found.")


def test_stopped_and_started(pool: Ground) -> None:
    """A worker's way out of service and back in; what is done is listed newest first."""
    one = server(pool)
    path = f"/servers/{one.id}/action"
    assert ask(pool.viewer, "compute", path, "POST", {"os-stop": None}).status == 403
    again = ask(pool.session, "compute", path, "POST", {"os-start": None})
    assert (again.status, again.said) == (409, "Cannot 'start' instance ID while it is in vm_state active")
    assert ask(pool.session, "compute", path, "POST", {"os-stop": None}).status == 202

    def state() -> tuple[object, ...]:
        now = server(pool)
        return now.status, now.task_state, now.power_state

    until(state, ("SHUTOFF", None, 4), 30)
    done = ask(pool.viewer, "compute", f"/servers/{one.id}/os-instance-actions").body["instanceActions"]
    assert [each["action"] for each in done][0 :: len(done) - 1] == ["stop", "create"]
    assert ask(pool.session, "compute", path, "POST", {"os-start": None}).status == 202
    until(state, ("ACTIVE", None, 1), 30)


def test_the_console_is_a_member_s_and_its_end_is_cut_by_lines(ground: Ground) -> None:
    path = f"/servers/{server(ground).id}/action"

    def console(**said: object) -> str:
        answer = ask(ground.session, "compute", path, "POST", {"os-getConsoleOutput": said})
        assert answer.status == 200, answer
        return str(answer.body["output"])

    whole = console()
    assert len(whole.splitlines()) > 3
    assert console(length=-1) == whole.partition("\n")[2]
    assert console(length=0) == ""
    assert console(length=2) == console(length="2") == whole.splitlines()[-1] + "\n"
    refused = ask(ground.viewer, "compute", path, "POST", {"os-getConsoleOutput": {"length": 2}})
    rule = "os_compute_api:os-console-output"
    assert (refused.status, refused.said) == (403, f"Policy doesn't allow {rule} to be performed.")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"os-getConsoleOutput": {"length": "x"}},
            "Invalid input for field/attribute length. Value: x. 'x' does not match '^-?[0-9]+$'",
        ),
        (
            {"os-getConsoleOutput": {"length": -5}},
            "Invalid input for field/attribute length. Value: -5. -5 is less than the minimum of -1",
        ),
        ({"bogus": {}}, "There is no such action: bogus"),
    ],
)
def test_actions_that_nova_does_not_understand(ground: Ground, body: object, said: str) -> None:
    answer = ask(ground.session, "compute", f"/servers/{server(ground).id}/action", "POST", body)
    assert (answer.status, answer.said) == (400, said)
