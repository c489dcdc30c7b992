from __future__ import annotations

import asyncio
import os
import ssl
import sys
import time
from pathlib import Path

import pytest
from answering import Authority, reply, serving

from console.config import certificates
from console.config.model import HealthCheck, Tls
from console.errors import ConfigError
from console.model.colour import Colour
from console.model.instance import Instance, Probe
from console.model.server import Address, Server
from console.watch import command
from console.watch.probe import Target, ask_all, target


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def probe(port: int, check: HealthCheck, trusted: certificates.Trusted = None) -> Probe:
    found = await ask_all([Target("a", "127.0.0.1", port, (), "api-1", "blue")], check, lambda: trusted)
    return found.probes["a"]


async def test_headers_are_sent_and_json_is_asked_for() -> None:
    heads: list[str] = []

    def answer(head: str) -> bytes:
        heads.append(head.lower())
        return reply(b"OK")

    async with serving(answer) as (port, _):
        await probe(port, HealthCheck(headers={"Host": "api.example.org", "X-Check": "1"}))
        await probe(port, HealthCheck(headers={"Accept": "text/plain"}))
    assert "host: api.example.org\r\n" in heads[0]
    assert "x-check: 1\r\n" in heads[0]
    assert "accept: application/json\r\n" in heads[0]
    assert "accept: text/plain\r\n" in heads[1]
    assert "application/json" not in heads[1]


async def test_the_body_must_have_what_is_expected() -> None:
    async with serving(lambda _: reply(b"status: degraded")) as (port, _):
        bad = await probe(port, HealthCheck(body="status: (ok|well)"))
        good = await probe(port, HealthCheck(body="degraded$"))
    assert (bad.ok, bad.status, bad.words) == (False, 200, "unexpected body")
    assert good.ok


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (b'{"detailed": false, "reasons": ["DISABLED BY FILE"]}', ("DISABLED BY FILE",)),
        (
            b'{"detailed": true, "reasons": [{"class": "ByFile", "reason": "gone", "details": "by \\u001b[31m"}]}',
            ("ByFile: gone, by \\x1b[31m",),
        ),
        (b'{"reasons": [null, 7, {}, {"reason": ""}]}', ()),
        (b'{"reasons": "no list"}', ()),
        (b"[1]", ()),
    ],
)
async def test_the_reasons_of_oslo_are_shown(body: bytes, reasons: tuple[str, ...]) -> None:
    async with serving(lambda _: reply(body, "503 Service Unavailable")) as (port, _):
        seen = await probe(port, HealthCheck())
    assert (seen.ok, seen.words, seen.reasons) == (False, "503", reasons)


async def test_tcp_is_the_connection_alone() -> None:
    async with serving(lambda _: b"") as (port, paths):
        well = await probe(port, HealthCheck(scheme="tcp"))
    ill = await probe(port, HealthCheck(scheme="tcp"))
    assert (well.ok, well.status, paths) == (True, None, [])
    assert (ill.ok, ill.words) == (False, "refused")


async def test_a_tcp_probe_asks_versions_over_http() -> None:
    async with serving(lambda _: reply(b'{"v": "1"}')) as (port, _):
        source = "http./version#v"
        seen = await ask_all([Target("a", "127.0.0.1", port, (source,))], HealthCheck(scheme="tcp"))
    assert seen.told == {"a": {source: "1"}}
    assert seen.probes["a"].ok


async def test_what_cannot_be_reached_is_not_asked() -> None:
    async with serving(lambda _: reply(b"OK")) as (port, paths):
        seen = await probe(port, HealthCheck(reachable=False))
    assert (seen.ok, seen.not_from_here, seen.words) == (False, True, "not probed from here")
    assert paths == []


async def test_a_proxy_is_used_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda _: reply(b"OK")) as (port, paths):
        url = f"http://127.0.0.1:{port}"
        named = await ask_all([Target("a", "192.0.2.1", 80)], HealthCheck(proxy=url))
        monkeypatch.setenv("HTTP_PROXY", url)
        around = await ask_all([Target("a", "192.0.2.2", 80)], HealthCheck(proxy="environment"))
        asked = await ask_all([Target("a", "127.0.0.1", port)], HealthCheck())
    assert named.probes["a"].ok
    assert around.probes["a"].ok
    assert asked.probes["a"].ok
    assert paths == ["http://192.0.2.1/healthcheck", "http://192.0.2.2/healthcheck", "/healthcheck"]


