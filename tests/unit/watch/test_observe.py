from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate, queries

from console.cloud.reader import Reader
from console.config.model import (
    CommitSource,
    Config,
    HealthCheck,
    LeaseConfig,
    Rotation,
    Selection,
    ServiceConfig,
    VipCheck,
)
from console.errors import UsageError
from console.model.colour import Colour, Role
from console.model.service import BALANCER, COMMITS, LEASE, PROBES, SERVERS, VIP, Service
from console.watch import observe
from console.watch.observe import Observer


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def service(name: str = "api", **changes: Any) -> ServiceConfig:
    usual = ServiceConfig(name, "test", Rotation(name, name), instances=Selection(tags=(f"service={name}",)))
    return usual._replace(**changes)


def config(*services: ServiceConfig, **changes: Any) -> Config:
    chosen = services or (service(),)
    return Config(Path("config.yaml"), {one.name: one for one in chosen}, "sqlite:///x")._replace(**changes)


@pytest.fixture
def cloud_with_release(cloud: FakeOpenStack, tmp_path: Path) -> FakeOpenStack:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    return cloud


def look(config: Config) -> Service:
    return next(iter(Observer(config).observe().services.values()))


def test_a_whole_look(cloud_with_release: FakeOpenStack) -> None:
    api = look(config())
    assert (api.role(Colour.BLUE), api.role(Colour.GREEN), api.live) == (Role.LIVE, Role.IDLE, Colour.BLUE)
    assert [one.name for one in api.blue.instances] == ["api-blue-1", "api-blue-2", "api-blue-3"]
    assert (api.blue.version, api.green.version) == ("blue-commit", "green-commit")
    assert api.balancer is not None
    assert api.pool is not None
    assert api.pool.monitor is not None
    assert [one.protocol_port for one in api.listeners] == [80]
    assert (api.foreign, api.uncoloured) == ((), ())
    assert not any(source.problem for source in api.sources.values())


def test_services_of_one_project_share_the_lists(cloud_with_release: FakeOpenStack) -> None:
    populate(cloud_with_release, name="web")
    both = Observer(config(service("api"), service("web")))
    both.observe()
    cloud_with_release.log.clear()
    snapshot = both.observe()
    assert {name: len(one.blue.instances) for name, one in snapshot.services.items()} == {"api": 3, "web": 3}
    asked = cloud_with_release
    assert len(asked.asked("GET /compute/v2.1/servers")) == 1
    assert queries(asked.asked("GET /compute/v2.1/servers")[0])["tags-any"] == "service=api,service=web"
    assert len(asked.asked("GET /load-balancer/v2/lbaas/loadbalancers")) == 1
    assert len([line for line in asked.log if line.endswith("/members")]) == 2
    assert snapshot.generation == 2


def test_a_service_without_tags_makes_one_list_of_the_whole_project(cloud_with_release: FakeOpenStack) -> None:
    populate(cloud_with_release, name="web")
    by_metadata = service("web", instances=Selection(metadata={"color": "blue"}))
    Observer(config(service("api"), by_metadata)).observe()
    (line,) = cloud_with_release.asked("GET /compute/v2.1/servers")
    assert not {"tags", "tags-any"} & set(queries(line))


def test_one_forbidden_api_leaves_the_facts_of_the_others(cloud_with_release: FakeOpenStack) -> None:
    cloud_with_release.faults["/compute"] = (403, {"forbidden": {"message": "Policy doesn't allow it"}})
    api = look(config())
    assert api.role(Colour.BLUE) is Role.LIVE, "the members' tags still tell"
    assert all(one.server is None for one in api.blue.instances)
    assert "Policy" in api.source(SERVERS).problem
    assert api.source(BALANCER).problem == ""


def test_no_load_balancer_service_is_said_and_servers_still_show(cloud_with_release: FakeOpenStack) -> None:
    cloud_with_release.catalog = ("compute",)
    api = look(config())
    assert "no load-balancer service" in api.source(BALANCER).problem
    assert len(api.blue.instances) == 3


