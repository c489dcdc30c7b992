from __future__ import annotations

import os
import threading
import time
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from console.config.model import Config, HealthCheck, Rotation, ServiceConfig, VipCheck
from console.model.balancer import (
    Balanced,
    Listener,
    LoadBalancer,
    Member,
    Monitor,
    Policy,
    Pool,
    Rule,
)
from console.model.closeup import InstanceCloseup
from console.model.colour import Colour
from console.model.commit import Commit, CommitView
from console.model.instance import Announced, Instance, Probe, Version
from console.model.lease import LeaseHolder
from console.model.server import Address, Server
from console.model.service import BALANCER, PROBES, SERVERS, VIP, ColourSet, Service, Source
from console.model.snapshot import Snapshot
from console.model.stats import MemberSessions, Rates, Totals
from console.model.traffic import Traffic, VipAnswer
from console.model.verdict import verdict
from console.watch.keeper import Keeper
from console.watch.remembered import FROM_MEMORY, file_for, filled, forget_others, recall, remember

SEEN, NOW = 1_800_000_000.0, 1_800_000_060.0
SECRET = "hunter2"


def service_config(name: str = "api", **changes: Any) -> ServiceConfig:
    return ServiceConfig(
        name, "prod", Rotation(name, name), health=HealthCheck(), vip=VipCheck(f"http://u:{SECRET}@{{vip}}/")
    )._replace(
        **changes,
    )


def config(*services: ServiceConfig) -> Config:
    return Config(Path("/etc/bluegreen/config.yaml"), {one.name: one for one in services or (service_config(),)}, "")


def whole(name: str = "api", at: float = SEEN) -> Service:
    """A service in which every field of the model has something."""
    member = Member("m1", "api-1", "10.0.0.1", 8774, 100, tags=("server=s1",), operating_status="ONLINE")
    probe = Probe(True, at, 12.0, 200, body=SECRET, reasons=(SECRET,))
    server = Server("s1", "api-1", "ACTIVE", None, 1, {"admin_pass": SECRET}, ("t",), (Address("n", "10.0.0.1"),))
    instance = Instance(
        "api-1",
        Colour.BLUE,
        server,
        member,
        probe,
        Version("abc", "metadata.git_commit"),
        further=(member,),
        pool_id="p1",
        announced=Announced("healthy", "", at, "healthy"),
    )
    balancer = LoadBalancer("l1", name, "203.0.113.7", "amphora", "ACTIVE", "ONLINE")
    listener = Listener("li1", "https", "HTTPS", 443, "p1", policy_ids=("po1",))
    pool = Pool("p1", name, "HTTP", monitor=Monitor("h1", "HTTP"), listener_ids=("li1",))
    policy = Policy("po1", "preview", "li1", "REDIRECT_TO_POOL", 1, "p1", (Rule("r1", "HEADER", "EQUAL_TO", "x"),))
    answer = VipAnswer(at, 3.0, 200, "abc")
    commit = Commit("abc", "Fix quota race", "a.ng", at)
    return Service(
        name,
        "production",
        "prod",
        balancer=balancer,
        listeners=(listener,),
        pool=pool,
        blue=ColourSet(Colour.BLUE, (instance,)),
        foreign=(member,),
        uncoloured=(replace(instance, colour=None),),
        traffic=Traffic(f"http://u:{SECRET}@h/", (answer,), {Colour.BLUE: frozenset({"abc"})}),
        commits=CommitView(live=commit, would_ship=(commit,)),
        lease=LeaseHolder("i", "alice@jump1", "r", "cutover", "", "shift", at, at, 60.0),
        sources={each: Source(each, seen_at=at) for each in (SERVERS, BALANCER, PROBES, VIP)},
        probed=True,
        traffic_watched=True,
        balanced=(Balanced(balancer, (listener,), (), (pool,), {Colour.BLUE: "p1"}, {"p1": (member,)}, (policy,)),),
        rates={"li1": Rates(Totals(at))},
        sessions={"m1": MemberSessions(3, at)},
    )


def snapshot(*services: Service, generation: int = 7) -> Snapshot:
    return Snapshot(SEEN, generation, {one.name: one for one in services or (whole(),)})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bluegreen" / "last-seen" / "last.msgpack"


def recalled(path: Path, settings: Config | None = None) -> Snapshot:
    found = recall(path, settings or config(), NOW)
    assert found is not None
    return found


def test_the_facts_come_back_and_are_marked(path: Path) -> None:
    remember(snapshot(), path, config())
    found = recalled(path)
    assert (found.remembered, found.generation, found.taken_at) == (True, 0, SEEN)
    service = found.services["api"]
    before = whole()
    for name in ("balancer", "listeners", "pool", "foreign", "commits", "lease", "balanced"):
        assert getattr(service, name) == getattr(before, name), name
    (instance,) = service.blue.instances
    assert (instance.name, instance.member) == ("api-1", before.foreign[0])
    assert instance.version == Version("abc", "metadata.git_commit")
    assert instance.announced is None


