"""Whatever Keystone answers: status and doctor say which cloud and which API it was, and never end in a traceback."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from mangled_cloud import OBEYED, MangledCloud, config
from mangling import LOGIN, USELESS, Mangle, Raw, logins, plain
from test_mangled_lane import printed, unfaithful

from console.cli.doctor import document
from console.cli.doctor_cloud import clouds
from console.cli.finding import Finding, Level
from console.cloud.session import Session
from console.config.model import Config
from console.errors import CloudError
from console.model.service import BALANCER, SERVERS
from console.model.snapshot import Snapshot
from console.watch.observe import Observer

# Each look has its own client, which the garbage collector takes apart in any order: a socket may go before its pool.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture(autouse=True)
def _nothing_left_for_another_test() -> Iterator[None]:
    yield
    gc.collect()


Spoil = Callable[[int, Any], Raw]
DISCOVERY, TOKEN = LOGIN


def in_token(*path: str, value: Any) -> Spoil:
    """The token with another value there; `*` is each of a list."""

    def put(node: Any, steps: tuple[str, ...]) -> None:
        for key in range(len(node)) if steps[0] == "*" else steps[:1]:
            if len(steps) == 1:
                node[key] = value
            else:
                put(node[key], steps[1:])

    def spoil(status: int, body: Any) -> Raw:
        spoilt = json.loads(json.dumps(body))
        if "token" in spoilt:
            put(spoilt, path)
        return plain(status, spoilt)

    return spoil


CATALOG = ("token", "catalog")
ENDPOINTS = (*CATALOG, "*", "endpoints")
# which answer, and what status says of it
UNUSABLE: dict[str, tuple[Mangle, str]] = {
    "no catalog": (Mangle(TOKEN, "null", in_token(*CATALOG, value=None)), "its catalog is no list"),
    "no endpoints": (Mangle(TOKEN, "null", in_token(*ENDPOINTS, value=None)), "names no URL"),
    "no URL": (Mangle(TOKEN, "null", in_token(*ENDPOINTS, "*", "url", value=None)), "names no URL"),
    "a URL that is none": (Mangle(TOKEN, "text", in_token(*ENDPOINTS, "*", "url", value="%s%n")), "names no URL"),
    "no end": (Mangle(TOKEN, "null", in_token("token", "expires_at", value=None)), "expires_at"),
    "an end in words": (Mangle(TOKEN, "text", in_token("token", "expires_at", value="soon")), "expires_at"),
    "no token": (Mangle(TOKEN, "null", in_token("token", value=None)), "Keystone at http"),
    "no versions": (Mangle(DISCOVERY, "null", lambda _s, _b: plain(200, {"version": None})), "Keystone at http"),
}


def watched(cloud: MangledCloud) -> Config:
    """A service behind a load balancer, and nobody who waits for its VIP."""
    whole = config(int(cloud.url.rpartition(":")[2]))
    return whole._replace(services={"api": whole.services["api"]._replace(vip=None)})


def look(cloud: MangledCloud, *spoilt: Mangle) -> Snapshot:
    """What status makes of the spoilt answers."""
    cloud.mangles = spoilt
    return Observer(watched(cloud)).observe()


def examined(cloud: MangledCloud, *spoilt: Mangle) -> list[Finding]:
    """What doctor finds in the cloud."""
    cloud.mangles = spoilt
    return list(clouds(watched(cloud)))


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_login_that_cannot_be_used_is_named_with_its_cloud(cloud: MangledCloud, case: str) -> None:
    spoilt, words = UNUSABLE[case]
    service = look(cloud, spoilt).services["api"]
    for name in (SERVERS, BALANCER):
        source = service.source(name)
        assert source.problem.startswith("cloud test"), source.problem
        assert words in source.problem, source.problem
        assert source.hint
    assert any(words in one.text for one in examined(cloud, spoilt) if one.level is Level.PROBLEM)


@pytest.mark.parametrize("key", ["user", "roles", "project", "issued_at"])
def test_who_is_not_told_can_still_look(cloud: MangledCloud, key: str) -> None:
    spoilt = Mangle(TOKEN, "null", in_token("token", key, value=None))
    assert look(cloud, spoilt).services["api"].source(SERVERS).problem == ""
    found = {one.check: one for one in examined(cloud, spoilt)}
    assert found["cloud.user"].level is Level.OK
    assert ("is not known" in found["lease.network"].text) is (key == "project")
    assert ("cloud.clock" in found) is (key != "issued_at"), "a clock that is not told is not compared"


@pytest.mark.parametrize("told", [{"versions": None}, {"versions": [None]}, {"version": 7}])
def test_versions_that_are_none_are_named_with_the_service(cloud: MangledCloud, told: object) -> None:
    unversioned = in_token(*ENDPOINTS, "*", "url", value=f"{cloud.url}/image")
    cloud.mangles = Mangle(TOKEN, "no version", unversioned), Mangle("/image", "null", lambda _s, _b: plain(200, told))
    with pytest.raises(CloudError, match=r"cloud test.*image"):
        Session.open("test").adapter("image")


@pytest.mark.parametrize("part", LOGIN)
@pytest.mark.parametrize("what", USELESS)
def test_a_useless_answer_to_a_login_is_named(cloud: MangledCloud, part: str, what: str) -> None:
    spoilt = Mangle(part, what, USELESS[what])
    source = look(cloud, spoilt).services["api"].source(SERVERS)
    assert source.problem.startswith("cloud test: "), source.problem
    assert OBEYED.findall(source.problem + source.hint) == []
    assert examined(cloud, spoilt)[-1].exit_code == 4


@settings(max_examples=40, deadline=None, suppress_health_check=[Check.function_scoped_fixture, Check.too_slow])
@given(logins)
def test_every_answer_to_a_login_mangled(cloud: MangledCloud, spoilt: Mangle) -> None:
    snapshot = look(cloud, spoilt)
    assert [words for service in snapshot.services.values() for words in unfaithful(service)] == []
    assert OBEYED.findall(printed(snapshot)) == []
    found = examined(cloud, spoilt)
    assert {one.exit_code for one in found if one.level is Level.PROBLEM} <= {1, 4}
    json.loads(json.dumps(document(found)))
