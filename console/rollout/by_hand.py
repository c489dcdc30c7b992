"""What is left of a rollout as commands to type: to finish it, or to put back what was, without this program.

For whoever has only the `openstack` client, or `curl`, and a copy of the record. The order is the safe one: whatever
gets weight comes first, whatever loses it last.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from console.model.call import COMPUTE_LEVEL, Call
from console.model.text import visible
from console.plan.basis import Basis
from console.plan.desired import Desired, ServerGone
from console.plan.drained import drained_notes
from console.plan.gone import without
from console.plan.kinds.registry import kind_of
from console.plan.kinds.typed import MEMBER, openstack
from console.plan.plan import Plan, StepKind, Write
from console.rollout.records import Event, EventKind, Rollout, RolloutState
from console.rollout.waiting import new_plan

_Key = tuple[str, str]  # a step's id, and the key of one of its writes


@dataclass(frozen=True, slots=True)
class ByHand:
    """`finish`: the writes that are still to be made, in order; `undo`: those that put everything back.

    `in_doubt`: a call was sent, and the record does not tell what became of it: look before typing anything.
    `way_back`: the plan that takes the rollout back, where that is under way, or done: `finish` is of it then.
    `gone`: names of servers that were there when it began, and were deleted: no call puts them back.
    """

    finish: tuple[Call, ...]
    undo: tuple[Call, ...]
    in_doubt: bool
    way_back: Plan | None = None
    gone: tuple[str, ...] = ()


def by_hand(rollout: Rollout, events: Sequence[Event]) -> ByHand:
    """What is left of the plan under way, by the record; a plan made on the way takes the place of the one before."""
    plan, sent, verified = rollout.plan, set[_Key](), set[_Key]()
    touched, deleted = list[Desired](), list[ServerGone]()
    for event in events:
        key = event.step, str(event.data.get("write", ""))
        if (other := new_plan(event, plan)) is not None:
            plan, sent, verified = other, set(), set()
        elif event.kind is EventKind.INTENT:
            sent.add(key)
            touched += _desired(plan, key)
        elif event.kind is EventKind.VERIFIED:
            verified.add(key)
            deleted += [one for one in _desired(plan, key) if isinstance(one, ServerGone)]
    left = tuple(write.call for step, write in _writes(plan) if (step, write.key) not in verified)
    way_back = plan if _takes_back(plan, rollout.plan) else None
    there = {server.id for server in rollout.plan.basis.servers}
    gone = tuple(dict.fromkeys(one.name for one in deleted if one.server_id in there))
    undo = _undo(*without(deleted, touched, rollout.plan.basis))
    return ByHand(left, undo, bool(sent - verified), way_back, gone)


def _takes_back(plan: Plan, began: Plan) -> bool:
    """Whether this plan of a rollout is no other way to finish it."""
    return (plan.action, plan.intent.undoes) != (began.action, began.intent.undoes)


def way_back_words(rollout: Rollout, way_back: Plan) -> str:
    """What became of a rollout that is taken back, in a sentence."""
    homeward = way_back.intent.is_return or not way_back.action.moves_traffic
    way = "way back" if homeward else f"way to {way_back.target.upper()}"
    end = "it is done" if rollout.state is RolloutState.ROLLED_BACK else "it is not at its end"
    return f"Then its {way} was begun, and {end}: {way_back.summary}{drained_notes(way_back)}"


def _writes(plan: Plan) -> list[tuple[str, Write]]:
    """All but the notes on servers: whoever finishes by hand has not watched it to its end."""
    return [(step.id, write) for step in plan.steps if step.kind is not StepKind.REMEMBER for write in step.writes]


def _desired(plan: Plan, key: _Key) -> list[Desired]:
    return [write.desired for step, write in _writes(plan) if (step, write.key) == key]


def _undo(touched: Sequence[Desired], basis: Basis) -> tuple[Call, ...]:
    """What was touched last is put back first, each kind at once."""
    kinds = dict.fromkeys(type(one) for one in reversed(touched))
    same = ([one for one in touched if type(one) is kind] for kind in kinds)
    return tuple(call for found in same for call in kind_of(found[0]).restore(found, basis))


def transcript(rollout: Rollout, events: Sequence[Event]) -> Iterator[str]:
    """The same as a text: comments, `openstack` commands, and the one request that does it at once for `curl`."""
    found = by_hand(rollout, events)
    yield visible(f"# rollout {rollout.id}: {rollout.plan.summary}")  # a line break would end the comment
    if found.way_back is not None:
        yield visible(f"# {way_back_words(rollout, found.way_back)}")
    if found.in_doubt:
        yield "# The record does not tell what became of the last call: look first."
    yield from _looks(rollout.plan.basis)
    if found.way_back is not None:
        yield from _homeward(found, found.way_back)
        return
    if found.finish:
        yield "# To finish it:"
        yield from _typed(found.finish)
    else:
        yield "# Every write of it was made."
    yield from _deleted(found, rollout.service)
    if found.undo:
        yield f"# To put back {'the rest' if found.gone else 'what was'}:"
        yield from _typed(found.undo)
    elif not found.gone:
        yield "# Nothing of it was sent: there is nothing to put back."


def _deleted(found: ByHand, service: str) -> Iterator[str]:
    if found.gone:
        names, them = ", ".join(found.gone), "it" if len(found.gone) == 1 else "them"
        yield visible(f"# Deleted: {names}. No command brings {them} back: launch again, `bluegreen launch {service}`.")


def _homeward(found: ByHand, way_back: Plan) -> Iterator[str]:
    """The same two blocks while it is taken back: the first does what the second does, or is a part of it."""
    if found.finish:
        after = f", after which {way_back.goal}" if way_back.goal else ""
        yield visible(f"# To finish that way{after}:")
        yield from _typed(found.finish)
    else:
        yield "# Every write of that way was made: nothing of it is left to type."
    yield from _deleted(found, way_back.service)
    if not found.undo:
        return
    if _commands(found.undo) == _commands(found.finish):
        yield "# That puts back what was when the rollout began, too."
        return
    yield "# To put back what was when the rollout began, if it is not so:"
    if way_back.intent.drained:
        yield "# This gives weight to those as well whom somebody has set to 0 meanwhile."
    yield from _typed(found.undo)


def _commands(calls: Sequence[Call]) -> list[str]:
    return sorted(command for call in calls for command in call.commands)


def _looks(basis: Basis) -> Iterator[str]:
    """What shows how things stand."""
    for listener in basis.listeners if basis.by_listener else ():
        yield openstack("loadbalancer", "listener", "show", listener.id)
    for pool in basis.pools:
        yield openstack(*MEMBER, "list", pool.id)
    for server in basis.servers if basis.workers else ():
        yield openstack("server", "show", server.id)


def _typed(calls: Sequence[Call]) -> Iterator[str]:
    """These calls in their order; between what is started and what comes after it the word that ACTIVE is not all."""
    said: set[str] = set()
    for call, following in zip_longest(calls, calls[1:]):
        yield from (visible(f"# {note}") for note in call.notes if note not in said)
        said |= set(call.notes)
        yield from _lines(call)
        if _starts(call) and following is not None and not _starts(following):
            yield "# ACTIVE says that they run, not that they work: see that each works before you type what follows."


def _starts(call: Call) -> bool:
    return call.service == "compute" and "os-start" in (call.body or {})


def _lines(call: Call) -> Iterator[str]:
    yield from call.commands
    if call.named:
        return
    body = f" -d {shlex.quote(json.dumps(call.body, separators=(',', ':')))}" if call.body is not None else ""
    yield f"# or at once; ENDPOINT is the URL of `openstack catalog show {call.service}`:"
    # without the level Nova takes tags, groups in one word and reasons of locks for mistakes, as the writer knows
    level = f" -H 'OpenStack-API-Version: compute {COMPUTE_LEVEL}'" if call.service == "compute" else ""
    yield (
        f'curl -gsS -X {call.method} -H "X-Auth-Token: $(openstack token issue -f value -c id)" '
        f"-H 'Content-Type: application/json'{level} \"$ENDPOINT\"{shlex.quote(call.path)}{body}"
    )
