"""The registry of actions: footer, help, palette and the README's table are made from it.

An action that can not be done now says why: its `reason` is a sentence, shown greyed and on the message line when its
key is pressed. Nothing is listed here that does not work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from screens.arming import Arming

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service
    from console.plan.plan import Plan, Refusal
    from console.rollout.records import Rollout


class Place(StrEnum):
    """Where a key works."""

    CHOOSER = "services"
    SERVICE = "service"
    CHANGE = "change"
    INSTANCE = "instance"
    BALANCER = "load balancer"


class Danger(StrEnum):
    """How an action is confirmed: not at all, with `y`, or by typing a name."""

    NONE = "none"
    SIMPLE = "simple"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides whether an action can be done now.

    `rollout` is the newest of the service that has not ended, `unfinished` whether its runner is gone; `followed` is
    the one on the change screen. `plan` is the plan on the change screen, `refusal` why there is none.
    """

    place: Place
    arming: Arming
    now: float
    service: Service | None = None
    services: int = 1
    plan: Plan | None = None
    refusal: Refusal | None = None
    rollout: Rollout | None = None
    unfinished: bool = False
    followed: Rollout | None = None
    problems: int = 0
    journal_problem: str = ""


Reason = Callable[[Situation], str]


def _always(_: Situation) -> str:
    return ""


