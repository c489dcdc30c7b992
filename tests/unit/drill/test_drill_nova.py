"""Nova and Glance of the drill: lists, filters, pages, microversions."""

from __future__ import annotations

from typing import Any

import pytest

DETAIL = "/compute/v2.1/servers/detail"


def at(version: str) -> dict[str, str]:
    return {"OpenStack-API-Version": f"compute {version}"}


def test_following_the_links_finds_each_server_once(still: Any) -> None:
    names, url = [], f"{still.drill.url}{DETAIL}?limit=3&tags=service%3Dnova-api"
    while url:
        page = still.operator.get(url, headers=at("2.73")).json()
        names += [server["name"] for server in page["servers"]]
        url = next((link["href"] for link in page.get("servers_links", ())), "")
    assert sorted(names) == sorted(server.name for server in still.drill.world.servers)


def test_tags_select_where_the_microversion_knows_them(still: Any) -> None:
    green = still.operator.get(DETAIL, params={"tags": "color=green"}, headers=at("2.26")).json()["servers"]
    assert {server["metadata"]["color"] for server in green} == {"green"}
    everything = still.operator.get(DETAIL, params={"tags": "color=green"}).json()["servers"]
    assert len(everything) == 4
    assert "tags" not in everything[0]


def test_an_unknown_filter_is_dropped_as_nova_does(still: Any) -> None:
    assert len(still.operator.get(DETAIL, params={"metadata": "x"}).json()["servers"]) == 4


def test_a_microversion_adds_its_fields(still: Any) -> None:
    old, new = (still.operator.get(DETAIL, headers=at(level)) for level in ("2.73", "2.98"))
    assert new.headers["OpenStack-API-Version"] == "compute 2.98"
    assert "properties" not in old.json()["servers"][0]["image"]
    server = new.json()["servers"][0]
    assert server["image"]["properties"] == {}


@pytest.mark.parametrize(
    ("path", "version", "status", "key"),
    [
        (DETAIL, "2.999", 406, "computeFault"),
        (DETAIL, "nonsense", 400, "badRequest"),
        (f"{DETAIL}?marker=nobody", "2.73", 400, "badRequest"),
        (f"{DETAIL}?limit=x", "2.73", 400, "badRequest"),
        ("/compute/v2.1/servers/nobody", "2.73", 404, "itemNotFound"),
    ],
)
def test_errors_are_nova_s_own(still: Any, path: str, version: str, status: int, key: str) -> None:
    answer = still.operator.get(path, headers=at(version))
    assert answer.status_code == status
    assert answer.json()[key]["code"] == status


def test_a_deleted_server_is_gone_and_its_member_stays(cloud: Any) -> None:
    server = cloud.drill.world.servers[0]
    assert cloud.drill.control.delete(f"servers/{server.name}").status_code == 204
    assert cloud.operator.get(f"/compute/v2.1/servers/{server.id}").status_code == 404
    assert "blue-1" in cloud.members()


def test_an_image_tells_the_commit_it_was_built_from(still: Any) -> None:
    first = still.operator.get("/image/v2/images", params={"limit": 1}).json()
    second = still.operator.get(f"/image{first['next']}").json()
    images = first["images"] + second["images"]
    assert len({image["git_commit"] for image in images}) == 2
    assert still.operator.get(f"/image/v2/images/{images[0]['id']}").json() == images[0]
    assert still.operator.get("/image/v2/images/nobody").status_code == 404
