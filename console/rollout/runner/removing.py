"""Before servers are deleted: what is to carry on is well, and no pool that we can see holds any of them."""

from __future__ import annotations

import time

from console.errors import Drift, NeedsHuman
from console.model.colour import Colour
from console.model.health import judge
from console.model.service import Service
from console.plan.desired import ServerGone
from console.plan.plan import Action, Plan, Step
from console.plan.rotations.move import PENDING_DEADLINE
from console.rollout.records import EventKind
from console.rollout.runner.run import LOOK_DEADLINE, Run


def recheck(run: Run, plan: Plan, step: Step) -> None:
    """Before each write that takes something away (DESIGN §6, rule 11). Raises Drift, NeedsHuman."""
    if plan.action is Action.RETIRE:
        _other_is_well(run, plan, step)
    if step.healthy:
        _who_stays_is_well(run, plan, step)
    going = {write.desired.server_id for write in step.writes if isinstance(write.desired, ServerGone)}
    if going:
        _in_no_pool(run, step, going)


def see_what_is_left(run: Run, plan: Plan, step: Step) -> None:
    """When a colour is gone: the other one carries it all, or a person must hear of it. Raises NeedsHuman."""
    if plan.action is not Action.RETIRE:
        return
    if ill := _ill(run.look(run.observe, step.id, PENDING_DEADLINE), plan.source):
        raise NeedsHuman(
            f"{plan.target.upper()} is gone, and {plan.source.upper()} is not well: {ill}",
            f"mend {plan.source.upper()}: there is no other colour to go back to; or launch one",
        )


def _other_is_well(run: Run, plan: Plan, step: Step) -> None:
    service = run.look(run.observe, step.id, PENDING_DEADLINE)
    kept = service.record.keeps(plan.target, time.time()) if service.record is not None else None
    if kept is not None:
        raise NeedsHuman(
            f"{plan.target.upper()} is {kept.words}", "nothing more is taken from it; `bluegreen unkeep` ends that"
        )
    if ill := _ill(service, plan.source):
        raise NeedsHuman(
            f"{plan.source.upper()} is not well any more: {ill}",
            f"nothing more is taken from {plan.target.upper()}: what is left of it may be needed",
        )


def _ill(service: Service, colour: Colour) -> str:
    """Who of the colour that carries the traffic is not well, in clauses; empty where all are."""
    serving = [one for one in service.side(colour).instances if service.in_rotation(one)]
    now = time.time()
    ill = [f"{one.name}: {found.reason}" for one in serving if not (found := judge(service, one, now)).healthy]
    return "; ".join(ill) or ("" if serving else "nothing of it serves")


def _who_stays_is_well(run: Run, plan: Plan, step: Step) -> None:
    service = run.look(run.observe, step.id, PENDING_DEADLINE)
    there = {one.key: one for side in service.colours for one in side.instances}
    now = time.time()
    ill = [
        f"{one.name}: {found.reason}"
        for key in step.healthy
        if (one := there.get(key)) is not None and not (found := judge(service, one, now)).healthy
    ]
    gone = [key for key in step.healthy if key not in there]
    if ill or gone:
        raise NeedsHuman(
            f"of those that stay {'; '.join([*ill, *(f'{key} is gone' for key in gone)])}",
            f"nothing more is taken away: what is left may be needed; look, then `bluegreen resume {run.rollout_id}`",
        )


def _in_no_pool(run: Run, step: Step, going: set[str]) -> None:
    """Other services' pools as well, as far as these credentials see them."""
    addresses = {
        address.ip: server.name for server in run.servers() if server.id in going for address in server.addresses
    }
    pools = run.look(run.reader.all_pools, step.id, LOOK_DEADLINE)
    count = 0
    for pool in {pool.id: pool for found in pools.values() for pool in found}.values():
        count += 1
        run.tick(step.id)
        for member in run.reader.members(pool.id):
            if member.address in addresses or member.server_id in going:
                name = addresses.get(member.address, member.name)
                raise Drift((f"{name} is a member of pool {pool.name or pool.id}",))
    run.note(EventKind.CHECKED, step.id, f"in none of the {count} pools that can be seen")
