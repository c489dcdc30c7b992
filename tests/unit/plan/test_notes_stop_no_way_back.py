"""The notes on servers, and what a journal tells, stand in nobody's way: of no rollback, and of no release."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from plan_rotations import power_config, power_service, several_config, several_service
from plan_singles import after, asked, blues, greens
from plan_worlds import NOW, config, instance, service, usual

from console.config.model import Release
from console.model.colour import Colour
from console.model.instance import Probe, Version
from console.model.marks import KEY, Mark, said_of
from console.model.record import Record, Stood
from console.model.service import Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan, Refusal, StepKind
from console.plan.planner import plan
from console.plan.remember import without_notes
from console.plan.stood import weights_of
from console.rollout.due import was_proven
from console.rollout.records import Decision, DecisionKind
from console.rollout.runner import check as checking
from console.rollout.runner import reconcile
from console.rollout.runner.run import Run
from console.rollout.runner.words import hold_if_asked
from console.rollout.who import Who

CUTOVER, ROLLBACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK, Colour.BLUE)
HALF = several_config(release=Release(min_ratio=0.3))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (reconcile, checking):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: NOW))


def made(world: Service, intent: Intent, settings: Any = HALF) -> Plan:
    found = plan(world, settings, intent, NOW)
    assert isinstance(found, Plan), found
    return found


def marked(world: Service, colour: Colour, mark: Mark, names: tuple[str, ...] = ()) -> Service:
    side = world.side(colour)
    said = {KEY: f"{side.version} {mark}"}
    instances = tuple(
        replace(one, server=replace(one.server, metadata=said)) if one.server and one.name not in names else one
        for one in side.instances
    )
    return replace(world, **{colour.value: replace(side, instances=instances)})  # type: ignore[arg-type]


def swapped() -> Service:
    """GREEN is live and proven, BLUE warm and proven."""
    world = several_service([instance(Colour.BLUE, n, 0) for n in (1, 2, 3)], greens(100))
    return marked(marked(world, Colour.BLUE, Mark.PROVEN), Colour.GREEN, Mark.PROVEN)


def seen_again(world: Service, settings: Any = HALF) -> Run:
    return cast("Run", SimpleNamespace(observe=lambda: world, service=settings))


def test_a_rollback_goes_on_although_what_it_leaves_falls_silent() -> None:
    def told(version: Version | None) -> Service:
        world = swapped()
        green = replace(world.green, instances=tuple(replace(one, version=version) for one in world.green.instances))
        return replace(world, green=green)

    before = marked(told(Version("b" * 40, "http.version")), Colour.GREEN, Mark.PROVEN)
    found = made(before, ROLLBACK)
    assert found.steps[-1].kind is StepKind.REMEMBER
    reconcile.still_as_planned(seen_again(told(None)), found)


def test_a_rollback_goes_on_where_no_journal_tells_what_stood_before() -> None:
    world = several_service(
        [instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 100), instance(Colour.BLUE, 3, 0)], greens()
    )
    there = made(world, CUTOVER)
    left = after(world, there)
    known = replace(left, record=Record(stood=Stood(Colour.BLUE, "1a2b3c", weights_of(there.basis))))
    found = made(known, ROLLBACK)
    for record in (known.record, None, Record(problem="it cannot be read")):
        reconcile.still_as_planned(seen_again(replace(left, record=record)), found)


def test_a_pause_that_comes_after_the_last_move_holds_no_note() -> None:
    found = made(usual(), CUTOVER, config(release=Release(bake=60.0)))
    step = found.steps[-1]
    assert step.kind is StepKind.REMEMBER
    pause = Decision(7, NOW, DecisionKind.PAUSE, "", found.digest, Who("alice", "jump1"), "nova-api is frozen")
    assert hold_if_asked(cast("Run", SimpleNamespace(pause_asked=pause, forward=True)), found, step) is False


def test_a_rollback_that_was_cut_off_after_its_move_is_noted_by_its_finish() -> None:
    world = swapped()
    found = made(world, ROLLBACK)
    moved = after(world, replace(found, steps=tuple(step for step in found.steps if step.kind is StepKind.SHIFT)))
    finish = made(moved, replace(found.intent, bakes=True))
    assert said_of(after(moved, finish).green) is Mark.TAKEN_BACK


def test_who_is_held_and_was_taken_back_is_noted_as_proven_with_the_others() -> None:
    world = service(blues(), [instance(Colour.GREEN, n, 0, hold="bob" if n == 3 else "") for n in (1, 2, 3)])
    found = made(marked(world, Colour.GREEN, Mark.TAKEN_BACK), CUTOVER, config(release=Release(min_ratio=0.3)))
    assert [write.key for write in found.steps[-1].writes] == ["api-green-1", "api-green-2", "api-green-3"]


def test_who_comes_back_unseen_is_not_waited_for() -> None:
    silent = Probe(ok=False, at=NOW - 1, error="timed out")
    off = replace(instance(Colour.BLUE, 1, 0, admin_up=False), probe=silent)
    world = several_service([off, instance(Colour.BLUE, 2, 100), instance(Colour.BLUE, 3, 100)], greens())
    intent = replace(asked(Action.RESTORE, "api-blue-1"), unchecked=True)
    found = made(world, intent)
    step = next(one for one in found.steps if one.kind is StepKind.CHECK)
    for one in found.steps[: found.steps.index(step)]:
        world = after(world, replace(found, steps=(one,)))
    assert checking._ill(world, found, step.healthy) == ""
    known = replace(found, intent=replace(found.intent, unchecked=False))
    assert "timed out" in checking._ill(world, known, step.healthy)


def test_a_cutover_on_a_proof_that_it_has_not_is_finished_by_a_word() -> None:
    settings = several_config(release=Release(shift=(50, 100), confirm_within=60.0))._replace(vip=None)
    world = several_service(blues(), greens())
    begun = made(world, CUTOVER, settings)
    first = next(step for step in begun.steps if step.writes)
    left = after(world, replace(begun, steps=(first,)))
    asks = Intent(Action.CUTOVER, Colour.GREEN, keep_on_proof=True)
    assert isinstance(plan(left, settings, asks, NOW), Refusal)
    finish = made(left, replace(asks, began=begun.floors), settings)
    assert StepKind.CONFIRM in [step.kind for step in finish.steps]


def test_the_note_of_who_leaves_unseen_is_there_however_it_is_named() -> None:
    silent = replace(instance(Colour.BLUE, 1, 100), probe=Probe(ok=False, at=NOW - 1, error="timed out"))
    world = several_service([silent, instance(Colour.BLUE, 2, 0), instance(Colour.BLUE, 3, 100)], greens())
    for name in ("api-blue-1", "server-blue-1"):
        found = made(world, asked(Action.REPLACE, name, "api-blue-2", min_ratio=0.3))
        assert any("api-blue-1 may serve, although nobody has seen it healthy" in note for note in found.notes), name


def test_workers_that_were_seen_to_work_are_said_to_be_so_after_a_wait_that_was_taken_up() -> None:
    settings = power_config(release=Release(bake=60.0))
    found = made(power_service(blues(), greens()), replace(CUTOVER, target=Colour.GREEN), settings)
    assert was_proven(found, "bake")


def test_going_back_out_of_a_rollback_finds_nothing_bad() -> None:

    world = swapped()
    found = made(world, ROLLBACK)
    moved = after(world, replace(found, steps=tuple(step for step in found.steps if step.kind is StepKind.SHIFT)))
    home = without_notes(made(moved, back(found, moved)))
    assert said_of(after(moved, home).blue) is Mark.PROVEN
