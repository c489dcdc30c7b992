from __future__ import annotations

import asyncio
import contextlib

import pytest
from answering import reply, serving

from console.config.model import HealthCheck, VipCheck
from console.model.balancer import LoadBalancer
from console.watch import http
from console.watch.probe import Target, ask_all
from console.watch.vip import ask, vip_url


async def get(port: int, within: float = 2.0, path: str = "/") -> http.Answer:
    async with http.client() as client:
        return await http.fetch(client, f"http://127.0.0.1:{port}{path}", within)


async def test_a_body_without_end_is_cut() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 1_000_000
    async with serving(lambda _: endless) as (port, _):
        answer = await get(port)
    assert answer.status == 200
    assert len(answer.body) == http.MOST_BYTES


async def test_a_compressed_body_is_not_unpacked() -> None:
    import gzip

    packed = gzip.compress(b"0" * 50_000_000)
    async with serving(lambda _: reply(packed, "200 OK", "Content-Encoding: gzip")) as (port, _):
        answer = await get(port)
    assert len(answer.body) == min(len(packed), http.MOST_BYTES)
    assert answer.json() is None


async def test_one_byte_at_a_time_is_a_timeout() -> None:
    release = asyncio.Event()

    async def drip(_: str) -> bytes:
        await asyncio.wait_for(release.wait(), 5)
        return b""

    async with serving(drip) as (port, _):
        answer = await get(port, within=0.2)
        release.set()
    assert (answer.status, answer.error) == (None, "timeout")
    assert 150 < answer.ms < 1500


async def test_a_redirect_is_an_answer_not_an_invitation() -> None:
    async with serving(lambda _: reply(b"", "302 Found", "Location: /elsewhere")) as (port, paths):
        answer = await get(port)
    assert answer.status == 302
    assert paths == ["/"]


async def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(lambda _: reply(b"ok")) as (port, _):
        assert (await get(port)).status == 200


@pytest.mark.parametrize(
    ("sent", "error"),
    [(b"", "broken answer"), (b"SSH-2.0-OpenSSH_9.2\r\n", "broken answer"), (b"HTTP/1.1 2\r\n\r\n", "broken answer")],
)
async def test_what_is_not_http_is_said_so(sent: bytes, error: str) -> None:
    async with serving(lambda _: sent) as (port, _):
        answer = await get(port)
    assert (answer.status, answer.error) == (None, error)


async def test_nobody_listens() -> None:
    async with serving(lambda _: b"") as (port, _):
        pass
    assert (await get(port)).error == "refused"


@pytest.mark.parametrize("url", ["http://[::1/", "ftp://x/", "", "http://", "no url at all"])
async def test_a_bad_url_is_an_answer_too(url: str) -> None:
    async with http.client() as client:
        answer = await http.fetch(client, url, 1.0)
    assert answer.status is None
    assert answer.error


async def test_a_body_of_odd_bytes_is_still_text() -> None:
    async with serving(lambda _: reply(b"\xff\xfe{}")) as (port, _):
        answer = await get(port)
    assert answer.text
    assert answer.json() is None


async def test_probes_say_ok_or_why_not() -> None:
    async with serving(lambda head: reply(b"OK" if "/healthcheck" in head else b"", "200 OK")) as (port, _):
        seen = await ask_all([Target("a", "127.0.0.1", port), Target("b", "127.0.0.1", 1)], HealthCheck())
        other = await ask_all([Target("a", "127.0.0.1", port)], HealthCheck(expect=(204,)))
    assert seen.probes["a"].ok
    assert seen.probes["a"].body == "OK"
    assert (seen.probes["b"].ok, seen.probes["b"].words) == (False, "refused")
    assert (other.probes["a"].ok, other.probes["a"].words) == (False, "200")


async def test_versions_are_asked_beside_the_probe() -> None:
    bodies = {"/version": b'{"git_commit": "3f2a9c1", "build": {"no": 7}}', "/other": b"[1]"}
    async with serving(lambda head: reply(bodies.get(head.split()[1], b"OK"))) as (port, paths):
        sources = ("http./version#git_commit", "http./version#build.no", "http./other#x", "http.gone#x")
        seen = await ask_all([Target("a", "127.0.0.1", port, sources)], HealthCheck())
    assert seen.told["a"] == {"http./version#git_commit": "3f2a9c1", "http./version#build.no": "7"}
    assert sorted(paths) == ["/gone", "/healthcheck", "/other", "/version"]


async def test_a_version_on_an_error_page_is_none() -> None:
    async with serving(lambda _: reply(b'{"git_commit": "3f2a9c1"}', "503 Busy")) as (port, _):
        seen = await ask_all([Target("a", "127.0.0.1", port, ("http./version#git_commit",))], None)
    assert seen.told == {"a": {}}
    assert seen.probes == {}


async def test_instances_on_ipv6() -> None:
    try:
        context = serving(lambda _: reply(b"OK"), "::1")
        async with context as (port, _):
            seen = await ask_all([Target("a", "::1", port)], HealthCheck())
    except OSError:
        pytest.skip("this host has no IPv6")
    assert seen.probes["a"].ok


async def test_many_probes_share_the_time_not_add_it_up() -> None:
    async def slow(_: str) -> bytes:
        await asyncio.sleep(0.2)
        return reply(b"OK")

    async with serving(slow) as (port, _):
        started = asyncio.get_running_loop().time()
        seen = await ask_all([Target(str(n), "127.0.0.1", port) for n in range(60)], HealthCheck())
        taken = asyncio.get_running_loop().time() - started
    assert all(probe.ok for probe in seen.probes.values())
    assert taken < 5, f"{taken:.1f} s: one after the other they would take 12 s"


async def test_the_vip_is_asked_on_new_connections_and_tells_its_version() -> None:
    connections = 0

    async def keep_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(reply(b'{"git_commit": "3f2a9c1"}'))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(keep_open, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/version"
    answers = await ask(url, VipCheck(url), count=5, over=0.4)
    server.close()
    assert [answer.version for answer in answers] == ["3f2a9c1"] * 5
    assert all(answer.ok for answer in answers)
    assert connections == 5, "the server would have kept the first one open"
    assert answers == sorted(answers, key=lambda answer: answer.at)
    assert answers[-1].at - answers[0].at >= 0.3


async def test_an_answer_without_a_version_is_an_answer() -> None:
    async with serving(lambda _: reply(b"hello")) as (port, _):
        url = f"http://127.0.0.1:{port}/"
        (answer,) = await ask(url, VipCheck(url), count=1, over=2)
    assert (answer.ok, answer.version) == (True, None)


@pytest.mark.parametrize(
    ("url", "address", "found"),
    [
        ("http://{vip}/version", "203.0.113.7", "http://203.0.113.7/version"),
        ("http://{vip}:8080/", "2001:db8::7", "http://[2001:db8::7]:8080/"),
        ("https://api.example.org/", "", "https://api.example.org/"),
        ("http://{vip}/", "", ""),
    ],
)
def test_the_vips_url(url: str, address: str, found: str) -> None:
    assert vip_url(VipCheck(url), LoadBalancer("l", "l", vip_address=address)) == found
