"""Plans that take something away: a colour, some of it, or what a launch has made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from life_worlds import BLUE, not_planned, planned, settings
from plan_worlds import NOW, instance, service, usual

from console.config.model import Kind, Rotation
from console.model.balancer import Listener
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.record import Kept, Record
from console.model.server import Address
from console.model.service import Service
from console.plan.desired import MemberGone, ServerGone, ServerLocked, ServerStopped
from console.plan.orders import RetireOrder, TakeBackOrder
from console.plan.plan import Action, Intent, Refusal
from console.plan.planner import plan


def retire(there: Service, colour: Colour = Colour.GREEN) -> Intent:
    return Intent(Action.RETIRE, colour, order=RetireOrder(group="bluegreen-nova-api-green"))


def test_a_retirement_proves_then_takes_out_stops_and_deletes_one_by_one() -> None:
    made = planned(usual(), retire(usual()))
    assert [step.id for step in made.steps] == ["reconcile", "prove", "leave", "stop", "delete", "group"]
    kinds = {step.id: {type(write.desired) for write in step.writes} for step in made.steps}
    assert (kinds["leave"], kinds["stop"], kinds["delete"]) == ({MemberGone}, {ServerStopped}, {ServerGone})
    assert all(step.at_once == 1 for step in made.steps)
    assert made.deleted == 3
    proof = made.steps[1].proof
    assert proof is not None
    assert proof.versions == ("a" * 40,), "it is the other colour that must carry the traffic"


def test_a_locked_server_is_unlocked_by_its_retirement_only() -> None:
    locked = [
        replace(one, server=replace(one.server, locked=True, locked_reason="serving")) if one.server else one
        for one in usual().green.instances
    ]
    made = planned(service(BLUE, locked), retire(usual()))
    unlock = next(step for step in made.steps if step.id == "unlock")
    assert all(isinstance(w.desired, ServerLocked) and not w.desired.locked for w in unlock.writes)
    assert any("is locked: serving" in note for note in made.notes)


def test_what_serves_alone_is_locked_before_the_other_colour_goes() -> None:
    first, *others = usual().blue.instances
    assert first.server is not None
    there = service([replace(first, server=replace(first.server, locked=True)), *others], usual().green.instances)
    made = planned(there, retire(there), settings(lock=True))
    assert [step.id for step in made.steps] == ["reconcile", "prove", "lock", "leave", "stop", "delete", "group"]
    locks = [write.desired for write in made.steps[2].writes]
    assert {one.name for one in locks if isinstance(one, ServerLocked) and one.locked} == {one.name for one in others}
    assert made.deleted == 3


def test_workers_are_not_locked_for_a_lock_would_keep_them_from_being_stopped() -> None:
    power = settings(lock=True)._replace(rotation=Rotation("", "", kind=Kind.POWER))
    made = planned(usual(), retire(usual()), power)
    assert "lock" not in [step.id for step in made.steps]
    assert made.deleted == 3


def test_nothing_is_locked_unless_the_config_says_so() -> None:
    assert "lock" not in [step.id for step in planned(usual(), retire(usual())).steps]


def test_volumes_and_floating_ips_are_named_first() -> None:
    green = usual().green.instances[0]
    assert green.server is not None
    server = replace(green.server, volumes=("vol-1",), addresses=(Address("ops-net", "192.0.2.9", floating=True),))
    made = planned(service(BLUE, [replace(green, server=server)]), retire(usual()))
    assert any("vol-1" in note for note in made.notes)
    assert any("192.0.2.9" in note for note in made.notes)


@pytest.mark.parametrize(
    ("blue", "green", "code"),
    [
        (BLUE, [instance(Colour.GREEN, 1, 100)], "live"),
        (BLUE, [], "gone"),
        (BLUE, [instance(Colour.GREEN, 1, 0, hold="bob")], "held"),
        ([instance(Colour.BLUE, 1, 0)], [instance(Colour.GREEN, 1, 0)], "floor"),
        ([instance(Colour.BLUE, 1, 100, probe_ok=False)], [instance(Colour.GREEN, 1, 0)], "unproven"),
    ],
)
def test_what_a_retirement_is_refused_for(blue: list[Instance], green: list[Instance], code: str) -> None:
    assert not_planned(service(blue, green), retire(usual())).code == code


def test_a_retirement_that_is_taken_up_again_goes_on_with_what_is_left() -> None:
    begun = RetireOrder(group="bluegreen-nova-api-green", begun=True)
    made = planned(service(BLUE, []), Intent(Action.RETIRE, Colour.GREEN, order=begun))
    assert [step.id for step in made.steps if step.writes] == ["group"]
    names = ("api-blue-2", "api-blue-3")
    order_ = RetireOrder(only=names, begun=True)
    left = service([one for one in BLUE if one.name != names[1]], [])
    made = planned(left, Intent(Action.SCALE, Colour.BLUE, order=order_))
    gone = [write.desired for step in made.steps for write in step.writes if isinstance(write.desired, ServerGone)]
    assert [one.name for one in gone] == ["api-blue-2"]


def test_taking_back_deletes_only_what_carries_the_tags_of_the_operation() -> None:
    mine, other = (
        replace(one, server=replace(one.server, tags=(tag,)) if one.server else None)
        for one, tag in zip(usual().green.instances, ("op:1", "op:9"), strict=False)
    )
    there = service(BLUE, [mine, other])
    order_ = TakeBackOrder(("op:1", "op:2"), Colour.GREEN, "group")
    made = planned(there, Intent(Action.TAKE_BACK, Colour.GREEN, order=order_))
    gone = [write.desired for step in made.steps for write in step.writes if isinstance(write.desired, ServerGone)]
    assert [(one.name, one.operation) for one in gone] == [("api-green-1", "op:1")]
    assert not any(step.id == "group" for step in made.steps), "somebody else's instance may be in it"


def test_taking_instances_away_keeps_one_that_is_healthy() -> None:
    there = usual()
    made = planned(there, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=("api-blue-3",))))
    assert [step.id for step in made.steps] == ["reconcile", "out", "drain", "leave", "stop", "delete"]
    everyone = tuple(one.name for one in there.blue.instances)
    assert not_planned(there, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=everyone))).code == "floor"
    assert not_planned(there, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=("nobody",)))).code == "names"


@pytest.mark.parametrize(("silence", "waits"), [(0.0, 60.0), (50.0, 60.0), (300.0, 310.0), (86_400.0, 3600.0)])
def test_connections_get_as_long_as_the_listeners_let_them_be_silent(silence: float, waits: float) -> None:
    made = planned(usual(), Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=("api-blue-3",))))
    assert [step.deadline for step in made.steps if step.id == "drain"] == [60.0]
    there = usual()
    there = replace(there, listeners=(Listener("l-1", "web"), Listener("l-2", "tls", silence=silence)))
    made = planned(there, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=("api-blue-3",))))
    (drain,) = (step for step in made.steps if step.id == "drain")
    assert drain.deadline == waits


def test_nobody_who_is_well_is_taken_away_while_of_those_that_stay_one_is_ill() -> None:
    ill = instance(Colour.BLUE, 2, 100, probe_ok=False)
    there = service([BLUE[0], ill, BLUE[2]], [])
    refusal = not_planned(there, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=("api-blue-3",))))
    assert (refusal.code, refusal.names) == ("floor", ("api-blue-2",))
    assert "--name api-blue-2" in refusal.hint
    made = planned(there, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=("api-blue-2",))))
    relied = {step.healthy for step in made.steps if step.id in ("leave", "stop", "delete")}
    assert relied == {tuple(one.key for one in (BLUE[0], BLUE[2]))}, "looked at again before each of these"


def test_workers_that_were_launched_and_work_are_stopped_before_they_go_and_never_as_the_last() -> None:
    workers = settings()._replace(rotation=Rotation("", "", kind="power"))
    mine = [replace(one, server=replace(one.server, tags=("op:1",))) if one.server else one for one in BLUE[:2]]
    order_ = TakeBackOrder(("op:1",), Colour.BLUE, "")
    power = {"balancer": None, "pool": None, "rotation": "power", "decisive": ("servers",)}
    intent = Intent(Action.TAKE_BACK, Colour.BLUE, order=order_)
    there: Service = replace(service([*mine, BLUE[2]], []), **power)  # type: ignore[arg-type]
    made = planned(there, intent, workers)
    assert [step.id for step in made.steps if step.writes] == ["stop", "delete"]
    assert all(step.healthy == (BLUE[2].key,) for step in made.steps if step.writes)
    alone: Service = replace(service(mine, []), **power)  # type: ignore[arg-type]
    refusal = plan(alone, workers, intent, NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "floor"


def test_what_somebody_keeps_is_not_retired() -> None:
    keeps = Record(kept=Kept(Colour.GREEN, "bob@jump1", "month's end", NOW + 60))
    there = replace(usual(), record=keeps)
    refusal = not_planned(there, retire(there))
    assert refusal.code == "kept"
    assert "month's end" in refusal.reason
    assert "bluegreen unkeep" in refusal.hint
    later = replace(there, record=replace(keeps, kept=replace(keeps.kept, until=NOW - 1) if keeps.kept else None))
    assert planned(later, retire(later)).deleted == 3
