"""Whatever the cloud says of one instance or one load balancer can be shown: no exception, nothing a terminal obeys."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from test_odd_facts import NOW, balancers, listeners, made, maybe_text, members, moments, odd, services
from tuikit import service

from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Policy, Pool, Rule
from console.model.closeup import BalancerCloseup, Deed, Event, InstanceCloseup
from console.model.colour import Colour
from console.model.instance import Instance, Probe
from console.model.server import Address
from console.model.service import Service, Source
from console.model.stats import Rates, Totals
from screens.view import balancer_page, closeup, facts, instance
from screens.view.glyphs import ASCII, UNICODE
from screens.view.line import Line, plain
from screens.view.table import row_line

when = st.none() | moments
small = st.dictionaries(odd, odd, max_size=3)
events = st.builds(Event, name=odd, start=when, finish=when, result=odd, details=odd)
deeds = st.builds(
    Deed, action=odd, request_id=odd, at=when, user_id=odd, message=odd, events=st.lists(events, max_size=2).map(tuple)
)
sources = st.dictionaries(
    st.sampled_from(["server", "image", "actions", "console", "load balancer", "statistics"]),
    st.builds(Source, name=odd, seen_at=when, problem=odd, hint=odd),
    max_size=3,
)
instance_closeups = st.none() | st.builds(
    InstanceCloseup, service=odd, key=odd, details=small, image=small, deeds=st.lists(deeds, max_size=2).map(tuple),
    console=maybe_text, sources=sources,
)  # fmt: skip
monitors = st.none() | st.builds(
    Monitor, id=odd, kind=odd, url_path=odd, expected_codes=odd, http_method=odd, admin_state_up=st.booleans()
)
pools = st.builds(Pool, id=odd, name=odd, protocol=odd, algorithm=odd, session_persistence=odd, monitor=monitors)
rules = st.builds(Rule, id=odd, kind=odd, compare=odd, key=odd, invert=st.booleans())
policies = st.builds(
    Policy, id=odd, name=odd, listener_id=odd, action=odd, pool_id=maybe_text,
    rules=st.lists(rules, max_size=2).map(tuple),
)  # fmt: skip
figures = st.none() | st.floats(0, 1e15)
rates = st.builds(
    Rates, totals=st.builds(Totals, at=moments, active=st.integers(-5, 10**18)), over=figures, connections=figures,
    bytes_in=figures, bytes_out=figures, errors=figures,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(services(), made, instance_closeups, st.integers(30, 130), odd)
def test_one_instance(seen: Service, one: Instance, found: InstanceCloseup | None, cells: int, body: str) -> None:
    if one.server is not None:
        server = replace(one.server, metadata={body: body}, tags=(body,), addresses=(Address(body, body, True),))
        one = replace(one, server=server, colour=Colour.BLUE)
    one = replace(one, probe=Probe(False, NOW, 1.0, 503, body, body, (body,)))
    shown: list[Line] = []
    for glyphs in (UNICODE, ASCII):
        shown += instance.headline(seen, one, NOW, glyphs, listed=False)
        shown += closeup.deeds(one, found, NOW, glyphs)
    shown += facts.lines(instance.facts(seen, one, NOW), cells)
    shown += instance.probe_lines(seen, one, NOW)
    shown += closeup.details(one, found)
    shown += closeup.console(one, found)
    check(shown)


def whole(
    *,
    balancer: LoadBalancer | None,
    listening: list[Listener],
    behind: list[Pool],
    members: list[Member],
    ruled: list[Policy],
    carried: Rates,
) -> BalancerCloseup:
    return BalancerCloseup(
        "api",
        balancer or LoadBalancer("lb", "lb"),
        tuple(listening),
        tuple(behind),
        {pool.id: tuple(members) for pool in behind},
        tuple(ruled),
        {one.id: carried for one in listening},
    )


balancer_closeups = st.builds(
    whole, balancer=balancers, listening=st.lists(listeners, max_size=2), behind=st.lists(pools, max_size=2),
    members=st.lists(members, max_size=2), ruled=st.lists(policies, max_size=2), carried=rates,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(services(), balancer_closeups, st.integers(30, 130))
def test_one_load_balancer(seen: Service, found: BalancerCloseup, cells: int) -> None:
    seen = replace(seen, name=found.service)
    every = balancer_page.closeups(seen, [found])
    shown: list[Line] = [*balancer_page.headline(seen, every, NOW), *balancer_page.sessions_note(seen)]
    for each in every:
        shown += facts.lines(balancer_page.facts(seen, each, NOW), cells)
        shown += balancer_page.listeners(seen, each, NOW)
        shown += balancer_page.pools(seen, each)
    rows = balancer_page.member_rows(seen, every, UNICODE)
    shown += [row_line(balancer_page.columns(seen), row, cells, "~") for row in rows]
    check(shown)


def test_a_console_of_ten_megabytes_is_cut_to_what_can_be_read() -> None:
    one = service(NOW).blue.instances[0]
    found = InstanceCloseup("api", one.key, console="\x1b[31mx" * 2_000_000 + "\nlast")
    shown = closeup.console(one, found)
    assert plain(shown[-1]) == "last"
    assert len(shown) < 500


def test_colours_of_a_console_are_left_out_and_what_moves_is_spelled_out() -> None:
    one = service(NOW).blue.instances[0]
    found = InstanceCloseup("api", one.key, console="\x1b[1;32mok\x1b[0m\r\n\x1b[2Jgone\x1b]0;title\x07")
    assert [plain(each) for each in closeup.console(one, found)] == ["ok", "\\x1b[2Jgone\\x1b]0;title\\x07"]


def check(shown: list[Line]) -> None:
    for each in shown:
        assert plain(each).isprintable() or not plain(each), plain(each)
