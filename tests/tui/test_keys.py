"""The registry of keys: complete, without clashes, and the source of every list of keys."""

from __future__ import annotations

import time

import pytest
from rollouts import cutover, rollout
from screen_text import shows
from tuikit import config, make_app, service

from screens import key_reference, keys
from screens.arming import Arming
from screens.balancer import BalancerScreen
from screens.change import ChangeScreen
from screens.commits import CommitsScreen
from screens.fleet import FleetScreen
from screens.instance import InstanceScreen
from screens.keys import ACTIONS, Danger, Place, Situation
from screens.problems import ProblemsScreen
from screens.service import ServiceScreen

SCREENS = {
    Place.SERVICE: ServiceScreen,
    Place.CHANGE: ChangeScreen,
    Place.FLEET: FleetScreen,
    Place.PROBLEMS: ProblemsScreen,
    Place.INSTANCE: InstanceScreen,
    Place.BALANCER: BalancerScreen,
    Place.COMMITS: CommitsScreen,
}


@pytest.mark.parametrize("place", Place)
def test_a_key_does_one_thing_in_a_place(place: Place) -> None:
    used = [key for action in keys.at(place) for key in action.keys]
    assert len(used) == len(set(used))


def test_every_action_has_a_sentence_and_no_two_are_called_the_same() -> None:
    assert all(action.help.endswith(".") and action.label for action in ACTIONS)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    # a reason is said under the label, and a label is what a command is called
    for place in Place:
        labels = [action.label.rstrip("….") for action in keys.at(place)]
        assert len(set(labels)) == len(labels), place


def test_every_action_is_done_by_its_screen() -> None:
    for action in ACTIONS:
        for place in action.places:
            assert hasattr(SCREENS[place], f"do_{action.id}"), (place, action.id)


def test_what_changes_the_cloud_is_confirmed() -> None:
    assert all((action.danger is not Danger.NONE) == action.mutates for action in ACTIONS)


def test_keys_survive_terminals_and_multiplexers() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert "alt+" not in key, key
            assert not key.startswith("f1"), key
            assert key not in {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+z", "ctrl+h", "ctrl+m", "ctrl+i", "ctrl+j"}, key


def test_the_reference_names_every_key() -> None:
    table = key_reference.reference()
    assert all(f"`{keys.shown(key)}`" in table for action in ACTIONS for key in action.keys)
    assert table.count("\n") == len(ACTIONS) + 2


@pytest.mark.parametrize("arming", [Arming(), Arming().arm(0.0, ""), Arming("the config says so")])
@pytest.mark.parametrize("followed", [False, True])
def test_a_reason_is_a_sentence_and_what_changes_needs_arming(arming: Arming, followed: bool) -> None:
    now = time.time()
    facts = service(now)
    plan = cutover(facts, config().services["api"], now)
    current = rollout(plan, now) if followed else None
    situation = Situation(
        Place.CHANGE, arming, 1.0, facts, plan=None if followed else plan, rollout=current, followed=current
    )
    open_ones = {action.id for action in ACTIONS if action.mutates and not action.reason(situation)}
    allowed = {"abort", "way_back"} if followed else {"start"}
    if arming.forbidden:
        assert not open_ones
    elif arming.armed(1.0):
        assert open_ones == allowed
    else:
        assert open_ones == allowed - {"start"}


async def test_every_listed_key_does_something_visible_or_says_why_not() -> None:
    now = time.time()
    app, _, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("f")
        await shows(pilot, "follow: no rollout is under way")
        await pilot.press("p")
        await shows(pilot, "problems: there is no problem to list")
        await pilot.press("s")
        await shows(pilot, "fleet: the config has only one service")


async def test_the_help_page_and_the_palette_list_the_registry() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(140, 70)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("question_mark")
        await shows(pilot, *(action.help for action in keys.at(Place.SERVICE)))
        await pilot.press("escape", "colon")
        await shows(pilot, *(action.label.rstrip("…") for action in keys.at(Place.SERVICE) if action.id != "palette"))
