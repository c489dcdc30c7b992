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
from console.rollout.records import Event, EventKind, Rollout
from console.rollout.waiting import plan_of


@dataclass(frozen=True, slots=True)
class ByHand:
    """`finish`: the writes that are still to be made, in order; `undo`: the one that puts everything back.

    `in_doubt`: a call was sent, and the record does not tell what became of it: look before typing anything.
    """

    finish: tuple[Call, ...]
    undo: Call | None
    in_doubt: bool


def by_hand(rollout: Rollout, events: Sequence[Event]) -> ByHand:
    """What is left of the plan under way, by the record; a plan made on the way takes the place of the one before."""
    plan, sent, verified = rollout.plan, set[str](), set[str]()
    touched: set[str] = set()
    for event in events:
        if event.kind is EventKind.PLANNED and (other := plan_of(event)) is not None:
            plan, sent, verified = other, set(), set()
        elif event.kind is EventKind.INTENT:
            sent.add(event.step)
            step = next((one for one in plan.steps if one.id == event.step), None)
            touched |= {change.member_id for change in step.changes} if step is not None else set()
        elif event.kind is EventKind.VERIFIED:
            verified.add(event.step)
    left = tuple(step.call for step in plan.steps if step.call is not None and step.id not in verified)
    before = [member for member in rollout.plan.basis.members if member.id in touched]
    undo = batch(rollout.plan.basis.pool_id, before) if before else None
    return ByHand(left, undo, bool(sent - verified))


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


def _lines(call: Call) -> Iterator[str]:
    yield from call.commands
    body = shlex.quote(json.dumps(call.body, separators=(",", ":")))
    yield "# or at once; ENDPOINT is the URL of `openstack catalog show load-balancer`:"
    yield (
        'curl -sS -X PUT -H "X-Auth-Token: $(openstack token issue -f value -c id)" '
        f"-H 'Content-Type: application/json' \"$ENDPOINT\"{shlex.quote(call.path)} -d {body}"
    )