def test_however_young_nothing_of_it_is_fresh_and_its_age_is_true(path: Path) -> None:
    remember(snapshot(), path, config())
    service = recalled(path).services["api"]
    for source in service.sources.values():
        assert source.seen_at == SEEN
        assert not any(source.fresh(at) for at in (SEEN - 1000, SEEN, SEEN + 0.1, NOW, NOW + 1e6))
    found = verdict(service, NOW)
    assert not found.healthy
    assert "STALE" in found.freshness
    assert "60 s" in found.problems[0]
    assert FROM_MEMORY in found.problems[0]


def test_a_clock_that_was_set_back_makes_no_negative_age(path: Path) -> None:
    remember(snapshot(), path, config())
    found = recall(path, config(), SEEN - 500)
    assert found is not None
    assert {one.seen_at for one in found.services["api"].sources.values()} == {SEEN - 500}


def test_no_secret_reaches_the_disk_and_only_this_user_reads_it(path: Path) -> None:
    shown = replace(snapshot(), instance=InstanceCloseup("api", "s1", console=SECRET))
    remember(shown, path, config())
    assert SECRET.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "changed",
    [
        service_config(cloud="other"),
        service_config(region="R2"),
        service_config(rotation=Rotation("api", "another")),
        service_config(environment="staging"),
        service_config(vip=None),
        service_config("renamed"),
    ],
)
def test_a_service_that_the_config_has_otherwise_is_not_shown(path: Path, changed: ServiceConfig) -> None:
    remember(snapshot(), path, config())
    assert recall(path, config(changed), NOW) is None
    both = recalled(path, config(service_config(), service_config("b")))
    assert list(both.services) == ["api"]


def test_what_was_never_seen_is_not_remembered(path: Path) -> None:
    unseen = replace(whole("b"), sources={SERVERS: Source(SERVERS)})
    remember(snapshot(whole(), unseen), path, config(service_config(), service_config("b")))
    assert list(recalled(path, config(service_config(), service_config("b"))).services) == ["api"]


def test_half_a_surrogate_pair_costs_only_its_service(path: Path) -> None:
    odd = replace(whole("b"), cloud="\ud800")
    settings = config(service_config(), service_config("b"))
    remember(snapshot(odd, whole()), path, settings)
    assert list(recalled(path, settings).services) == ["api"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xc1", b"{}", b"\x93\x01\x02\x03", b"\x81\xa6schema\x01", b"\xdd" * 99]
)
def test_a_file_that_is_not_ours_to_understand_is_no_memory(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(0o600)
    assert recall(path, config(), NOW) is None


def test_a_file_cut_anywhere_raises_nothing(path: Path) -> None:
    remember(snapshot(), path, config())
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        assert recall(path, config(), NOW) is None


def test_a_file_that_others_can_write_is_not_believed(path: Path) -> None:
    remember(snapshot(), path, config())
    path.chmod(0o620)
    assert recall(path, config(), NOW) is None


def test_another_cloud_of_the_same_name_has_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"HOME": "/home/a", "OS_CLIENT_CONFIG_FILE": "/a/clouds.yaml"}
    assert file_for(config(), here) == file_for(config(), {**here, "OS_PASSWORD": "x"})
    assert file_for(config(), here) != file_for(config(), {**here, "OS_CLIENT_CONFIG_FILE": "/b/clouds.yaml"})


def test_every_field_of_the_model_is_remembered_or_left_out_on_purpose(path: Path) -> None:
    """A new field of a service that cannot be written, or is not read back, fails here."""
    left_out = {"traffic", "rates", "sessions", "sources"}
    remember(snapshot(), path, config())
    before, after = whole(), recalled(path).services["api"]
    assert is_dataclass(before)
    for each in fields(before):
        if each.name not in left_out | {"blue", "uncoloured"}:
            assert getattr(after, each.name) == getattr(before, each.name), each.name


def test_a_fleet_of_a_thousand_instances_comes_back_whole(path: Path) -> None:
    names = [f"s{number}" for number in range(50)]
    settings = config(*(service_config(name) for name in names))
    side = ColourSet(Colour.BLUE, whole().blue.instances * 20)
    remember(snapshot(*(replace(whole(name), blue=side) for name in names)), path, settings)
    found = recalled(path, settings).services
    assert list(found) == names
    assert all(len(one.blue.instances) == len(side.instances) for one in found.values())