async def test_a_proxy_that_cannot_be_used_is_one_message() -> None:
    with pytest.raises(ConfigError, match="proxy") as caught:
        await probe(1, HealthCheck(proxy="gopher://user:hidden@proxy"))
    assert "hidden" not in str(caught.value)


# TLS


async def test_https_is_checked_against_the_authority_of_the_cloud(authority: Authority) -> None:
    check = HealthCheck(scheme="https", tls=Tls(name="api.example.org"))
    async with serving(lambda _: reply(b"OK"), tls=authority.server("api.example.org")) as (port, _):
        trusted = await probe(port, check, str(authority.file))
        unknown = await probe(port, check)
        unchecked = await probe(port, check, False)
        elsewhere = await probe(port, HealthCheck(scheme="https", tls=Tls(name="other.example.org", ca=authority.file)))
        without = await probe(port, HealthCheck(scheme="https"))
    assert trusted.ok
    assert (unknown.ok, unknown.words) == (False, "bad certificate")
    assert "issuer" in unknown.reasons[0]
    assert unchecked.ok
    assert "other.example.org" in elsewhere.reasons[0]
    assert without.ok, "instances are asked as the load balancer's monitor does: unchecked unless the config says so"


async def test_the_name_goes_out_as_sni(authority: Authority) -> None:
    names: list[str | None] = []
    context = authority.server("api.example.org")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with serving(lambda _: reply(b"OK"), tls=context) as (port, _):
        await probe(port, HealthCheck(scheme="https", tls=Tls(ca=authority.file, name="api.example.org")))
    assert names == ["api.example.org"]


async def test_a_client_certificate_is_shown(authority: Authority) -> None:
    cert, key = authority.issue("prober")
    context = authority.server("api.example.org")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    settings = {"ca": authority.file, "name": "api.example.org"}
    async with serving(lambda _: reply(b"OK"), tls=context) as (port, _):
        known = await probe(port, HealthCheck(scheme="https", tls=Tls(**settings, cert=cert, key=key)))  # type: ignore[arg-type]
        nobody = await probe(port, HealthCheck(scheme="https", tls=Tls(**settings)))  # type: ignore[arg-type]
    assert known.ok
    assert (nobody.ok, nobody.status) == (False, None)


async def test_a_certificate_with_a_passphrase_does_not_ask_for_it(authority: Authority) -> None:
    cert, key = authority.issue("prober", passphrase=b"hidden")
    with pytest.raises(ConfigError, match=f"client certificate {cert}") as caught:
        await probe(1, HealthCheck(scheme="https", tls=Tls(verify=False, cert=cert, key=key)))
    assert "without a passphrase" in caught.value.hint


@pytest.mark.parametrize("content", [None, "no PEM"])
async def test_an_authority_that_cannot_be_read_is_one_message(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=f"certificate authority {path}"):
        await probe(1, HealthCheck(scheme="https", tls=Tls(ca=path)))


def test_a_renewed_certificate_is_read_again(authority: Authority) -> None:
    settings = Tls(ca=authority.file)
    first = certificates.context(settings)
    assert certificates.context(settings) is first
    os.utime(authority.file, (1, 1))
    assert certificates.context(settings) is not first


# commands


async def test_a_command_knows_the_instance_and_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_PASSWORD", "hidden")
    seen = await probe(8774, HealthCheck(run=("sh", "-c", "env")))
    assert seen.ok
    lines = dict(line.split("=", 1) for line in seen.body.splitlines())
    told = {name: value for name, value in lines.items() if name.startswith("BLUEGREEN_")}
    assert told == {
        "BLUEGREEN_INSTANCE": "api-1",
        "BLUEGREEN_ADDRESS": "127.0.0.1",
        "BLUEGREEN_PORT": "8774",
        "BLUEGREEN_COLOUR": "blue",
    }
    assert "OS_PASSWORD" not in lines
    assert "PATH" in lines


