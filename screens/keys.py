"""The registry of actions: footer, help, palette and the README's table are made from it.

An action that can not be done now says why: its `reason` is a sentence, shown greyed and on the message line when its
key is pressed. Nothing is listed here that does not work. The config may give an action another key: whoever shows keys
asks for the actions of a situation, which knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from screens import reasons
from screens.arming import Arming

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.instance import Instance
    from console.model.record import Record
    from console.model.service import Service
    from console.plan.plan import Plan, Refusal
    from console.rollout.records import Rollout
    from console.rollout.waiting import Waiting


class Place(StrEnum):
    """Where a key works."""

    FLEET = "fleet"
    SERVICE = "service"
    CHANGE = "change"
    INSTANCE = "instance"
    BALANCER = "load balancer"
    PROBLEMS = "problems"
    COMMITS = "commits"


Keymap = Mapping[str, tuple[str, ...]]  # keys by the id of their action, where the config says so


class Danger(StrEnum):
    """How an action is confirmed: not at all, with `y`, or by typing a name."""

    NONE = "none"
    SIMPLE = "simple"
    TYPED = "typed"


_AS_THEY_ARE: Keymap = MappingProxyType({})


class Situation(NamedTuple):
    """All that decides whether an action can be done now.

    `rollout` is the newest of the service that has not ended, `unfinished` whether its runner is gone; `followed` is
    the one on the change screen, `waiting` what that one waits for, `printed` whether its gates printed anything.
    `train`: the train of the config that has the service, `train_open` whether it is under way, or waits for somebody.
    `plan` is the plan on the change screen, `refusal` why there is none. `sifted`: rows are hidden by a filter.
    `remote_owner`: whose lease the followed rollout has, where its runner is on another host and cannot be seen.
    `elsewhere`: the problems of all services, where this one has none.
    `keymap`: the keys of actions that the config gave others. `record`: what the journal says of the service.
    """

    place: Place
    arming: Arming
    now: float
    service: Service | None = None
    instance: Instance | None = None
    services: int = 1
    plan: Plan | None = None
    refusal: Refusal | None = None
    rollout: Rollout | None = None
    unfinished: bool = False
    followed: Rollout | None = None
    waiting: Waiting | None = None
    printed: bool = False
    problems: int = 0
    elsewhere: int = 0
    journal_problem: str = ""
    paused: bool = False
    sifted: bool = False
    train: str = ""
    train_open: bool = False
    has_back: bool = False
    has_ahead: bool = False
    keymap: Keymap = _AS_THEY_ARE
    remote_owner: str = ""
    record: Record | None = None

    def key(self, action_id: str) -> str:
        """The key of an action here, as it is shown."""
        return shown(self.keymap.get(action_id, action(action_id).keys)[0])


Reason = Callable[[Situation], str]


def _always(_: Situation) -> str:
    return ""


class Bar(StrEnum):
    """Whether the footer shows an action: always (greyed when it can not be done), only when it can, or never."""

    ALWAYS = "always"
    OPEN = "open"
    NEVER = "never"


class Action(NamedTuple):
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
    opens_line: bool = False  # what is typed right after it belongs to a line of text
    quiet: frozenset[Place] = frozenset()  # where the footer has no room for it
    armed: str = ""  # its label while the console is armed, where that is another

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return shown(self.keys[0])


def shown(key: str) -> str:
    """A key as people write it."""
    return _SHOWN.get(key, key)


_SHOWN = {
    "question_mark": "?", "colon": ":", "escape": "esc", "space": "space", "slash": "/",
    "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip


_ALL = frozenset(Place)
_ONE = frozenset({Place.SERVICE, Place.CHANGE, Place.INSTANCE, Place.BALANCER})
_LISTS = frozenset({Place.FLEET, Place.SERVICE, Place.PROBLEMS, Place.COMMITS})
_PLAN = frozenset({Place.SERVICE, Place.CHANGE, Place.COMMITS})
_CLOSE = frozenset({Place.INSTANCE, Place.BALANCER, Place.COMMITS})
_SERVICE = frozenset({Place.SERVICE})
_CHANGE = frozenset({Place.CHANGE})
_INSTANCE = frozenset({Place.INSTANCE})

ACTIONS: tuple[Action, ...] = (
    Action(
        "open", ("enter",), "open", "Open the service under the cursor.", frozenset({Place.FLEET})
    ),
    Action(
        "go", ("enter",), "go there", "Open what the problem under the cursor is about.", frozenset({Place.PROBLEMS}),
        reason=reasons.has_problems,
    ),
    Action(
        "start", ("enter",), "start…", "Start the plan: opens the dialog that asks for confirmation.", _CHANGE,
        mutates=True, danger=Danger.TYPED, reason=reasons.to_start,
    ),
    Action(
        "cutover", ("c",), "cut over…", "Plan moving all traffic to the idle colour. Changes nothing yet.",
        frozenset({Place.SERVICE, Place.COMMITS}),
        reason=reasons.to_plan,
    ),
    Action(
        "launch", ("l",), "launch…", "Plan new instances of the idle colour. Changes nothing yet.", _SERVICE,
        reason=reasons.to_launch, bar=Bar.OPEN,
    ),
    Action(
        "retire", ("t",), "retire…", "Plan deleting the idle colour. Changes nothing yet.", _SERVICE,
        reason=reasons.to_retire, bar=Bar.NEVER,
    ),
    Action(
        "train", ("T",), "train…", "Begin the train of this service, or decide on one that has begun.",
        frozenset({Place.FLEET, Place.SERVICE}), mutates=True, danger=Danger.TYPED, reason=reasons.to_train,
        bar=Bar.OPEN,
    ),
    Action(
        "inspect", ("enter",), "instance", "Open the instance under the cursor.",
        frozenset({Place.SERVICE, Place.BALANCER}), reason=reasons.no_instance,
    ),
    Action(
        "rollback", ("r",), "roll back…", "Plan putting the other colour back in rotation. Changes nothing yet.", _PLAN,
        reason=reasons.to_plan,
    ),
    Action(
        "follow", ("f",), "follow", "Open the rollout that is under way or unfinished.",
        _ALL - {Place.CHANGE}, reason=reasons.to_follow, bar=Bar.OPEN,
    ),
    Action(
        "go_on", ("n",), "go on…", "Say the word that the rollout waits for: next share, keep it, end bake.", _CHANGE,
        mutates=True, danger=Danger.TYPED, reason=reasons.to_go_on, bar=Bar.OPEN,
    ),
    Action(
        "hold", ("w",), "wait", "Let the rollout wait before its next write, until somebody goes on.", _CHANGE,
        reason=reasons.to_hold, bar=Bar.NEVER,
    ),
    Action(
        "extend", ("x",), "more time…", "Give a rollout that waits or bakes more time. Asks how much.", _CHANGE,
        reason=reasons.to_extend, bar=Bar.OPEN,
    ),
    Action(
        "abort", ("a",), "abort…", "Stop the rollout: it goes back, or holds where it is. Asks first.", _CHANGE,
        mutates=True, danger=Danger.SIMPLE, reason=reasons.to_abort,
    ),
    Action(
        "settle", ("u",), "settle…",
        "End a rollout whose runner is gone: finish, go back, leave. Of a dead host: take it over.", _CHANGE,
        mutates=True, danger=Danger.TYPED, reason=reasons.to_settle, bar=Bar.OPEN,
    ),
    Action(
        "take_in", ("t",), "take in", "Plan again with the instances that nobody has recorded. Changes nothing yet.",
        _CHANGE, reason=reasons.to_take_in, bar=Bar.OPEN,
    ),
    Action(
        "enough", ("l",), "enough…",
        "Where too few would serve: say that what is left is enough while it lasts, and plan it again.",
        _CHANGE, reason=reasons.to_say_enough, bar=Bar.OPEN,
    ),
    Action(
        "one_by_one", ("e",), "one by one",
        "Plan again with a call for each member, where the cloud has no batch of members; again: with batches.",
        _CHANGE, reason=reasons.to_divide, bar=Bar.NEVER,
    ),
    Action(
        "to_blue", ("1",), "to BLUE", "Plan again with all traffic to BLUE, where it is not clear which way.", _CHANGE,
        reason=reasons.which_way, bar=Bar.OPEN,
    ),
    Action(
        "to_green", ("2",), "to GREEN", "Plan again with all traffic to GREEN.", _CHANGE,
        reason=reasons.which_way, bar=Bar.OPEN,
    ),
    Action(
        "output", ("d",), "output", "What the gates printed, in place of the explanation; again: the explanation.",
        _CHANGE, reason=reasons.to_read_output, bar=Bar.OPEN,
    ),
    Action(
        "drain", ("d",), "drain…", "Plan taking the instance out of rotation, held. Changes nothing yet.", _INSTANCE,
        reason=reasons.to_drain,
    ),
    Action(
        "restore", ("r",), "restore…", "Plan putting the instance back in rotation. Changes nothing yet.", _INSTANCE,
        reason=reasons.to_restore,
    ),
    Action(
        "keep_as_is", ("h",), "hold…", "Plan holding it as it is, or releasing the hold. Changes nothing yet.",
        _INSTANCE, reason=reasons.to_hold_instance,
    ),
    Action("more", ("space",), "more", "Scroll the explanation of the step down.", _CHANGE, bar=Bar.NEVER),
    Action("less", ("backspace",), "less", "Scroll it up again.", _CHANGE, bar=Bar.NEVER),
    Action("other", ("tab",), "side", "The other colour: shows it, or moves the cursor there.", _SERVICE),
    Action("part", ("tab",), "next part", "To the next part of the page, which then scrolls.", _CLOSE),
    Action(
        "balancer", ("b",), "balancer", "Open the load balancer: everything on it, with statistics.",
        frozenset({Place.FLEET, Place.SERVICE, Place.INSTANCE, Place.CHANGE}), reason=reasons.no_balancer,
        quiet=frozenset({Place.FLEET, Place.CHANGE}),
    ),
    Action(
        "commits", ("m",), "commits", "Open the commits: what would ship, and whether there is a way back.",
        frozenset({Place.FLEET, Place.SERVICE, Place.CHANGE}), reason=reasons.no_commits,
        quiet=frozenset({Place.FLEET, Place.CHANGE}),
    ),
    Action(
        "read", ("enter",), "whole commit", "Show the whole commit; of a file, the commits that change it.",
        frozenset({Place.COMMITS}),
    ),
    Action(
        "blame", ("x",), "bad one…",
        "Of what was rolled back, name the commit under the cursor as the bad one: releases without it may go out.",
        frozenset({Place.COMMITS}), reason=reasons.to_blame, bar=Bar.OPEN,
    ),
    Action(
        "filter", ("slash",), "filter", "Show only the rows with these words; esc shows all again.", _LISTS,
        opens_line=True,
    ),
    Action("sort", ("S",), "sort", "Sort by the next column; after the last one by need again.", _LISTS, bar=Bar.NEVER),
    Action(
        "service", ("v",), "service", "Open the service that this belongs to.",
        frozenset({Place.CHANGE, Place.INSTANCE, Place.BALANCER, Place.COMMITS}), bar=Bar.NEVER,
    ),
    Action(
        "fleet", ("s",), "fleet", "Show every service.", _ALL - {Place.FLEET}, reason=reasons.several, bar=Bar.NEVER
    ),
    Action(
        "problems", ("p",), "problems", "Every problem in full: cause, what to do, since when.",
        _ALL - {Place.PROBLEMS}, reason=reasons.any_problems, bar=Bar.OPEN,
    ),
    Action(
        "arm", ("o",), "arm…", "Arm this console for 30 minutes, or make it read-only again.", _ALL,
        reason=reasons.to_arm, armed="disarm",
    ),
    Action(
        "way_back", ("R",), "take back…", "Take back what is in the air: says how far, and asks first.", _ALL,
        mutates=True, danger=Danger.SIMPLE, reason=reasons.to_take_back, bar=Bar.OPEN,
    ),
    Action(
        "freeze", ("F",), "freeze…", "Let nothing but a rollback be begun for a while; again: end that.",
        frozenset({Place.FLEET, Place.SERVICE, Place.CHANGE}), reason=reasons.to_freeze, bar=Bar.NEVER,
    ),
    Action(
        "allow", ("A",), "allow…", "Let a version that was rolled back go out again, and say why.",
        frozenset({Place.FLEET, Place.SERVICE, Place.CHANGE}), reason=reasons.to_allow, bar=Bar.NEVER,
    ),
    Action(
        "refresh", ("ctrl+r",), "look now", "Ask the cloud at once.", _ALL, reason=reasons.to_look, bar=Bar.NEVER
    ),
    Action(
        "pause", ("P",), "pause", "Freeze the facts; the cloud is not asked until you go on.",
        _ALL - {Place.CHANGE}, bar=Bar.NEVER,
    ),
    Action(
        "copy", ("y",), "copy…", "Copy an id, an address, the row or the screen to the clipboard.", _ALL, bar=Bar.NEVER
    ),
    Action(
        "back", ("escape", "less_than_sign"), "back", "Back to where you came from.", _ALL, reason=reasons.to_go_back,
        bar=Bar.NEVER,
    ),
    Action(
        "ahead", ("greater_than_sign",), "ahead", "To what was left by going back.", _ALL, reason=reasons.to_go_ahead,
        bar=Bar.NEVER,
    ),
    Action(
        "palette", ("colon", "ctrl+p"), "find", "Do anything by its name: `:service NAME`, `:theme light`, `:q`.",
        _ALL, opens_line=True,
    ),
    Action("help", ("question_mark",), "help", "This page.", _ALL),
    Action("quit", ("q", "ctrl+c"), "quit", "Leave. A rollout goes on by itself.", _ALL),
)  # fmt: skip


def at(place: Place, keymap: Keymap | None = None) -> tuple[Action, ...]:
    """The actions of a place, in the order of the footer, with the keys that the config gives them."""
    here = (each for each in ACTIONS if place in each.places)
    if not keymap:
        return tuple(here)
    return tuple(each._replace(keys=keymap[each.id]) if each.id in keymap else each for each in here)


def action(action_id: str) -> Action:
    """The action of this id. KeyError where there is none."""
    return next((each for each in ACTIONS if each.id == action_id), None) or _missing(action_id)


def remapped(wanted: Mapping[str, str]) -> tuple[Keymap, tuple[str, ...]]:
    """The keys that the config wants for actions (`{refresh: Z, fleet: f9}`), and what is wrong with others.

    What does not fit is left out, so that every action keeps a key: an unknown action, a key that moves the cursor,
    or one that another action has in the same place.
    """
    known = {each.id: each for each in ACTIONS}
    keymap: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    for action_id, text in wanted.items():
        if action_id not in known:
            wrong.append(f"keys: there is no action {action_id!r}")
            continue
        chosen = tuple(_named(key.strip()) for key in (text.split(",") if text != "," else [text]) if key.strip())
        if bad := next((key for key in chosen if key in _MOVES), None):
            wrong.append(f"keys: {action_id} can not be {shown(bad)!r}: it moves the cursor")
        elif chosen:
            keymap[action_id] = (*chosen, "ctrl+c") if action_id == "quit" else chosen
    while (clash := _clash(keymap)) is not None:
        key, one, other = clash
        wrong.append(f"keys: {shown(key)!r} would be both {one} and {other}")
        keymap.pop(other if other in keymap else one)
    return keymap, tuple(wrong)


def _clash(keymap: Keymap) -> tuple[str, str, str] | None:
    """A key that two actions have in one place, and the two."""
    for place in Place:
        users: dict[str, str] = {}
        for each in at(place, keymap):
            for key in each.keys:
                if (other := users.setdefault(key, each.id)) != each.id:
                    return key, other, each.id
    return None


_MOVES = frozenset({"up", "down", "j", "k", "g", "G", "pageup", "pagedown", "home", "end"})


def _named(key: str) -> str:
    """The name by which Textual knows a key: `:` is `colon`."""
    if len(key) > 1:
        return key
    from textual.keys import _character_to_key  # noqa: PLC0415 only for a config that gives keys

    return _character_to_key(key)


def _missing(action_id: str) -> Action:
    raise KeyError(action_id)
