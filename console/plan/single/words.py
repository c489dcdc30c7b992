"""Changes of single instances in words: what is done, what it comes to, what must be known before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.model.colour import Role
from console.model.health import Judgement, judge
from console.model.instance import Instance
from console.model.readiness import pools
from console.model.service import POOLS, POWER
from console.plan.asked import Asked
from console.plan.ignored_weights import gets_clients, ignored_of
from console.plan.let_in import is_let_in
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Step
from console.plan.single import worker_holds
from console.plan.single.in_order import named_in_order
from console.plan.single.undoing import taken_by

_VERBS = {
    Action.DRAIN: "take out",
    Action.RESTORE: "put back",
    Action.HOLD: "hold",
    Action.UNHOLD: "release the hold on",
    Action.REPLACE: "replace",
    Action.EVICT: "send the clients away from",
    Action.ADMIT: "enable again",
}


def verb(action: Action) -> str:
    """`take out`."""
    return _VERBS[action]


def title(asked: Asked, ident: str) -> str:
    """The title of a step."""
    action = asked.intent.action
    if ident == "enable":
        return "enable at weight 0"
    if _order(asked).undone is not None:
        return "as before"
    back_in = "weight in the idle pool" if _of_idle_pool(asked) else "into rotation"
    return {Action.DRAIN: "out of rotation", Action.RESTORE: back_in, Action.REPLACE: "one in, one out"}.get(
        action, verb(action).partition(" on")[0].partition(" from")[0]
    )


def goal(asked: Asked, named: Sequence[Instance]) -> str:
    """What is true when it is done."""
    names, several = _names(asked, named), len(named) > 1
    be = "are" if several else "is"
    powered = asked.service.rotation == POWER
    if _order(asked).undone is not None:
        return f"{names} {be} as before"
    match asked.intent.action:
        case Action.DRAIN:
            return f"{names} {be} {'stopped' if powered else 'out of rotation'}, held by {_holders(asked, named)}"
        case Action.RESTORE if _of_idle_pool(asked):
            colour, have, them = asked.target.upper(), *(("have their", "them") if several else ("has its", "it"))
            return f"{names} {have} weight in {colour}'s idle pool: the next cutover to {colour} takes {them} along"
        case Action.RESTORE:
            return f"{names} {be} seen to work" if powered else f"{names} {be} in rotation"
        case Action.HOLD:
            return f"{names} {be} held by {_who(asked)}"
        case Action.UNHOLD:
            return f"nobody holds {names}"
        case Action.REPLACE:
            old, new = named_in_order(asked, named)
            return f"{new.name} serves in place of {old.name}, which is held by {_holders(asked, [old]) or _who(asked)}"
        case Action.EVICT:
            return f"no client is on {asked.target.upper()} any more: its members are disabled, and not checked"
        case _:
            return f"{asked.target.upper()}'s members are enabled at weight 0, and checked again"


def summary(asked: Asked, named: Sequence[Instance], steps: Sequence[Step]) -> str:
    """The plan in one sentence."""
    if not any(step.writes for step in steps):
        return f"{goal(asked, named)} already; nothing is written."
    writes = sum(len(step.writes) for step in steps)
    what = "call" if asked.service.rotation == POWER else "load balancer write"
    if _order(asked).undone is not None:
        return f"Put {_names(asked, named)} back as before, in {writes} {what}{'s' * (writes > 1)}."
    return f"{verb(asked.intent.action).capitalize()} {_names(asked, named)}, in {writes} {what}{'s' * (writes > 1)}."


def explained(asked: Asked, named: Sequence[Instance], ident: str) -> str:
    """A step for someone who does it for the first time."""
    names, colour = _names(asked, named), asked.target.upper()
    busy = " The load balancer is busy for some seconds, and closes idle keep-alive connections once."
    if ident == "enable":
        return f"{names} was disabled, so nothing checked it: it is enabled at weight 0 first, without traffic.{busy}"
    if _order(asked).undone is not None and asked.service.rotation != POWER:
        return f"What the change has written on {names} is put back: weight, hold, admin state; nothing else.{busy}"
    if ident == "hold":
        return _of_workers(asked, names)
    if asked.service.rotation == POWER:
        stopped = "is stopped. Nova tells the guest to shut down, and gives it a minute (by default)."
        started = "is started, and takes work as soon as it runs."
        return f"{names} {stopped if asked.intent.action is Action.DRAIN else started}"
    if words := _in_idle_pool(asked, named) or _where_ignored(asked, named):
        return f"{words}{busy}"
    match asked.intent.action:
        case Action.DRAIN:
            return (
                f"New connections go to the others of {colour}; requests under way finish. It stays checked, and a "
                f"hold with your name keeps every cutover from bringing it back: `bluegreen restore` does.{busy}"
            )
        case Action.RESTORE:
            well = all(judge(asked.service, one, asked.now).healthy for one in named)
            seen = " It was seen healthy where it stands." if well else ""
            return f"{names} gets its recorded weight, and the hold ends.{seen}{busy}"
        case Action.HOLD:
            stays = "no cutover brings it into rotation, and none takes it out; a rollback takes it out with the others"
            return f"Only a tag changes: {stays}.{busy}"
        case Action.UNHOLD:
            return f"{_released(colour, named)}{busy}"
        case Action.REPLACE:
            old, new = (one.name for one in named_in_order(asked, named))
            return f"In one write {new} gets the weight of {old}, and {old} goes to weight 0, held.{busy}"
        case Action.EVICT:
            return (
                f"{colour}'s members are disabled: clients with a session there go to the other colour with their next "
                f"request; requests under way finish. Disabled members are not checked by the monitor.{busy}"
            )
        case _:
            return f"{colour}'s members are enabled at weight 0: they get no traffic, and are checked again.{busy}"


def _of_idle_pool(asked: Asked) -> bool:
    """Whether they are of a colour with a pool of its own to which no listener sends."""
    return asked.service.rotation == POOLS and asked.service.role(asked.target) is Role.IDLE


def _in_idle_pool(asked: Asked, named: Sequence[Instance]) -> str:
    """Out and in again where no client comes; empty elsewhere."""
    action, names, colour = asked.intent.action, _names(asked, named), asked.target.upper()
    if not _of_idle_pool(asked):
        return ""
    if action is Action.DRAIN:
        how = "goes to weight 0, and is checked as before"
        if ignored_of(asked.service, named):
            how = "is disabled, because the load balancer's provider ignores weights, and no monitor checks it"
        return (
            f"No client is sent there while {colour} is idle. {names} {how}. A hold with your name keeps every cutover "
            "from bringing it in: `bluegreen restore` ends that."
        )
    if action is Action.RESTORE:
        return (
            f"{names} gets its recorded weight in {colour}'s idle pool, and the hold ends. No client is sent there "
            f"before a cutover brings {colour} in."
        )
    return ""


def _where_ignored(asked: Asked, named: Sequence[Instance]) -> str:
    """Out and in again where the load balancer's provider ignores weights; empty where it obeys them."""
    action, names = asked.intent.action, _names(asked, named)
    if asked.service.rotation == POWER or not ignored_of(asked.service, named):
        return ""
    if action is Action.DRAIN:
        return (
            f"The load balancer's provider ignores weights, so {names} is disabled (admin_state_up false): no new "
            "connection goes there. Whether open ones may finish is the provider's to say: count on their being cut. "
            "No monitor checks it while it is disabled, and a hold with your name keeps every cutover from bringing it "
            "back: `bluegreen restore` does."
        )
    if action is Action.RESTORE:
        return (
            f"{names} is enabled, with its recorded weight, and the hold ends. The load balancer's provider ignores "
            "weights, so there is no weight 0 at which its monitor could see it first: its probe has seen it well, or "
            "it is enabled already."
        )
    return ""


