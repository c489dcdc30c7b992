"""GET of the drill's Octavia: filters, fields, pages, the status tree."""

from __future__ import annotations

from typing import Any

import pytest

LBAAS = "/load-balancer/v2/lbaas"


def get(cloud: Any, path: str, **params: Any) -> Any:
    return cloud.viewer.get(f"{LBAAS}{path}", params=params).json()


def test_versions_up_to_2_30_without_a_token(still: Any) -> None:
    for path in ("/load-balancer", "/load-balancer/"):
        listed = still.viewer.get(path, headers={"X-Auth-Token": ""}).json()["versions"]
        assert [each["id"] for each in listed] == [f"v2.{minor}" for minor in range(31)]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/loadbalancers", "loadbalancer"),
        ("/listeners", "listener"),
        ("/pools", "pool"),
        ("/healthmonitors", "healthmonitor"),
    ],
)
def test_lists_and_single_objects_agree(still: Any, path: str, key: str) -> None:
    (thing,) = get(still, path)[f"{key}s"]
    assert get(still, f"{path}/{thing['id']}")[key] == thing
    assert get(still, path, name=thing["name"])[f"{key}s"] == [thing]
    assert get(still, path, name="other")[f"{key}s"] == []
    assert get(still, path, fields=["id", "name"])[f"{key}s"] == [{"id": thing["id"], "name": thing["name"]}]
    assert still.viewer.get(f"{LBAAS}{path}/nobody").status_code == 404


def test_both_names_of_the_version_serve(still: Any) -> None:
    assert still.viewer.get("/load-balancer/v2.0/lbaas/pools").json() == get(still, "/pools")


def test_pools_of_one_load_balancer(still: Any) -> None:
    balancer = still.drill.world.balancer.id
    assert len(get(still, "/pools", loadbalancer_id=balancer)["pools"]) == 1
    assert get(still, "/pools", loadbalancer_id="other")["pools"] == []
    assert len(get(still, "/listeners", load_balancer_id=balancer)["listeners"]) == 1


def test_following_the_links_finds_each_member_once(still: Any) -> None:
    names: list[str] = []
    url = f"{still.drill.url}{still.pool}/members?limit=3"
    while url:
        page = still.viewer.get(url).json()
        names += [member["name"] for member in page["members"]]
        url = next((link["href"] for link in page["members_links"] if link["rel"] == "next"), "")
    assert len(names) == len(set(names)) == 4


def test_member_filters(still: Any) -> None:
    tag = f"server={still.drill.world.servers[0].id}"
    named = [
        member["name"] for member in still.viewer.get(f"{still.pool}/members", params={"tags": tag}).json()["members"]
    ]
    assert named == [still.drill.world.servers[0].name]
    without = still.viewer.get(f"{still.pool}/members", params={"not-tags": tag}).json()["members"]
    assert len(without) == 3
    assert still.viewer.get(f"{still.pool}/members", params={"bogus": 1}).status_code == 400
    assert still.viewer.get(f"{still.pool}/members", params={"limit": "x"}).json()["title"] == "Bad Request"


def test_the_status_tree_has_statuses_and_no_weights(still: Any) -> None:
    tree = get(still, f"/loadbalancers/{still.drill.world.balancer.id}/status")["statuses"]["loadbalancer"]
    pool = tree["listeners"][0]["pools"][0]
    assert pool["health_monitor"]["type"] == "HTTP"
    assert len(pool["members"]) == 4
    assert "weight" not in pool["members"][0]


def test_no_token_and_an_unknown_path(still: Any) -> None:
    assert still.viewer.get(f"{LBAAS}/pools", headers={"X-Auth-Token": ""}).status_code == 401
    assert still.viewer.get(f"{LBAAS}/bogus").json() == {"code": 404, "title": "Not Found", "description": ""}