class Bar(StrEnum):
    """Whether the footer shows an action: always (greyed when it can not be done), only when it can, or never."""

    ALWAYS = "always"
    OPEN = "open"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does."""

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    places: frozenset[Place]
    mutates: bool = False
    danger: Danger = Danger.NONE
    reason: Reason = _always
    bar: Bar = Bar.ALWAYS

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return shown(self.keys[0])


def shown(key: str) -> str:
    """A key as people write it."""
    return _SHOWN.get(key, key)


_SHOWN = {"question_mark": "?", "colon": ":", "escape": "esc", "space": "space"}


# -- reasons, in the order in which they matter to the reader


def _unseen(s: Situation) -> str:
    if s.service is None or s.service.balancer is None or s.service.pool is None:
        return "the load balancer and its pool were not seen yet"
    return ""


def _under_way(s: Situation) -> str:
    if s.rollout is None:
        return ""
    if s.unfinished:
        # one that stopped has given its lease back: a new plan settles what it left
        stopped = s.rollout.state.ended
        return "" if stopped else f"rollout {s.rollout.id} is unfinished: press f to look at it and settle it first"
    return f"rollout {s.rollout.id} is under way: press f to follow it"


def _to_plan(s: Situation) -> str:
    return _unseen(s) or _under_way(s)


def _to_follow(s: Situation) -> str:
    return "" if s.rollout is not None else "no rollout is under way"


def _to_arm(s: Situation) -> str:
    return f"this console can not be armed: {s.arming.forbidden}" if s.arming.forbidden else ""


def _to_start(s: Situation) -> str:
    if s.followed is not None:
        return (
            "this rollout has begun already" if not s.followed.state.ended else "this rollout has ended: esc leaves it"
        )
    if s.refusal is not None:
        return f"refused: {s.refusal.reason}"
    if s.plan is None:
        return "there is no plan yet"
    if s.journal_problem:
        return s.journal_problem
    return _under_way(s) or _may_change(s)


def _may_change(s: Situation) -> str:
    # a rollback must be one dialog away even from a console that nobody has armed; that dialog arms it
    if s.plan is not None and s.plan.action == "rollback" and not s.arming.forbidden:
        return ""
    return s.arming.why_not(s.now)


def _to_abort(s: Situation) -> str:
    if s.followed is None:
        return "nothing is under way here"
    if s.followed.state.ended:
        return f"the rollout has ended: {s.followed.state}"
    if s.unfinished:
        return "its runner is gone, so there is nothing to stop: press u to settle it"
    return f"read-only: {s.arming.forbidden}" if s.arming.forbidden else ""


def _to_settle(s: Situation) -> str:
    if s.followed is None or not s.unfinished:
        return "no unfinished rollout here"
    return s.arming.why_not(s.now)


def _to_take_in(s: Situation) -> str:
    if s.refusal is not None and s.refusal.code == "untagged" and s.followed is None:
        return ""
    return "no instance waits for being taken in"


def _which_way(s: Situation) -> str:
    if s.refusal is not None and s.refusal.code == "which" and s.followed is None:
        return ""
    return "it is clear where the traffic should go"


def _no_instance(s: Situation) -> str:
    seen = s.service is not None and any(side.instances for side in s.service.colours)
    return "" if seen else "no instance was seen yet"


def _no_balancer(s: Situation) -> str:
    if s.service is not None and s.service.rotation == "power":
        return "workers stand behind no load balancer"
    return "" if s.service is not None and s.service.balancer is not None else "no load balancer was seen yet"


def _several(s: Situation) -> str:
    return "" if s.services > 1 else "the config has only one service"


def _has_problems(s: Situation) -> str:
    return "" if s.problems else "there is no problem to list"


_ALL = frozenset(Place)
_ONE = frozenset({Place.SERVICE, Place.CHANGE, Place.INSTANCE, Place.BALANCER})
_PLAN = frozenset({Place.SERVICE, Place.CHANGE})
_CLOSE = frozenset({Place.INSTANCE, Place.BALANCER})
_SERVICE = frozenset({Place.SERVICE})
_CHANGE = frozenset({Place.CHANGE})

ACTIONS: tuple[Action, ...] = (
    Action(
        "open", ("enter",), "open", "Open the service under the cursor.", frozenset({Place.CHOOSER})
    ),
    Action(
        "start", ("enter",), "start…", "Start the plan: opens the dialog that asks for confirmation.", _CHANGE,
        mutates=True, danger=Danger.TYPED, reason=_to_start,
    ),
    Action(
        "cutover", ("c",), "cut over…", "Plan moving all traffic to the idle colour. Changes nothing yet.", _SERVICE,
        reason=_to_plan,
    ),
    Action(
        "inspect", ("enter",), "instance", "Open the instance under the cursor.", _SERVICE, reason=_no_instance
    ),
    Action(
        "rollback", ("r",), "roll back…", "Plan putting the other colour back in rotation. Changes nothing yet.", _PLAN,
        reason=_to_plan,
    ),
    Action(
        "follow", ("f",), "follow", "Open the rollout that is under way or unfinished.", _SERVICE,
        reason=_to_follow, bar=Bar.OPEN,
    ),
    Action(
        "abort", ("a",), "abort…", "Stop the rollout: it goes back, or holds where it is. Asks first.", _CHANGE,
        mutates=True, danger=Danger.SIMPLE, reason=_to_abort,
    ),
    Action(
        "settle", ("u",), "settle…", "Finish, go back or leave a rollout whose runner is gone. Asks first.", _CHANGE,
        mutates=True, danger=Danger.TYPED, reason=_to_settle, bar=Bar.OPEN,
    ),
    Action(
        "take_in", ("t",), "take in", "Plan again with the instances that nobody has recorded. Changes nothing yet.",
        _CHANGE, reason=_to_take_in, bar=Bar.OPEN,
    ),
    Action(
        "to_blue", ("1",), "to BLUE", "Plan again with all traffic to BLUE, where it is not clear which way.", _CHANGE,
        reason=_which_way, bar=Bar.OPEN,
    ),
    Action(
        "to_green", ("2",), "to GREEN", "Plan again with all traffic to GREEN.", _CHANGE,
        reason=_which_way, bar=Bar.OPEN,
    ),
    Action("more", ("space",), "more", "Scroll the explanation of the step down.", _CHANGE, bar=Bar.NEVER),
    Action("less", ("b",), "less", "Scroll it up again.", _CHANGE, bar=Bar.NEVER),
    Action("other", ("tab",), "side", "The other colour: shows it, or moves the cursor there.", _SERVICE),
    Action("part", ("tab",), "next part", "To the next part of the page, which then scrolls.", _CLOSE),
    Action(
        "balancer", ("l",), "load balancer", "Open the load balancer: everything on it, with statistics.",
        frozenset({Place.SERVICE, Place.INSTANCE}), reason=_no_balancer,
    ),
    Action("commits", ("m",), "commits", "To the commits that would ship, and back.", _SERVICE),
    Action(
        "services", ("s",), "services", "Choose another service.", _ONE, reason=_several, bar=Bar.NEVER
    ),
    Action("arm", ("o",), "arm…", "Arm this console for 30 minutes, or make it read-only again.", _ALL, reason=_to_arm),
    Action(
        "problems", ("p",), "problems", "List every problem in full.", _ONE, reason=_has_problems, bar=Bar.NEVER
    ),
    Action("refresh", ("ctrl+r",), "look now", "Ask the cloud at once.", _ALL, bar=Bar.NEVER),
    Action("back", ("escape",), "back", "Back to where you came from.", _ONE, bar=Bar.NEVER),
    Action("palette", ("colon", "ctrl+p"), "find", "Find an action, a service or a theme by its name.", _ALL),
    Action("help", ("question_mark",), "help", "This page.", _ALL),
    Action("quit", ("q", "ctrl+c"), "quit", "Leave. A rollout goes on by itself.", _ALL),
)  # fmt: skip


def at(place: Place) -> tuple[Action, ...]:
    """The actions of a place, in the order of the footer."""
    return tuple(action for action in ACTIONS if place in action.places)


def action(action_id: str) -> Action:
    """The action of this id. KeyError where there is none."""
    return next((each for each in ACTIONS if each.id == action_id), None) or _missing(action_id)


def _missing(action_id: str) -> Action:
    raise KeyError(action_id)


def reference() -> str:
    """The table of keys for the README, in Markdown."""
    rows = ["| key | where | does | changes the cloud |", "|---|---|---|---|"]
    rows += [f"| {_keys(each)} | {_where(each.places)} | {each.help} | {_mutates(each)} |" for each in ACTIONS]
    return "\n".join(rows) + "\n"


def _keys(each: Action) -> str:
    return " ".join(f"`{shown(key)}`" for key in each.keys)


def _where(places: Iterable[Place]) -> str:
    found = set(places)
    return "everywhere" if found == set(Place) else ", ".join(place for place in Place if place in found)


def _mutates(each: Action) -> str:
    if not each.mutates:
        return "no"
    return "after typed confirmation" if each.danger is Danger.TYPED else "after confirmation"
