"""Why an action can not be done now, in a sentence; empty where it can. In the order in which they matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.model.service import ColourSet
    from screens.keys import Situation


def _unseen(s: Situation) -> str:
    if s.service is not None and s.service.rotation == "power":
        return "" if any(side.instances for side in s.service.colours) else "no worker was seen yet"
    if s.service is None or s.service.balancer is None or s.service.pool is None:
        return "the load balancer and its pool were not seen yet"
    return ""


def _under_way(s: Situation) -> str:
    if s.rollout is None:
        return ""
    if s.unfinished:
        # one that stopped has given its lease back: a new plan settles what it left
        stopped, key = s.rollout.state.ended, s.key("follow")
        return "" if stopped else f"rollout {s.rollout.id} is unfinished: press {key} to look at it and settle it first"
    return f"rollout {s.rollout.id} is under way: press {s.key('follow')} to follow it"


def _paused(s: Situation) -> str:
    return f"paused, so what is shown grows old: press {s.key('pause')} to go on first" if s.paused else ""


def to_plan(s: Situation) -> str:
    """To plan a change."""
    return _paused(s) or _unseen(s) or _under_way(s)


def to_launch(s: Situation) -> str:
    """To plan new instances."""
    side = _idle(s)
    if side is not None and side.instances:
        return f"{side.colour.upper()} has {len(side.instances)} already: cut over to them, or retire them first"
    return to_plan(s)


def to_retire(s: Situation) -> str:
    """To plan the end of a colour."""
    side = _idle(s)
    if side is None or not side.instances:
        return "no idle colour has anything to delete"
    return to_plan(s)


def _idle(s: Situation) -> ColourSet | None:
    """The colour that does not serve."""
    live = s.service.live if s.service is not None else None
    return s.service.side(live.other) if s.service is not None and live is not None else None


def to_train(s: Situation) -> str:
    """To begin a train, or to say what becomes of it."""
    if not s.train:
        return "no train of the config has this service"
    if s.train_open:  # going back is always accepted
        return f"read-only: {s.arming.forbidden}" if s.arming.forbidden else ""
    return s.journal_problem or _paused(s) or _under_way(s) or s.arming.why_not(s.now, s.key("arm"))


def to_follow(s: Situation) -> str:
    """To open the rollout that is open."""
    return "" if s.rollout is not None else "no rollout is under way"


def to_arm(s: Situation) -> str:
    """To arm this console."""
    return f"this console can not be armed: {s.arming.forbidden}" if s.arming.forbidden else ""


def to_start(s: Situation) -> str:
    """To start the plan on the screen."""
    if s.followed is not None:
        return (
            "this rollout has begun already" if not s.followed.state.ended else "this rollout has ended: esc leaves it"
        )
    if s.refusal is not None:
        return f"refused: {s.refusal.reason}"
    if s.plan is None:
        return "there is no plan yet"
    if s.journal_problem and s.plan.action != "rollback":  # a way back is recorded elsewhere
        return s.journal_problem
    return _paused(s) or _under_way(s) or _may_change(s)


def _may_change(s: Situation) -> str:
    # a rollback must be one dialog away even from a console that nobody has armed; that dialog arms it
    if s.plan is not None and s.plan.action == "rollback" and not s.arming.forbidden:
        return ""
    return s.arming.why_not(s.now, s.key("arm"))


def to_abort(s: Situation) -> str:
    """To stop the rollout."""
    if s.followed is None:
        return "nothing is under way here"
    if s.followed.state.ended:
        return f"the rollout has ended: {s.followed.state}"
    if s.unfinished:
        return f"its runner is gone, so there is nothing to stop: press {s.key('settle')} to settle it"
    return f"read-only: {s.arming.forbidden}" if s.arming.forbidden else ""


def to_take_back(s: Situation) -> str:
    """To take back what is in the air."""
    rollout = s.followed or s.rollout
    if rollout is None or (rollout.state.ended and not s.unfinished):
        return "no rollout is in the air"
    if s.unfinished:
        return s.arming.why_not(s.now, s.key("arm"))
    return f"read-only: {s.arming.forbidden}" if s.arming.forbidden else ""


def to_freeze(s: Situation) -> str:
    """To freeze a service, or to end that."""
    if s.record is None:
        return "no service is chosen, or the journal was not seen yet"
    return s.journal_problem or s.arming.why_not(s.now, s.key("arm"))


def to_allow(s: Situation) -> str:
    """To let a version go out again."""
    if s.record is None:
        return "no service is chosen, or the journal was not seen yet"
    if not s.record.barred:
        return "no version of it is barred"
    return s.journal_problem or s.arming.why_not(s.now, s.key("arm"))


def to_go_on(s: Situation) -> str:
    """To say the word that a rollout waits for."""
    if s.waiting is None or s.unfinished:
        return "nothing waits for a word here"
    return s.arming.why_not(s.now)


def to_extend(s: Situation) -> str:
    """To give a rollout more time."""
    if s.waiting is None or s.unfinished:
        return "nothing waits for a word here"
    return f"read-only: {s.arming.forbidden}" if s.arming.forbidden else ""


def to_hold(s: Situation) -> str:
    """To let a rollout wait before its next write."""
    waits = s.waiting is not None and s.waiting.by_people and not s.unfinished
    if waits or s.followed is None or s.followed.state.ended or not s.followed.plan.intent.is_way_back:
        return "it waits already" if waits else to_abort(s)
    return f"a way back does not wait: {s.key('abort')}, then hold, stops it where it is"


def to_read_output(s: Situation) -> str:
    """To read what gates printed."""
    return "" if s.printed else "no gate of this rollout has printed anything that was kept"


def to_settle(s: Situation) -> str:
    """To end a rollout that nobody walks."""
    if s.followed is None or not (s.unfinished or s.remote_owner):
        return "no unfinished rollout here"
    return s.arming.why_not(s.now, s.key("arm"))


def to_take_in(s: Situation) -> str:
    """To plan with instances that nobody has recorded."""
    if s.refusal is not None and s.refusal.code == "untagged" and s.followed is None:
        return ""
    return "no instance waits for being taken in"


def to_say_enough(s: Situation) -> str:
    """To say on purpose that fewer are enough."""
    if s.followed is not None or s.refusal is None or s.refusal.code != "floor":
        return "no plan was refused because too few would serve"
    return "" if s.refusal.enough is not None else "it can not be said here: the refusal says what helps"


def to_divide(s: Situation) -> str:
    """To plan with a call for each member."""
    from console.rollout.batches import divisible, refused_for_batches  # noqa: PLC0415 the first paint does not wait

    if s.followed is not None:
        return "" if refused_for_batches(s.followed) else "the cloud has refused no batch of this rollout"
    return "" if s.plan is not None and divisible(s.plan) else "there is no plan with a batch of members"


def which_way(s: Situation) -> str:
    """To say which colour is to carry the traffic."""
    if s.refusal is not None and s.refusal.code == "which" and s.followed is None:
        return ""
    return "it is clear where the traffic should go"


def no_instance(s: Situation) -> str:
    """To open an instance."""
    seen = s.service is not None and any(side.instances for side in s.service.colours)
    return "" if seen else "no instance was seen yet"


def no_balancer(s: Situation) -> str:
    """To open the load balancer."""
    if s.service is not None and s.service.rotation == "power":
        return "workers stand behind no load balancer"
    return "" if s.service is not None and s.service.balancer is not None else "no load balancer was seen yet"


def no_commits(s: Situation) -> str:
    """To open the commits."""
    if s.service is None:
        return "no service was seen yet"
    return "" if s.service.commits is not None else "no commits were seen: the config names no source, or it is silent"


def to_blame(s: Situation) -> str:
    """To name the bad commit of what was rolled back."""
    record = s.service.record if s.service is not None else None
    if record is None or not (record.undone or record.barred):
        return "nothing was rolled back, or all of it was allowed since"
    return s.arming.why_not(s.now, s.key("arm"))


def several(s: Situation) -> str:
    """To choose among services."""
    return "" if s.services > 1 else "the config has only one service"


def has_problems(s: Situation) -> str:
    """To go where a problem of the list is."""
    return "" if s.problems else "there is no problem to list"


def any_problems(s: Situation) -> str:
    """To list problems: of this service, else those of the others."""
    return has_problems(s) if not s.elsewhere else ""


def to_look(s: Situation) -> str:
    """To look at the cloud now."""
    if not s.paused:
        return ""
    way = "leave this screen and press" if s.place == "change" else "press"
    return f"paused, so the cloud is not asked: {way} {s.key('pause')} to go on, which looks at once"


def to_go_back(s: Situation) -> str:
    """To go back."""
    return "" if s.has_back or s.sifted or s.services > 1 else "this is where the console began"


def to_go_ahead(s: Situation) -> str:
    """To go ahead again."""
    return "" if s.has_ahead else "nothing was left by going back"


def to_drain(s: Situation) -> str:
    """To take an instance out of rotation."""
    if why := to_plan(s) or _no_such(s):
        return why
    serves = s.service is not None and s.instance is not None and s.service.in_rotation(s.instance)
    return "" if serves else "it is not in rotation"


def to_restore(s: Situation) -> str:
    """To put an instance back in rotation."""
    if why := to_plan(s) or _no_such(s):
        return why
    serves = s.service is not None and s.instance is not None and s.service.in_rotation(s.instance)
    held = s.instance is not None and s.instance.held_by is not None
    return "it is in rotation, and nobody holds it" if serves and not held else ""


def to_hold_instance(s: Situation) -> str:
    """To hold an instance, or to release the hold."""
    if why := to_plan(s) or _no_such(s):
        return why
    return "" if s.instance is not None and s.instance.members else "it is in no pool: there is no member to hold"


def _no_such(s: Situation) -> str:
    return "" if s.instance is not None else "it is not listed any more"
