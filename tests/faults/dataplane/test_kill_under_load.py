"""The runner killed around its write while clients use the service: whatever is then decided, no request is lost."""

from __future__ import annotations

from typing import Any

import pytest
from lab.balancer import Load
from lab.testing import require_lab
from lab_stage import LabStage

from console.model.colour import Colour
from console.rollout.records import DecisionKind, EventKind, RolloutState

ENDS = {
    DecisionKind.FINISH: (RolloutState.DONE, Colour.GREEN),
    DecisionKind.GO_BACK: (RolloutState.ROLLED_BACK, Colour.BLUE),
}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("last", [EventKind.INTENT, EventKind.OUTCOME])
def test_nothing_is_lost(seeded: dict[str, Any], lab_stage: LabStage, last: EventKind, kind: DecisionKind) -> None:
    require_lab(dataplane=True)
    state, colour = ENDS[kind]
    rollout_id = lab_stage.record(lab_stage.plan())
    with Load(f"http://{seeded['vip_address']}/version", rate=200) as load:
        child = lab_stage.start("dataplane/killing_after.py", last.value, rollout_id)
        assert child.wait(timeout=60) == -9
        with lab_stage.journal() as journal:
            assert journal.events(rollout_id)[-1].kind is last
        ended = lab_stage.resume(rollout_id, kind)
    assert ended.state is state, ended.sentence
    assert lab_stage.carries(colour)
    assert load.got["lost"] == 0, load.got["errors"]
    assert load.got["requests"] > 1000
