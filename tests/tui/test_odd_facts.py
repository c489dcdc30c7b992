"""Whatever the cloud says, every panel can show it: no exception, no escape sequence, no line too wide."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tuikit import service

from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Pool
from console.model.colour import Colour
from console.model.commit import Commit, CommitView
from console.model.instance import Instance, Probe, Version
from console.model.lease import LeaseHolder
from console.model.server import Server
from console.model.service import ColourSet, Service, Source
from console.model.traffic import Traffic, VipAnswer
from console.model.verdict import verdict
from screens.arming import Arming
from screens.told import Told
from screens.view import balancer, commits, header, instances, traffic
from screens.view import side as side_view
from screens.view.glyphs import ASCII, UNICODE, Glyphs
from screens.view.header import Head, Room
from screens.view.line import Line, plain
from screens.view.table import row_line
from screens.view.words import Magnitudes

NOW = 1_795_000_000.0

odd = st.one_of(
    st.sampled_from(
        ["ACTIVE", "ERROR", "PENDING_UPDATE", "ONLINE", "DRAINING", "", "\x1b[2J", "[red]x", "日本\n", "\ud800"]
    ),
    st.text(max_size=12),
)
moments = st.one_of(st.just(NOW), st.floats(-1e12, 1e12))
maybe_text = st.none() | odd
members = st.builds(
    Member, id=odd, name=odd, address=odd, protocol_port=st.integers(0, 65535), weight=st.integers(0, 256),
    admin_state_up=st.booleans(), tags=st.lists(odd, max_size=2).map(tuple),
    provisioning_status=odd, operating_status=odd,
)  # fmt: skip
servers = st.builds(
    Server, id=odd, name=odd, status=odd, task_state=maybe_text, power_state=st.none() | st.integers(),
    created_at=st.none() | moments, fault=odd,
)  # fmt: skip
probes = st.builds(
    Probe, ok=st.booleans(), at=moments, ms=st.none() | st.floats(0, 1e9), status=st.none() | st.integers(), error=odd
)
versions = st.none() | st.builds(Version, value=odd, source=odd)
made = st.builds(
    Instance, name=odd, colour=st.none(), server=st.none() | servers, member=st.none() | members,
    probe=st.none() | probes, version=versions,
)  # fmt: skip
sides = st.lists(made, max_size=3).map(tuple)
answers = st.builds(
    VipAnswer, at=moments, ms=st.floats(0, 1e5), status=st.none() | st.integers(), version=maybe_text, error=odd
)
commit = st.builds(Commit, sha=odd, subject=odd, author=odd, at=moments)
some_commits = st.none() | st.lists(commit, max_size=2).map(tuple)
views = st.none() | st.builds(CommitView, would_ship=some_commits, would_undo=some_commits, problem=odd)
sources = st.builds(Source, name=odd, seen_at=st.none() | moments, problem=odd, since=st.none() | moments, hint=odd)
holders = st.builds(
    LeaseHolder, lease_id=odd, owner=odd, rollout=odd, action=odd, reason=odd, step=odd, since=moments,
    renewed_at=moments, ttl=st.floats(0, 1e6), foreign=odd,
)  # fmt: skip


balancers = st.none() | st.builds(LoadBalancer, id=odd, name=odd, provider=odd, provisioning_status=odd)
listeners = st.builds(Listener, id=odd, name=odd, protocol=odd, operating_status=odd)
pools = st.none() | st.builds(Pool, id=odd, name=odd, monitor=st.none() | st.builds(Monitor, id=odd, kind=odd))
seen = st.none() | st.builds(Traffic, url=odd, answers=st.lists(answers, max_size=5).map(tuple), versions=st.just({}))


@st.composite
def services(draw: st.DrawFn) -> Service:
    base = service(NOW)
    return replace(
        base,
        name=draw(odd),
        environment=draw(odd),
        balancer=draw(balancers),
        listeners=tuple(draw(st.lists(listeners, max_size=2))),
        pool=draw(pools),
        blue=ColourSet(Colour.BLUE, draw(sides)),
        green=ColourSet(Colour.GREEN, draw(sides)),
        foreign=tuple(draw(st.lists(members, max_size=2))),
        traffic=draw(seen),
        commits=draw(views),
        lease=draw(st.none() | holders),
        sources={name: draw(sources) for name in base.sources},
        probed=draw(st.booleans()),
        traffic_watched=draw(st.booleans()),
    )


@settings(max_examples=80, deadline=None)
@given(services(), st.sampled_from([UNICODE, ASCII]), st.integers(30, 130))
def test_every_panel_shows_whatever_there_is(facts: Service, signs: Glyphs, cells: int) -> None:
    found = verdict(facts, NOW)
    head = Head(facts.name, facts.environment, True, Arming(), facts, found)
    shown: list[Line] = header.lines(head, cells, NOW, signs)
    shown += header.lines(head, cells, NOW, signs, short=True)
    shown += header.problems([*map(Told, found.problems)], Room(3, cells, 6), signs)
    for side in facts.colours:
        rows = instances.rows(facts, side, NOW, signs, Magnitudes())
        shown += [side_view.title(facts, side, signs), side_view.title_right(facts, side, NOW)]
        shown += [row_line(instances.columns(facts), row, cells, signs.ellipsis) for row in rows]
        shown += [note for row in rows for note in row.notes]
    shown += [traffic.title(facts), traffic.title_right(facts, NOW), *traffic.lines(facts, cells, NOW, signs)]
    shown += [
        balancer.title(facts),
        *balancer.lines(facts, NOW),
        *balancer.brief(facts, NOW),
        balancer.changing(facts, NOW),
    ]
    shown += [commits.title(facts, signs), commits.empty(facts)]
    shown += [row_line(commits.COLUMNS, row, cells, signs.ellipsis) for row in commits.rows(facts, NOW, signs)]
    for each in shown:
        assert plain(each).isprintable() or not plain(each), plain(each)
