"""The dialogs that end a rollout which nobody walks any more: take it over from a dead host, finish, go back, leave."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.model.shipping import Safe
from console.model.text import visible
from console.rollout.liveness import runner_host
from console.rollout.records import DecisionKind, Rollout
from screens.change_dialogs import NOT_SAFE, OWN_PROCESS
from screens.view.line import BLANK, Line, line

if TYPE_CHECKING:
    from console.model.service import Service
    from console.rollout.request import Offer
    from screens.change import ChangeScreen


def ask_to_take_over(screen: ChangeScreen, rollout: Rollout, owner: str) -> None:
    """Have the owner's name typed; then it is looked whether the runner lives, before any way is offered."""
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415 widgets that only a dialog needs

    app, host = screen.console_app, visible(runner_host(rollout))

    def answered(reason: str | None) -> None:
        if reason is None:
            screen.say("nothing was taken over")
        elif why := app.arming.why_not(app.now()):
            screen.say(f"nothing was taken over: {why}")
        else:
            screen.say(f"looking whether the runner on {host} gives a sign of life")
            app.desk.watch_for_life(rollout.id, owner, screen.post_message)

    lines = [
        line(f"The runner of rollout {rollout.id} is on {host}: from here nobody sees whether it lives."),
        line(f"Look there first. Only if it is dead: its lease is taken from {visible(owner)}, whose name is typed."),
        line("It is refused while the runner renews the lease. Nothing is written before the lease has ended."),
    ]
    title = f"Take over rollout {rollout.id} from {host}"
    app.push_screen(TypedDialog(title, lines, word=owner, go="Look for life", danger=True), answered)


def ask_to_settle(screen: ChangeScreen, rollout: Rollout, take_over: str = "") -> None:
    """Finish, go back, or leave: each as it would be planned on the facts of this moment.

    `take_over`: the owner, as typed, whose lease is taken for it.
    """
    from console.rollout.request import offers  # noqa: PLC0415 imports the database layer, which the desk has loaded
    from screens.dialogs.choice import Choice, ChoiceDialog  # noqa: PLC0415

    app = screen.console_app
    service = app.service(screen.service_name)
    if service is None:
        screen.say("the service was not seen yet: nothing can be planned")
        return
    found = offers(app.config, rollout, service, time.time(), screen.events)
    choices = [
        Choice(
            offer.kind,
            {"finish": "f", "go back": "g", "leave": "l"}[offer.kind],
            visible(offer.words.split(":")[0]),
            visible(offer.plan.summary if offer.plan is not None else offer.words.partition(": ")[2]),
            visible(offer.refusal.reason) if offer.refusal is not None else "",
        )
        for offer in found
    ]

    def answered(choice: str | None) -> None:
        if choice is not None:
            _confirm_settling(screen, rollout, next(offer for offer in found if offer.kind == choice), take_over)

    gone = f"The runner of rollout {rollout.id} is gone; nobody is walking its steps."
    if take_over:
        host = visible(runner_host(rollout))
        gone = f"The runner on {host} shows no sign of life. What is chosen waits until its lease has ended."
    lines = [line(visible(rollout.sentence) or gone)]
    app.push_screen(ChoiceDialog(f"Settle rollout {rollout.id}", lines, choices, nothing="not now"), answered)


def _digest(screen: ChangeScreen, rollout: Rollout, offer: Offer, service: Service) -> str:
    """Of the plan of the same way on these facts; empty where there is none: to leave needs none."""
    from console.rollout.request import offers  # noqa: PLC0415

    made = offers(screen.console_app.config, rollout, service, time.time(), screen.events)
    found = (one.plan for one in made if one.kind is offer.kind)
    plan = next(found, None)
    return plan.digest if plan is not None else ""


def _confirm_settling(screen: ChangeScreen, rollout: Rollout, offer: Offer, take_over: str) -> None:
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415

    app, choice = screen.console_app, offer.kind
    service = app.service(screen.service_name)
    if service is None:
        return
    safety = offer.plan.shipment.safety if offer.plan is not None else None
    unsafe = safety is not None and safety.verdict is Safe.NO

    def answered(reason: str | None) -> None:
        now = app.service(screen.service_name)
        if reason is None or now is None:
            screen.say("nothing was changed")
        elif _digest(screen, rollout, offer, now) != (offer.plan.digest if offer.plan is not None else ""):
            screen.say("the plan has changed while you were typing: look at the ways once more")
        else:
            app.desk.settle(rollout.id, choice, now, reason, reason if unsafe else "", take_over=take_over)

    lines: list[Line] = [line(app.journal.outlives or OWN_PROCESS)]
    production = app.config.services[screen.service_name].is_production
    word = screen.service_name if production and choice is not DecisionKind.LEAVE else "y"
    if unsafe and offer.plan is not None:
        word = f"override {screen.service_name}"
        told = offer.plan.shipment.notes[:1]
        lines = [*(line((visible(note), "bad")) for note in told), BLANK, *lines, line((NOT_SAFE, "bad"))]
    go = choice.value.capitalize()
    title = f"{go}: rollout {rollout.id}"
    app.push_screen(TypedDialog(title, lines, word=word, go=go, needs_reason=unsafe, danger=unsafe), answered)