@pytest.mark.parametrize(("wanted", "words"), [("apy", "there is no load balancer apy"), ("twin", "2 load balancers")])
def test_a_load_balancer_that_cannot_be_chosen(cloud_with_release: FakeOpenStack, wanted: str, words: str) -> None:
    cloud_with_release.balancers += [{"id": "t1", "name": "twin"}, {"id": "t2", "name": "twin"}]
    api = look(config(service(rotation=Rotation(wanted, "api"))))
    assert words in api.source(BALANCER).problem
    assert api.source(BALANCER).hint
    assert api.balancer is None


def test_a_source_that_fails_keeps_its_last_facts_and_says_since_when(cloud_with_release: FakeOpenStack) -> None:
    clock = Clock()
    observer = Observer(config(), clock=clock)
    observer.observe()
    cloud_with_release.faults["/load-balancer"] = (500, {"faultstring": "database is away"})
    clock.now += 10
    observer.observe()
    clock.now += 10
    api = observer.observe().services["api"]
    source = api.source(BALANCER)
    assert api.blue.weight == 3, "the last facts stay"
    assert "database is away" in source.problem
    assert (source.seen_at, source.since) == (clock.now - 20, clock.now - 10)
    assert not source.fresh(clock.now)
    assert api.source(SERVERS).fresh(clock.now)
    cloud_with_release.faults.clear()
    api = observer.observe().services["api"]
    assert (api.source(BALANCER).problem, api.source(BALANCER).fresh(clock.now)) == ("", True)


def test_members_that_cannot_be_read_make_the_balancers_facts_old(cloud_with_release: FakeOpenStack) -> None:
    clock = Clock()
    observer = Observer(config(), clock=clock)
    observer.observe()
    cloud_with_release.faults["/load-balancer/v2/lbaas/pools/api-p/members"] = (500, {"faultstring": "oops"})
    clock.now += 20
    source = observer.observe().services["api"].source(BALANCER)
    assert source.seen_at == clock.now - 20
    assert "oops" in source.problem


def test_an_unknown_cloud_is_a_fact_not_a_crash(tmp_path: Path, cloud: FakeOpenStack) -> None:
    cloud.clouds_yaml(tmp_path)
    api = look(config(service(cloud="tset")))
    assert "there is no cloud tset" in api.source(SERVERS).problem
    assert "did you mean test?" in api.source(SERVERS).hint


def test_a_wrong_password_is_tried_once_per_look(cloud_with_release: FakeOpenStack) -> None:
    cloud_with_release.password = "changed"
    api = look(config())
    assert "credentials were refused" in api.source(SERVERS).problem
    assert len(cloud_with_release.asked("POST /identity")) == 1, "an account must not be locked by our looking"


def test_a_token_that_ends_in_the_middle_is_renewed(cloud_with_release: FakeOpenStack) -> None:
    observer = Observer(config())
    observer.observe()
    cloud_with_release.tokens.clear()
    assert observer.observe().services["api"].source(BALANCER).problem == ""


def test_the_whole_project_returned_is_filtered_here(cloud_with_release: FakeOpenStack) -> None:
    populate(cloud_with_release, name="web")
    cloud_with_release.nova_filters = False
    assert len(look(config()).blue.instances) == 3


def test_a_server_that_vanishes_from_the_list_is_still_an_instance(cloud_with_release: FakeOpenStack) -> None:
    del cloud_with_release.servers[0]
    (first, *_) = look(config()).blue.instances
    assert (first.name, first.server, first.weight) == ("api-blue-1", None, 1)


def test_pending_members_are_shown_as_pending(cloud_with_release: FakeOpenStack) -> None:
    cloud_with_release.balancers[0]["provisioning_status"] = "PENDING_UPDATE"
    for member in cloud_with_release.members["api-p"]:
        member["provisioning_status"] = "PENDING_UPDATE"
    api = look(config())
    assert api.balancer is not None
    assert api.balancer.provisioning_status == "PENDING_UPDATE"
    assert api.balancer.operating_status == "UNKNOWN"


