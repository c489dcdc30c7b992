from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import Authority, reply, serving
from fake_openstack import FakeOpenStack, populate
from watching import Screen

from console.config.model import Config, Rotation, Selection, ServiceConfig, Tls, VipCheck
from console.model.balancer import LoadBalancer
from console.model.focus import Focus
from console.model.service import VIP
from console.model.traffic import VipAnswer
from console.watch.poller import Poller
from console.watch.vip import ask, vip_url


async def ask_one(url: str, check: VipCheck, *, trusted: str | None = None, address: str = "") -> VipAnswer:
    (answer,) = await ask(url, check, count=1, over=0, trust=lambda: trusted, address=address)
    return answer


async def test_connecting_elsewhere_keeps_the_host() -> None:
    heads: list[str] = []

    def answer(head: str) -> bytes:
        heads.append(head.lower())
        return reply(b"{}")

    async with serving(answer) as (port, _):
        url = f"http://api.example.org:{port}/version"
        by_vip = await ask_one(url, VipCheck(url, connect="vip"), address="127.0.0.1")
        by_address = await ask_one(url, VipCheck(url, connect="127.0.0.1"), address="192.0.2.1")
        headers = {"Host": "other.example.org", "X-Check": "1"}
        by_header = await ask_one(url, VipCheck(url, connect="127.0.0.1", headers=headers))
    assert [one.status for one in (by_vip, by_address, by_header)] == [200, 200, 200]
    assert [f"host: api.example.org:{port}\r\n" in head for head in heads] == [True, True, False]
    assert "host: other.example.org\r\n" in heads[2]
    assert "x-check: 1\r\n" in heads[2]


async def test_connecting_elsewhere_keeps_sni_and_the_name_in_the_certificate(
    authority: Authority,
) -> None:
    names: list[str | None] = []
    context = authority.server("api.example.org")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with serving(lambda _: reply(b'{"git_commit": "abc"}'), tls=context) as (port, _):
        url = f"https://api.example.org:{port}/"
        check = VipCheck(url, connect="vip")
        good = await ask_one(url, check, trusted=str(authority.file), address="127.0.0.1")
        named = await ask_one(url, VipCheck(url, connect="vip", tls=Tls(ca=authority.file)), address="127.0.0.1")
        public = await ask_one(url, check, address="127.0.0.1")
        wrong = f"https://else.example.org:{port}/"
        other = await ask_one(wrong, VipCheck(wrong, connect="vip"), trusted=str(authority.file), address="127.0.0.1")
    assert (good.version, named.version) == ("abc", "abc")
    assert (public.error, other.error) == ("bad certificate", "bad certificate")
    assert names == ["api.example.org", "api.example.org", "api.example.org", "else.example.org"]


async def test_no_cookie_makes_one_request_stick_to_the_member_of_another() -> None:
    heads: list[str] = []

    def answer(head: str) -> bytes:
        heads.append(head.lower())
        return reply(b"{}", "200 OK", "Set-Cookie: SRV=member-1; path=/")

    async with serving(answer) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        await ask(url, VipCheck(url), count=3, over=0.3)
    assert len(heads) == 3
    assert not any("cookie:" in head for head in heads)


async def test_a_good_answer_is_2xx_or_what_the_config_expects() -> None:
    async with serving(lambda _: reply(b"{}", "300 Multiple Choices")) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        usual = await ask_one(url, VipCheck(url))
        expected = await ask_one(url, VipCheck(url, expect=(200, 300)))
        other = await ask_one(url, VipCheck(url, expect=(200,)))
    assert [one.ok for one in (usual, expected, other)] == [False, True, False]


async def test_a_tcp_check_is_the_connection_alone() -> None:
    async with serving(lambda _: b"") as (port, paths):
        url = f"tcp://{{vip}}:{port}"
        check = VipCheck(url)
        good = await ask_one(vip_url(check, LoadBalancer("l", "l", vip_address="127.0.0.1")), check)
        elsewhere = f"tcp://api.example.org:{port}"
        aimed = await ask_one(elsewhere, VipCheck(elsewhere, connect="vip"), address="127.0.0.1")
    refused = await ask_one(f"tcp://127.0.0.1:{port}", check)
    assert (good.ok, good.version, aimed.ok, paths) == (True, None, True, [])
    assert (refused.ok, refused.error) == (False, "refused")


def test_the_url_is_not_known_while_the_address_to_connect_to_is_not() -> None:
    check = VipCheck("https://api.example.org/", connect="vip")
    assert vip_url(check, LoadBalancer("l", "l")) == ""
    assert vip_url(check, LoadBalancer("l", "l", vip_address="192.0.2.1")) == "https://api.example.org/"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def started(cloud: FakeOpenStack, tmp_path: Path, screen: Screen) -> Iterator[list[Poller]]:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    pollers: list[Poller] = []
    yield pollers
    for poller in pollers:
        poller.stop()


def test_certificates_that_cannot_be_read_are_a_problem_of_the_vip_until_they_can(
    authority: Authority, tmp_path: Path, screen: Screen, started: list[Poller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.watch.traffic._UNUSABLE_PAUSE", 0.2)
    late = tmp_path / "late.pem"
    check = VipCheck("https://{vip}:1/", tls=Tls(ca=late))
    service = ServiceConfig("api", "test", Rotation("api", "api"), instances=Selection(tags=()), vip=check)
    started.append(Poller(Config(Path("c"), {"api": service}, "sqlite:///x", interval=0.2), None, screen.publish))
    started[0].start()
    found = screen.wait(lambda one: one.services["api"].source(VIP).problem)
    assert f"certificate authority {late}: No such file" in found.services["api"].source(VIP).problem
    late.write_bytes(authority.file.read_bytes())
    screen.wait(lambda one: one.services["api"].traffic and one.services["api"].traffic.answers)


def test_no_thread_of_the_traffic_outlives_the_watch(screen: Screen, started: list[Poller]) -> None:
    check = VipCheck("http://{vip}:1/", rate=50)
    service = ServiceConfig("api", "test", Rotation("api", "api"), instances=Selection(tags=()), vip=check)
    poller = Poller(Config(Path("c"), {"api": service}, "sqlite:///x", interval=0.2), None, screen.publish)
    before = set(threading.enumerate())
    poller.start()
    screen.wait(lambda one: one.services["api"].traffic and one.services["api"].traffic.lost)
    mine = set(threading.enumerate()) - before
    poller.stop()
    for thread in mine:
        if thread.name.startswith(("traffic", "poller", "watch")):
            thread.join(5)
            assert not thread.is_alive(), thread.name


def test_the_vip_that_is_looked_at_is_asked_at_its_own_rate_and_the_others_less_often(
    cloud: FakeOpenStack, screen: Screen, started: list[Poller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.watch.traffic.UNWATCHED_RATE", 2.0)
    populate(cloud, name="web")
    services = {
        name: ServiceConfig(
            name,
            "test",
            Rotation(name, name),
            instances=Selection(tags=(f"service={name}",)),
            vip=VipCheck(f"{cloud.url}/identity/v3?{name}", rate=20.0),
        )
        for name in ("api", "web")
    }
    started.append(Poller(Config(Path("c"), services, "sqlite:///x", interval=5.0), None, screen.publish))
    started[0].focus(Focus("web"))
    started[0].start()
    screen.wait(lambda one: one.services["web"].traffic and len(one.services["web"].traffic.answers) > 20)
    asked = {name: len(cloud.asked(f"GET /identity/v3?{name}")) for name in services}
    assert 0 < asked["api"] < asked["web"] / 2
