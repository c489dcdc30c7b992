"""Backup members: no capacity beside others, all of it by themselves; no shares; told before anybody confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from plan_rotations import pools_config, pools_service
from plan_worlds import NOW, config, foreign_member, instance, service

from console.config.model import Release, ServiceConfig
from console.model.balancer import Balanced, LoadBalancer, Member, Pool
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.basis import basis_of
from console.plan.capacity import serving, shares
from console.plan.plan import Action, Intent, Plan, Refusal, StepKind
from console.plan.planner import plan

TO_GREEN = Intent(Action.CUTOVER, Colour.GREEN)
BY_SHARES = Release(shift=(10, 50, 100))


def some(colour: Colour, weight: int, backups: Sequence[bool], **changes: str) -> list[Instance]:
    return [instance(colour, n, weight, backup=one, **changes) for n, one in enumerate(backups, 1)]  # type: ignore[arg-type]


def blues(weight: int = 100) -> list[Instance]:
    return some(Colour.BLUE, weight, [False] * 3)


def made(world: Service, settings: ServiceConfig | None = None, intent: Intent = TO_GREEN) -> Plan:
    found = plan(world, settings or config(), intent, NOW)
    assert isinstance(found, Plan), found
    return found


def refused(world: Service, settings: ServiceConfig | None = None, intent: Intent = TO_GREEN) -> Refusal:
    found = plan(world, settings or config(), intent, NOW)
    assert isinstance(found, Refusal), found
    return found


def count(world: Service) -> int:
    return serving(shares(world, basis_of(world, config()), NOW)).instances


def test_one_server_with_two_backups_does_not_take_over_from_three() -> None:
    found = refused(service(blues(), some(Colour.GREEN, 0, [False, True, True])))
    assert (found.code, found.rule) == ("floor", 1)
    assert "1 healthy instances would serve, 3 must" in found.reason


def test_the_same_with_a_pool_for_each_colour() -> None:
    found = refused(pools_service(blues(), some(Colour.GREEN, 100, [False, True, True])), pools_config())
    assert found.code == "floor"


def test_backups_are_named_before_it_begins() -> None:
    found = made(service(blues()[:1], some(Colour.GREEN, 0, [False, True])))
    (note,) = (note for note in found.notes if "backup" in note)
    assert "api-green-2" in note
    assert "api-green-1" not in note
    assert not any("backup" in note for note in made(service(blues(), some(Colour.GREEN, 0, [False] * 3))).notes)


def test_a_colour_of_backups_takes_over_at_once_and_not_by_shares() -> None:
    for live, idle in (([False] * 3, [True] * 3), ([True] * 3, [False] * 3)):
        world = service(some(Colour.BLUE, 100, live), some(Colour.GREEN, 0, idle))
        found = made(world, config(release=BY_SHARES))
        (step,) = (step for step in found.steps if step.kind is StepKind.SHIFT)
        assert step.after is not None
        assert (step.after[1].healthy, step.after[1].percent) == (3, 100)
        assert any("at once, not by shares" in note for note in found.notes)


def test_colours_of_the_same_kind_go_by_shares() -> None:
    for flags in ([True] * 3, [False] * 3):
        world = service(some(Colour.BLUE, 100, flags), some(Colour.GREEN, 0, flags))
        found = made(world, config(release=BY_SHARES))
        assert sum(step.kind is StepKind.SHIFT for step in found.steps) == 3
        assert not any("at once" in note for note in found.notes)


def test_who_counts() -> None:
    backups = some(Colour.GREEN, 100, [True] * 3)
    assert count(service(blues(), backups)) == 3, "those that stand before them"
    assert count(service(blues(0), backups)) == 3, "nobody else has weight"
    dead = some(Colour.BLUE, 100, [False] * 3, operating="ERROR")
    assert count(service(dead, backups)) == 3, "all others are down: they serve, and must go on"
    assert count(service(blues(0), backups, [foreign_member(10)])) == 0, "a stranger stands before them as well"
    assert count(service(blues(0), backups, [foreign_member(0)])) == 3


def test_a_provider_that_ignores_the_flag_sends_to_everyone() -> None:
    world = service(blues()[:1], some(Colour.GREEN, 100, [True] * 2))
    members: tuple[Member, ...] = tuple(one.member for side in world.colours for one in side.instances if one.member)
    part = Balanced(
        LoadBalancer("lb-1", "x", provider="ovn"), pools=(Pool("pool-1", "x"),), members={"pool-1": members}
    )
    assert count(replace(world, balanced=(part,))) == 3


def test_a_backup_that_waits_with_weight_is_no_more_trusted_than_one_at_weight_0() -> None:
    waiting = some(Colour.GREEN, 100, [True] * 3)
    assert made(service(blues(), waiting)).writes == 1
    ill = [*waiting[:2], instance(Colour.GREEN, 3, 100, backup=True, probe_ok=False)]
    assert refused(service(blues(), ill)).code == "unhealthy"


def test_a_held_backup_does_not_begin_to_serve() -> None:
    held = instance(Colour.GREEN, 4, 100, backup=True, hold="bob")
    world = service(blues(), [*some(Colour.GREEN, 0, [True] * 3), held])
    found = refused(world)
    assert (found.code, found.rule, found.names) == ("backup", 2, ("api-green-4",))
    with_others = service(blues(), [*some(Colour.GREEN, 0, [False] * 3), held])
    assert made(with_others).writes == 1, "it stays behind others"
    back = made(world, intent=Intent(Action.ROLLBACK, Colour.GREEN))
    assert any("api-green-4 keeps weight 100" in note for note in back.notes), "a way back is not stopped"
