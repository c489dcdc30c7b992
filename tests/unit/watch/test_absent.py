from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from fake_openstack import FakeOpenStack, populate, populate_pools

from console.cloud.reader import Reader
from console.config.model import Config, Rotation, Selection, ServiceConfig
from console.model.colour import Colour
from console.model.health import Health, judge
from console.model.instance import Instance
from console.model.server import Server
from console.model.service import Service
from console.model.verdict import verdict
from console.watch.absent import Absences
from console.watch.observe import Observer

CONFIG = Config(
    Path("config.yaml"),
    {"api": ServiceConfig("api", "test", Rotation("api", "api"), instances=Selection(tags=("service=api",)))},
    journal="sqlite://",
)


@pytest.fixture
def observer(cloud: FakeOpenStack, tmp_path: Path) -> Observer:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    return Observer(CONFIG)


def look(observer: Observer) -> tuple[Service, Instance, float]:
    """The service, its first BLUE instance, and when they were looked at."""
    snapshot = observer.observe()
    api = snapshot.services["api"]
    return api, api.blue.instances[0], snapshot.taken_at


def test_a_server_that_nova_does_not_know_is_gone_and_asked_for_once(cloud: FakeOpenStack, observer: Observer) -> None:
    del cloud.servers[0]
    api, first, now = look(observer)
    assert (first.name, first.server, first.gone, first.weight) == ("api-blue-1", None, True, 1)
    assert judge(api, first, now).reason == "its server is gone: Nova answers 404"
    assert judge(api, first, now).health is Health.UNHEALTHY
    look(observer)
    assert len(cloud.asked("GET /compute/v2.1/servers/api-blue-1")) == 1


def untold(cloud: FakeOpenStack, pool: str = "api-p") -> None:
    """The members' tags do not tell the colour; the health check of the first one fails."""
    for one in cloud.members[pool]:
        one["tags"] = [tag for tag in one["tags"] if not tag.startswith("color=")]
    cloud.members[pool][0]["operating_status"] = "ERROR"


def test_an_instance_whose_server_is_deleted_keeps_its_colour(cloud: FakeOpenStack, observer: Observer) -> None:
    look(observer)
    untold(cloud)
    del cloud.servers[0]
    for _ in range(3):
        api, first, now = look(observer)
        assert (first.name, first.colour, first.server, first.gone) == ("api-blue-1", Colour.BLUE, None, True)
        assert api.foreign == ()
        assert not verdict(api, now).healthy
        assert verdict(api, now).blue.endswith(" 2/3")


def test_a_member_in_rotation_whose_server_never_was_there_is_no_small_matter(
    cloud: FakeOpenStack, observer: Observer
) -> None:
    untold(cloud)
    cloud.members["api-p"][0]["operating_status"] = "ONLINE"
    del cloud.servers[0]
    api, _, now = look(observer)
    assert [one.name for one in api.foreign] == ["api-blue-1"]
    found = verdict(api, now)
    assert not found.healthy
    why = "api-blue-1: the server that its tag names is gone: Nova answers 404"
    assert f"in rotation and no instance of api: {why}" in found.problems
    assert not any("of neither colour" in one for one in found.problems), "it is said once"


def test_the_pool_tells_the_colour_of_what_is_gone(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.clouds_yaml(tmp_path)
    populate_pools(cloud)
    untold(cloud, "web-blue")
    del cloud.servers[0]
    rotation = Rotation("web", "", kind="pools", pools={"blue": "web-blue", "green": "web-green"})
    web = ServiceConfig("web", "test", rotation, instances=Selection(tags=("service=web",)))
    found = Observer(Config(Path("config.yaml"), {"web": web}, journal="sqlite://")).observe()
    first = found.services["web"].blue.instances[0]
    assert (first.name, first.colour, first.gone) == ("web-blue-1", Colour.BLUE, True)
    assert not verdict(found.services["web"], found.taken_at).healthy


def test_a_server_that_is_only_left_out_of_the_list_is_shown_as_it_is(cloud: FakeOpenStack, observer: Observer) -> None:
    look(observer)
    cloud.unlisted.append(cloud.servers.pop(0))
    _, first, _ = look(observer)
    assert first.server is not None
    assert (first.server.status, first.gone) == ("ACTIVE", False)


@pytest.mark.parametrize("status", [403, 500])
def test_a_server_that_may_be_there_is_unknown_and_not_deleted(
    cloud: FakeOpenStack, observer: Observer, status: int
) -> None:
    look(observer)
    del cloud.servers[0]
    cloud.faults["/compute/v2.1/servers/api-blue-1"] = (status, {"error": {"message": "cell is down"}})
    api, first, now = look(observer)
    assert first.server is not None
    assert (first.server.status, first.gone) == ("UNKNOWN", False)
    assert judge(api, first, now).health is Health.UNKNOWN
    cloud.faults.clear()
    assert look(observer)[1].gone, "as soon as Nova answers, it is known"


def test_a_server_without_a_member_is_dropped_only_when_it_is_gone(cloud: FakeOpenStack, observer: Observer) -> None:
    cloud.members["api-p"] = cloud.members["api-p"][1:]
    look(observer)
    cloud.unlisted.append(cloud.servers.pop(0))
    assert look(observer)[1].name == "api-blue-1"
    cloud.unlisted.clear()
    api, first, _ = look(observer)
    assert first.name == "api-blue-2"
    assert len(api.blue.instances) == 2


def test_a_server_that_left_the_service_is_no_instance_of_it(cloud: FakeOpenStack, observer: Observer) -> None:
    look(observer)
    cloud.servers[0]["tags"] = ["service=other"]
    api, first, _ = look(observer)
    assert first.name == "api-blue-2"
    assert [one.name for one in api.foreign] == ["api-blue-1"], "its member is somebody else's"
    asked = len(cloud.asked("GET /compute/v2.1/servers/api-blue-1"))
    look(observer)
    assert len(cloud.asked("GET /compute/v2.1/servers/api-blue-1")) == asked


def test_until_a_server_was_asked_for_it_is_there_in_an_unknown_state() -> None:
    server = Server("s1", "api-1", "ACTIVE", power_state=1)
    absences = Absences(lambda _: True)
    absences.look(cast("Reader", None), [server], ())
    (missing,) = absences.missing([])
    assert (missing.id, missing.status, missing.running) == ("s1", "UNKNOWN", False)
    assert absences.missing([server]) == []


def test_a_cell_that_is_down_costs_no_more_than_ten_questions_a_look(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud, count=12)
    observer = Observer(CONFIG)
    look(observer)
    cloud.servers.clear()
    cloud.faults["/compute/v2.1/servers/api"] = (503, {"error": {"message": "cell is down"}})
    api, _, _ = look(observer)
    assert len(cloud.asked("GET /compute/v2.1/servers/api")) == 10
    assert len(api.side(Colour.GREEN).instances) == 12


def test_a_partial_record_of_a_cell_that_is_down_is_the_server_it_was(cloud: FakeOpenStack, observer: Observer) -> None:
    look(observer)
    cloud.servers[0] = {"id": "api-blue-1", "status": "UNKNOWN"}
    cloud.nova_filters = False
    api, first, now = look(observer)
    assert first.server is not None
    assert (first.name, first.colour, first.server.status) == ("api-blue-1", Colour.BLUE, "UNKNOWN")
    assert "cell may be down" in judge(api, first, now).reason
    assert cloud.asked("GET /compute/v2.1/servers/api") == []
