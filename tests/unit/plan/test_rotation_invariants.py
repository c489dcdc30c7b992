"""What holds for every plan of every rotation in every world (DESIGN §6, rules 1 to 4, and 6a)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from plan_rotations import cases, done, pools_config, pools_worlds, release
from plan_worlds import NOW, rota

from console.config.model import ServiceConfig
from console.model.balancer import WEIGHT_TAG, Member
from console.model.colour import Colour
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import POOLS, POWER, Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan, Step, StepKind, Write
from console.plan.planner import plan

many = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
intents = st.builds(
    Intent,
    action=st.sampled_from((Action.CUTOVER, Action.ROLLBACK)),
    target=st.sampled_from([None, Colour.BLUE, Colour.GREEN]),
    take_in=st.sampled_from([(), ("all",)]),
    leave_out=st.sampled_from([(), ("api-green-1",)]),
    unchecked=st.booleans(),
    one_by_one=st.booleans(),
)
Case = tuple[Service, ServiceConfig]


def planned(case: Case, intent: Intent) -> Plan:
    made = plan(*case, intent, NOW)
    assume(isinstance(made, Plan))
    assert isinstance(made, Plan)
    return made


def writes_of(made: Plan) -> list[tuple[Step, Write]]:
    """All but the notes on servers, which move nothing."""
    return [(step, write) for step in made.steps if step.kind is not StepKind.REMEMBER for write in step.writes]


def states(service: Service, made: Plan) -> list[Service]:
    """The service as it is, and after each write as a cloud makes it."""
    found = [service]
    for _, write in writes_of(made):
        found.append(done(found[-1], write.call))
    return found


def everyone(service: Service) -> list[Instance]:
    return [one for side in service.colours for one in side.instances]


def served(service: Service) -> Iterator[tuple[str, dict[str, int]]]:
    """Each way by which clients come, with the weight of each instance in it: told from the facts alone."""
    if service.rotation == POWER:
        yield "workers", {one.key: int(one.runs) for one in everyone(service)}
        return
    where: dict[str, dict[str, int]] = {}
    owners = {member.id: one.key for one in everyone(service) for member in one.members}
    parked = [key for one in everyone(service) for key in one.parked]
    for part in service.balanced:
        for pool, members in part.members.items():
            ours = [one for one in members if one.id in owners]
            where[pool] = {owners[key]: weight for key, weight in rota(ours, service.foreign, parked).items()}
    if service.rotation == POOLS:
        for part in service.balanced:
            for one in part.listeners:
                if one.admin_state_up:
                    yield one.id, where.get(one.default_pool_id or "", {})
    else:
        yield from where.items()


@many
@given(cases(), intents)
def test_no_write_goes_below_the_floor_in_any_way(case: Case, intent: Intent) -> None:
    service, config = case
    made = planned(case, intent)
    healthy = {one.key for one in everyone(service) if judge(service, one, NOW).healthy}
    if service.rotation == POWER:  # those that a check waits for are healthy, or the rollout ends at the check
        healthy |= {key for step in made.steps for key in step.healthy}
    ratio = config.release.min_ratio
    before = dict(served(service))
    seen = states(service, made)
    for left in seen[1:]:
        for way, weights in served(left):
            alive = {key for key, weight in weights.items() if weight and key in healthy}
            assert len(alive) >= _largest(service, before[way], healthy, count=True) * ratio, way
            assert sum(weights[key] for key in alive) >= _largest(service, before[way], healthy) * ratio, way


@many
@given(cases(), intents)
def test_from_any_write_of_a_cutover_there_is_enough_to_go_back_to(case: Case, intent: Intent) -> None:
    service, config = case
    made = planned(case, replace(intent, action=Action.CUTOVER))
    assume(service.live is made.source)
    for left in states(service, made)[1:]:
        home = plan(left, config, back(made, left), NOW)
        assert isinstance(home, Plan) or home.code != "floor", home
        # another host knows nothing of the rollout: what it needs is recorded on the members
        bare = plan(left, config, Intent(Action.ROLLBACK, made.source, began=made.floors), NOW)
        assert isinstance(bare, Plan) or bare.code != "floor", bare


def _largest(service: Service, weights: dict[str, int], healthy: set[str], *, count: bool = False) -> int:
    """The healthy capacity of the colour that has more of it."""
    sides = ({one.key for one in side.instances} & healthy for side in service.colours)
    return max(sum(bool(weights.get(key)) if count else weights.get(key, 0) for key in side) for side in sides)


@many
@given(cases(), intents)
def test_nothing_serves_that_was_not_seen_healthy_or_is_kept_out(case: Case, intent: Intent) -> None:
    service, _ = case
    made = planned(case, intent)
    checked = {key for step in made.steps for key in step.healthy}
    instances = {one.key: one for one in everyone(service)}
    before = dict(served(service))
    for left in states(service, made)[1:]:
        for way, weights in served(left):
            for key in (key for key, weight in weights.items() if weight > before[way].get(key, 0)):
                one = instances[key]
                judged = judge(service, one, NOW)
                said = intent.unchecked and not service.probed
                ill_but_known = service.rotation == POOLS and _monitored_ill(one)
                if _kept_as_it_is(made, one):
                    continue
                assert judged.healthy or key in checked or said or ill_but_known, (way, one.name, judged.reason)
                assert one.held_by is None, one.name
                assert one.name not in intent.leave_out
                # a backup of the old release takes over where it is lowered last, and is well and of what served
                assert one.colour is made.target or any(member.backup for member in one.members)


def _kept_as_it_is(made: Plan, one: Instance) -> bool:
    """A way back goes on although a backup that may not serve has weight, and says so; a cutover is refused."""
    if made.action is not Action.ROLLBACK or not any(member.backup for member in one.members):
        return False
    return any(note.startswith(f"{one.name} ") and "as it is" in note for note in made.notes)


def _monitored_ill(one: Instance) -> bool:
    """Ill by a check that the load balancer makes itself: it sends nobody there, whatever the weight."""
    return any(m.operating_status == "ERROR" and m.id not in one.parked for m in one.members)


@many
@given(pools_worlds(), intents, st.booleans())
def test_notes_do_not_contradict_writes(service: Service, intent: Intent, blind: bool) -> None:
    if blind:
        parts = tuple(replace(part, balancer=replace(part.balancer, provider="ovn")) for part in service.balanced)
        service = replace(service, balanced=parts, balancer=parts[0].balancer)
    made = planned((service, pools_config(release=release(0.5))), intent)
    left = {one.key: one.members for one in everyone(states(service, made)[-1])}
    for one in everyone(service):
        said = [note for note in made.notes if note.startswith(f"{one.name} ")]
        same = _bare_members(left[one.key]) == _bare_members(one.members)
        assert same or not any("keeps" in note or "as it is" in note for note in said), said
        assert same or one.held_by is None or any(_is_told_to_go(note) for note in said), said
        assert not same or not any(_is_told_to_go(note) for note in said), said
        if made.action is Action.CUTOVER and not made.intent.source_fails:
            assert same or one.held_by is None, "no cutover moves a held member"


def _is_told_to_go(note: str) -> bool:
    return "goes to weight 0 before" in note or "is disabled before" in note


def _bare_members(members: Sequence[Member]) -> list[Member]:
    return [_untagged(member) for member in members]


@many
@given(cases(), intents)
def test_taking_every_write_back_restores_everything(case: Case, intent: Intent) -> None:
    service, _ = case
    made = planned(case, intent)
    seen = states(service, made)
    now = seen[-1]
    for _, write in reversed(writes_of(made)):
        assert write.undo is not None
        now = done(now, write.undo)
    assert _bare(now) == _bare(service)


def _bare(service: Service) -> object:
    """Weights, admin state, default pools and power; the tag that records a weight may stay."""
    members = [_untagged(member) for one in everyone(service) for member in one.members]
    doors = [(one.id, one.default_pool_id, one.admin_state_up) for part in service.balanced for one in part.listeners]
    return members, doors, [one.runs for one in everyone(service)]


def _untagged(member: Member) -> Member:
    tags = sorted(tag for tag in member.tags if not tag.startswith(WEIGHT_TAG))
    return replace(member, tags=tuple(tags))


@many
@given(cases(), intents)
def test_foreign_members_stay_as_they_are(case: Case, intent: Intent) -> None:
    service, _ = case
    strangers = {(one.address, one.protocol_port) for one in service.foreign}
    for _, write in writes_of(planned(case, intent)):
        items = (write.call.body or {}).get("members", [])
        assert strangers.isdisjoint((item["address"], item["protocol_port"]) for item in items)
        assert not any(write.call.path.endswith(f"/members/{one.id}") for one in service.foreign)


@many
@given(cases(), intents)
def test_one_by_one_no_call_is_a_batch_and_the_end_is_the_same(case: Case, intent: Intent) -> None:
    service, _ = case
    made = planned(case, replace(intent, one_by_one=True))
    assert not any("additive_only" in write.call.path for _, write in writes_of(made))
    at_once = planned(case, replace(intent, one_by_one=False))
    assert _bare(states(service, made)[-1]) == _bare(states(service, at_once)[-1])


@many
@given(cases(), intents)
def test_planning_twice_gives_one_digest_and_a_reached_goal_no_write(case: Case, intent: Intent) -> None:
    service, config = case
    made = planned(case, intent)
    assert planned(case, intent).digest == made.digest
    left = states(service, made)[-1]
    again = plan(left, config, made.intent, NOW)
    assert not isinstance(again, Plan) or again.writes == 0, again.summary


@many
@given(cases(), intents)
def test_each_write_changes_something_and_has_a_key_of_its_own(case: Case, intent: Intent) -> None:
    service, _ = case
    made = planned(case, intent)
    seen = states(service, made)
    for before, after in pairwise(seen):
        assert _bare(before) != _bare(after)
    for step in made.steps:
        assert len({write.key for write in step.writes}) == len(step.writes)
    assert len({step.id for step in made.steps}) == len(made.steps)
