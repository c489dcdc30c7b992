from __future__ import annotations

import pytest
from answering import reply, serving

from console.errors import CloudError
from console.model.balancer import Balanced, Listener, LoadBalancer
from console.model.stats import MemberSessions
from console.watch import sessions

TEXT = """\
# HELP octavia_member_status Current status of the member.
# TYPE octavia_member_status gauge
octavia_member_status{pool="p1:lb",member="m1",state="UP"} 1
# HELP octavia_member_current_sessions Number of current sessions on the member.
# TYPE octavia_member_current_sessions gauge
octavia_member_current_sessions{pool="p1:lb",member="m1"} 3
octavia_member_current_sessions{pool="p1:lb",member="m2"} 0
octavia_member_current_sessions{pool="p2:lb",member="m1"} 4
octavia_member_current_sessions{pool="p2:lb",member="odd"} NaN
octavia_member_current_sessions{pool="p2:lb"} 9
# TYPE octavia_member_response_time_average_seconds gauge
octavia_member_response_time_average_seconds{pool="p1:lb",member="m1"} 0.012
"""
LB = LoadBalancer("l", "api", vip_address="127.0.0.1")


def test_sessions_go_by_member() -> None:
    found = sessions.parsed(TEXT, 5.0)
    assert set(found) == {"m1", "m2"}
    assert found["m1"].current == 7
    assert found["m1"].response_ms == pytest.approx(12.0)
    assert found["m2"] == MemberSessions(0, 5.0, None)


@pytest.mark.parametrize(
    "text", ["<html>login</html>", "octavia_member_current_sessions{", 'octavia_member_current_sessions{a="b"} \x1b']
)
def test_what_is_not_prometheus_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the parser has no error of its own
        sessions.parsed(text, 5.0)


def test_an_amphora_that_says_nothing_of_members_has_no_sessions() -> None:
    assert sessions.parsed("# TYPE octavia_memory_pool gauge\noctavia_memory_pool 1\n", 5.0) == {}
    assert sessions.parsed("", 5.0) == {}


async def test_a_listener_is_asked_at_the_vip() -> None:
    async with serving(lambda _: reply(TEXT.encode())) as (port, paths):
        found = await sessions.ask(LB, Listener("x", "metrics", "PROMETHEUS", port))
    assert found["m1"].current == 7
    assert paths == ["/metrics"]


async def test_a_listener_that_does_not_answer_is_named() -> None:
    async with serving(lambda _: reply(b"no", "403 Forbidden")) as (port, _):
        with pytest.raises(CloudError, match=f"listener metrics at http://127.0.0.1:{port}/metrics: 403") as caught:
            await sessions.ask(LB, Listener("x", "metrics", "PROMETHEUS", port))
        assert "allowed_cidrs" in caught.value.hint
    with pytest.raises(CloudError, match="refused"):
        await sessions.ask(LB, Listener("x", "metrics", "PROMETHEUS", port))


async def test_a_web_page_is_not_prometheus() -> None:
    async with serving(lambda _: reply(b"<html>")) as (port, _):
        with pytest.raises(CloudError, match="does not answer as Prometheus"):
            await sessions.ask(LB, Listener("x", "metrics", "PROMETHEUS", port))


def test_one_listener_speaks_for_its_load_balancer_whoever_made_it() -> None:
    ours, theirs, off = (
        Listener("a", "http", "HTTP"),
        Listener("b", "metrics", "PROMETHEUS"),
        Listener("c", "off", "PROMETHEUS", admin_state_up=False),
    )
    parts = (Balanced(LB, (ours,), (off, theirs)), Balanced(LB, (ours,), (theirs,)))
    assert sessions.listeners_that_tell(parts) == [(LB, theirs)]
    assert sessions.listeners_that_tell([Balanced(LB, (ours,), (off,))]) == []
