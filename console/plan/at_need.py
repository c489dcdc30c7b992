"""Who was out when that began which a way back takes back: out again, unless too few would serve without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from console.model.instance import Instance
from console.model.service import POWER
from console.plan.asked import Asked
from console.plan.candidates import Candidates, is_named
from console.plan.plan import Intent
from console.plan.stood import out_words, was_out


def intents(asked: Asked) -> Iterator[Intent]:
    """The intent, and, of a way back, the same with ever more taken in of those that it would leave out."""
    intent = asked.intent
    yield intent
    out = [one.key for one in asked.service.side(asked.target).instances if _may_come(asked, one)]
    for number in range(1, len(out) + 1):
        yield replace(intent, needed=(*intent.needed, *out[:number]))


def _may_come(asked: Asked, one: Instance) -> bool:
    """Nobody who is held, was named, or has no weight recorded: of those only an operator says that they belong in."""
    intent = asked.intent
    if one.held_by is not None or is_named(one, (*intent.take_in, *intent.leave_out, *intent.needed)):
        return False
    known = asked.service.rotation == POWER or all(member.full_weight for member in one.members)
    return known and was_out(asked, one)


def notes(asked: Asked, found: Candidates) -> Iterator[str]:
    """Who comes in although it was out before."""
    works = asked.service.rotation == POWER
    for one, _ in found.enter:
        if one.key in asked.intent.needed and was_out(asked, one):
            comes, does = ("is started", "work") if works else ("is taken in", "serve")
            yield f"{one.name} {out_words(asked)}, and {comes}: without it too few would {does}"
