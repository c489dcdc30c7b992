"""What to do about a problem of health: it goes with the sentence, whatever others wrote into that."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack, populate

from console.cli.main import main
from console.config.model import Config, Rotation, Selection, ServiceConfig
from console.model.verdict import verdict
from console.watch.damping import Damper
from console.watch.observe import Observer

API = ServiceConfig("api", "test", Rotation("api", "api"), instances=Selection(tags=("service=api",)))


def balancer_in_error(cloud: FakeOpenStack) -> None:
    cloud.balancers[0]["provisioning_status"] = "ERROR"


def check_fails(cloud: FakeOpenStack) -> None:
    cloud.members["api-p"][0]["operating_status"] = "ERROR"


def stopped(cloud: FakeOpenStack) -> None:
    cloud.servers[0] |= {"status": "SHUTOFF", "OS-EXT-STS:power_state": 4}


def gone(cloud: FakeOpenStack) -> None:
    del cloud.servers[0]
    cloud.members["api-p"][0]["tags"] = ["server=nobody"]


def stuck(cloud: FakeOpenStack) -> None:
    old = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 900))
    cloud.balancers[0] |= {"provisioning_status": "PENDING_UPDATE", "updated_at": old}


def unlabelled(cloud: FakeOpenStack) -> None:
    cloud.servers[0]["metadata"] = {}


def no_weight(cloud: FakeOpenStack) -> None:
    for one in cloud.members["api-p"]:
        one["weight"] = 0


def disabled(cloud: FakeOpenStack) -> None:
    cloud.pools[0]["admin_state_up"] = False


def member_in_error(cloud: FakeOpenStack) -> None:
    cloud.members["api-p"][0]["provisioning_status"] = "ERROR"


def no_listener(cloud: FakeOpenStack) -> None:
    cloud.listeners.clear()


def outside(cloud: FakeOpenStack) -> None:
    del cloud.members["api-p"][-1]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (balancer_in_error, "loadbalancer failover"),
        (check_fails, "if a release did it, go back while you can"),
        (stopped, "openstack server start"),
        (gone, "take its member out of the pool"),
        (stuck, "a cloud administrator looks why it does not end"),
        (unlabelled, "`foreign: ignore`"),
        (no_weight, "bluegreen cutover"),
        (disabled, "find out who disabled it"),
        (member_in_error, "the next change that succeeds"),
        (no_listener, "default pool of a listener"),
        (outside, "add it to the pool with weight 0"),
    ],
)
def test_each_problem_says_what_to_do(cloud: FakeOpenStack, tmp_path: Path, break_it: object, words: str) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    assert callable(break_it)
    break_it(cloud)
    found = Observer(Config(tmp_path / "c.yaml", {"api": API}, journal="sqlite://")).observe()
    problems = verdict(found.services["api"], found.taken_at).found
    assert problems
    assert words in problems[0].hint, problems
    assert all(one.hint for one in problems), problems


def word_of_nobody(cloud: FakeOpenStack) -> None:
    cloud.members["api-p"][0]["operating_status"] = "OFFLINE"


def slow_volume(cloud: FakeOpenStack) -> None:
    fault = {"message": "Volume attach took 305 s, longer than the 300 s allowed"}
    cloud.servers[0] |= {"status": "ERROR", "fault": fault}


def named_like_a_problem(cloud: FakeOpenStack) -> None:
    cloud.servers[0] |= {"name": "no colour is live, sends to ", "status": "SHUTOFF", "OS-EXT-STS:power_state": 4}


def pool_named_like_a_problem(cloud: FakeOpenStack) -> None:
    cloud.pools[0] |= {"name": "in provisioning ERROR", "provisioning_status": "PENDING_UPDATE"}


@pytest.mark.parametrize(
    ("break_it", "text", "hint"),
    [
        (word_of_nobody, "the load balancer says OFFLINE", ""),
        (slow_volume, "longer than", "`openstack server show` has the fault"),
        (named_like_a_problem, "sends to : Nova says SHUTOFF", "find out who stopped it"),
        (pool_named_like_a_problem, "a change is under way", "wait until it ends"),
    ],
)
def test_what_others_wrote_into_a_sentence_changes_no_remedy(
    cloud: FakeOpenStack, tmp_path: Path, break_it: Callable[[FakeOpenStack], None], text: str, hint: str
) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    break_it(cloud)
    named = API._replace(rotation=Rotation("api", cloud.pools[0]["name"]))
    found = Observer(Config(tmp_path / "c.yaml", {"api": named}, journal="sqlite://")).observe()
    problems = verdict(found.services["api"], found.taken_at).found
    (told,) = (one for one in problems if text in one.text)
    assert told.hint.startswith(hint), problems
    assert bool(told.hint) is bool(hint)


@pytest.mark.parametrize("smooth", [False, True])
def test_a_remedy_goes_with_what_is_announced(cloud: FakeOpenStack, tmp_path: Path, smooth: bool) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    check_fails(cloud)
    found = Observer(Config(tmp_path / "c.yaml", {"api": API}, journal="sqlite://")).observe()
    service = Damper().damped(found.services["api"], found.taken_at)
    if smooth:  # what is seen now is something else, once so far
        first, *others = service.blue.instances
        assert first.member is not None
        well = replace(first, member=replace(first.member, operating_status="ONLINE"))
        service = replace(service, blue=replace(service.blue, instances=(well, *others)))
    (told,) = verdict(service, found.taken_at).found
    assert told.hint.endswith("if a release did it, go back while you can")


def test_status_says_what_to_do_below_the_problem_and_the_same_thing_once(
    cloud: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    text = "services:\n  api:\n    cloud: test\n    rotation: {load_balancer: api, pool: api}\n"
    path = tmp_path / "config.yaml"
    path.write_text(text + "    instances: {tags: [service=api]}\n")
    path.chmod(0o600)
    stopped(cloud)
    cloud.servers[1] |= {"status": "SHUTOFF", "OS-EXT-STS:power_state": 4}
    cloud.servers[1]["OS-EXT-STS:task_state"] = "powering-on"
    assert main(["status", "--config", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    first = next(at for at, one in enumerate(lines) if "! api-blue-1: Nova says SHUTOFF" in one)
    assert lines[first + 1].startswith("    find out who stopped it; `openstack server start`")
    assert sum("openstack server start" in one for one in lines) == 1
