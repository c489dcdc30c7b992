"""The share that a refused drain is told to be enough: it fits, and none is told where none does."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_rotations import power_config, power_service, several_config, several_service
from plan_worlds import NOW, config, instance
from plan_worlds import service as weights_service

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import Service
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan


def drain(*names: str) -> Intent:
    return Intent(Action.DRAIN, order=SingleOrder(names, "alice@jump1"))


def with_ratio(intent: Intent, ratio: float) -> Intent:
    assert isinstance(intent.order, SingleOrder)
    return replace(intent, order=msgspec.structs.replace(intent.order, min_ratio=ratio))


def refused(service: Service, intent: Intent, settings: ServiceConfig | None = None) -> Refusal:
    found = plan(service, settings or config(), intent, NOW)
    assert isinstance(found, Refusal), found
    assert found.code == "floor"
    return found


def balanced(*weights: int) -> Service:
    return weights_service([instance(Colour.BLUE, n, weight) for n, weight in enumerate(weights, 1)], [])


@pytest.mark.parametrize(
    ("weights", "names", "ratio", "words"),
    [
        ((100, 100), ("api-blue-1",), 0.5, "1 of 2 would serve"),
        ((100, 100, 100), ("api-blue-1",), 0.66, "2 of 3 would serve"),
        ((100, 100, 100), ("api-blue-1", "api-blue-2"), 0.33, "1 of 3 would serve"),
        ((100, 50, 50), ("api-blue-1",), 0.5, "2 of 3 would serve, at weight 100 of 200"),
    ],
)
def test_the_ratio_that_fits_is_told_and_is_taken(
    weights: tuple[int, ...], names: tuple[str, ...], ratio: float, words: str
) -> None:
    service, intent = balanced(*weights), drain(*names)
    found = refused(service, intent)
    assert found.enough == (ratio, words)
    assert f"--min-ratio {ratio:g} ({words})" in found.hint
    assert isinstance(plan(service, config(), with_ratio(intent, ratio), NOW), Plan)


def test_a_ratio_that_was_said_and_is_too_high_is_answered_with_one_that_fits() -> None:
    assert "--min-ratio 0.5 " in refused(balanced(100, 100), with_ratio(drain("api-blue-1"), 0.8)).hint


@pytest.mark.parametrize("service", [balanced(100), balanced(256, 1)])
def test_where_too_little_is_left_for_any_none_is_told(service: Service) -> None:
    found = refused(service, drain("api-blue-1"))
    assert found.enough is None
    first, _, why = found.hint.partition(": ")
    assert first == "put a replacement in first (`bluegreen replace`)"
    assert why == "so little would be left that no --min-ratio helps"


def test_of_workers_it_is_told_as_well_and_nobody_is_sent_to_a_replacement_that_workers_have_not() -> None:
    blue = [instance(Colour.BLUE, n, 100) for n in (1, 2, 3)]
    workers = power_service(blue, [])
    found = refused(workers, drain("api-blue-1"), power_config())
    first, _, on_purpose = found.hint.partition(", or ")
    assert first == "start another one first (`bluegreen restore`)"
    assert on_purpose == "say on purpose that it is enough: --min-ratio 0.66 (2 of 3 would serve)"


def test_with_several_pools_it_fits_in_each() -> None:
    blue = [instance(Colour.BLUE, n, 100) for n in (1, 2)]
    service, intent = several_service(blue, [instance(Colour.GREEN, 1, 0)]), drain("api-blue-1")
    assert refused(service, intent, several_config()).enough == (0.5, "1 of 2 would serve")
    assert isinstance(plan(service, several_config(), with_ratio(intent, 0.5), NOW), Plan)


@given(st.lists(st.integers(1, 256), min_size=2, max_size=12), st.integers(1, 11))
def test_what_is_told_is_planned_and_a_hundredth_more_is_not(weights: list[int], leaving: int) -> None:
    service = balanced(*weights)
    intent = drain(*(f"api-blue-{n}" for n in range(1, min(leaving, len(weights) - 1) + 1)))
    found = refused(service, intent).enough
    if found is None:
        assert isinstance(plan(service, config(), with_ratio(intent, 0.01), NOW), Refusal)
        return
    assert isinstance(plan(service, config(), with_ratio(intent, found.ratio), NOW), Plan)
    assert isinstance(plan(service, config(), with_ratio(intent, found.ratio + 0.02), NOW), Refusal)
