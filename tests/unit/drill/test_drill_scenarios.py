"""Faults that begin and end while the drill runs, and APIs that do not do their work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from drill_cloud import login, start, until

from console.drill import console_text, scenarios
from console.drill.settings import Fault

LBAAS = "/load-balancer/v2/lbaas"


@pytest.fixture(scope="module")
def stage() -> Iterator[Any]:
    yield from start(instances=2)


@pytest.fixture
def scene(stage: Any) -> Iterator[Any]:
    """A drill in which all is well again afterwards."""
    yield stage
    begin(stage, None)
    with login(stage.drill, "drill") as operator, login(stage.drill, "drill-viewer") as viewer:
        stage.operator.headers["X-Auth-Token"] = operator.headers["X-Auth-Token"]
        stage.viewer.headers["X-Auth-Token"] = viewer.headers["X-Auth-Token"]
    assert stage.settle() == "ACTIVE"


def begin(cloud: Any, fault: Fault | None) -> None:
    answer = cloud.drill.control.put("fault", json={"fault": None if fault is None else fault.value})
    assert answer.status_code == 200, answer.text


def test_every_fault_begins_and_leaves_nothing(scene: Any) -> None:
    before = scene.drill.control.get("").json()
    for fault in Fault:
        begin(scene, fault)
        assert scene.drill.control.get("").json()["settings"]["fault"] == fault
    begin(scene, None)
    after = scene.drill.control.get("").json()
    for key in ("troubles", "outages", "settings"):
        assert after[key] == before[key]
    assert [each["mode"] for each in after["instances"]] == ["ok"] * 4
    assert {server.status for server in scene.drill.world.servers} == {"ACTIVE"}
    assert not scene.drill.world.haunting


def test_a_stuck_load_balancer_is_free_again_when_the_fault_ends(scene: Any) -> None:
    begin(scene, Fault.LB_STUCK)
    scene.drill.control.post("change")
    assert scene.balancer()["provisioning_status"] == "PENDING_UPDATE"
    begin(scene, None)
    assert scene.settle() == "ACTIVE"


def test_a_second_operator_changes_weights_through_octavia(scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "MEDDLING", 0.3)
    begin(scene, Fault.SECOND_OPERATOR)
    for weight in (scenarios.MEDDLED, 0):
        until(lambda wanted=weight: scene.members()["green-2"]["weight"] == wanted)
    until(lambda: scene.balancer()["provisioning_status"] == "PENDING_UPDATE")


def test_tokens_end_and_a_login_gives_another(scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "TOKENS_LAST", 0.2)
    begin(scene, Fault.TOKEN_EXPIRY)
    until(lambda: scene.viewer.get(f"{LBAAS}/pools").status_code == 401)
    with login(scene.drill, "drill-viewer") as again:
        assert again.get(f"{LBAAS}/pools").status_code == 200


def test_logins_are_refused(scene: Any) -> None:
    begin(scene, Fault.LOGIN_REFUSED)
    assert scene.viewer.get(f"{LBAAS}/pools").status_code == 401
    url = yaml.safe_load(scene.drill.clouds_file.read_text())["clouds"]["drill"]["auth"]["auth_url"]
    assert httpx.post(f"{url}/auth/tokens", json={}, trust_env=False).status_code == 401


def test_an_api_that_is_down_drops_the_connection_and_the_others_answer(scene: Any) -> None:
    begin(scene, Fault.API_DOWN)
    with pytest.raises(httpx.RemoteProtocolError):
        scene.viewer.get("/compute/v2.1/servers")
    assert scene.viewer.get(f"{LBAAS}/pools").status_code == 200


def test_names_of_the_catalog_that_nobody_can_resolve(scene: Any) -> None:
    begin(scene, Fault.NAMES_LOST)
    with login(scene.drill, "drill") as client:
        token = client.headers["X-Auth-Token"]
        told = client.get("/identity/v3/auth/tokens", headers={"X-Subject-Token": token}).json()["token"]
    hosts = {httpx.URL(endpoint["url"]).host for entry in told["catalog"] for endpoint in entry["endpoints"]}
    assert hosts
    assert all(host.endswith(".invalid") for host in hosts)


def test_a_live_instance_dies(scene: Any) -> None:
    begin(scene, Fault.BLUE_DEAD)
    (server,) = scene.viewer.get("/compute/v2.1/servers/detail?name=blue-2").json()["servers"]
    assert (server["status"], server["fault"]["code"]) == ("ERROR", 500)
    until(lambda: scene.members()["blue-2"]["operating_status"] == "ERROR")
    assert scene.answers(4) == ["blue"] * 4


@pytest.mark.parametrize(
    ("path", "kind", "status", "key"),
    [
        (f"{LBAAS}/pools", "forbidden", 403, "faultstring"),
        (f"{LBAAS}/pools", "limited", 429, "faultstring"),
        ("/compute/v2.1/servers", "forbidden", 403, "forbidden"),
        ("/compute/v2.1/servers", "limited", 429, "overLimit"),
        ("/network/v2.0/ports", "broken", 500, "NeutronError"),
        ("/image/v2/images", "refused", 401, "error"),
    ],
)
def test_outages_in_each_api_s_words(scene: Any, path: str, kind: str, status: int, key: str) -> None:
    service = path.split("/")[1]
    scene.drill.control.put("outages", json={service: kind}).raise_for_status()
    answer = scene.viewer.get(path)
    scene.drill.control.put("outages", json={service: None}).raise_for_status()
    assert answer.status_code == status
    assert key in answer.json()
    assert (answer.headers.get("Retry-After") == "20") is (kind == "limited")
    assert scene.viewer.get(path).status_code == 200


def test_a_proxy_s_page_and_silence(scene: Any) -> None:
    scene.drill.control.put("outages", json={"image": "unavailable", "compute": "silent"}).raise_for_status()
    answer = scene.viewer.get("/image/v2/images")
    assert (answer.status_code, answer.text[:6]) == (503, "<html>")
    began = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        scene.viewer.get("/compute/v2.1/servers", timeout=0.3)
    assert time.monotonic() - began < 2
    scene.drill.control.put("outages", json={"image": None, "compute": None}).raise_for_status()


def test_wrong_words_for_faults_and_outages(stage: Any) -> None:
    assert stage.drill.control.put("fault", json={"fault": "bogus"}).status_code == 400
    assert stage.drill.control.put("outages", json={"compute": "bogus"}).status_code == 400
    assert stage.drill.control.put("outages", json={"bogus": None}).status_code == 400


def test_a_console_is_as_untrusted_as_a_real_one(stage: Any) -> None:
    server, instance = stage.drill.world.servers[0], stage.drill.world.instances[0]
    assert "listening on" in console_text.of(server, instance)
    assert "\x1b[" in console_text.of(server, instance), "a real console has colours"
