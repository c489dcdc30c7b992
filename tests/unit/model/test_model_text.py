from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.text import clipped, visible

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=[]), max_size=80)


@pytest.mark.parametrize(
    "text",
    ["", "api-blue-1", "Fix [bold]quota[/] race", "C:\\x1b", "naïve café", "修复竞争", "✓ done", "❤️", "a\u0301"],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x7f\x00", "\\x7f\\x00"),
        ("live\u202eevil", "live\\u202eevil"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b", "a\\u2028b"),
        ("\udcff", "\\udcff"),
        ("a\u3164", "a\\u3164"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("a\u00a0b", "a\\xa0b"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT)
def test_nothing_dangerous_is_left(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(
        unicodedata.bidirectional(char) in {"LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI"} for char in shown
    )
    assert shown.isprintable()
    shown.encode("utf-8")  # lone surrogates would raise
    assert len(shown.splitlines()) <= 1


@given(ANY_TEXT)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT, ANY_TEXT)
def test_parts_can_be_made_visible_apart(first: str, second: str) -> None:
    assert visible(first + second) == visible(first) + visible(second)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_ascii_is_untouched(text: str) -> None:
    assert visible(text) == text


@given(st.integers(min_value=0, max_value=0x10FFFF))
def test_every_character_is_shown_as_something(code: int) -> None:
    shown = visible(chr(code))
    assert shown == chr(code) or shown.startswith("\\")


@given(ANY_TEXT, st.integers(min_value=0, max_value=40))
def test_clipped_text_keeps_to_its_limit(text: str, limit: int) -> None:
    whole, shown = visible(text), clipped(text, limit)
    assert len(shown) <= limit
    assert shown == (whole if len(whole) <= limit else whole[: max(limit - 3, 0)] + "..."[:limit])


def test_clipped_text_says_that_it_is_clipped() -> None:
    assert clipped("abcdefghij", 10) == "abcdefghij"
    assert clipped("abcdefghijk", 10) == "abcdefg..."
    assert clipped("\x1b" * 1_000_000, 8) == "\\x1b\\..."
