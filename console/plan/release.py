"""Where a release stands: which plan comes next, told from the facts alone, so that it can be left and rejoined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console.model.colour import Colour
from console.model.health import judge
from console.model.service import ColourSet, Service
from console.plan.plan import Refusal, StepKind
from console.plan.unlabelled import unlabelled
from console.plan.withheld import unsettled


class Stage(StrEnum):
    """The stages of a release, in order; RETIRE is a rollout of its own, shown as due."""

    RECONCILE = "reconcile"
    LAUNCH = "launch"
    GATE = "gate"
    SHIFT = "shift"
    PROVE = "prove"
    BAKE = "bake"
    RETIRE = "retire"


WORDS: Mapping[Stage, str] = {
    Stage.RECONCILE: "Look before you touch: what serves, what is warm, who else is at it. "
    "Nothing is written on old facts.",
    Stage.LAUNCH: "New instances are made from the new image beside those that serve, and watched until they are "
    "healthy. No client gets to them yet.",
    Stage.GATE: "Tests that must pass before any client sees the new release: the config's own.",
    Stage.SHIFT: "The load balancer sends clients to the new colour, in the shares of the config. The old colour "
    "stays warm: going back is one call, at any moment.",
    Stage.PROVE: "The load balancer's word is not enough: new connections from outside must be answered by the new "
    "colour.",
    Stage.BAKE: "The new release carries everything and is watched. If it fails while the old one is well, it goes "
    "back by itself.",
    Stage.RETIRE: "The old colour is deleted, one instance at a time. Last of all, and never by itself: until then it "
    "is the way back.",
}

STAGE_OF: Mapping[StepKind, Stage] = {
    StepKind.RECONCILE: Stage.RECONCILE,
    StepKind.LAUNCH: Stage.LAUNCH,
    StepKind.WRITE: Stage.LAUNCH,
    StepKind.HEALTH: Stage.LAUNCH,
    StepKind.GATE: Stage.GATE,
    StepKind.SHIFT: Stage.SHIFT,
    StepKind.PAUSE: Stage.SHIFT,
    StepKind.CHECK: Stage.PROVE,
    StepKind.PROVE: Stage.PROVE,
    StepKind.CONFIRM: Stage.PROVE,
    StepKind.BAKE: Stage.BAKE,
    StepKind.REMEMBER: Stage.BAKE,
    StepKind.DRAIN: Stage.RETIRE,
    StepKind.REMOVE: Stage.RETIRE,
}


class Next(StrEnum):
    """The plan that comes next. `make room`: the idle colour still has another release, retired first."""

    MAKE_ROOM = "make room"
    LAUNCH = "launch"
    CUTOVER = "cutover"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """`target` is the colour that the release goes to; `words` say why this comes next."""

    next: Next
    target: Colour
    words: str


def stand(service: Service, image_id: str, count: int, now: float) -> Standing | Refusal:
    """Where the release of an image stands. `count`: how many instances it is to have."""
    mine = [side for side in service.colours if _runs(side, image_id)]
    live = service.live
    if live is None:
        if len(mine) == 1:
            return Standing(Next.CUTOVER, mine[0].colour, "both colours have traffic: it is brought to its end")
        unclear = Refusal("which", "it is not clear which colour is live", "finish what is under way first", 0)
        return unlabelled(service) or unclear
    if refusal := unsettled(service):
        return refusal
    if any(side.colour is live for side in mine):
        if ill := _not_well(service, live, now):
            hint = f"mend it, or `bluegreen rollback {service.name}`"
            return Refusal("ill", f"{live.upper()} carries all traffic with it, and is not well: {ill}", hint, 6)
        return Standing(Next.DONE, live, f"{live.upper()} carries all traffic with it")
    idle = service.side(live.other)
    colour = idle.colour.upper()
    if not idle.instances:
        return Standing(Next.LAUNCH, idle.colour, f"{colour} has no instances yet")
    if idle not in mine:
        return Standing(Next.MAKE_ROOM, idle.colour, f"{colour} still has {idle.version} of an earlier release")
    well = sum(judge(service, one, now).healthy for one in idle.instances)
    if len(idle.instances) < count or well < len(idle.instances):
        return Standing(Next.LAUNCH, idle.colour, f"{well} of {count} instances of {colour} stand by")
    return Standing(Next.CUTOVER, idle.colour, f"{colour} stands by, {well} healthy")


def _not_well(service: Service, colour: Colour, now: float) -> str:
    serving = [one for one in service.side(colour).instances if service.in_rotation(one)]
    ill = [f"{one.name}: {found.reason}" for one in serving if not (found := judge(service, one, now)).healthy]
    return "; ".join(ill)


def _runs(side: ColourSet, image_id: str) -> bool:
    """Whether all of it was booted from the image."""
    images = {one.server.image_id if one.server is not None else None for one in side.instances}
    return images == {image_id}