def _released(colour: str, named: Sequence[Instance]) -> str:
    """What becomes of them without their hold: whom somebody has disabled no cutover takes along."""
    disabled = ", ".join(one.name for one in named if any(not member.admin_state_up for member in one.members))
    if disabled:
        return f"Only a tag goes. {disabled} stays disabled: `bluegreen restore` enables it, no cutover does."
    return f"Only a tag goes: the next cutover to {colour} takes it along."


def _of_workers(asked: Asked, names: str) -> str:
    """The step that only tags their servers."""
    match asked.intent.action:
        case _ if _order(asked).undone is not None:
            return f"The hold of {names} is put back as it was: only a tag of the server changes."
        case Action.DRAIN:
            return (
                "A tag on the server, a hold with your name, keeps every cutover, and every way back, from starting "
                f"{names}: `bluegreen restore` does."
            )
        case Action.HOLD:
            return (
                f"Only a tag of the server changes: no cutover starts {names}, and none stops it; a rollback stops it "
                "with the others."
            )
        case Action.UNHOLD:
            return f"Only a tag of the server goes: the next cutover to {asked.target.upper()} takes {names} along."
        case _:
            return f"The hold of {names} ends: a tag of the server goes."


def notes(asked: Asked, named: Sequence[Instance], steps: Sequence[Step]) -> tuple[str, ...]:
    """What an operator must have read before confirming."""
    return (*_nothing_left(asked, steps), *_notes(asked, named))


def _nothing_left(asked: Asked, steps: Sequence[Step]) -> Iterator[str]:
    """Only where all that goes is known to be dead: the floor keeps whatever may serve."""
    shares = [step.after for step in steps if step.after is not None]
    if not shares or any(share.in_rotation for share in shares[-1]) or asked.intent.action is not Action.DRAIN:
        return
    then = "no work is done" if asked.service.rotation == POWER else "clients get 503"
    yield f"nothing of {asked.service.name} is left in rotation then: {then}"