def test_images_are_read_once_and_only_when_the_metadata_says_nothing(cloud_with_release: FakeOpenStack) -> None:
    observer = Observer(config())
    observer.observe()
    assert cloud_with_release.asked("GET /image") == []
    for server in cloud_with_release.servers[:3]:
        del server["metadata"]["git_commit"]
    cloud_with_release.images["image-blue"] = {"id": "image-blue", "git_commit": "from-image"}
    for _ in range(3):
        api = observer.observe().services["api"]
    assert api.blue.version == "from-image"
    assert len(cloud_with_release.asked("GET /image/v2/images/image-blue")) == 1


def test_an_image_that_is_gone_is_not_asked_for_again(cloud_with_release: FakeOpenStack) -> None:
    for server in cloud_with_release.servers:
        server["metadata"].pop("git_commit")
    observer = Observer(config())
    observer.observe()
    assert observer.observe().services["api"].blue.version == "unknown"
    assert len(cloud_with_release.asked("GET /image/v2/images")) == 2


def test_probes_and_vip_are_asked_when_configured(cloud_with_release: FakeOpenStack) -> None:
    port = int(cloud_with_release.url.rpartition(":")[2])
    check, vip = HealthCheck("/identity/v3", port=port), VipCheck(f"http://{{vip}}:{port}/identity/v3", "version.id")
    api = look(config(service(health=check, vip=vip, version=("http./identity/v3#version.status",))))
    assert api.probed
    assert all(one.probe is not None and one.probe.ok for one in api.blue.instances)
    assert api.blue.version == "stable"
    assert api.traffic is not None
    assert {answer.version for answer in api.traffic.answers} == {"v3.14"}
    assert api.source(PROBES).seen_at is not None
    assert api.source(VIP).problem == ""


def test_probes_that_fail_are_facts_of_the_instances_not_of_the_source(cloud_with_release: FakeOpenStack) -> None:
    api = look(config(service(health=HealthCheck(port=1))))
    assert {one.probe.words for one in api.blue.instances if one.probe is not None} == {"refused"}
    assert api.source(PROBES).problem == ""


def test_without_checks_nothing_is_asked_of_instances_or_vip(cloud_with_release: FakeOpenStack) -> None:
    api = look(config())
    assert (api.probed, api.traffic, api.traffic_watched) == (False, None, False)
    assert {PROBES, VIP, LEASE} & set(api.sources) == set()


def test_the_lease_is_read_from_its_network(cloud_with_release: FakeOpenStack) -> None:
    from console.cloud.lease_reader import describe, mac_for
    from console.model.lease import LeaseHolder

    holder = LeaseHolder("p", "bob@jump2", "r1", "cutover api blue>green", "patch", "shift", 1.0, 2.0, 60.0)
    cloud_with_release.networks = [{"id": "n1", "name": "bluegreen-lease"}]
    observer = Observer(config(lease=LeaseConfig(network="bluegreen-lease")))
    assert observer.observe().services["api"].lease is None
    cloud_with_release.ports = [
        {"id": "x", "mac_address": "fa:16:3e:00:00:01", "network_id": "n1", "name": "other"},
        {
            "id": "p",
            "mac_address": mac_for("api-p").upper(),
            "network_id": "n1",
            "name": "bluegreen-lease-api",
            "description": describe(holder),
        },
    ]
    api = observer.observe().services["api"]
    assert api.lease is not None
    assert (api.lease.owner, api.lease.step) == ("bob@jump2", "shift")
    assert len(cloud_with_release.asked("GET /network/v2.0/networks")) == 1


def test_a_lease_network_that_is_missing_is_a_problem_of_the_lease_only(cloud_with_release: FakeOpenStack) -> None:
    api = look(config(lease=LeaseConfig(network="nowhere")))
    assert "no network nowhere" in api.source(LEASE).problem
    assert api.source(BALANCER).problem == ""


