"""What is left of a rollout as commands to type: to finish it, or to put back what was, without this program.

For whoever has only the `openstack` client, or `curl`, and a copy of the record. The order is the safe one: whatever
gets weight comes first, whatever loses it last.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.model.call import Call
from console.plan.batch import batch
from console.plan.plan import Plan, Step
from console.rollout.records import Event, EventKind, Rollout


@dataclass(frozen=True, slots=True)
class ByHand:
    """`finish`: the writes that are still to be made, in order; `undo`: the one that puts everything back.

    `in_doubt`: a call was sent, and the record does not tell what became of it: look before typing anything.
    """

    finish: tuple[Call, ...]
    undo: Call | None
    in_doubt: bool


def by_hand(rollout: Rollout, events: Sequence[Event]) -> ByHand:
    """What is left of the confirmed plan, by the record."""
    sent = {event.step for event in events if event.kind is EventKind.INTENT}
    verified = {event.step for event in events if event.kind is EventKind.VERIFIED}
    writes = [step for step in rollout.plan.steps if step.call is not None]
    left = tuple(step.call for step in writes if step.id not in verified and step.call is not None)
    touched = [step for step in writes if step.id in sent]
    return ByHand(left, _undo(rollout.plan, touched), bool(sent - verified))


def transcript(rollout: Rollout, events: Sequence[Event]) -> Iterator[str]:
    """The same as a text: comments, `openstack` commands, and the one request that does it at once for `curl`."""
    found = by_hand(rollout, events)
    yield f"# rollout {rollout.id}: {rollout.plan.summary}"
    if found.in_doubt:
        yield "# The record does not tell what became of the last call: look at the members first."
    yield f"openstack loadbalancer member list {rollout.plan.basis.pool_id}"
    if found.finish:
        yield "# To finish it:"
        for call in found.finish:
            yield from _lines(call)
    else:
        yield "# Every write of it was made."
    if found.undo is not None:
        yield "# To put back what was:"
        yield from _lines(found.undo)
    else:
        yield "# Nothing of it was sent: there is nothing to put back."


def _undo(plan: Plan, touched: Sequence[Step]) -> Call | None:
    """One batch of every member that was touched, as it was at the start."""
    ids = {change.member_id for step in touched for change in step.changes}
    before = [member for member in plan.basis.members if member.id in ids]
    return batch(plan.basis.pool_id, before) if before else None


def _lines(call: Call) -> Iterator[str]:
    yield from call.commands
    body = shlex.quote(json.dumps(call.body, separators=(",", ":")))
    yield "# or at once; ENDPOINT is the URL of `openstack catalog show load-balancer`:"
    yield (
        'curl -sS -X PUT -H "X-Auth-Token: $(openstack token issue -f value -c id)" '
        f"-H 'Content-Type: application/json' \"$ENDPOINT\"{shlex.quote(call.path)} -d {body}"
    )
