"""What is asked about one object alone: whatever comes back, it is a fact or a named problem, and shown as text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st
from mangled_cloud import OBEYED, MangledCloud
from mangling import CLOSE, HOSTILE, LONG, SHAPES, USELESS, Mangle, mangles, with_values
from test_mangled_screens import walk

from console.cloud.details import Details
from console.cloud.session import Session
from console.errors import CloudError

# what is asked, and the part of the path that it is asked with
CALLS: dict[str, tuple[str, Callable[[Details], Any]]] = {
    "server": ("servers/api-blue-1", lambda details: details.server("api-blue-1")),
    "image": ("images/image-blue", lambda details: details.image("image-blue")),
    "actions": ("os-instance-actions", lambda details: details.deeds("api-blue-1")),
    "events": ("os-instance-actions/req-1", lambda details: details.deeds("api-blue-1")),
    "console": ("servers/api-blue-1/action", lambda details: details.console("api-blue-1")),
    "statistics": ("listeners/api-80/stats", lambda details: details.listener_stats("api-80")),
    "load balancer": ("loadbalancers/web-l", lambda details: details.tree("web-l")),
    "its listeners": ("listeners", lambda details: details.tree("web-l")),
    "its pools": ("pools", lambda details: details.tree("web-l")),
    "its members": ("members", lambda details: details.tree("web-l")),
    "its monitors": ("healthmonitors", lambda details: details.tree("web-l")),
    "policies": ("l7policies", lambda details: details.policies(("web-80",))),
    "rules": ("l7policies/web-l7/rules", lambda details: details.policies(("web-80",))),
}


@cache
def session(url: str) -> Session:
    """One login for all."""
    return Session.open("test")


def asked(call: str, cloud: MangledCloud, *spoilt: Mangle) -> Any:
    """The answer to one call, or the CloudError that it becomes."""
    cloud.mangles = spoilt
    try:
        return CALLS[call][1](Details(session(cloud.url)))
    except CloudError as error:
        return error


@pytest.mark.parametrize("call", CALLS)
def test_without_a_mangle_it_is_answered(cloud: MangledCloud, call: str) -> None:
    found = asked(call, cloud)
    assert found, call
    assert not isinstance(found, CloudError), found


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("what", USELESS)
def test_a_useless_answer_is_named(cloud: MangledCloud, call: str, what: str) -> None:
    part = CALLS[call][0]
    found = asked(call, cloud, Mangle(part, what, USELESS[what]))
    assert isinstance(found, CloudError), f"{what} is passed over: {found!r:.200}"
    named = (part.rsplit("/", maxsplit=1)[-1], "unanswered", "timed out", "redirect")
    assert any(word in found.message for word in named), found.message
    assert OBEYED.findall(found.message + found.hint) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[Check.function_scoped_fixture, Check.too_slow])
@given(st.sampled_from(sorted(CALLS)), st.lists(mangles, min_size=1, max_size=3))
def test_any_answer_is_a_fact_or_a_problem(cloud: MangledCloud, call: str, spoilt: list[Mangle]) -> None:
    asked(call, cloud, *spoilt)  # anything but a CloudError would end it


@pytest.mark.parametrize("call", ["server", "events", "console", "its members"])
def test_ten_million_characters_are_cut(cloud: MangledCloud, call: str) -> None:
    spoil = with_values(1, ("\x1b[31m" + "x" * LONG,), 0.5)
    found = asked(call, cloud, Mangle(CALLS[call][0], "long strings", spoil))
    assert len(repr(found)) < LONG / 10


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(("values", "share"), [(HOSTILE, 0.6), (SHAPES, 0.4)])
def test_the_screens_of_one_object_show_it_as_text(
    cloud: MangledCloud, values: tuple[object, ...], share: float, size: tuple[int, int]
) -> None:
    cloud.mangles = tuple(Mangle(part, "odd values", with_values(5, values, share)) for part in CLOSE)
    seen: list[str] = []
    asyncio.run(walk(cloud, size, seen))
    assert any("actions" in text for text in seen), "the instance's page was shown"
