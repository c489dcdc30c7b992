"""Whatever the APIs answer: no traceback, nothing that a terminal obeys, and what is not known is not called well."""

from __future__ import annotations

import io
import json
import time
import unicodedata

import pytest
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st
from mangled_cloud import OBEYED, MangledCloud, config
from mangling import LONG, USELESS, Mangle, mangles, plain, with_values
from rich.console import Console

from console.cli.status import exit_code, show
from console.cli.status_json import as_json
from console.model.health import Health, judge
from console.model.service import BALANCER, SERVERS, Service
from console.model.snapshot import Snapshot
from console.model.verdict import verdict
from console.watch.observe import Observer

LISTS = {"servers/detail": SERVERS, "/loadbalancers": BALANCER, "/members": BALANCER, "/pools": BALANCER}


def look(cloud: MangledCloud, *spoilt: Mangle) -> Snapshot:
    """What the lane makes of the spoilt answers."""
    cloud.mangles = spoilt
    return Observer(config(int(cloud.url.rpartition(":")[2]))).observe()


def printed(snapshot: Snapshot) -> str:
    """What `status` prints."""
    out = io.StringIO()
    show(snapshot, Console(file=out, width=100, force_terminal=False, color_system=None))
    return out.getvalue()


def unfaithful(service: Service) -> list[str]:
    """Sources whose failure was not foreseen."""
    return [each.problem for each in service.sources.values() if "unexpected" in each.problem]


def test_without_a_mangle_all_is_well(cloud: MangledCloud) -> None:
    snapshot = look(cloud)
    assert {each.problem for service in snapshot.services.values() for each in service.sources.values()} == {""}
    assert all(len(service.blue.instances) == 3 for service in snapshot.services.values())


@settings(max_examples=20, deadline=None, suppress_health_check=[Check.function_scoped_fixture, Check.too_slow])
@given(st.lists(mangles, min_size=1, max_size=3))
def test_every_answer_mangled(cloud: MangledCloud, spoilt: list[Mangle]) -> None:
    snapshot = look(cloud, *spoilt)
    for service in snapshot.services.values():
        assert unfaithful(service) == []
        keys = [one.key for one in (*service.blue.instances, *service.green.instances, *service.uncoloured)]
        assert len(keys) == len(set(keys)), "an instance counts twice"
        assert verdict(service, snapshot.taken_at).line
    text = printed(snapshot)
    assert OBEYED.findall(text) == []
    json.loads(json.dumps(as_json(snapshot)))
    assert exit_code(snapshot) in (0, 1, 4)


@pytest.mark.slow
@pytest.mark.parametrize("part", LISTS)
@pytest.mark.parametrize("what", USELESS)
def test_a_useless_answer_is_named_and_nothing_is_well(cloud: MangledCloud, part: str, what: str) -> None:
    snapshot = look(cloud, Mangle(part, what, USELESS[what]))
    service, now = snapshot.services["api"], snapshot.taken_at
    source = service.source(LISTS[part])
    assert source.problem, f"{what} on {part} is passed over"
    named = (part.rsplit("/", maxsplit=1)[-1], "unanswered", "timed out")
    assert any(word in source.problem for word in named), source.problem
    assert OBEYED.findall(source.problem + source.hint) == []
    found = verdict(service, now)
    assert not found.healthy
    assert any(LISTS[part] in problem or source.problem in problem for problem in found.problems), found.problems
    assert all(judge(service, one, now).health is not Health.HEALTHY for one in service.blue.instances)


def test_strings_of_ten_million_characters_are_clipped(cloud: MangledCloud) -> None:
    spoil = with_values(1, ("\x1b[31m" + "x" * LONG,), 0.02)
    began = time.monotonic()
    text = printed(look(cloud, Mangle("", "long strings", spoil)))
    assert OBEYED.findall(text) == []
    assert max(map(len, text.splitlines())) < 20_000
    assert time.monotonic() - began < 60


def test_pages_without_end_have_an_end(cloud: MangledCloud) -> None:
    pages = iter(range(10**9))

    def endless(status: int, body: object) -> object:
        assert isinstance(body, dict)
        link = {"rel": "next", "href": f"{cloud.url}/compute/v2.1/servers/detail?page={next(pages)}"}
        return plain(status, {"servers": body["servers"], "servers_links": [link]})

    snapshot = look(cloud, Mangle("servers/detail", "endless pages", endless))  # type: ignore[arg-type]
    source = snapshot.services["api"].source(SERVERS)
    assert "servers/detail" in source.problem
    assert next(pages) <= 1001


def test_names_are_shown_whole_where_they_are_harmless(cloud: MangledCloud) -> None:
    spoil = with_values(3, ("日本語ノード",), 0.0)
    assert "api-blue-1" in printed(look(cloud, Mangle("servers/detail", "none", spoil)))
    assert unicodedata.east_asian_width("日") == "W"
