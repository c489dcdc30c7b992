"""The dialogs of a train: begin it on plans of this moment, or take back, or let go on, the one that is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model.shipping import Safe
from console.model.text import visible
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan as make_plan
from screens.view import change
from screens.view.line import BLANK, Line, line

if TYPE_CHECKING:
    from screens.facts_screen import FactsScreen
    from screens.messages import TrainView


def ask(screen: FactsScreen, service: str) -> None:
    """Of the train of a service: what becomes of the one under way, or whether to begin it."""
    going = screen.console_app.journal.trains.get(service)
    if going is not None:
        ask_what_becomes(screen, going)
    else:
        ask_to_begin(screen, screen.situation_of(service).train)


def ask_to_begin(screen: FactsScreen, name: str) -> None:
    """Confirm the plans of all its services: typed where one is in production. Where one has no plan, say why."""
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415 widgets that only a dialog needs

    app = screen.console_app
    plans = _plans(screen, name)
    if isinstance(plans, str):
        screen.say(f"train {name}: {plans}")
        return

    def answered(reason: str | None) -> None:
        if reason is None:
            screen.say("not started: nothing was changed")
            return
        again = _plans(screen, name)
        if why := app.arming.why_not(app.now()):
            screen.say(f"not started: {why}")
        elif isinstance(again, str) or [one.digest for one in again] != [one.digest for one in plans]:
            screen.say("not started: a plan has changed while you were typing; look at it again")
        else:
            screen.say("starting")
            app.desk.begin_train(name, again, reason)

    production = any(app.config.services[one.service].is_production for one in plans)
    lines: list[Line] = [change.headline(one, app.look.glyphs) for one in plans]
    lines += [
        BLANK,
        line(
            "Nothing is written before the gates of all have passed. Then one after the other is shifted and proven; "
            "when one of them goes back or fails, all that went before it are taken back, the last one first."
        ),
        BLANK,
        line(app.journal.outlives or "Processes of their own do it: they go on when this console is closed."),
    ]
    dialog = TypedDialog(
        f"Train {visible(name)}: {len(plans)} services",
        lines,
        word=name if production else "y",
        go="Begin",
        reason=app.arming.reason,
        needs_reason=production,
        danger=production,
    )
    app.push_screen(dialog, answered)


def _plans(screen: FactsScreen, name: str) -> list[Plan] | str:
    """A plan for each service in order, or why there is none."""
    app = screen.console_app
    found: list[Plan] = []
    for service in app.config.trains[name].services:
        seen = app.service(service)
        if seen is None:
            return f"{service} was not seen yet"
        made = make_plan(seen, app.config.services[service], Intent(Action.CUTOVER, train=name), app.now())
        if isinstance(made, Refusal):
            return f"{service}: {made.reason}; {made.hint}"
        if made.shipment.safety.verdict is Safe.NO:
            return f"{service} is not rollback-safe: `bluegreen train {name} --override-rollback-safety REASON`"
        found.append(made)
    return found


def ask_what_becomes(screen: FactsScreen, train: TrainView) -> None:
    """Take all of its services back, or let it go on where it stopped."""
    from screens.dialogs.choice import Choice, ChoiceDialog  # noqa: PLC0415

    app = screen.console_app
    on_its_way = "" if train.needs_you else "it is going on by itself"
    choices = (
        Choice("back", "b", "take all back", "the last one first, whatever they have got to"),
        Choice("on", "o", "go on", "from what the record says", on_its_way or app.arming.why_not(app.now())),
    )

    def answered(choice: str | None) -> None:
        if choice is not None and app.arming.forbidden:
            screen.say(f"not said: {app.arming.forbidden}")
        elif choice == "back":
            app.desk.abort_train(train.name, app.arming.reason)
        elif choice == "on":
            app.desk.resume_train(train.name)

    lines = [line(visible(train.words))]
    app.push_screen(ChoiceDialog(f"Train {visible(train.name)}", lines, choices, nothing="leave it"), answered)