def test_clouds_are_independent(cloud_with_release: FakeOpenStack, tmp_path: Path) -> None:
    text = (tmp_path / "clouds.yaml").read_text()
    broken = text.replace('"test"', '"broken"').replace(cloud_with_release.url, "http://127.0.0.1:1")
    (tmp_path / "clouds.yaml").write_text(text[:-2] + ", " + broken.removeprefix('{"clouds": {'))
    snapshot = Observer(config(service("api"), service("web", cloud="broken"))).observe()
    assert snapshot.services["api"].live is Colour.BLUE
    assert "refused" in snapshot.services["web"].source(SERVERS).problem


def test_a_service_that_the_config_does_not_have() -> None:
    with pytest.raises(UsageError, match="there is no service apo"):
        Observer(config(), ["apo"])


def test_only_the_named_services_are_looked_at(cloud_with_release: FakeOpenStack) -> None:
    assert list(Observer(config(service("api"), service("web")), ["api"]).observe().services) == ["api"]


@pytest.mark.parametrize("slow_looks", [1, 2])
def test_facts_that_were_old_before_the_look_ended_are_asked_for_once_more(
    cloud_with_release: FakeOpenStack, monkeypatch: pytest.MonkeyPatch, slow_looks: int
) -> None:
    clock, members, asked = Clock(), Reader.members, []

    def slow(reader: Reader, *which: Any) -> Any:
        asked.append(which)
        clock.now += 60.0 if len(asked) <= slow_looks else 0.0
        return members(reader, *which)

    monkeypatch.setattr(Reader, "members", slow)
    api = Observer(config(), clock=clock).observe().services["api"]
    assert api.source(BALANCER).fresh(clock.now) is (slow_looks == 1)
    assert len(asked) == 2


def test_an_answer_that_nobody_foresaw_does_not_end_the_watch(
    cloud_with_release: FakeOpenStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.cloud.reader.Reader.members", lambda *_: 1 / 0)
    source = look(config()).source(BALANCER)
    assert "unexpected ZeroDivisionError" in source.problem


def test_what_is_asked_at_once_is_asked_at_once(cloud_with_release: FakeOpenStack) -> None:
    """Nova and Octavia wait for each other in this fake: one after the other would never end."""
    together = threading.Barrier(2, timeout=10)

    def wait() -> tuple[int, Any]:
        together.wait()
        return 200, {"servers": [], "loadbalancers": []}

    cloud_with_release.faults["/compute/v2.1/servers"] = wait
    cloud_with_release.faults["/load-balancer/v2/lbaas/loadbalancers"] = wait
    api = look(config())
    assert api.source(SERVERS).problem == ""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_the_way_back_does_not_wait_for_a_server_of_commits(
    cloud_with_release: FakeOpenStack, silent: socket.socket
) -> None:
    source = CommitSource(github=f"http://127.0.0.1:{silent.getsockname()[1]}", project="a/b")
    observer = Observer(config(service(commits=source)), patience=0.5)
    api = observer.observe().services["api"]
    told = api.source(COMMITS)
    assert told.seen_at is None
    assert "no answer within" in told.problem
    assert (api.source(SERVERS).problem, api.source(BALANCER).problem) == ("", "")
    again = observer.observe().services["api"]
    assert again.source(BALANCER).problem == "", "the one that still hangs is not asked a second time"


def test_who_has_no_patience_asks_for_no_commits(cloud_with_release: FakeOpenStack, silent: socket.socket) -> None:
    source = CommitSource(github=f"http://127.0.0.1:{silent.getsockname()[1]}", project="a/b")
    api = Observer(config(service(commits=source)), patience=0).observe().services["api"]
    assert COMMITS not in api.sources
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.accept()


@pytest.mark.parametrize(("patience", "fetches"), [(3.0, False), (40.0, True), (math.inf, True)])
def test_who_does_not_wait_for_a_fetch_begins_none(patience: float, fetches: bool) -> None:
    asked = observe._hurried(config(service(commits=CommitSource(git=Path("clone"), fetch=True))), patience)
    (one,) = asked.services.values()
    assert one.commits is not None
    assert one.commits.fetch is fetches
