"""Holds of workers: a tag on the server, written or taken away in a step of its own, before anything is switched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from console.model.balancer import HOLD_TAG
from console.model.instance import Instance
from console.plan import course
from console.plan.asked import Asked
from console.plan.desired import ServerTagged
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Step, StepKind

_TAG_LENGTH = 60  # Nova refuses longer ones, and these two characters in any
_REFUSED = re.compile(r"[,/]")


def step(asked: Asked, order: SingleOrder, named: Sequence[Instance], words: str) -> Step | None:
    """The tags that change; None where none does."""
    found = [one for instance in named for one in _changes(asked.intent.action, order, instance)]
    if not found:
        return None
    return Step(
        id="hold",
        kind=StepKind.WRITE,
        title="hold" if any(one.there for one in found) else "release the hold",
        words=words,
        deadline=120.0,
        outcome="it stops and needs a human",
        writes=tuple(course.write(one, asked.basis, f"{one.server_id} {one.label}") for one in found),
        checks=("each server carries its tag" if found[-1].there else "no server carries the tag any more",),
    )


def taken_by(order: SingleOrder, one: Instance) -> str:
    """Who has taken hold of it since the plan that is undone was made; empty for nobody."""
    known = {each.label for each in _of(order, one)}
    now = [tag for tag in _holds(one) if tag not in known]
    return now[0].removeprefix(HOLD_TAG) if known and now else ""


def _changes(action: Action, order: SingleOrder, one: Instance) -> Iterator[ServerTagged]:
    if one.server is None:
        return
    now, mine = _holds(one), _label(order.who)
    if order.undone is not None:
        made = [each for each in reversed(_of(order, one)) if (each.label in now) is each.there]
        yield from (_tagged(one, each.label, there=not each.there) for each in made if not taken_by(order, one))
        return
    stays = (mine,) if action is Action.HOLD else now[:1] if action is Action.DRAIN else ()
    yield from (_tagged(one, tag, there=False) for tag in now if tag not in stays)
    if mine not in now and (action is Action.HOLD or (action is Action.DRAIN and not now)):
        yield _tagged(one, mine, there=True)


def _tagged(one: Instance, label: str, *, there: bool) -> ServerTagged:
    assert one.server is not None
    return ServerTagged(one.server.id, one.name, label, there)


def _of(order: SingleOrder, one: Instance) -> list[ServerTagged]:
    return [each for each in order.undone or () if isinstance(each, ServerTagged) and each.server_id == one.key]


def _holds(one: Instance) -> tuple[str, ...]:
    return tuple(tag for tag in one.server.tags if tag.startswith(HOLD_TAG)) if one.server is not None else ()


def _label(who: str) -> str:
    return _REFUSED.sub("_", f"{HOLD_TAG}{who}")[:_TAG_LENGTH]
