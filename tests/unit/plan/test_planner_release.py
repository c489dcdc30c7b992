"""What the config asks of a release and this version does not carry out: refused or noted, never passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import power_config, power_service
from plan_worlds import NOW, config, instance, service, usual

from console.config.gate import Gate, GateKind, SignOff
from console.config.model import Attached, Release, ServiceConfig, VipCheck
from console.model.colour import Colour
from console.model.service import ColourSet, Service
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

GATED = Release(gates=(Gate(run=("smoke",)),))
SIGNED = Gate(sign=SignOff(by=("bob",)))


def test_gates_come_before_any_traffic_is_moved() -> None:
    release = GATED._replace(gates=(*GATED.gates, Gate(http="http://{instance}/", at=("bake",)), SIGNED), bake=60.0)
    made = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert [step.id for step in made.steps] == ["reconcile", "gate-1", "gate-3", "shift", "prove", "bake", "remember"]
    smoke, sign = made.steps[1:3]
    assert (smoke.deadline, smoke.writes, smoke.checks) == (300.0, (), ("exit code 0",))
    assert sign.gate is not None
    assert (sign.gate.kind, sign.gate.by, sign.gate.count) == (GateKind.SIGN, ("bob",), 1)
    assert "gate HTTP does not fail twice in a row" in made.steps[-2].checks


def test_a_cutover_that_writes_nothing_has_nothing_to_test() -> None:
    made = plan(usual(), config(release=GATED), Intent(Action.CUTOVER, Colour.BLUE), NOW)
    assert isinstance(made, Plan)
    assert [step.id for step in made.steps] == ["reconcile", "prove"]


def test_what_a_dead_runner_moved_is_watched_all_the_same() -> None:
    release = GATED._replace(confirm_within=300.0, bake=60.0)
    made = plan(usual(), config(release=release), Intent(Action.CUTOVER, Colour.BLUE, bakes=True), NOW)
    assert isinstance(made, Plan)
    assert [step.id for step in made.steps] == ["reconcile", "prove", "bake", "remember"]


def test_other_gates_are_another_plan() -> None:
    made = [
        plan(usual(), config(release=Release(gates=(Gate(run=(word,)),))), Intent(Action.CUTOVER), NOW)
        for word in ("smoke", "true")
    ]
    assert isinstance(made[0], Plan)
    assert isinstance(made[1], Plan)
    assert made[0].digest != made[1].digest


def test_the_way_back_waits_for_none_of_it() -> None:
    release = GATED._replace(shift=(10, 50, 100), confirm_within=300.0, bake=600.0)
    made = plan(usual(), config(release=release), Intent(Action.ROLLBACK), NOW)
    assert isinstance(made, Plan)
    assert [step.id for step in made.steps] == ["reconcile", "shift", "prove"]


def test_a_release_goes_by_shares_and_waits_between_them() -> None:
    release = Release(shift=(10, 50, 100), confirm_within=300.0, bake=600.0)
    made = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    shares = ["shift-10", "prove-10", "pause-10", "shift-50", "prove-50", "pause-50", "shift", "prove"]
    assert [step.id for step in made.steps] == ["reconcile", *shares, "confirm", "bake", "remember"]
    assert made.writes == 3
    assert "in 3 load balancer writes (10 %, 50 %, 100 %)" in made.summary
    assert [step.deadline for step in made.steps[-3:-1]] == [300.0, 600.0]


def test_automation_is_asked_nothing() -> None:
    release = Release(shift=(10, 100), confirm_within=300.0)
    intent = Intent(Action.CUTOVER, unattended=True, keep_on_proof=True)
    made = plan(usual(), config(release=release), intent, NOW)
    assert isinstance(made, Plan)
    assert [step.id for step in made.steps] == ["reconcile", "shift-10", "prove-10", "shift", "prove", "remember"]


def alike() -> Service:
    """Both colours run one version."""
    there = usual()
    same = tuple(replace(one, version=there.blue.instances[0].version) for one in there.green.instances)
    return replace(there, green=ColourSet(Colour.GREEN, same))


def unprobed_workers() -> Service:
    """BLUE works, GREEN is off, and nothing asks a worker whether it works."""
    there = usual()
    off = [
        replace(one, server=replace(one.server, status="SHUTOFF", power_state=4)) if one.server else one
        for one in there.green.instances
    ]
    return replace(power_service(there.blue.instances, off), probed=False)


@pytest.mark.parametrize(
    ("there", "settings", "why", "helps"),
    [
        (usual(), config(vip=None), "no vip check is configured", "`vip:`"),
        (usual(), config(vip=VipCheck("tcp://{vip}:5672")), "tells whether something answers, not which", "`vip:`"),
        (alike(), config(), "cannot be told apart by version", "a version that only one of the colours has"),
        (unprobed_workers(), power_config(), "no probe tells whether a worker works", "`health:`"),
    ],
)
def test_no_cutover_is_kept_on_a_proof_that_it_has_not(
    there: Service, settings: ServiceConfig, why: str, helps: str
) -> None:
    guarded = settings._replace(release=Release(confirm_within=300.0))
    intent = Intent(Action.CUTOVER, Colour.GREEN, keep_on_proof=True, unchecked=True)
    refusal = plan(there, guarded, intent, NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.rule) == ("no-proof", 7)
    assert why in refusal.reason
    assert helps in refusal.hint
    by_word = plan(there, guarded, replace(intent, keep_on_proof=False), NOW)
    assert isinstance(by_word, Plan)
    assert "confirm" in [step.id for step in by_word.steps]
    unguarded = plan(there, settings, intent, NOW)  # nobody would be asked for a word, so none is dropped
    assert isinstance(unguarded, Plan)


def test_the_proof_of_a_share_wants_both_colours() -> None:
    made = plan(usual(), config(release=Release(shift=(50, 100))), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    proof = next(step.proof for step in made.steps if step.id == "prove-50")
    assert proof is not None
    assert (proof.versions, proof.others) == (("b" * 40,), ("a" * 40,))


def test_retiring_is_noted() -> None:
    made = plan(usual(), config(release=Release(retire_after=86400.0)), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert any("release.retire_after" in note and "BLUE stays" in note for note in made.notes)


def test_a_further_pool_of_the_config_is_not_forgotten_because_it_was_not_seen() -> None:
    settings = config()
    both = settings._replace(rotation=settings.rotation._replace(also=(Attached("second", "second"),)))
    refusal = plan(usual(), both, Intent(Action.CUTOVER), NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reason.startswith("nova-api is in 2 pools")) == ("stale", True)


def test_a_connection_alone_proves_no_colour() -> None:
    made = plan(usual(), config(vip=VipCheck("tcp://{vip}:5672")), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert made.steps[-1].proof is None
    assert "not proven from outside: tcp://{vip}:5672 tells whether something answers, not which colour" in made.notes


def test_who_is_held_where_it_serves_is_taken_out_by_no_cutover_and_named_on_the_way_back() -> None:
    """The switch itself would be the end of what somebody keeps in on purpose."""
    held = instance(Colour.BLUE, 1, 100, hold="bob")
    blue = [held, *(instance(Colour.BLUE, n, 100) for n in (2, 3))]
    green = [instance(Colour.GREEN, n, 0) for n in (1, 2, 3)]
    there = service(blue, green)
    refusal = plan(there, config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.names) == ("held", (held.name,))
    assert f"bluegreen unhold nova-api {held.name}" in refusal.hint
    back = plan(there, config(), Intent(Action.ROLLBACK, Colour.GREEN), NOW)
    assert isinstance(back, Plan)
    assert any(f"{held.name} is held by bob where it serves" in note for note in back.notes)


def test_what_was_not_applied_is_written_again_although_it_has_the_weight_that_it_is_to_have() -> None:
    """By the API the last share is there, by the load balancer it is not: only the members' ERROR tells."""
    wrong = [
        replace(one, member=replace(one.member, provisioning_status="ERROR") if one.member else None)
        for one in (instance(Colour.BLUE, n, 0) for n in (1, 2, 3))
    ]
    there = service(wrong, [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)])
    made = plan(there, config(), Intent(Action.CUTOVER, Colour.GREEN), NOW)
    assert isinstance(made, Plan)
    changes = [one for step in made.steps for one in step.changes]
    assert [(one.name, one.weight_before, one.weight_after) for one in changes] == [(one.name, 0, 0) for one in wrong]
