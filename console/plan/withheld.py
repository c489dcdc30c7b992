"""What is not planned although it could be done: in a freeze, or with a version that was rolled back.

Neither ever stops the way back: out of a rollout under way, or from what fails. But what was rolled back is no way back
from what serves well in its place.
"""

from __future__ import annotations

from console.model.colour import Colour
from console.model.compared import of_now
from console.model.health import judge
from console.model.marks import Mark, is_proven, said_of
from console.model.record import Barred, Undone, moment
from console.model.service import COMMITS, Service
from console.model.shipping import is_named
from console.plan.plan import Action, Intent, Refusal


def frozen(service: Service, intent: Intent, now: float) -> Refusal | None:
    """Refuse everything but a rollback, and the way back out of a rollout, while the service is frozen."""
    freeze = service.record.frozen(now) if service.record is not None else None
    if freeze is None or intent.is_way_back:
        return None
    return Refusal(
        code="frozen",
        reason=f"{service.name} is {freeze.words}",
        hint="a rollback is open all the same, and so is the way back out of a rollout; who may end the freeze does so "
        f"with: bluegreen unfreeze {service.name} --reason TEXT",
        rule=0,
    )


def unsettled(service: Service) -> Refusal | None:
    """Refuse to build on, or to delete the way out of, what nobody has brought to its end."""
    ident = service.record.unsettled if service.record is not None else ""
    if not ident:
        return None
    return Refusal(
        code="unsettled",
        reason=f"rollout {ident} of {service.name} moved traffic and is not at its end",
        hint=f"`bluegreen resume {ident}` shows what can be done: finish it, go back, or leave it",
        rule=11,
    )


def kept(service: Service, colour: Colour, now: float) -> Refusal | None:
    """Refuse to delete what somebody wants kept as the way back."""
    found = service.record.keeps(colour, now) if service.record is not None else None
    if found is None:
        return None
    return Refusal(
        code="kept",
        reason=f"{colour.upper()} of {service.name} is {found.words}",
        hint=f"talk to them; bluegreen unkeep {service.name} --reason TEXT ends it",
        rule=11,
    )


def barred(service: Service, intent: Intent, target: Colour, now: float) -> Refusal | None:
    """Refuse a version that was rolled back: the second incident comes of what nobody looked at after the first."""
    version = service.side(target).version
    bar = service.record.bar_on(version) if service.record is not None else None
    if bar is None or service.live is target or (intent.action is Action.ROLLBACK and _is_needed(service, target, now)):
        return None
    return Refusal(
        code="barred",
        reason=f"{target.upper()} runs {bar.version}, which was rolled back ({bar.when}). "
        f"It goes out again once somebody allows it",
        hint=f"launch a version that mends it; or, if it is fit after all, allow it with a reason: "
        f"bluegreen allow {service.name} {version} --reason TEXT",
        rule=6,
        names=(version,),
    )


def _is_needed(service: Service, target: Colour, now: float) -> bool:
    """Whether going there may be the way out: a rollout is under way, both serve, or what serves is not all well."""
    if service.record is None or service.record.heading is not None or service.live is not target.other:
        return True
    serving = [one for one in service.side(target.other).instances if service.in_rotation(one)]
    return not all(judge(service, one, now).healthy for one in serving)


def undone_again(service: Service, intent: Intent, target: Colour) -> Refusal | None:
    """Refuse a release that still holds commits of one that was rolled back, without a revert of them."""
    if intent.action is Action.ROLLBACK or service.live is target:
        return None
    found = _still_held(service, target)
    if not found:
        return None
    first, some = found[0], ", ".join(one.words for one in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return Refusal(
        code="undone",
        reason=f"{target.upper()} still holds what was rolled back with {first.version}, rollout {first.rollout}, "
        f"{moment(first.at)}, and no revert of it: {some}{more}",
        hint=f"launch a version without it; or, if it is mended or was fit: bluegreen allow {service.name} "
        f"{first.version} --reason TEXT (or COMMIT in place of {first.version})",
        rule=6,
        names=tuple(one.ids[0][:7] for one in found),
    )


def _still_held(service: Service, target: Colour) -> list[Undone]:
    record, ships = service.record, of_now(service).towards(target)[0]
    if record is None or ships is None or not record.undone:
        return []
    held = {ident for one in ships.commits if not one.reverted_by for ident in one.ids}
    taken_back = [named for one in ships.commits if not one.reverted_by for named in one.reverts]
    back = _brought_back(service, target, taken_back)

    def held_again(one: Undone) -> bool:
        again = any(is_named(one.revert, named) for named in taken_back)  # the revert of its revert
        return again or not held.isdisjoint(one.ids) or any(is_named(one.ids, named) for named in back)

    return [one for one in record.undone if held_again(one)]


def _brought_back(service: Service, target: Colour, taken_back: list[str]) -> list[str]:
    """What comes back because its revert does not stay: it is undone by going there, or reverted by what ships."""
    undoes = of_now(service).towards(target)[1]
    gone = undoes.commits if undoes else ()
    # what is undone together with its revert is not there afterwards either
    found = [n for one in gone for n in one.reverts if not any(is_named(other.ids, n) for other in gone)]
    recent = service.commits.recent if service.commits is not None else ()
    for old in recent:
        if old.reverts and any(is_named((old.sha, old.change), named) for named in taken_back):
            found += old.reverts
    return found


def memory_notes(service: Service, intent: Intent, target: Colour) -> tuple[str, ...]:
    """What is said where nobody can tell whether a commit goes out again that was rolled back."""
    record = service.record
    if intent.action is Action.ROLLBACK or record is None:
        return ()
    ships = of_now(service).towards(target)[0]
    unseen: tuple[Undone | Barred, ...] = record.undone if ships is None or ships.more else ()
    if COMMITS in service.sources:
        unseen += record.untold
    words = [
        f"whether it holds what was rolled back with {one.version}, rollout {one.rollout}, is not known"
        for one in unseen
    ]
    return tuple(words[:1])


def unproven(service: Service, intent: Intent, target: Colour) -> str:
    """Why nobody knows that what it goes back to works (DESIGN §6, rule 6); empty where that is known, or not asked."""
    record, side = service.record, service.side(target)
    if record is None or intent.action is not Action.ROLLBACK or is_proven(record, side):
        return ""
    version, live = service.side(target).version, service.side(target.other).version
    what = f"{target.upper()} {version} is not known to be proven"
    if record.problem:
        return f"{what}: {record.problem}"
    if bar := record.bar_on(version):
        return f"{what}: {bar.words}"
    if said_of(side) is Mark.TAKEN_BACK:
        return f"{what}: its servers say that it was taken back"
    last = record.last_proven((version, live))
    other = f"; what {last.words}, is {last.version}" if last is not None else ""
    return f"{what}: the journal has no rollout in which it carried all traffic{other}"


def history(service: Service, intent: Intent, target: Colour) -> tuple[str, ...]:
    """The note on what a rollback goes back to: since when it is known to work, or that it is not."""
    record, version = service.record, service.side(target).version
    if record is None or intent.action is not Action.ROLLBACK:
        return ()
    if words := unproven(service, intent, target):
        return (words,)
    proof = record.proof_of(version)
    words = proof.words if proof is not None else "is proven, by what its servers say"
    return (f"{target.upper()} {version} {words}",)