def _notes(asked: Asked, named: Sequence[Instance]) -> Iterator[str]:
    action, service = asked.intent.action, asked.service
    sticky = sorted({pool.session_persistence for pool in pools(service) if pool.session_persistence})
    by_weight = service.rotation != POWER and not ignored_of(service, named)
    if action in (Action.DRAIN, Action.REPLACE) and sticky and by_weight:
        yield f"clients with a session ({', '.join(sticky)}) stay on it until that ends: weight 0 does not move them"
    if action is Action.EVICT:
        colour = asked.target.upper()
        yield f"the way back to {colour} is not warm then: `bluegreen evict {service.name} --undo` comes before it"
        if not sticky:
            yield "no pool of it has session persistence: at weight 0 only connections that are open now are there"
    yield from _unseen(asked, named)
    yield from _of_holds(asked, named)
    yield from _held_in_idle_pool(asked, named)
    if (ratio := _order(asked).min_ratio) is not None:
        yield f"you have said that {ratio:g} of the capacity of now is enough while this lasts"


def unseen(asked: Asked, named: Sequence[Instance]) -> list[tuple[Instance, Judgement]]:
    """Those of them that serve, without being seen healthy or known to be dead, and what is judged of each."""
    judged = ((one, judge(asked.service, one, asked.now)) for one in named if asked.service.in_rotation(one))
    return [(one, found) for one, found in judged if found.unseen]


def _unseen(asked: Asked, named: Sequence[Instance]) -> Iterator[str]:
    """Who goes, or comes, without anybody having seen how it is."""
    action, order, name = asked.intent.action, _order(asked), asked.service.name
    if action in (Action.DRAIN, Action.REPLACE) and order.undone is None:
        leaves = named if action is Action.DRAIN else named_in_order(asked, named)[:1]
        for one, found in unseen(asked, leaves):
            yield (
                f"{one.name} may serve, although nobody has seen it healthy: {found.reason}; if that is still so, "
                f"`bluegreen restore {name} {one.name} --unchecked` brings it back"
            )
    if action is Action.RESTORE:
        for one in named:
            found = judge(asked.service, one, asked.now)
            if not found.healthy and is_let_in(asked.service, asked.intent, one, found):
                why = "as it served before" if one.key in order.unseen else "you have said that it may all the same"
                yield f"nobody has seen {one.name} healthy ({found.reason}): {why}"


def _of_holds(asked: Asked, named: Sequence[Instance]) -> Iterator[str]:
    """Whose hands are on them already, and what becomes of that."""
    action, order = asked.intent.action, _order(asked)
    if order.undone is not None:
        for one in named:
            since = (worker_holds.taken_by(order, one), *(taken_by(order, member) for member in one.members))
            if who := next(filter(None, since), ""):
                yield f"{one.name} has been held by {who} since: it stays as it stands"
        return
    if action is Action.ADMIT:
        yield "no record here says who was disabled before it: all are enabled, whoever has disabled them"
    becomes = {Action.DRAIN: "that stays", Action.REPLACE: "that stays"}.get(action, "that hold ends")
    leaves = named if action is not Action.REPLACE else named_in_order(asked, named)[:1]
    if action in (Action.DRAIN, Action.RESTORE, Action.HOLD, Action.UNHOLD, Action.REPLACE):
        for one in leaves:
            if (who := _holder(one)) and who != order.who:
                yield f"{one.name} is held by {who}: {becomes}"


def _held_in_idle_pool(asked: Asked, named: Sequence[Instance]) -> Iterator[str]:
    """A pool of its own switches as a whole: whoever is held with weight in it stands against that."""
    service, colour = asked.service, asked.target
    if asked.intent.action is not Action.HOLD or not _of_idle_pool(asked):
        return
    for one in named:
        if any(gets_clients(service, member) for member in one.members):
            yield (
                f"no cutover to {colour.upper()} goes while {one.name} would get clients in its pool: "
                f"`bluegreen drain {service.name} {one.name}` takes it out there, and keeps the hold"
            )


def _holder(one: Instance) -> str:
    if not one.members:
        return one.held_by or ""
    return next((member.held_by for member in one.members if member.held_by), "")


def _holders(asked: Asked, named: Sequence[Instance]) -> str:
    return " and ".join(dict.fromkeys(_holder(one) or _who(asked) for one in named))


def _names(asked: Asked, named: Sequence[Instance]) -> str:
    return ", ".join(one.name for one in named)


def _order(asked: Asked) -> SingleOrder:
    assert isinstance(asked.intent.order, SingleOrder)
    return asked.intent.order


def _who(asked: Asked) -> str:
    return _order(asked).who
