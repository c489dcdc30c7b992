"""The dialogs of the change screen: start, go on, abort. What they say is what will happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from console.model.shipping import Safe
from console.model.text import visible
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Plan, Refusal, StepKind
from console.plan.way_back import goes_back, stays_words
from console.plan.withheld import unproven
from console.rollout.records import Rollout
from screens.in_the_air import back_words
from screens.view import change
from screens.view.line import BLANK, Line, line

if TYPE_CHECKING:
    from console.rollout.waiting import Waiting
    from screens.change import ChangeScreen

OWN_PROCESS = "A process of its own does it: it goes on when this console is closed."  # until the journal was looked at
NOT_SAFE = "Not rollback-safe: to do it all the same, say so and why; both are recorded."


def ask_to_start(screen: ChangeScreen, plan: Plan) -> None:
    """Confirm the plan on the screen: typed in production, and where the console is not armed (a rollback)."""
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415 widgets that only a dialog needs

    app = screen.console_app
    config = app.config.services[screen.service_name]
    glyphs = app.look.glyphs
    unarmed = not app.arming.armed(app.now())
    lines: list[Line] = [
        change.headline(plan, glyphs),
        BLANK,
        *change.notes(plan, glyphs),
        BLANK,
        line(app.journal.outlives or OWN_PROCESS),
    ]
    if unarmed:
        lines.append(line("This console is not armed: confirming here allows this one rollback."))

    def answered(reason: str | None) -> None:
        if reason is None:
            screen.say("not started: nothing was changed")
        else:
            _start(screen, plan, reason, unarmed=unarmed, override=reason if unsafe else "")

    service = app.service(screen.service_name)
    unknown = plan.action.moves_traffic and service is not None and bool(unproven(service, plan.intent, plan.target))
    moves = plan.action.moves_traffic or plan.action in (Action.SCALE, Action.EVICT, Action.ADMIT)
    typed = (config.is_production and moves) or unarmed or unknown
    unsafe = plan.shipment.safety.verdict is Safe.NO
    word = screen.service_name if typed else "y"
    if plan.deleted and plan.action is not Action.LAUNCH:
        word = f"{plan.deleted} {screen.service_name}"
    go = change.verb(plan.action).capitalize()
    if unsafe:
        word = f"override {screen.service_name}"
        lines.append(line((NOT_SAFE, "bad")))
    dialog = TypedDialog(
        f"{visible(config.environment.upper())}: {go.lower()} {visible(screen.service_name)}",
        lines,
        word=word,
        go=go,
        # the reason for arming is one for going on; why it goes back, or is deleted, is another, and others act on it
        reason="" if plan.action is Action.ROLLBACK or plan.deleted else screen.why or app.arming.reason,
        needs_reason=unsafe or (config.is_production and plan.action is Action.CUTOVER),
        danger=unsafe or config.is_production or bool(plan.deleted),
    )
    app.push_screen(dialog, answered)


def ask_if_enough(screen: ChangeScreen, refused: Refusal) -> None:
    """Say that what is left is enough, typed; then the same is planned with that, to be read and started as ever."""
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415 widgets that only a dialog needs

    enough, order = refused.enough, screen.intent.order
    if enough is None or not isinstance(order, SingleOrder):
        return
    ratio = enough.ratio
    app = screen.console_app
    production = app.config.services[screen.service_name].is_production

    def answered(reason: str | None) -> None:
        now = screen.forecast
        if reason is None:
            screen.say("nothing was said: it stays refused")
        elif not isinstance(now, Refusal) or now.enough != enough:
            screen.say("not said: the cloud has changed while you were typing; look at it again")
        else:
            screen.plan_anew(replace(screen.intent, order=msgspec.structs.replace(order, min_ratio=ratio)), reason)

    lines = [
        line((f"{visible(enough.words)}.", "bad")),
        line(f"Is {ratio:g} of the capacity of now enough while this lasts?"),
        BLANK,
        line("Nothing is changed yet: the plan is made with that, and shown."),
    ]
    dialog = TypedDialog(
        f"{change.verb(screen.intent.action).capitalize()} all the same: {visible(', '.join(refused.names))}",
        lines,
        word=screen.service_name if production else "y",
        go="Plan it",
        reason=app.arming.reason,
        danger=production,
    )
    app.push_screen(dialog, answered)


def _start(screen: ChangeScreen, plan: Plan, reason: str, *, unarmed: bool, override: str) -> None:
    """What was confirmed must still be what is planned, and this console must still be allowed to ask for it."""
    app = screen.console_app
    if app.arming.forbidden or (not unarmed and not app.arming.armed(app.now())):
        screen.say(f"not started: {app.arming.why_not(app.now())}")
    elif changed := _changed(plan, screen.forecast):
        screen.say(f"not started: the plan has changed while you were typing ({changed})")
    else:
        screen.say("starting")
        app.desk.begin(plan, reason, override)


def _changed(plan: Plan, now: object) -> str:
    """In what the plan of now differs from the one that somebody agreed to: what is done, or whether it can be undone.

    An age in the reason for that grows meanwhile, and is no change.
    """
    if not isinstance(now, Plan):
        return "it is refused now"
    before, after = plan.shipment.safety, now.shipment.safety
    if (before.verdict, before.commits) != (after.verdict, after.commits):
        return f"rollback safety: {after.verdict}"
    return "other facts" if now.digest != plan.digest else ""


def ask_to_go_on(screen: ChangeScreen, rollout: Rollout, waits: Waiting) -> None:
    """The word that the rollout waits for: typed in production, since a write may follow."""
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415 widgets that only a dialog needs

    app = screen.console_app
    production = app.config.services[screen.service_name].is_production
    title = {
        StepKind.PAUSE: "Go on with the next share",
        StepKind.CONFIRM: "Keep it",
        StepKind.BAKE: "End the bake",
        StepKind.GATE: "Sign",
    }
    go = title.get(waits.step.kind, "Go on")

    def answered(reason: str | None) -> None:
        now_waits = screen.waiting
        if reason is None:
            screen.say("it goes on waiting")
        elif now_waits is None or now_waits.step.id != waits.step.id:
            screen.say("it does not wait for that any more: look again")
        elif why := app.arming.why_not(app.now()):
            screen.say(f"not said: {why}")
        else:
            app.desk.say_word(rollout.id, waits.step.id, reason)

    lines = [line(visible(waits.step.words))]
    if waits.step.gate is not None and waits.step.gate.checklist:
        lines += [
            BLANK,
            line("Who signs has seen that:"),
            *(line(f"  {visible(one)}") for one in waits.step.gate.checklist),
        ]
    word = screen.service_name if production else "y"
    dialog = TypedDialog(
        f"{go}: {visible(screen.service_name)}", lines, word=word, go=go, reason=app.arming.reason, danger=production
    )
    app.push_screen(dialog, answered)


def ask_how_much_time(screen: ChangeScreen, rollout: Rollout, waits: Waiting) -> None:
    """Five minutes to an hour more before what happens by itself."""
    from console.rollout.login_end import left_words, more_time  # noqa: PLC0415 the first paint does not wait for it
    from screens.dialogs.choice import Choice, ChoiceDialog  # noqa: PLC0415

    room, then = more_time(rollout, screen.events, waits), f"then {visible(waits.otherwise)}"
    choices = [
        Choice(str(60 * each), key, f"{each} minutes", then, left_words(room) if 60 * each > room else "")
        for key, each in (("5", 5), ("1", 15), ("6", 60))
    ]

    def answered(choice: str | None) -> None:
        forbidden = screen.console_app.arming.forbidden
        if choice is not None and forbidden:
            screen.say(f"not said: {forbidden}")
        elif choice is not None:
            screen.console_app.desk.extend(rollout.id, int(choice))

    lines = [line(f"{visible(waits.step.title)}: how much more time?")]
    dialog = ChoiceDialog(f"More time for rollout {rollout.id}", lines, choices, nothing="leave it")
    screen.app.push_screen(dialog, answered)


def ask_to_abort(screen: ChangeScreen, rollout: Rollout) -> None:
    """Go back (what one usually wants), or hold."""
    from screens.dialogs.choice import Choice, ChoiceDialog  # noqa: PLC0415

    then = _back_words(rollout, screen.console_app.journal.shift_seconds.get(rollout.service, 0.0))
    choices = (
        Choice("back", "g", "go back", f"the default: no further step forward, and {then}"),
        Choice("hold", "h", "hold", "no further step; what is written stays, and a person decides"),
    )
    lines = [
        line(f"Rollout {rollout.id} is under way. An abort is always accepted; a write already sent is waited for.")
    ]

    def answered(choice: str | None) -> None:
        if choice is not None:
            screen.console_app.desk.abort(rollout.id, "", hold=choice == "hold")

    screen.app.push_screen(
        ChoiceDialog(f"Abort rollout {rollout.id}", lines, choices, nothing="let it go on"), answered
    )


def _back_words(rollout: Rollout, seconds: float) -> str:
    """What going back comes to."""
    if rollout.plan.action.moves_traffic:
        again = "gets all traffic" if rollout.plan.intent.no_before else "serves again"
        return f"{rollout.plan.source.upper()} {again}. {back_words(rollout, seconds)}"
    return "what it has made is deleted" if goes_back(rollout.plan) else stays_words(rollout.plan)
