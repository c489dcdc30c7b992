"""Plans that an earlier version stored are opened by this one, with all that they were about to do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from plan_worlds import NOW, config, usual

from console.plan.desired import Weights
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import stored_plan

ROWS = Path(__file__).parent / "rows"


def test_a_plan_of_one_pool_opens() -> None:
    found = stored_plan.read((ROWS / "plan_of_one_pool.json").read_text())
    (write,) = [write for step in found.steps for write in step.writes]
    assert isinstance(write.desired, Weights)
    assert [change.weight_after for change in write.desired.changes] == [100, 0]
    assert write.undo is not None
    assert [pool.id for pool in found.basis.pools] == ["pool-1"]
    assert found.basis.protected == ("pool-1",)
    assert [member.name for member in found.basis.members] == ["api-blue-1", "api-green-1"]
    assert [server.id for server in found.basis.servers] == ["server-blue-1", "server-green-1"]


def test_a_plan_of_today_comes_back_as_it_was() -> None:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert stored_plan.read(msgspec.json.encode(made).decode()) == made


def test_what_a_newer_program_wrote_is_said_to_be_unreadable() -> None:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    text = msgspec.json.encode(made).decode().replace('"type":"weights"', '"type":"of tomorrow"')
    with pytest.raises(msgspec.ValidationError):
        stored_plan.read(text)
