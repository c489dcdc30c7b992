"""Which image a release that was begun is of: the journal knows, however often what is the newest has changed since."""

from __future__ import annotations

from console.model.service import Service
from console.plan.orders import LaunchOrder
from console.plan.plan import Action
from console.rollout.both_places import wrote
from console.rollout.journal import Journal
from console.rollout.records import RolloutState

_RECENT = 50  # rollouts of the service that are looked through
_ENDED = (RolloutState.DONE, RolloutState.ROLLED_BACK)


def begun(journal: Journal, service: Service) -> LaunchOrder | None:
    """What was launched and has not come to its end; None where the last release is over. Raises JournalError.

    It is over when its cutover is done or taken back, or when what was launched was deleted.
    """
    for rollout in journal.rollouts(service.name, limit=_RECENT):
        plan, order = rollout.plan, rollout.plan.intent.order
        if plan.action is Action.LAUNCH and isinstance(order, LaunchOrder):
            if not wrote(journal, rollout.id):
                continue
            made = {one.server.image_id for one in service.side(plan.target).instances if one.server is not None}
            return order if rollout.state is not RolloutState.ROLLED_BACK and order.image_id in made else None
        over = plan.action is Action.CUTOVER and rollout.state in _ENDED
        if (over or plan.action in (Action.ROLLBACK, Action.RETIRE, Action.TAKE_BACK)) and wrote(journal, rollout.id):
            return None
    return None
