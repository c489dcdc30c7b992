"""Every kind of rotation, read through real HTTP: what is where, what serves, and what it costs to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, Json, populate, populate_pools, queries

from console.config.model import Attached, Config, LeaseConfig, Rotation, Selection, ServiceConfig
from console.model.colour import Colour, Role
from console.model.health import Health, judge
from console.model.readiness import Readiness
from console.model.service import BALANCER, SERVERS, Service
from console.model.snapshot import Snapshot
from console.model.verdict import verdict
from console.watch.nodes import build
from console.watch.observe import Observer, run_once, snapshot
from console.watch.workers import Workers

POOLS = Rotation("web", "", kind="pools", pools={"blue": "web-blue", "green": "web-green"})


@pytest.fixture(autouse=True)
def _clouds(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.clouds_yaml(tmp_path)


def service(name: str, rotation: Rotation, **more: Any) -> ServiceConfig:
    usual = ServiceConfig(name, "test", rotation, instances=Selection(tags=(f"service={name}",)))
    return usual._replace(**more)


def config(*services: ServiceConfig) -> Config:
    return Config(Path("c.yaml"), {one.name: one for one in services}, journal="sqlite://", lease=LeaseConfig(None))


def look(one: ServiceConfig) -> tuple[Service, Snapshot]:
    found = Observer(config(one)).observe()
    return found.services[one.name], found


def test_a_pool_per_colour_with_a_preview(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    web, seen = look(service("web", POOLS))
    (part,) = web.balanced
    assert [one.id for one in part.listeners] == ["web-80", "web-443"]
    assert part.pool_of == {Colour.BLUE: "web-blue", Colour.GREEN: "web-green"}
    assert (web.role(Colour.BLUE), web.role(Colour.GREEN)) == (Role.LIVE, Role.IDLE)
    assert (web.share(Colour.BLUE), web.share(Colour.GREEN)) == (1.0, 0.0)
    assert [web.in_rotation(one) for one in web.green.instances] == [False, False]
    assert web.pool is not None
    assert web.pool.id == "web-blue"
    assert [rule.key for rule in part.policies[0].rules] == ["X-Preview"]
    assert "s3cret" not in repr(web)
    assert part.attached("web-green")
    found = verdict(web, seen.taken_at)
    assert found.rollback == "rollback ready: 2 warm, 2 calls"
    assert found.green.endswith("2/2 ready")


def test_a_parked_pool_is_unknown_not_unhealthy_and_no_word_of_octavia_counts(cloud: FakeOpenStack) -> None:
    populate_pools(cloud, preview=False)
    cloud.members["web-green"][0]["operating_status"] = "ERROR"  # of long ago
    web, seen = look(service("web", POOLS))
    found = [judge(web, one, seen.taken_at) for one in web.green.instances]
    assert [one.health for one in found] == [Health.UNKNOWN, Health.UNKNOWN]
    assert "nothing attaches its pool" in found[0].reason
    assert verdict(web, seen.taken_at).healthy, "what serves is well"
    assert verdict(web, seen.taken_at).rollback_state is Readiness.COLD


def test_listeners_on_different_pools_are_the_middle_of_a_shift(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    cloud.listeners[1]["default_pool_id"] = "web-green"
    web, seen = look(service("web", POOLS))
    assert web.role(Colour.BLUE) is web.role(Colour.GREEN) is Role.BOTH
    assert web.share(Colour.BLUE) is None, "how much goes through which listener is not known"
    found = verdict(web, seen.taken_at)
    assert ":80 (web-80) send to BLUE, :443 (web-443) to GREEN" in " ".join(found.problems)
    assert found.healthy


def test_a_default_pool_that_is_neither_colours_is_loud(cloud: FakeOpenStack) -> None:
    populate_pools(cloud, preview=False)
    for one in cloud.listeners:
        one["default_pool_id"] = "maintenance"
    web, seen = look(service("web", POOLS))
    found = verdict(web, seen.taken_at)
    assert not found.healthy
    text = " ".join(found.problems)
    assert "no colour is live: no listener sends to a pool of BLUE or GREEN" in text
    assert "no listener of load balancer web sends to web-blue and web-green" in text


def test_a_disabled_listener_serves_nobody(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    for one in cloud.listeners:
        one["admin_state_up"] = False
    web, seen = look(service("web", POOLS))
    assert web.live is None
    assert any("is disabled" in one for one in verdict(web, seen.taken_at).problems)


def test_an_instance_in_the_other_colours_pool_is_named(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    cloud.members["web-blue"].append(cloud.members["web-green"].pop())
    web, seen = look(service("web", POOLS))
    assert "web-green-2: of GREEN, and in BLUE's pool" in verdict(web, seen.taken_at).problems
    assert web.in_rotation(web.green.instances[1]), "it has traffic all the same"


def test_the_pool_tells_the_colour_where_nothing_else_does(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    for one in cloud.servers:
        one["metadata"] = {}
    web, _ = look(service("web", POOLS, instances=Selection(tags=("service=web",), colour="pool")))
    assert [one.name for one in web.green.instances] == ["web-green-1", "web-green-2"]
    assert web.uncoloured == ()


def test_workers_are_live_where_they_run(cloud: FakeOpenStack) -> None:
    populate(cloud, count=2)
    for one in cloud.servers[2:]:
        one |= {"status": "SHUTOFF", "OS-EXT-STS:power_state": 4}
    api, seen = look(service("api", Rotation("", "", kind="power")))
    assert (api.role(Colour.BLUE), api.role(Colour.GREEN)) == (Role.LIVE, Role.IDLE)
    assert (api.share(Colour.BLUE), api.share(Colour.GREEN)) == (1.0, 0.0)
    assert cloud.asked("GET /load-balancer") == [], "there is none"
    assert BALANCER not in api.sources
    found = verdict(api, seen.taken_at)
    assert (found.balancer, found.rollback) == ("no LB", "rollback cold: 2 workers to be started")
    assert found.green == "GREEN idle green-commit 2 stopped"
    assert not any("green" in problem for problem in found.problems)
    assert any("no probe checks what it does" in problem for problem in found.problems)


def test_a_live_worker_that_stops_is_unhealthy(cloud: FakeOpenStack) -> None:
    populate(cloud, count=2)
    cloud.servers[0] |= {"status": "SHUTOFF", "OS-EXT-STS:power_state": 4}
    for one in cloud.servers[2:]:
        one |= {"status": "SHUTOFF", "OS-EXT-STS:power_state": 4}
    api, seen = look(service("api", Rotation("", "", kind="power")))
    assert judge(api, api.blue.instances[0], seen.taken_at).health is Health.UNHEALTHY
    assert any("api-blue-1: Nova says SHUTOFF" in problem for problem in verdict(api, seen.taken_at).problems)


def two_balancers(cloud: FakeOpenStack) -> Rotation:
    """The same servers behind two load balancers: a member each in both."""
    populate(cloud, count=2)
    servers = list(cloud.servers)
    populate(cloud, name="six", count=2)
    cloud.servers[:] = servers
    for old, new in zip(cloud.members["api-p"], cloud.members["six-p"], strict=True):
        new["tags"] = old["tags"]
        new["address"] = "2001:db8::" + old["id"][-1]
    return Rotation("api", "api", also=(Attached("six", "six"),))


def test_several_load_balancers_are_parts_of_one_service(cloud: FakeOpenStack) -> None:
    api, seen = look(service("api", two_balancers(cloud)))
    assert [part.balancer.name for part in api.balanced] == ["api", "six"]
    assert [len(one.members) for one in api.blue.instances] == [2, 2]
    assert api.foreign == ()
    found = verdict(api, seen.taken_at)
    assert (found.balancer, found.rollback) == ("LBs ACTIVE", "rollback ready: 2 warm, 2 calls")
    assert found.healthy


def test_a_member_that_fails_in_one_pool_only_is_unhealthy_and_the_pool_is_named(cloud: FakeOpenStack) -> None:
    rotation = two_balancers(cloud)
    cloud.members["six-p"][0]["operating_status"] = "ERROR"
    api, seen = look(service("api", rotation))
    assert judge(api, api.blue.instances[0], seen.taken_at).reason == (
        "the load balancer's health check in pool six fails (ERROR)"
    )


def test_an_instance_that_is_not_in_every_pool_is_not_healthy(cloud: FakeOpenStack) -> None:
    rotation = two_balancers(cloud)
    del cloud.members["six-p"][0]
    api, seen = look(service("api", rotation))
    assert judge(api, api.blue.instances[0], seen.taken_at).reason == (
        "it is not in pool six, so no monitor checks it there"
    )


def test_pools_that_send_to_different_colours_are_both_and_said(cloud: FakeOpenStack) -> None:
    rotation = two_balancers(cloud)
    for one in cloud.members["six-p"]:
        one["weight"] = 1 - one["weight"]
    api, seen = look(service("api", rotation))
    assert (api.role(Colour.BLUE), api.share(Colour.BLUE)) == (Role.BOTH, 0.5)
    assert "pool api send to BLUE, pool six to GREEN" in verdict(api, seen.taken_at).problems


def test_a_load_balancer_in_error_is_named_among_several(cloud: FakeOpenStack) -> None:
    rotation = two_balancers(cloud)
    cloud.balancers[1]["provisioning_status"] = "ERROR"
    api, seen = look(service("api", rotation))
    assert verdict(api, seen.taken_at).balancer == "LB six ERROR"


def test_listeners_of_others_on_a_shared_load_balancer_are_neighbours(cloud: FakeOpenStack) -> None:
    populate(cloud)
    theirs = {"id": "x-l", "name": "theirs", "protocol_port": 9000, "default_pool_id": "x-p"}
    cloud.listeners.append(theirs | {"loadbalancers": [{"id": "api-l"}], "provisioning_status": "ERROR"})
    api, seen = look(service("api", Rotation("api", "api")))
    assert [one.name for one in api.balanced[0].neighbours] == ["theirs"]
    assert [one.name for one in api.listeners] == ["http"]
    assert verdict(api, seen.taken_at).problems == ()


def test_the_listeners_that_the_config_names_are_ours_in_its_order(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    web, _ = look(service("web", POOLS._replace(listeners=("web-443",))))
    assert [one.id for one in web.listeners] == ["web-443"]
    assert [one.id for one in web.balanced[0].neighbours] == ["web-80"]
    gone, _ = look(service("web", POOLS._replace(listeners=("web-8443",))))
    assert "there is no listener web-8443" in gone.source(BALANCER).problem


def test_load_balancers_and_instances_in_different_clouds(cloud: FakeOpenStack, tmp_path: Path) -> None:
    populate(cloud)
    path = cloud.clouds_yaml(tmp_path)
    text = path.read_text()
    path.write_text(text.replace('{"clouds": {', '{"clouds": {"net": ' + text.split('"test": ', 1)[1][:-2] + ", ", 1))
    rotation = Rotation("api", "api", cloud="net")
    seen = Observer(config(service("api", rotation)))
    api = seen.observe().services["api"]
    assert api.live is Colour.BLUE
    assert (api.source(SERVERS).problem, api.source(BALANCER).problem) == ("", "")
    assert seen.session("api").cloud == "net"
    assert cloud.logins == 2
    assert len(cloud.asked("GET /load-balancer/v2/lbaas/loadbalancers")) == 1
    assert len(cloud.asked("GET /compute")) == 1


def test_static_instances_are_no_nova_servers_and_nova_is_not_asked(cloud: FakeOpenStack) -> None:
    populate(cloud, count=2)
    blue, green = ([f"127.0.0.1:{8000 + n}" for n in numbers] for numbers in ((1, 2), (3, 4)))
    for one in cloud.members["api-p"]:
        one["tags"] = ["bluegreen:weight=1"]
    chosen = Selection(static={"blue": tuple(blue), "green": (*green, "10.9.9.9")})
    api, seen = look(service("api", Rotation("api", "api"), instances=chosen))
    assert cloud.asked("GET /compute") == []
    assert [one.static for one in api.blue.instances] == [True, True]
    assert api.live is Colour.BLUE
    assert [judge(api, one, seen.taken_at).health for one in api.blue.instances] == [Health.HEALTHY] * 2
    lost = next(one for one in api.green.instances if one.name == "10.9.9.9")
    assert judge(api, lost, seen.taken_at).reason == "it is in no pool, so no monitor checks it"


def test_members_are_the_instances_where_the_config_says_so(cloud: FakeOpenStack) -> None:
    populate(cloud, count=2)
    for one in cloud.members["api-p"]:
        one["tags"] = [tag for tag in one["tags"] if not tag.startswith("server=")]
    cloud.servers[:] = [one | {"tags": [], "metadata": {}} for one in cloud.servers[:1]]
    cloud.servers[0]["addresses"] = {"ops": [{"addr": "10.0.0.1", "OS-EXT-IPS:type": "fixed"}]}
    cloud.servers.append({"id": "other", "name": "other", "status": "ACTIVE"})
    cloud.members["api-p"][0]["address"] = "10.0.0.1"
    chosen = Selection(members=True, colour="name.(blue|green)")
    api, _ = look(service("api", Rotation("api", "api"), instances=chosen))
    assert [(one.name, one.static) for one in api.blue.instances] == [("api-blue-1", False), ("api-blue-2", True)]
    assert [one.static for one in api.green.instances] == [True, True]
    assert api.foreign == ()
    assert api.uncoloured == (), "a server that is in no pool is nobody here"


def test_a_cloud_without_tags_is_read_by_metadata_and_names(cloud: FakeOpenStack) -> None:
    populate(cloud)
    cloud.nova_microversions = ("2.1",)
    for one in [*cloud.servers, *cloud.members["api-p"]]:
        one.pop("tags")
    for server, member in zip(cloud.servers, cloud.members["api-p"], strict=True):
        member["address"] = server["addresses"]["ops"][0]["addr"]
    chosen = Selection(name=r"api-(blue|green)-\d+", colour="name.-(blue|green)-")
    api, _ = look(service("api", Rotation("api", "api"), instances=chosen))
    assert api.live is Colour.BLUE
    assert len(api.green.instances) == 3


def test_tags_asked_of_a_cloud_without_tags_are_refused_with_the_way_out(cloud: FakeOpenStack) -> None:
    populate(cloud)
    cloud.nova_microversions = ("2.1",)
    api, _ = look(service("api", Rotation("api", "api")))
    assert "knows no server tags" in api.source(SERVERS).problem
    assert "metadata" in api.source(SERVERS).hint


def shared(cloud: FakeOpenStack, count: int) -> Config:
    for number in range(count):
        populate(cloud, name=f"s{number}", count=1)
    return config(*(service(f"s{n}", Rotation(f"s{n}", f"s{n}")) for n in range(count)))


@pytest.mark.parametrize("count", [1, 10])
def test_a_quiet_cycle_is_two_lists_and_a_call_per_pool(cloud: FakeOpenStack, count: int) -> None:
    graph = build(shared(cloud, count), None, clock=lambda: 1_800_000_000.0)
    for one in graph.watched.values():
        one.keep_shape = True
    workers = {place: Workers("test") for place in graph.places}
    run_once(graph.nodes, workers)
    cloud.log.clear()
    run_once(graph.nodes, workers)
    assert len(cloud.log) == 2 + count
    assert all(one.source(BALANCER).problem == "" for one in snapshot(graph, 1.0, 1).services.values())
    for worker in workers.values():
        worker.stop()


def test_many_services_share_the_lists_of_what_hangs_on_the_load_balancers(cloud: FakeOpenStack) -> None:
    Observer(shared(cloud, 10)).observe()
    for kind in ("listeners", "pools", "healthmonitors"):
        asked = [line for line in cloud.asked(f"GET /load-balancer/v2/lbaas/{kind}") if "/members" not in line]
        assert len(asked) == 1, kind
    assert "load_balancer_id" not in queries(cloud.asked("GET /load-balancer/v2/lbaas/listeners")[0])


def test_the_ids_of_ten_thousand_members_are_not_asked_for_with_a_pools_name(cloud: FakeOpenStack) -> None:
    populate(cloud)
    look(service("api", Rotation("api", "api")))
    (line,) = [line for line in cloud.asked("GET /load-balancer/v2/lbaas/pools") if "members" not in line.split("?")[0]]
    assert "fields=members" not in line
    assert "fields=name" in line


def test_policies_that_may_not_be_seen_leave_the_rest(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    cloud.faults["/load-balancer/v2/lbaas/l7policies"] = (403, {"faultstring": "not allowed"})
    web, _ = look(service("web", POOLS))
    assert web.live is Colour.BLUE
    assert web.source(BALANCER).problem == ""


def test_a_change_is_seen_in_the_next_look_though_the_shape_is_kept(cloud: FakeOpenStack) -> None:
    populate_pools(cloud)
    graph = build(config(service("web", POOLS)), None, clock=lambda: 1_800_000_000.0)
    graph.watched["web"].keep_shape = True
    workers = {place: Workers("test") for place in graph.places}
    run_once(graph.nodes, workers)
    changed: Json = {"default_pool_id": "web-green"}
    for one in cloud.listeners:
        one.update(changed)
    cloud.balancers[0]["updated_at"] = "2026-11-23T13:00:05"
    run_once(graph.nodes, workers)
    assert graph.watched["web"].service().live is Colour.GREEN
    for worker in workers.values():
        worker.stop()


def test_workers_of_another_cloud_need_no_login_where_the_service_is(cloud: FakeOpenStack) -> None:
    populate(cloud)
    here = Selection(tags=("service=api",), cloud="test")
    one = service("api", Rotation("", "", kind="power"), instances=here)._replace(cloud="elsewhere")
    api, _ = look(one)
    assert {source.problem for source in api.sources.values()} == {""}
    assert api.role(Colour.BLUE) is Role.BOTH


def test_images_of_servers_that_are_not_ours_are_not_asked_for(cloud: FakeOpenStack) -> None:
    populate(cloud)
    cloud.servers.append({"id": "x", "name": "x", "status": "ACTIVE", "image": {"id": "image-x"}, "metadata": {}})
    look(service("api", Rotation("api", "api"), instances=Selection(metadata={"color": "blue"})))
    assert cloud.asked("GET /image") == []
