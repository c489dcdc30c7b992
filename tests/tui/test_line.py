"""Lines: fitting, flowing, wrapping; nothing is lost and nothing is too wide."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from screens.view.line import GAP, Line, fit, fit_parts, flow, line, plain, spread, width, wrap

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Mn", "Me", "Cf", "Zl", "Zp")), max_size=60
)
lines = st.lists(st.tuples(texts, st.sampled_from(["", "bad", "label"])), max_size=5).map(lambda spans: line(*spans))


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(0, 50))
def test_a_fitted_line_is_as_wide_as_it_should_be(spans: Line, cells: int) -> None:
    assert width(fit(spans, cells, "~")) == cells


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(8, 50))
def test_wrapping_keeps_every_word_and_the_width(spans: Line, cells: int) -> None:
    wrapped = wrap(spans, cells)
    assert all(width(each) <= max(cells, 8) or "label" in str(spans) for each in wrapped)
    assert "".join("".join(map(plain, wrapped)).split()) == "".join(plain(spans).split())


def test_lines_after_a_label_stand_right_of_it() -> None:
    wrapped = wrap(line(("call  ", "label"), "one two three four"), 14)
    assert [plain(each) for each in wrapped] == ["call  one two", "      three", "      four"]


def test_a_word_too_long_for_any_line_begins_where_there_is_room() -> None:
    wrapped = wrap(line("PUT " + "x" * 40), 30)
    assert [plain(each) for each in wrapped] == ["PUT " + "x" * 26, "x" * 14]


def test_parts_flow_into_lines_without_being_broken() -> None:
    parts = [line("one two"), line("three"), line("four five six")]
    assert [plain(each) for each in flow(parts, 16)] == ["one two   three", "four five six"]


def test_the_left_part_gives_way() -> None:
    assert plain(spread(line("a long beginning"), line("END"), 10, "~")) == "a long~END"


def test_a_part_that_does_not_fit_goes_whole() -> None:
    parts = (*line("14 would ship"), GAP, *line(("1 migration", "warn")), GAP, *line("tests: 13 of 14 passed"))
    shown = [plain(fit_parts(parts, cells, "~")) for cells in (60, 40, 28, 20, 8)]
    assert shown == [plain(parts), "14 would ship   1 migration ~", "14 would ship ~", "14 would ship ~", "14 woul~"]


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, max_size=4), st.integers(0, 50))
def test_parts_never_take_more_than_there_is(parts: list[Line], cells: int) -> None:
    spans = tuple(span for part in parts for span in (*part, GAP))
    assert width(fit_parts(spans, cells, "~")) <= cells


def test_wide_characters_count_as_two() -> None:
    assert width(line("日本")) == 4
    assert plain(fit(line("日本"), 3)) == "日 "
