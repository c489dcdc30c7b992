"""Whatever the cloud says, the fleet, the list of problems, filter and sort take it: no exception, nothing obeyed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from test_odd_facts import NOW, odd, services
from tuikit import config, service, with_instances

from console.model.colour import Colour
from console.model.instance import Probe
from console.model.service import BALANCER, Service
from console.model.snapshot import Snapshot
from screens.filtering import Order, ordered, sifted
from screens.problems import row as problem_row
from screens.trouble import shared_causes, troubles
from screens.verdicts import Verdicts
from screens.view import fleet
from screens.view.fleet import About, Entry
from screens.view.glyphs import ASCII, UNICODE, Glyphs
from screens.view.line import line, plain
from screens.view.table import Row, row_line


def printable(*rows: Row) -> None:
    for row in rows:
        for text in (*(text for text, _ in row.cells), *map(plain, row.notes)):
            assert text.isprintable(), text


@settings(max_examples=50, deadline=None)
@given(st.lists(services(), min_size=1, max_size=3), odd, st.sampled_from([UNICODE, ASCII]), st.integers(40, 200))
def test_the_fleet_shows_whatever_there_is(facts: list[Service], group: str, signs: Glyphs, cells: int) -> None:
    verdicts, usual = Verdicts(), config().services["api"]
    causes = frozenset(cause.text for cause in shared_causes(facts, NOW))
    entries = [
        Entry(
            usual._replace(name=f"{number}{each.name}", group=group, region=group),
            each,
            verdicts.of(each, NOW),
            causes=causes,
        )
        for number, each in enumerate(facts)
    ]
    made = {each.config.name: fleet.row(each, NOW, signs, fleet.state_width(cells)) for each in entries}
    rows = fleet.rows(entries, made, signs)
    assert {row.key for row in rows} >= set(made)
    printable(*rows)
    columns = fleet.columns(entries, cells)
    for row in rows:
        row_line(columns, row, cells, signs.ellipsis)
    (head,) = fleet.header(entries, About(line("READ-ONLY")), cells, signs.ellipsis)
    assert plain(head).isprintable()
    assert len(sifted(rows, group)) <= len(rows)
    for column in columns:
        assert len(ordered(rows, columns, Order(column.title))) == len(rows)


def test_what_a_service_says_in_the_words_of_a_shared_cause_is_its_own() -> None:
    facts = service(NOW)
    broken = replace(facts.blue.instances[0], probe=Probe(ok=False, at=NOW, status=503))
    facts = with_instances(facts, Colour.BLUE, broken, *facts.blue.instances[1:])
    stale = replace(facts.sources[BALANCER], seen_at=NOW - 90, problem="503")
    facts = replace(facts, sources={**facts.sources, BALANCER: stale})
    usual = config().services["api"]
    entry = Entry(usual, facts, Verdicts().of(facts, NOW), causes=frozenset({"503"}))
    assert tuple(problem.text for problem in entry.own_problems) == ("api-blue-1: the direct probe says 503",)


@settings(max_examples=50, deadline=None)
@given(st.lists(services(), min_size=1, max_size=3), st.sampled_from([UNICODE, ASCII]))
def test_every_problem_is_listed_whatever_it_says(facts: list[Service], signs: Glyphs) -> None:
    named = {f"{number}": replace(each, name=f"{number}") for number, each in enumerate(facts)}
    found = troubles(Snapshot(NOW, 1, named), Verdicts(), named, ("\x1b[2J of our own",), NOW)
    failing = {one.problem for each in facts for one in each.sources.values() if one.problem}
    assert failing <= {each.text for each in found}
    printable(*(problem_row(str(number), each, NOW, signs) for number, each in enumerate(found)))
