"""The steps that write nothing: wait for an operator, or watch. Each has a deadline and says what happens at it."""

from __future__ import annotations

from collections.abc import Sequence

from console.model.colour import Colour
from console.plan.plan import Step, StepKind

CHECK_DEADLINE = 600.0  # seconds for what was started to work
PAUSE_DEADLINE = 3600.0  # seconds; both colours serve meanwhile
BARRIER_DEADLINE = 7200.0  # seconds for the other services of a train
BARRIER_SHIFT, BARRIER_KEEP = "barrier-shift", "barrier-keep"


def pause(percent: int, share: int, target: Colour) -> Step:
    """Hold a share of the traffic until an operator goes on. `percent` was asked for, `share` is what it comes to."""
    return Step(
        id=f"pause-{percent}",
        kind=StepKind.PAUSE,
        title="waits for you",
        words=f"About {share} % of the traffic is on {target.upper()}, and nothing else happens until somebody goes "
        "on. Look at errors and latency of the new colour. Going back is one call at any moment.",
        deadline=PAUSE_DEADLINE,
        outcome="it goes back by itself",
        checks=("an operator says to go on",),
    )


def barrier(ident: str, train: str, target: Colour) -> Step:
    """Wait for the other services of a train: before anything is written, or when all traffic is moved and proven."""
    before = ident == BARRIER_SHIFT
    where = (
        "Nothing has been written yet" if before else f"{target.upper()} carries all traffic, and the way back is warm"
    )
    others = "all services of the train have passed their gates, and those before this one are shifted"
    return Step(
        id=ident,
        kind=StepKind.PAUSE,
        title=f"waits for train {train}",
        words=f"{where}. It goes on by itself when {others if before else 'the others are shifted and proven, too'}. "
        "The train's conductor says the word.",
        deadline=BARRIER_DEADLINE,
        outcome="it goes back by itself" if not before else "it ends; nothing has been written",
        checks=("the conductor of the train says to go on",),
    )


def check(ident: str, colour: Colour, instances: Sequence[tuple[str, str]]) -> Step:
    """Wait until these instances (key and name) are seen to work."""
    names = ", ".join(name for _, name in instances)
    return Step(
        id=ident,
        kind=StepKind.CHECK,
        title=f"see that {len(instances)} of {colour.upper()} work",
        words=f"{names}: each must be seen healthy twice in a row, by its probe and all others that can tell. Until "
        "then it counts for nothing, and nothing else is taken away.",
        deadline=CHECK_DEADLINE,
        outcome="it goes back by itself",
        checks=("each is seen healthy, twice in a row",),
        healthy=tuple(key for key, _ in instances),
    )


def confirm(target: Colour, within: float, *, stays: bool = False) -> Step:
    """Go back unless somebody confirms in time: an operator who has lost the network needs no second pair of hands.

    `stays`: there is nothing to go back to, so it stops there.
    """
    then = "goes back by itself, as long as the runner lives and reaches the cloud"
    if stays:
        then = "stops there and needs you: it does not go back by itself"
    return Step(
        id="confirm",
        kind=StepKind.CONFIRM,
        title="confirm that you keep it",
        words=f"{target.upper()} carries all traffic. Confirm once more that it is well; without a word within "
        f"{span_words(within)} it {then}.",
        deadline=within,
        outcome="it goes back by itself",
        checks=("an operator confirms again",),
    )


def bake(target: Colour, time: float, gates: tuple[str, ...] = (), *, stays: bool = False) -> Step:
    """Watch health and traffic for a while; only failing answers or instances take it back, never a loss of sight.

    `stays`: they stop it, because there is nothing to go back to.
    """
    then = " while the old colour is healthy, it goes back by itself, once"
    if stays:
        then = ", it stops and needs you: it does not go back by itself"
    return Step(
        id="bake",
        kind=StepKind.BAKE,
        title="bake",
        words=f"{target.upper()} is watched for {span_words(time)}: its instances, and what clients get. If it fails"
        f"{then}. If nothing can be seen, it holds and says so.",
        deadline=time,
        outcome="the cutover is done",
        checks=(
            "no errors through the VIP",
            "enough healthy instances in rotation",
            *(f"gate {gate} does not fail twice in a row" for gate in gates),
        ),
    )


def span_words(seconds: float) -> str:
    """`90 s`, `5 minutes`, `2.5 minutes`: how long something may take, for a sentence."""
    return f"{round(seconds / 60, 1):g} minutes" if seconds >= 120 else f"{round(seconds, 1):g} s"
