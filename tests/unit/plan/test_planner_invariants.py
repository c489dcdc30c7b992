"""What holds for every plan in every world (DESIGN §6, rules 1, 2, 3)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import ceil

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from plan_worlds import NOW, applied, config, items_of, loose, rota, worlds

from console.config.model import Release, ServiceConfig
from console.model.capacity import Capacity
from console.model.colour import Colour
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import Service
from console.plan.backwards import back
from console.plan.basis import basis_of
from console.plan.capacity import below, floor, serving, shares
from console.plan.plan import Action, Intent, Plan, Step, StepKind
from console.plan.planner import plan

# A world that cannot be planned on is filtered out: many are, by design of the rules.
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
intents = st.builds(
    Intent,
    action=st.sampled_from([action for action in Action if action.moves_traffic]),
    target=st.sampled_from([None, Colour.BLUE, Colour.GREEN]),
    take_in=st.sampled_from([(), ("all",)]),
    leave_out=st.sampled_from([(), ("api-green-1",)]),
)
configs = st.sampled_from(
    [
        config(),
        loose(),
        config(foreign="ignore"),
        config(release=Release(shift=(10, 50, 100))),
        config(release=Release(min_ratio=0.5, shift=(1, 33, 75, 90, 100), confirm_within=60, bake=60)),
    ]
)


def planned(service: Service, settings: ServiceConfig, intent: Intent) -> Plan:
    made = plan(service, settings, intent, NOW)
    assume(isinstance(made, Plan))
    assert isinstance(made, Plan)
    return made


def shifts_of(made: Plan) -> list[Step]:
    return [step for step in made.steps if step.kind is StepKind.SHIFT]


def states(service: Service, made: Plan) -> list[Service]:
    """The service as it is, and after each write."""
    found = [service]
    for step in shifts_of(made):
        found.append(applied(found[-1], items_of(step)))
    return found


def weights(service: Service) -> dict[str, tuple[int, bool]]:
    members = [one.member for side in service.colours for one in side.instances if one.member is not None]
    return {member.id: (member.weight, member.admin_state_up) for member in members}


def sent(service: Service) -> dict[str, int]:
    """The weight of each instance that the load balancer sends to."""
    owners = {one.member.id: one.key for one in everyone(service) if one.member is not None}
    members = [one.member for one in everyone(service) if one.member is not None]
    return {owners[key]: weight for key, weight in rota(members, service.foreign).items()}


def floor_told(service: Service, ratio: float) -> Capacity:
    """The floor, from what the load balancer does alone."""
    found = sent(service)
    numbers: list[int] = []
    for unseen in (False, True):
        able = [
            [one for one in side.instances if (now := judge(service, one, NOW)).healthy or (unseen and now.unseen)]
            for side in service.colours
        ]
        serves = [[found[one.key] for one in side if one.key in found] for side in able]
        numbers += (ceil(max(map(len, serves)) * ratio), ceil(max(map(sum, serves)) * ratio))
    return Capacity(*numbers)


def everyone(service: Service) -> list[Instance]:
    return [one for side in service.colours for one in side.instances]


@many
@given(worlds(), configs, intents)
def test_no_write_goes_below_the_floor(service: Service, settings: ServiceConfig, intent: Intent) -> None:
    made = planned(service, settings, intent)
    least = floor(shares(service, basis_of(service, settings), NOW), settings.release.min_ratio)
    assert least == floor_told(service, settings.release.min_ratio)
    # judged by the health seen before the write: the write itself makes nobody healthy
    healthy = {one.key for one in everyone(service) if judge(service, one, NOW).healthy}
    able = healthy | {one.key for one in everyone(service) if judge(service, one, NOW).unseen}
    for left in states(service, made)[1:]:
        serving_left = [weight for key, weight in sent(left).items() if key in healthy]
        assert len(serving_left) >= least.instances
        assert sum(serving_left) >= least.weight
        able_left = [weight for key, weight in sent(left).items() if key in able]
        assert len(able_left) >= least.able or made.action is Action.ROLLBACK
        assert sum(able_left) >= least.able_weight or made.action is Action.ROLLBACK


@many
@given(worlds(), configs, intents)
def test_from_any_share_of_a_cutover_the_way_back_leads_to_what_served(
    service: Service, settings: ServiceConfig, intent: Intent
) -> None:
    made = planned(service, settings, replace(intent, action=Action.CUTOVER))
    assert made.intent.no_before is (service.live is not made.source), "else there is nothing to lead back to"
    if made.intent.no_before:
        promises = [text for step in made.steps for text in (step.words, step.outcome)]
        assert not any("it goes back" in text or "take it back" in text for text in promises)
        assert any("it does not go back by itself" in note for note in made.notes) is bool(made.writes)
    assume(not made.intent.no_before)
    least = floor_told(service, settings.release.min_ratio)
    healthy = {one.key for one in everyone(service) if judge(service, one, NOW).healthy}
    for share in states(service, made)[1:]:
        home = plan(share, settings, back(made, share), NOW)
        assert isinstance(home, Plan) or home.code != "floor", home
        for left in states(share, home)[1:] if isinstance(home, Plan) else ():
            serving_left = [weight for key, weight in sent(left).items() if key in healthy]
            assert len(serving_left) >= least.instances
            assert sum(serving_left) >= least.weight


@many
@given(worlds(), configs, intents)
def test_whom_somebody_took_out_never_shuts_the_way_back(
    service: Service, settings: ServiceConfig, intent: Intent
) -> None:
    made = planned(service, settings, replace(intent, action=Action.CUTOVER))
    for share in states(service, made)[1:]:
        out = tuple(one.key for one in share.side(made.source).instances if one.member and one.member.weight == 0)
        if isinstance(plan(share, settings, back(made, share), NOW), Plan):
            home = plan(share, settings, back(made, share, drained=out), NOW)
            assert isinstance(home, Plan), home
            written = {one.member_id for step in shifts_of(home) for one in step.changes if one.weight_after}
            kept = [one for one in share.side(made.source).instances if one.key in out and one.member]
            assert home.intent.drained_needed or written.isdisjoint(one.member.id for one in kept if one.member)


@many
@given(worlds(), configs, intents)
def test_nothing_gets_traffic_unless_healthy_and_free(
    service: Service, settings: ServiceConfig, intent: Intent
) -> None:
    made = planned(service, settings, intent)
    seen = [weights(state) for state in states(service, made)]
    for one in everyone(service):
        if one.member is None or max(state[one.member.id][0] for state in seen) <= seen[0][one.member.id][0]:
            continue
        assert judge(service, one, NOW).healthy, one.name
        assert one.held_by is None
        assert one.name not in intent.leave_out
        assert one.colour is made.target


@many
@given(worlds(), configs, intents)
def test_a_backup_that_begins_to_serve_is_healthy_and_free(
    service: Service, settings: ServiceConfig, intent: Intent
) -> None:
    made = planned(service, settings, intent)
    assume(made.action is Action.CUTOVER)  # a way back takes what is there, and its notes say so
    before, *seen = states(service, made)
    for one in everyone(service):
        if all(sent(state).get(one.key, 0) <= sent(before).get(one.key, 0) for state in seen):
            continue
        assert judge(service, one, NOW).healthy, one.name
        assert one.held_by is None
        assert one.name not in intent.leave_out


@many
@given(worlds(), configs, intents)
def test_foreign_members_are_never_written(service: Service, settings: ServiceConfig, intent: Intent) -> None:
    strangers = {(member.address, member.protocol_port) for member in service.foreign}
    for step in shifts_of(planned(service, settings, intent)):
        assert strangers.isdisjoint((item["address"], item["protocol_port"]) for item in items_of(step))


@many
@given(worlds(), configs, intents)
def test_undoing_restores_every_weight(service: Service, settings: ServiceConfig, intent: Intent) -> None:
    made = planned(service, settings, intent)
    seen = states(service, made)
    for before, after, step in zip(seen, seen[1:], shifts_of(made), strict=False):
        (write,) = step.writes
        assert write.undo is not None
        undone = applied(after, (write.undo.body or {})["members"])
        members = [one.member for one in everyone(before)]
        assert [m and replace(m, tags=()) for m in members] == [
            one.member and replace(one.member, tags=()) for one in everyone(undone)
        ]


@many
@given(worlds(), configs, intents)
def test_only_weight_and_its_tag_change(service: Service, settings: ServiceConfig, intent: Intent) -> None:
    made = planned(service, settings, intent)
    for was, now in zip(everyone(service), everyone(states(service, made)[-1]), strict=True):
        if was.member is None or now.member is None:
            continue
        kept = [tag for tag in was.member.tags if not tag.startswith("bluegreen:weight=")]
        assert set(kept) <= set(now.member.tags)
        assert replace(was.member, weight=0, tags=()) == replace(now.member, weight=0, tags=())


@many
@given(worlds(), configs, intents)
def test_planning_twice_gives_one_digest(service: Service, settings: ServiceConfig, intent: Intent) -> None:
    made = planned(service, settings, intent)
    assert planned(service, settings, intent).digest == made.digest


@many
@given(worlds(), configs, intents)
def test_a_plan_on_a_reached_goal_writes_nothing(service: Service, settings: ServiceConfig, intent: Intent) -> None:
    made = planned(service, settings, intent)
    left = states(service, made)[-1]
    again = plan(left, settings, made.intent, NOW)
    assert not isinstance(again, Plan) or again.writes == 0


@many
@given(worlds(), configs, intents)
def test_one_write_for_each_share_and_only_what_changes(
    service: Service, settings: ServiceConfig, intent: Intent
) -> None:
    made = planned(service, settings, intent)
    assert made.writes <= (len(settings.release.shift) if made.action is Action.CUTOVER else 1)
    for step in shifts_of(made):
        assert step.writes[0].call.path.endswith("?additive_only=true")
        assert len(items_of(step)) == len(step.changes)
        assert all(change.weight_before != change.weight_after for change in step.changes)


@many
@given(worlds(), configs, intents)
def test_shares_only_grow_and_the_recorded_weights_are_those_of_the_goal(
    service: Service, settings: ServiceConfig, intent: Intent
) -> None:
    made = planned(service, settings, intent)
    seen = states(service, made)
    shares_of_target = [percent(state, made.target) for state in seen]
    # whole numbers may take a hundredth back from a colour that is ahead of its share already
    assert all(later >= before - 0.01 for before, later in pairwise(shares_of_target))
    recorded = {one.key: one.member.intended_weight for one in everyone(seen[-1]) if one.member is not None}
    changed = {change.member_id for step in shifts_of(made) for change in step.changes}
    for state in seen[1:]:
        for one in everyone(state):
            if one.member is not None and one.colour is made.target and one.member.id in changed and one.weight:
                assert one.member.intended_weight == recorded[one.key]


def percent(service: Service, colour: Colour) -> float:
    total = service.blue.weight + service.green.weight
    return service.side(colour).weight / total if total else 0.0


@given(worlds())
def test_the_floor_of_a_state_is_kept_by_that_state(service: Service) -> None:
    now = shares(service, basis_of(service, config()), NOW)
    assert below(serving(now), floor(now, 1.0)) == ""
