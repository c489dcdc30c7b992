"""What a plan ships, in words: for `plan`, `history` and `show`; harmless whatever the commits say."""

from __future__ import annotations

import pytest
from plan_worlds import NOW, usual
from shipments import UNSAFE, commit, config, shipping_to_green

from console.cli.plan_words import carried_lines, plan_lines, shipment_lines
from console.cli.show_markdown import markdown
from console.model.commit import Ci, CiState
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.records import Rollout, RolloutState
from console.rollout.who import Who

EVIL = "\x1b[2J\x1b]0;owned\x07[bold]\u202e| `id` <script>\n# gone\x9b31m" + "A" * 1_000_000


def planned(*ships: object, action: Action = Action.CUTOVER) -> Plan:
    facts = shipping_to_green(usual(), *ships)  # type: ignore[arg-type]
    made = plan(facts, config(), Intent(action), NOW)
    assert isinstance(made, Plan)
    return made


def a_plan() -> Plan:
    migration = commit("2", "Drop it", trailers=UNSAFE, files=("migrations/1.py",), ci=Ci(CiState.PASSED))
    return planned(commit("1", "Cache it", ci=Ci(CiState.FAILED)), migration)


def test_what_ships_is_summed_up() -> None:
    assert list(shipment_lines(a_plan())) == [
        "  ships    2 commits, 2222222 to 1111111; 1 migration; tests of 1 of 2 passed",
        "  safe to go back after: no: 2222222 Drop it (migration, Rollback-Safe: no, drops columns)",
    ]


def test_a_plan_says_what_ships_without_passing_tests() -> None:
    text = "\n".join(plan_lines(a_plan()))
    assert "  ! ships without passing tests: 1111111 Cache it (failed)" in text


def test_each_commit_of_the_record() -> None:
    assert list(carried_lines(a_plan())) == [
        "  ships   1111111 Cache it  (tests failed)",
        "  ships   2222222 Drop it  (migration, tests passed)",
    ]


@pytest.mark.parametrize("action", Action)
def test_hostile_commits_are_printed_harmlessly(action: Action) -> None:
    bad = commit("1", EVIL, author=EVIL, trailers=(("Rollback-Safe", f"no {EVIL}"),), files=(EVIL,))
    made = planned(bad, action=action) if action is Action.CUTOVER else _rollback(bad)
    rollout = Rollout("a1", made.service, made, Who("a", "b"), EVIL, NOW, RolloutState.DONE)
    for line in (*plan_lines(made), *shipment_lines(made), *carried_lines(made), *markdown(rollout, [], [])):
        assert line.isprintable() or not line, line
    assert not any(line.startswith("#") and "gone" in line for line in markdown(rollout, [], []))


def _rollback(bad: object) -> Plan:
    facts = shipping_to_green(usual(), undoes=(bad,))  # type: ignore[arg-type]
    made = plan(facts, config(), Intent(Action.ROLLBACK), NOW)
    assert isinstance(made, Plan)
    return made
