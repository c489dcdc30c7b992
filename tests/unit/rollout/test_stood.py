"""How the colour stood that the last cutover took the traffic from: what the journal tells of it, and for how long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, instance, service, usual

from console.model.colour import Colour
from console.model.record import Stood
from console.model.service import Service
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState
from console.rollout.schema import connect
from console.rollout.standing import records
from console.rollout.who import Who

ALICE = Who("alice", "jump1")
CUTOVER, ROLLBACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    at = iter(range(int(NOW), int(NOW) + 1000))
    return Journal(connect(f"sqlite:///{tmp_path}/journal.db", read_only=False), lambda: next(at))


def swapped() -> Service:
    """GREEN carries the traffic, BLUE is warm."""
    return service(
        [instance(Colour.BLUE, n, 0) for n in (1, 2, 3)], [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)]
    )


def made(there: Service, intent: Intent) -> Plan:
    found = plan(there, config(), intent, NOW)
    assert isinstance(found, Plan), found
    return found


def rolled(journal: Journal, found: Plan, state: RolloutState, *, wrote: bool = True) -> str:
    """A rollout that ended so."""
    ident = journal.create(found, ALICE, "")
    journal.claim(ident, "jump1/boot/1/1")
    if wrote:
        journal.append(ident, EventKind.INTENT, "shift", "PUT")
    journal.end(ident, state, "it went so", 0)
    return ident


def stood(journal: Journal) -> Stood | None:
    return records(journal, ["nova-api"])["nova-api"].stood


def test_it_is_known_until_the_traffic_is_taken_back(journal: Journal) -> None:
    ident = rolled(journal, made(usual(), CUTOVER), RolloutState.DONE)
    known = stood(journal)
    assert known is not None
    assert (known.colour, known.rollout, known.weights["member-blue-1"]) == (Colour.BLUE, ident, 100)
    rolled(journal, replace(made(usual(), CUTOVER), action=Action.SCALE), RolloutState.DONE)
    rolled(journal, made(swapped(), replace(CUTOVER, target=Colour.GREEN)), RolloutState.DONE, wrote=False)
    for state in (RolloutState.REFUSED, RolloutState.ROLLED_BACK):
        rolled(journal, made(usual(), CUTOVER), state)
    assert stood(journal) == known
    under_way = journal.create(made(swapped(), ROLLBACK), ALICE, "slow")
    assert stood(journal) == known, "the way back stays the same while it is walked"
    journal.claim(under_way, "jump1/boot/1/1")
    journal.end(under_way, RolloutState.DONE, "it went so", 0)
    assert stood(journal) is None


def test_of_a_cutover_that_stopped_half_way_it_is_known_as_well(journal: Journal) -> None:
    ident = rolled(journal, made(usual(), CUTOVER), RolloutState.STOPPED)
    rolled(journal, made(usual(), CUTOVER), RolloutState.STOPPED, wrote=False)
    found = stood(journal)
    assert found is not None
    assert found.rollout == ident


def test_a_cutover_that_began_between_two_colours_does_not_tell_how_one_stood(journal: Journal) -> None:
    rolled(journal, made(usual(), CUTOVER), RolloutState.DONE)
    between = made(usual(), CUTOVER)
    rolled(journal, replace(between, intent=replace(between.intent, no_before=True)), RolloutState.STOPPED)
    assert stood(journal) is None


@pytest.mark.parametrize(("action", "known"), [(Action.UNHOLD, False), (Action.RESTORE, False), (Action.HOLD, True)])
def test_whom_somebody_has_told_to_come_since_is_not_kept_out_by_it(
    journal: Journal, action: Action, known: bool
) -> None:
    rolled(journal, made(usual(), CUTOVER), RolloutState.DONE)
    order = SingleOrder(("api-blue-1",), "alice@jump1")
    held = made(swapped(), Intent(Action.HOLD, order=order))
    rolled(journal, replace(held, action=action), RolloutState.DONE)
    found = stood(journal)
    assert found is not None
    assert ("member-blue-1" in found.weights) is known
    assert "member-blue-2" in found.weights
