"""What the config asks of a release and this version does not carry out: refused or noted, never passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_worlds import NOW, config, usual

from console.config.model import Attached, Gate, Release, VipCheck
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

ASKED = [
    (Release(shift=(10, 100)), "release.shift"),
    (Release(bake=600.0), "release.bake"),
    (Release(confirm_within=300.0), "release.confirm_within"),
    (Release(gates=(Gate(run=("smoke",)),)), "release.gates"),
]


@pytest.mark.parametrize(("release", "key"), ASKED)
def test_a_cutover_without_what_the_release_asks_for_is_refused(release: Release, key: str) -> None:
    refusal = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "release"
    assert refusal.reason == f"the config of nova-api asks for {key}, which this version does not carry out"


@pytest.mark.parametrize(("release", "key"), ASKED)
def test_the_way_back_waits_for_none_of_it(release: Release, key: str) -> None:
    assert isinstance(plan(usual(), config(release=release), Intent(Action.ROLLBACK), NOW), Plan), key


def test_several_are_named_together() -> None:
    release = Release(shift=(50, 100), bake=60.0)
    refusal = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(refusal, Refusal)
    assert "release.shift and release.bake" in refusal.reason


def test_retiring_is_noted() -> None:
    made = plan(usual(), config(release=Release(retire_after=86400.0)), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert any("release.retire_after is not carried out" in note and "BLUE" in note for note in made.notes)


def test_a_further_pool_of_the_config_is_not_forgotten_because_it_was_not_seen() -> None:
    settings = config()
    both = replace(settings, rotation=replace(settings.rotation, also=(Attached("second", "second"),)))
    refusal = plan(usual(), both, Intent(Action.CUTOVER), NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reason.startswith("nova-api is in 2 pools")) == ("rotation", True)


def test_a_connection_alone_proves_no_colour() -> None:
    made = plan(usual(), config(vip=VipCheck("tcp://{vip}:5672")), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert made.steps[-1].proof is None
    assert "not proven from outside: tcp://{vip}:5672 tells whether something answers, not which colour" in made.notes
