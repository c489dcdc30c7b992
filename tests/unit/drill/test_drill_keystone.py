"""Keystone of the drill: who gets a token, and until when it is worth something."""

from __future__ import annotations

from typing import Any

import httpx
import yaml

SERVERS = "/compute/v2.1/servers"


def post(cloud: Any, identity: dict[str, Any], scope: Any = None) -> httpx.Response:
    auth: dict[str, Any] = {"identity": identity} | ({"scope": scope} if scope else {})
    return httpx.post(f"{cloud.drill.url}/identity/v3/auth/tokens", json={"auth": auth}, trust_env=False)


def test_a_wrong_password_gets_no_token(still: Any) -> None:
    user = {"name": "operator", "password": "wrong", "domain": {"id": "default"}}
    answer = post(still, {"methods": ["password"], "password": {"user": user}})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "The request you have made requires authentication."
    assert "X-Subject-Token" not in answer.headers


def test_an_unknown_project_gets_no_token(still: Any) -> None:
    user = still.drill.world.users[0]
    said = {"id": user.id, "password": user.password}
    scope = {"project": {"name": "other", "domain": {"id": "default"}}}
    assert post(still, {"methods": ["password"], "password": {"user": said}}, scope).status_code == 401


def test_a_body_that_is_no_login_is_refused(still: Any) -> None:
    assert httpx.post(f"{still.drill.url}/identity/v3/auth/tokens", json={}, trust_env=False).status_code == 400


def test_the_token_says_who_what_and_where(still: Any) -> None:
    value = still.viewer.headers["X-Auth-Token"]
    token = still.viewer.get("/identity/v3/auth/tokens", headers={"X-Subject-Token": value}).json()["token"]
    assert token["user"]["name"] == "viewer"
    assert [role["name"] for role in token["roles"]] == ["reader"]
    public = {each["type"]: each["endpoints"][2]["url"] for each in token["catalog"]}
    assert public["load-balancer"] == f"{still.drill.url}/load-balancer"
    assert set(public) == {"identity", "compute", "image", "network", "load-balancer"}


def test_an_application_credential_logs_in_without_a_scope(still: Any) -> None:
    auth = yaml.safe_load(still.drill.clouds_file.read_text())["clouds"]["drill-credential"]["auth"]
    said = {"id": auth["application_credential_id"], "secret": auth["application_credential_secret"]}
    answer = post(still, {"methods": ["application_credential"], "application_credential": said})
    assert answer.status_code == 201
    assert answer.json()["token"]["project"]["name"] == "drill"
    wrong = {**said, "secret": "wrong"}
    assert post(still, {"methods": ["application_credential"], "application_credential": wrong}).status_code == 401


def test_a_token_ends_after_its_life(cloud: Any) -> None:
    cloud.drill.control.put("settings", json={"token_life": 0})
    user = cloud.drill.world.users[0]
    said = {"id": user.id, "password": user.password}
    scope = {"project": {"id": cloud.drill.world.project_id}}
    answer = post(cloud, {"methods": ["password"], "password": {"user": said}}, scope)
    headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    assert cloud.operator.get(SERVERS).status_code == 200
    assert cloud.operator.get(SERVERS, headers=headers).status_code == 401


def test_revoked_tokens_are_worth_nothing_in_any_api(cloud: Any) -> None:
    cloud.drill.control.post("tokens/revoke")
    for path in (SERVERS, "/image/v2/images", "/network/v2.0/ports", "/load-balancer/v2/lbaas/pools"):
        assert cloud.operator.get(path).status_code == 401, path
