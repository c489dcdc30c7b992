"""The way back of a rollout that is in the air: on every screen, with whom it leads to, its size and its seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model.text import visible
from screens.keys import Situation
from screens.view.line import Line, line
from screens.view.words import count

if TYPE_CHECKING:
    from console.rollout.records import Rollout
    from screens.common_actions import CommonActions
    from screens.facts_screen import FactsScreen


def in_the_air(screen: FactsScreen, situation: Situation) -> list[Line]:
    """The line with the key, while traffic is being moved; nothing while it is moved back, or nothing is in the air."""
    rollout = situation.followed or situation.rollout
    if rollout is None or rollout.state.ended or not rollout.plan.action.moves_traffic:
        return []
    if rollout.plan.action == "rollback":
        return []
    seconds = screen.console_app.journal.shift_seconds.get(rollout.service, 0.0)
    whose = f"{visible(rollout.service)} " if screen.service_name != rollout.service else ""
    to = "all traffic to" if rollout.plan.intent.no_before else "back to"
    key, words = situation.key("way_back"), back_words(rollout, seconds)
    return [line((f" {key} ", "key"), (f"{whose}{to} {words}", "strong"))]


def back_words(rollout: Rollout, seconds: float) -> str:
    """`BLUE 3f2a9c1: 3 instances, 1 call, usually 4 s`."""
    plan = rollout.plan
    source = next((share for step in plan.steps for share in step.before or () if share.colour is plan.source), None)
    # going back writes once each object that the shift wrote, in however many steps; who has no shares moved nobody
    moved = {write.call.path for step in plan.steps if step.before is not None for write in step.writes}
    parts = [count(source.in_rotation, "instance")] if source is not None else []
    parts += [count(len(moved), "call")] if moved else ["nothing was to be written"]
    parts.append(f"usually {max(round(seconds), 1)} s" if seconds else "time not known")
    return f"{plan.source.upper()} {visible(plan.source_version)}: {', '.join(parts)}"


def ask_to_go_back(screen: CommonActions, service: str) -> None:
    """On the screen of the rollout, the dialog with the ways that are open: abort it, or settle what nobody walks."""
    from screens.change import ChangeScreen  # noqa: PLC0415 imported when a change is opened

    app = screen.console_app
    if isinstance(screen, ChangeScreen) and screen.followed is not None:
        screen.ask_which_end()
        return
    rollout = app.journal.open.get(service)
    if rollout is None:
        screen.say("no rollout is in the air")
        return
    app.open_rollout(service, rollout)
    app.call_after_refresh(_ask_there, screen)


def _ask_there(screen: CommonActions) -> None:
    from screens.change import ChangeScreen  # noqa: PLC0415

    there = screen.console_app.screen
    if isinstance(there, ChangeScreen):
        there.ask_which_end()
