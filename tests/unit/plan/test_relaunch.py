"""A colour without instances is no way back: the release that it ran is named, with the command that launches it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import pools_config, pools_service, power_config, power_service
from plan_singles import blues
from plan_worlds import NOW, VERSIONS, config, service

from console.config.model import ImageChoice, Launch, ServiceConfig
from console.model.colour import Colour
from console.model.record import Proven, Record
from console.model.service import Service
from console.plan.plan import Action, Intent, Refusal
from console.plan.planner import plan

BEFORE = Proven("4f5a6b7", "1a2b3c", NOW - 86400, until=True)
RECORD = Record(proven=(Proven(VERSIONS[Colour.BLUE], "9f8e7d", NOW - 60), BEFORE))


def hint(there: Service, settings: ServiceConfig, action: Action = Action.ROLLBACK) -> str:
    refusal = plan(there, settings, Intent(action, Colour.GREEN), NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "gone"
    return refusal.hint


@pytest.mark.parametrize(
    ("there", "settings", "where"),
    [
        (service(blues(), []), config(), "its instances enter at weight 0 and are checked there"),
        (pools_service(blues(), []), pools_config(), "its instances enter the pool of GREEN and are checked there"),
        (power_service(blues(), []), power_config(), "its workers work from the moment they boot"),
    ],
)
def test_the_recorded_release_is_offered_in_the_words_of_its_rotation(
    there: Service, settings: ServiceConfig, where: str
) -> None:
    assert hint(replace(there, record=RECORD), settings) == (
        f"`bluegreen launch nova-api --to green --image NAME` with the image of 4f5a6b7, which {BEFORE.words}; "
        f"{where}; then roll back again"
    )


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (None, "`bluegreen launch nova-api --to green --image NAME`; its instances"),
        (Record(), "(which release it was is not recorded here)"),
        (Record(proven=RECORD.proven[:1]), "(which release it was is not recorded here)"),
        (
            Record(problem="the journal does not answer"),
            "(which release it was is not known: the journal does not answer)",
        ),
    ],
)
def test_a_release_that_nobody_knows_is_said_to_be_unknown(record: Record | None, said: str) -> None:
    assert said in hint(replace(service(blues(), []), record=record), config())


def test_a_cutover_is_of_what_is_released_next_which_the_config_may_name() -> None:
    there, usual = replace(service(blues(), []), record=RECORD), config()
    assert hint(there, usual, Action.CUTOVER).startswith("`bluegreen launch nova-api --to green --image NAME`; its")
    named = usual._replace(launch=Launch(image=ImageChoice(name="nova-api")))
    assert hint(there, named, Action.CUTOVER).startswith("`bluegreen launch nova-api --to green`; its")
    assert "4f5a6b7" not in hint(there, named, Action.CUTOVER)
