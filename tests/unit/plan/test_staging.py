"""Shares of the traffic in whole weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.model.balancer import Member
from console.plan.staging import Part, weights_at


def parts(name: str, weights: list[int], whole: int) -> list[Part]:
    return [Part(Member(f"{name}{n}", "", "10.0.0.1", 80, weight), whole) for n, weight in enumerate(weights)]


@pytest.mark.parametrize(
    ("percent", "green", "blue"),
    [
        (10, [12, 11, 11, 11, 11, 11], [100] * 6),  # 67 of 667
        (50, [100] * 6, [100] * 6),
        (75, [100] * 6, [34, 34, 33, 33, 33, 33]),  # 200 of 800
        (100, [100] * 6, [0] * 6),
    ],
)
def test_equal_sizes(percent: int, green: list[int], blue: list[int]) -> None:
    found = weights_at(percent, parts("g", [0] * 6, 100), parts("b", [100] * 6, 100))
    assert sorted((found[f"g{n}"] for n in range(6)), reverse=True) == green
    assert sorted((found[f"b{n}"] for n in range(6)), reverse=True) == blue


def test_a_share_is_of_capacity_and_not_of_instances() -> None:
    found = weights_at(50, parts("g", [0] * 2, 100), parts("b", [50] * 6, 50))
    assert sum(found[f"g{n}"] for n in range(2)) == 200
    assert sum(found[f"b{n}"] for n in range(6)) == 200


def test_a_dead_source_is_left_at_once() -> None:
    dead = [Part(part.member, part.whole, counts=False) for part in parts("b", [100] * 3, 100)]
    found = weights_at(10, parts("g", [0] * 3, 100), dead)
    assert [found[f"g{n}"] for n in range(3)] == [100] * 3
    assert [found[f"b{n}"] for n in range(3)] == [0] * 3


def test_small_weights_go_as_far_as_whole_numbers_do() -> None:
    found = weights_at(10, parts("g", [0] * 3, 1), parts("b", [1] * 3, 1))
    assert sum(found[f"g{n}"] for n in range(3)) == 1


@given(
    st.integers(1, 99),
    st.lists(st.integers(1, 256), min_size=1, max_size=30),
    st.lists(st.integers(1, 256), min_size=1, max_size=30),
)
def test_one_side_is_whole_and_the_share_is_as_near_as_whole_numbers_allow(
    percent: int, wholes: list[int], weights: list[int]
) -> None:
    entering = [Part(Member(f"g{n}", "", "a", 80, 0), whole) for n, whole in enumerate(wholes)]
    leaving = [Part(Member(f"b{n}", "", "a", 80, weight), weight) for n, weight in enumerate(weights)]
    found = weights_at(percent, entering, leaving)
    green, blue = (sum(weight for key, weight in found.items() if key[0] == side) for side in "gb")
    assert green == sum(wholes) or blue == sum(weights)
    assert 1 <= green <= sum(wholes)
    assert 1 <= blue <= sum(weights)
    wanted = min(sum(weights) * percent / (100 - percent), sum(wholes))
    assert abs(green - max(wanted, 1)) <= 1
    assert all(found[part.member.id] <= part.whole for part in (*entering, *leaving))