async def test_a_command_that_fails_says_why() -> None:
    seen = await probe(1, HealthCheck(run=("sh", "-c", "echo starting; echo queue too long >&2; exit 3")))
    assert (seen.ok, seen.words, seen.reasons) == (False, "exit 3", ("queue too long",))
    assert seen.answered


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("/no/such/command",), "no such command"),
        (("/",), "permission denied"),
        (("sh", "-c", "kill -9 $$"), "killed by SIGKILL"),
        (("a\0b",), "embedded null byte"),
        (("sh", "-c", "no-such-command"), "exit 127"),
        (("sh", "-c", "timeout 0.1 sleep 5"), "exit 124"),
    ],
)
async def test_a_command_that_cannot_be_run(argv: tuple[str, ...], words: str) -> None:
    seen = await command.run(argv, {}, 5.0)
    assert seen.words == words
    assert not seen.answered


async def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $! > {pids}; echo waiting; wait"
    started = time.monotonic()
    seen = await command.run(("sh", "-c", script), {}, 0.3)
    assert time.monotonic() - started < 3
    assert (seen.ok, seen.words, seen.body) == (False, "timeout", "waiting\n")
    assert not seen.answered
    await gone(int(pids.read_text()))


async def test_what_a_command_leaves_behind_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    seen = await command.run(("sh", "-c", f"sleep 60 & echo $! > {pids}"), {}, 5.0)
    assert seen.ok
    assert seen.ms is not None
    assert seen.ms < 3000, "it does not wait for what holds the output"
    await gone(int(pids.read_text()))


async def test_a_flood_of_output_is_bounded() -> None:
    seen = await command.run((sys.executable, "-c", "print('x' * 5_000_000); print('end')"), {}, 20.0)
    assert seen.ok
    assert len(seen.body) <= command.KEPT
    assert seen.body.endswith("end\n")


async def gone(pid: int) -> None:
    """Wait until there is no such process; one that nobody has reaped yet is gone as well."""
    for _ in range(50):
        if not alive(pid):
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"process {pid} is still there")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# where an instance is asked


def server(*ips: tuple[str, str]) -> Server:
    return Server("s", "api-1", addresses=tuple(Address(network, ip) for network, ip in ips))


@pytest.mark.parametrize(
    ("addresses", "asked"),
    [
        ([("ops", "10.0.0.1")], "10.0.0.1"),
        ([("ops", "2001:db8::1"), ("ops", "10.0.0.1")], "10.0.0.1"),
        ([("ops", "2001:db8::1")], "2001:db8::1"),
        ([("ops", "10.0.0.1"), ("ops", "10.0.0.2")], None),
        ([("ops", "10.0.0.1"), ("public", "192.0.2.1")], None),
        ([], None),
    ],
)
def test_an_instance_in_no_pool_is_asked_at_its_one_address(
    addresses: list[tuple[str, str]], asked: str | None
) -> None:
    found = target(Instance("api-1", Colour.BLUE, server(*addresses)), HealthCheck(), 80, ())
    assert (found.address if found is not None else None) == asked


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("10.0.0.5", ("10.0.0.5", 80)),
        ("10.0.0.5:8774", ("10.0.0.5", 8774)),
        ("[fd00::5]:8774", ("fd00::5", 8774)),
        ("fd00::5", ("fd00::5", 80)),
    ],
)
def test_a_static_instance_in_no_pool_is_asked_where_the_config_says(name: str, asked: tuple[str, int]) -> None:
    found = target(Instance(name, Colour.BLUE, static=True), HealthCheck(), 80, ())
    assert found is not None
    assert (found.address, found.port) == asked


def test_a_command_is_run_for_an_instance_without_a_known_address() -> None:
    found = target(Instance("api-1", Colour.BLUE, server()), HealthCheck(run=("x",)), 0, ())
    assert found is not None
    assert (found.name, found.colour, found.address) == ("api-1", "blue", "")