def test_nothing_seen_yet_shows_what_is_remembered_with_what_goes_wrong(path: Path) -> None:
    remember(snapshot(), path, config())
    failing = {SERVERS: Source(SERVERS, problem="cannot connect", since=NOW, hint="check the VPN")}
    fresh = snapshot(Service("api", "production", "prod", sources=failing), generation=1)
    found = filled(fresh, recalled(path))
    service = found.services["api"]
    assert (found.generation, found.remembered, service.balancer) == (1, True, whole().balancer)
    assert (service.source(SERVERS).problem, service.source(SERVERS).seen_at) == ("cannot connect", SEEN)
    assert service.source(BALANCER).problem == FROM_MEMORY


def test_one_answer_of_the_cloud_outdoes_memory(path: Path) -> None:
    remember(snapshot(), path, config())
    half = Service("api", "production", "prod", sources={SERVERS: Source(SERVERS, seen_at=NOW)})
    fresh = snapshot(half, generation=1)
    assert filled(fresh, recalled(path)) is fresh


def test_files_of_configs_that_nobody_opens_go(path: Path) -> None:
    path.parent.mkdir(parents=True)
    for number in range(30):
        other = path.with_name(f"{number}.msgpack")
        other.touch()
        os.utime(other, (NOW - number, NOW - number))
    old = path.with_name("0.msgpack")
    os.utime(old, (NOW - 1e7, NOW - 1e7))
    path.touch()
    os.utime(path, (0, 0))
    for name, age in ((".left.part", 7200), (".new.part", 1)):
        path.with_name(name).touch()
        os.utime(path.with_name(name), (NOW - age, NOW - age))
    forget_others(path, NOW)
    left = {one.name for one in path.parent.iterdir()}
    assert path.name in left
    assert old.name not in left
    assert len([name for name in left if name.endswith(".msgpack")]) == 21
    assert [name for name in left if name.endswith(".part")] == [".new.part"]


# -- the keeper


class Screens(list[Snapshot]):
    """What reached the screens."""


def written(path: Path, within: float = 5.0) -> None:
    end = time.monotonic() + within
    while not path.exists():
        assert time.monotonic() < end, "nothing was written"
        time.sleep(0.01)


def test_a_console_shows_what_the_one_before_saw(path: Path) -> None:
    first, second = Screens(), Screens()
    keeper = Keeper(config(), first.append, path=path, clock=lambda: NOW, pauses=(0.0, 0.0))
    keeper.recall(show=True)
    assert first == []
    keeper.publish(snapshot())
    assert [one.generation for one in first] == [7]
    written(path)
    keeper = Keeper(config(), second.append, path=path, clock=lambda: NOW)
    keeper.recall(show=True)
    assert [one.remembered for one in second] == [True]
    empty = Service("api", "production", "prod", sources={SERVERS: Source(SERVERS, problem="away")})
    keeper.publish(snapshot(empty, generation=1))
    assert second[-1].services["api"].balancer is not None
    keeper.publish(snapshot(generation=2))
    keeper.publish(snapshot(empty, generation=3))
    assert second[-1].services["api"].balancer is None, "once seen, memory has no say"


def test_after_a_change_of_the_config_memory_only_fills_gaps(path: Path) -> None:
    remember(snapshot(), path, config())
    shown = Screens()
    keeper = Keeper(config(), shown.append, path=path, clock=lambda: NOW)
    keeper.recall(show=False)
    assert shown == [], "what is on the screen is younger"
    keeper.publish(snapshot(Service("api", "production", "prod", sources={}), generation=1))
    assert shown[0].services["api"].balancer is not None


def test_a_disk_that_hangs_keeps_nobody(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr("console.watch.keeper.remember", lambda *_: let_go.wait(30))
    monkeypatch.setattr("console.watch.keeper.recall", lambda *_: let_go.wait(30) and None)
    shown = Screens()
    keeper = Keeper(config(), shown.append, path=path, clock=lambda: NOW, pauses=(0.0, 0.0))
    began = time.monotonic()
    keeper.recall(show=True)
    assert time.monotonic() - began < 10
    before = set(threading.enumerate())
    for generation in range(1, 50):
        keeper.publish(snapshot(generation=generation))
    assert len(shown) == 49
    assert len(set(threading.enumerate()) - before) == 1
    let_go.set()


def test_what_is_written_is_the_newest_when_every_source_was_asked(path: Path) -> None:
    keeper = Keeper(config(), Screens().append, path=path, clock=lambda: NOW, pauses=(0.3, 30.0))
    keeper.publish(snapshot(replace(whole(), lease=None)))
    keeper.publish(snapshot())
    assert not path.exists()
    written(path)
    assert recalled(path).services["api"].lease is not None


def test_a_disk_that_is_full_is_no_trouble(path: Path) -> None:
    path.parent.parent.mkdir()
    path.parent.write_text("a file where the folder should be")
    shown = Screens()
    keeper = Keeper(config(), shown.append, path=path, clock=lambda: NOW, pauses=(0.0, 0.0))
    keeper.publish(snapshot())
    assert len(shown) == 1
