"""The keys that say how instances and the client's side are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from console.config.formats import HEADER, HEADER_NAME, HOST, PATH, PEM, Command, Regex
from console.config.kinds import Choice, Decimal, Duration, Flag, Text, Whole
from console.config.mistakes import Mistake
from console.config.model import HealthCheck, Tls, VipCheck
from console.config.rules import Checked, Depending, Excludes, Given, Needs
from console.config.sections import Key, Pairs, Section, Several
from console.config.urls import VIP_URL, Connect, Proxy

_TIMEOUT = Duration(0.1, 60)
HTTP_STATUSES = Several(Whole(100, 599), "HTTP statuses", least=1)
_HEADERS = Pairs(HEADER, "HTTP headers", HEADER_NAME)


def _trust(given: Given) -> Iterator[Mistake]:
    if "ca" in given.entries and given.said("verify") is False:
        yield given.mistake("ca", "`ca` means nothing beside `verify: false`", "leave one of them out")


def _tls(verify: str | None, *, ca: str = "as clouds.yaml says") -> Section:
    """The keys of TLS. `verify` and `ca` are what the reference says of their defaults."""
    return Section(
        Tls,
        (
            Key("verify", Flag(), "whether the certificate is checked", default=verify),
            Key("ca", PEM, "the authorities that are trusted", default=ca),
            Key("cert", PEM, "the client's certificate"),
            Key("key", PEM, "the key of the client's certificate"),
            Key("name", HOST, "the host name for SNI and for the check", default="the URL's host"),
        ),
        rules=(Needs("cert", "key"), Needs("key", "cert"), Checked(_trust)),
        make=_checked_tls if verify is None else _unchecked_tls,
    )


def _checked_tls(given: Mapping[str, Any]) -> Tls:
    return Tls(**given)


def _unchecked_tls(given: Mapping[str, Any]) -> Tls:
    """Instances are asked by address, which no certificate names: checked only where the file says with what."""
    return Tls(**{"verify": "ca" in given or "name" in given, **given})


HEALTH_TLS = _tls("true with `ca` or `name`, else false")
VIP_TLS = _tls(None)
SERVER_TLS = _tls(None, ca="SSL_CERT_FILE, else the public ones")

HEALTH = Section(
    HealthCheck,
    (
        Key("path", PATH, "path of the direct probe of each instance"),
        Key("port", Whole(1, 65535), "its port", default="the member's port"),
        Key("expect", HTTP_STATUSES, "the HTTP statuses of a healthy instance"),
        Key("scheme", Choice(("http", "https", "tcp")), "how to ask; `tcp`: the connection alone"),
        Key("timeout", _TIMEOUT, "time for the whole answer"),
        Key("headers", _HEADERS, "headers to send"),
        Key("body", Regex(), "a regular expression that must be found in the answer"),
        Key("tls", HEALTH_TLS, "certificates, for `https`", default="see its keys"),
        Key(
            "run",
            Command(),
            "a command instead: exit code 0 is healthy; BLUEGREEN_ADDRESS and the like name the instance",
        ),
        Key("proxy", Proxy(), "through which proxy; without it the proxy variables do not apply"),
        Key("reachable", Flag(), "`false`: these instances cannot be asked from here, which is unknown, not healthy"),
        Key("quorum", Decimal(0, 1, above=True), "the share of a colour that must be healthy for the colour to be"),
    ),
    rules=(
        Excludes("run", ("path", "expect", "scheme", "headers", "body", "tls", "proxy"), "`run` is a probe of its own"),
        Depending(
            "scheme",
            "http",
            only={
                **dict.fromkeys(("path", "expect", "headers", "body", "proxy"), ("http", "https")),
                "tls": ("https",),
            },
            needs={},
        ),
    ),
)


def _by_scheme(given: Given) -> Iterator[Mistake]:
    """What the URL's scheme cannot have beside it."""
    scheme = urlsplit(given.said("url", "").replace("{vip}", "vip.invalid")).scheme
    useless = {"http": ("tls",), "tcp": ("version", "expect", "headers", "tls", "proxy", "connect")}.get(scheme, ())
    for key in useless:
        if key in given.entries:
            yield given.mistake(key, f"`{key}` means nothing with a URL of `{scheme}://`")


def _elsewhere(given: Given) -> Iterator[Mistake]:
    """Connecting elsewhere keeps the URL's host for Host and SNI: it must be a name of its own, and no proxy's task."""
    if "connect" in given.entries and "{vip}" in given.said("url", ""):
        yield given.mistake(
            "connect",
            "`connect` means nothing with `{vip}` in the URL",
            "write the host name that clients use into the URL; it goes out as Host and SNI",
        )
    if "connect" in given.entries and "proxy" in given.entries:
        yield given.mistake("connect", "`connect` means nothing beside `proxy`", "keep one")


VIP = Section(
    VipCheck,
    (
        Key(
            "url",
            VIP_URL,
            "what to ask as a client does; `{vip}` is the load balancer's address, of each of several; `tcp://` proves "
            "that it answers",
            required=True,
        ),
        Key("version", Text("a key of the answer's JSON"), "the key of the answer's JSON that names what answered"),
        Key("expect", HTTP_STATUSES, "the HTTP statuses of a good answer", default="every 2xx"),
        Key("timeout", _TIMEOUT, "time for the whole answer"),
        Key("rate", Decimal(0.1, 100), "requests per second while a console watches"),
        Key("connect", Connect(), "where to connect, with the URL's host as Host and SNI", default="the URL's host"),
        Key("headers", _HEADERS, "headers to send"),
        Key("tls", VIP_TLS, "certificates, for `https`", default="see its keys"),
        Key("proxy", Proxy(), "through which proxy; without it the proxy variables do not apply"),
    ),
    rules=(Checked(_by_scheme), Checked(_elsewhere)),
)
