"""Plans and refusals that an operator meets by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_worlds import NOW, applied, config, foreign_member, instance, items_of, loose, service, usual

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.instance import Instance, Version
from console.model.service import BALANCER, Service, Source
from console.plan.basis import basis_of
from console.plan.drift import drift
from console.plan.plan import Action, Intent, Plan, Proof, Refusal, StepKind
from console.plan.planner import plan

CUTOVER, ROLLBACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK)


def made(world: Service, intent: Intent = CUTOVER, settings: ServiceConfig | None = None) -> Plan:
    result = plan(world, settings or config(), intent, NOW)
    assert isinstance(result, Plan), result
    return result


def refused(world: Service, intent: Intent = CUTOVER, settings: ServiceConfig | None = None) -> Refusal:
    result = plan(world, settings or config(), intent, NOW)
    assert isinstance(result, Refusal), result
    return result


def greens(*changes: dict[str, object]) -> Service:
    """Three live blues, and greens 1.. changed as given."""
    green = [instance(Colour.GREEN, n, 0, **change) for n, change in enumerate(changes, 1)]  # type: ignore[arg-type]
    return service([instance(Colour.BLUE, n, 100) for n in (1, 2, 3)], green)


def test_a_cutover_is_one_write_whatever_the_size() -> None:
    assert [made(usual(size)).writes for size in (1, 3, 30)] == [1, 1, 1]


def test_the_write_carries_every_field_of_every_member_it_names() -> None:
    step = next(step for step in made(usual()).steps if step.kind is StepKind.SHIFT)
    item = next(item for item in items_of(step) if item["name"] == "api-blue-1")
    assert item == {
        "name": "api-blue-1", "address": "10.0.1.1", "protocol_port": 8774, "weight": 0, "admin_state_up": True,
        "backup": False, "subnet_id": "subnet-1",
        "tags": ["bluegreen:weight=100", "server=server-blue-1", "team=compute"],
    }  # fmt: skip


def test_the_way_back_is_one_write_and_restores_the_weights() -> None:
    there = made(usual())
    step = there.steps[1]
    moved = applied(usual(), items_of(step))
    back = made(moved, ROLLBACK)
    assert back.writes == 1
    assert back.target is Colour.BLUE
    home = applied(moved, items_of(back.steps[1]))
    assert [one.weight for one in home.blue.instances] == [100, 100, 100]
    assert [one.weight for one in home.green.instances] == [0, 0, 0]


def test_an_unhealthy_green_is_refused_by_name_and_reason() -> None:
    refusal = refused(greens({}, {"probe_ok": False}, {}))
    assert refusal.code == "unhealthy"
    assert refusal.names == ("api-green-2",)
    assert "api-green-2: the direct probe says 503" in refusal.reason


def test_unknown_is_not_healthy() -> None:
    assert refused(greens({}, {"operating": "OFFLINE"}, {})).names == ("api-green-2",)


def test_an_instance_in_no_pool_is_refused() -> None:
    assert "in no pool" in refused(greens({}, {}, {"in_pool": False})).reason


def test_a_held_instance_stays_out_and_is_named() -> None:
    world = greens({}, {}, {}, {"hold": "bob"})
    result = made(world)
    assert all(change.name != "api-green-4" for change in result.steps[1].changes)
    assert any("api-green-4 stays out of rotation: held by bob" in note for note in result.notes)


def test_a_disabled_member_stays_out() -> None:
    result = made(greens({}, {}, {}, {"admin_up": False}))
    assert any("api-green-4 stays out" in note for note in result.notes)


def test_a_colour_without_recorded_weights_asks_the_operator() -> None:
    world = greens({"tagged": None}, {"tagged": None}, {"tagged": None})
    refusal = refused(world)
    assert refusal.code == "untagged"
    assert len(refusal.names) == 3
    taken = made(world, Intent(Action.CUTOVER, take_in=("all",)))
    assert {change.weight_after for change in taken.steps[1].changes if change.colour is Colour.GREEN} == {100}
    left = refused(world, Intent(Action.CUTOVER, leave_out=("all",)))
    assert left.code == "none"


def test_a_smaller_colour_breaks_the_floor_unless_the_config_lowers_it() -> None:
    world = greens({}, {})
    refusal = refused(world)
    assert refusal.code == "floor"
    assert "2 healthy instances would serve, 3 must" in refusal.reason
    assert made(world, settings=loose()).writes == 1


def test_the_guard_never_blocks_the_fix() -> None:
    dead = [instance(Colour.BLUE, n, 100, operating="ERROR", probe_ok=False) for n in (1, 2, 3)]
    result = made(service(dead, [instance(Colour.GREEN, 1, 0)]))
    assert any("none of it is healthy" in note for note in result.notes)


def test_a_rollback_takes_what_is_healthy() -> None:
    live = [instance(Colour.GREEN, n, 100, operating="ERROR", probe_ok=False) for n in (1, 2, 3)]
    parked = [instance(Colour.BLUE, 1, 0), instance(Colour.BLUE, 2, 0, probe_ok=False)]
    result = made(service(parked, live), ROLLBACK)
    assert any("api-blue-2 is not healthy" in note for note in result.notes)
    assert [c.name for c in result.steps[1].changes if c.weight_after] == ["api-blue-1"]


def test_both_bad_is_refused() -> None:
    bad = {"operating": "ERROR", "probe_ok": False}
    live = [instance(Colour.GREEN, 1, 100, **bad)]  # type: ignore[arg-type]
    parked = [instance(Colour.BLUE, 1, 0, **bad)]  # type: ignore[arg-type]
    assert refused(service(parked, live), ROLLBACK).code == "unhealthy"


def test_a_colour_that_is_gone_is_refused() -> None:
    assert refused(service([], [instance(Colour.GREEN, 1, 100)]), ROLLBACK).code == "gone"


def test_foreign_traffic_stops_a_cutover_and_never_a_rollback() -> None:
    world = replace(usual(), foreign=(foreign_member(10),))
    assert refused(world).code == "foreign"
    assert made(world, settings=config(foreign="ignore")).writes == 1
    assert made(world, ROLLBACK).writes == 1
    assert made(replace(usual(), foreign=(foreign_member(0),))).writes == 1


def test_in_the_middle_of_a_shift_the_operator_says_which_way() -> None:
    world = service(
        [instance(Colour.BLUE, n, 100) for n in (1, 2, 3)], [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)]
    )
    assert refused(world).code == "which"
    for colour in Colour:
        result = made(world, Intent(Action.CUTOVER, colour))
        assert {change.colour for change in result.steps[1].changes} == {colour.other}


def test_a_goal_that_is_reached_is_only_proven() -> None:
    result = made(usual(), Intent(Action.CUTOVER, Colour.BLUE))
    assert result.writes == 0
    assert [step.kind for step in result.steps] == [StepKind.RECONCILE, StepKind.PROVE]


def test_stale_facts_are_no_base_for_a_plan() -> None:
    world = usual()
    sources = {**world.sources, BALANCER: Source(BALANCER, NOW - 99, problem="timed out")}
    refusal = refused(replace(world, sources=sources))
    assert refusal.code == "stale"
    assert "99 s old: timed out" in refusal.reason


def test_a_busy_load_balancer_stops_a_cutover_and_not_a_way_back() -> None:
    world = usual()
    assert world.balancer is not None
    busy = replace(world, balancer=replace(world.balancer, provisioning_status="PENDING_UPDATE"))
    assert refused(busy).code == "busy"
    assert made(busy, ROLLBACK).writes == 1


def test_nothing_can_be_planned_on_a_load_balancer_in_error() -> None:
    world = usual()
    assert world.balancer is not None
    broken = replace(world, balancer=replace(world.balancer, provisioning_status="ERROR"))
    assert refused(broken).code == "immutable"


def test_a_provider_that_ignores_weights_is_refused() -> None:
    world = usual()
    assert world.balancer is not None
    assert refused(replace(world, balancer=replace(world.balancer, provider="ovn"))).code == "provider"


def test_what_cannot_be_proven_is_said_before() -> None:
    assert any("no vip check" in note for note in made(usual(), settings=config(vip=None)).notes)
    world = usual()
    same = [replace(one, version=world.blue.instances[0].version) for one in world.green.instances]
    twins = replace(world, green=replace(world.green, instances=tuple(same)))
    assert any("cannot be told apart" in note for note in made(twins).notes)


def test_sticky_clients_are_named() -> None:
    world = usual()
    assert world.pool is not None
    sticky = replace(world, pool=replace(world.pool, session_persistence="HTTP_COOKIE"))
    assert any("HTTP_COOKIE" in note and "stay on BLUE" in note for note in made(sticky).notes)


def test_a_heartbeat_is_not_drift_and_a_weight_is() -> None:
    world = usual()
    first = world.green.instances[0]
    assert first.member is not None
    beat = replace(first, member=replace(first.member, operating_status="ONLINE", tags=first.member.tags[::-1]))
    quiet = replace(world, green=replace(world.green, instances=(beat, *world.green.instances[1:])))
    assert drift(basis_of(world, config()), basis_of(quiet, config())) == ()
    assert made(quiet).digest == made(world).digest
    moved = replace(first, member=replace(first.member, weight=7))
    changed = replace(world, green=replace(world.green, instances=(moved, *world.green.instances[1:])))
    assert drift(basis_of(world, config()), basis_of(changed, config())) == (
        "weight of member api-green-1 is 7, was 0",
    )
    to_green = Intent(Action.CUTOVER, Colour.GREEN)
    assert made(changed, to_green).digest != made(world, to_green).digest


def with_task(task: str | None) -> Service:
    """The usual world, where the first GREEN has this task in Nova."""
    world = usual()
    first = world.green.instances[0]
    assert first.server is not None
    busy = replace(first, server=replace(first.server, task_state=task))
    return replace(world, green=replace(world.green, instances=(busy, *world.green.instances[1:])))


def test_a_task_on_a_server_is_drift() -> None:
    found = drift(basis_of(usual(), config()), basis_of(with_task("deleting"), config()))
    assert "has task deleting, had none" in found[0]


def test_drift_calls_a_server_by_its_name_where_that_is_known() -> None:
    bases = basis_of(usual(), config()), basis_of(with_task("deleting"), config())
    assert drift(*bases) == ("server api-green-1 has task deleting, had none",)
    gone = replace(bases[0], servers=bases[0].servers[:-1])
    assert drift(bases[0], gone) == (f"server {bases[0].servers[-1].name} is gone",)


@pytest.mark.parametrize(
    ("was", "now", "is_drift"),
    [
        ("spawning", None, False),
        ("scheduling", "networking", False),
        ("spawning", "deleting", True),
        ("rebooting", None, True),
        (None, "spawning", False),
    ],
)
def test_a_build_that_goes_on_is_no_drift(was: str | None, now: str | None, is_drift: bool) -> None:
    planned, found = (basis_of(with_task(task), config()) for task in (was, now))
    assert bool(drift(planned, found)) is is_drift


def test_the_digest_knows_the_config() -> None:
    assert made(usual()).digest != made(usual(), settings=loose()).digest


def test_what_fails_for_clients_is_no_capacity_to_be_kept() -> None:
    parked = [instance(Colour.BLUE, 1, 0), instance(Colour.BLUE, 2, 0, probe_ok=False)]
    live = [instance(Colour.GREEN, n, 100) for n in (1, 2)]
    refusal = refused(service(parked, live), ROLLBACK)
    assert refusal.code == "floor"
    assert "--live-fails" in refusal.hint
    assert made(service(parked, live), Intent(Action.ROLLBACK, source_fails=True)).writes == 1


def test_an_instance_without_a_colour_in_rotation_is_like_a_stranger() -> None:
    lost = replace(instance(Colour.BLUE, 9, 100), colour=None)
    world = replace(usual(), uncoloured=(lost,))
    refusal = refused(world)
    assert (refusal.code, refusal.names) == ("foreign", ("api-blue-9",))
    assert any("api-blue-9 goes on serving" in note for note in made(world, ROLLBACK).notes)


def test_a_name_that_no_instance_has_is_refused() -> None:
    refusal = refused(usual(), Intent(Action.CUTOVER, leave_out=("api-gren-1",)))
    assert (refusal.code, refusal.names) == ("names", ("api-gren-1",))


def test_the_recorded_weight_outlives_a_weight_set_by_hand() -> None:
    by_hand = [instance(Colour.BLUE, 1, 5, tagged=100), instance(Colour.BLUE, 2, 100)]
    result = made(service(by_hand, [instance(Colour.GREEN, n, 0) for n in (1, 2)]))
    tags = {item["name"]: item["tags"] for item in items_of(result.steps[1])}
    assert "bluegreen:weight=100" in tags["api-blue-1"]
    assert any("api-blue-1 has weight 5, its recorded one is 100" in note for note in result.notes)


def proof_of(found: Plan) -> Proof | None:
    return next(step.proof for step in found.steps if step.kind is StepKind.PROVE)


def test_a_version_that_both_colours_run_proves_nothing() -> None:
    world = usual()
    first = replace(world.green.instances[0], version=world.blue.instances[0].version)
    mixed = replace(world, green=replace(world.green, instances=(first, *world.green.instances[1:])))
    assert proof_of(made(mixed)) is None
    unknown = replace(world.green.instances[0], version=None)
    partly = replace(world, green=replace(world.green, instances=(unknown, *world.green.instances[1:])))
    assert proof_of(made(partly)) is None
    proof = proof_of(made(world))
    assert proof is not None
    assert (proof.url, proof.versions) == ("http://203.0.113.7/version", ("b" * 40,))


def test_the_digest_knows_where_versions_come_from() -> None:
    assert made(usual(), settings=config(version=("image.x",))).digest != made(usual()).digest


def running(world: Service, colour: Colour, version: str, source: str = "metadata.git_commit") -> Service:
    """The same world after a rebuild of one colour, which keeps ids, addresses and members."""
    side = world.side(colour)
    again = replace(side, instances=tuple(replace(one, version=Version(version, source)) for one in side.instances))
    return replace(world, blue=again) if colour is Colour.BLUE else replace(world, green=again)


def test_another_version_is_another_plan() -> None:
    for colour in Colour:
        rebuilt = running(usual(), colour, "c" * 40)
        assert made(rebuilt).digest != made(usual()).digest, colour
        assert made(rebuilt).digest == made(running(usual(), colour, "c" * 40)).digest
    one = replace(usual().green.instances[0], version=Version("c" * 40, "metadata.git_commit"))
    partly = replace(usual(), green=replace(usual().green, instances=(one, *usual().green.instances[1:])))
    other = replace(partly.green.instances[0], version=Version("d" * 40, "metadata.git_commit"))
    again = replace(partly, green=replace(partly.green, instances=(other, *partly.green.instances[1:])))
    assert made(partly).target_version == made(again).target_version == "mixed"
    assert made(partly).digest != made(again).digest, "all that it runs, not the word for it"


def test_versions_that_are_gone_with_what_fails_do_not_stop_the_fix() -> None:
    world = running(usual(), Colour.BLUE, "a" * 40, "http./version#git_commit")
    silent = replace(world, blue=replace(world.blue, instances=tuple(mute(one) for one in world.blue.instances)))
    assert made(silent).digest == made(world).digest, "BLUE is left"
    back = Intent(Action.ROLLBACK, Colour.GREEN)
    assert made(running(usual(), Colour.BLUE, "c" * 40), back).digest == made(usual(), back).digest
    assert made(running(usual(), Colour.GREEN, "c" * 40), back).digest != made(usual(), back).digest


def mute(one: Instance) -> Instance:
    return replace(one, version=None)


def not_applied() -> Service:
    """GREEN was to take over, and the load balancer has applied nothing of it: all members are in ERROR."""
    world = service(
        [instance(Colour.BLUE, n, 0) for n in (1, 2, 3)], [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)]
    )

    def failed(one: Instance) -> Instance:
        assert one.member is not None
        return replace(one, member=replace(one.member, provisioning_status="ERROR"))

    sides = [replace(side, instances=tuple(failed(one) for one in side.instances)) for side in world.colours]
    return replace(world, blue=sides[0], green=sides[1])


def test_what_the_load_balancer_did_not_apply_is_written_again() -> None:
    again = made(not_applied(), Intent(Action.CUTOVER, Colour.GREEN))
    assert again.writes == 1
    (step,) = [step for step in again.steps if step.kind is StepKind.SHIFT]
    green, blue = ({f"api-{colour}-{n}": weight for n in (1, 2, 3)} for colour, weight in (("green", 100), ("blue", 0)))
    assert {item["name"]: item["weight"] for item in items_of(step)} == green | blue


def test_the_way_back_is_open_from_what_the_load_balancer_did_not_apply() -> None:
    back = made(not_applied(), Intent(Action.ROLLBACK, Colour.BLUE))
    (step,) = [step for step in back.steps if step.writes]
    weights = {item["name"]: item["weight"] for item in items_of(step)}
    assert weights == {f"api-{side}-{n}": whole for side, whole in (("blue", 100), ("green", 0)) for n in (1, 2, 3)}
