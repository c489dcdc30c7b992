"""What is decided about a service from the screens: a freeze, its end, a version that may go out again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.model.record import moment
from console.model.text import visible
from screens.view.line import BLANK, Line, line

if TYPE_CHECKING:
    from console.model.record import Freeze
    from screens.common_actions import CommonActions

_HOUR = 3600.0  # seconds
_SPANS = (
    ("4", "4 hours", 4 * _HOUR),
    ("d", "a day", 24 * _HOUR),
    ("3", "3 days", 72 * _HOUR),
    ("w", "a week", 168 * _HOUR),
)
_FOR_GOOD = "for good"
_NOT_STOPPED = "A way back is never stopped by it. A rollout under way waits before its next write."


def ask_to_freeze(screen: CommonActions, service: str) -> None:
    """Until when, and why; where it is frozen, whether that is to end."""
    from screens.dialogs.choice import Choice, ChoiceDialog  # noqa: PLC0415 widgets that only a dialog needs

    app = screen.console_app
    record = app.journal.records.get(service)
    frozen = record.frozen(app.now()) if record is not None else None
    if frozen is not None:
        _ask_to_unfreeze(screen, service, frozen)
        return
    now = time.time()
    choices = [
        *(Choice(str(span), key, label, f"until {moment(now + span)}") for key, label, span in _SPANS),
        Choice(
            _FOR_GOOD, "u", "until it is taken back", "somebody has to end it: the same key, or `bluegreen unfreeze`"
        ),
    ]

    def answered(choice: str | None) -> None:
        if choice is None:
            screen.say("not frozen")
        else:
            _ask_why_frozen(screen, service, None if choice == _FOR_GOOD else now + float(choice))

    lines = [
        line(_NOT_STOPPED),
        line((f"Another moment: bluegreen freeze {visible(service)} --until 2026-12-24T08:00 --reason TEXT", "dim")),
    ]
    app.push_screen(ChoiceDialog(f"Freeze {visible(service)}: how long?", lines, choices, nothing="do not"), answered)


def _ask_why_frozen(screen: CommonActions, service: str, until: float | None) -> None:
    def confirmed(reason: str) -> None:
        screen.console_app.desk.freeze(service, until, reason)

    end = f"until {moment(until)}" if until is not None else "until somebody takes it back"
    lines = [line(f"Nothing but a rollback of {visible(service)} is begun {end}."), line(_NOT_STOPPED)]
    _ask_why(screen, service, "Freeze", lines, confirmed)


def _ask_to_unfreeze(screen: CommonActions, service: str, frozen: Freeze) -> None:
    def confirmed(reason: str) -> None:
        screen.console_app.desk.unfreeze(service, reason)

    lines = [line(f"{visible(service)} is {visible(frozen.words)}."), line("Rollouts can be begun again after this.")]
    _ask_why(screen, service, "End the freeze", lines, confirmed)


def ask_to_allow(screen: CommonActions, service: str) -> None:
    """Which of the versions that were rolled back, and why it may go out again."""
    from screens.dialogs.choice import Choice, ChoiceDialog  # noqa: PLC0415 widgets that only a dialog needs

    app = screen.console_app
    record = app.journal.records.get(service)
    barred = record.barred[:9] if record is not None else ()
    if len(barred) == 1:
        _ask_why_allowed(screen, service, barred[0].version, barred[0].words)
        return
    words = {one.version: one.words for one in barred}
    choices = [
        Choice(one.version, str(number), visible(one.version), visible(one.words))
        for number, one in enumerate(barred, 1)
    ]

    def answered(choice: str | None) -> None:
        if choice is not None:
            _ask_why_allowed(screen, service, choice, words[choice])

    lines = [line("Each was taken back after it had got traffic. Which one may go out again?")]
    app.push_screen(ChoiceDialog(f"Allow a version of {visible(service)}", lines, choices, nothing="none"), answered)


def _ask_why_allowed(screen: CommonActions, service: str, version: str, words: str) -> None:
    def confirmed(reason: str) -> None:
        screen.console_app.desk.allow(service, version, reason)

    lines = [line(visible(words)), line(f"A cutover to {visible(version)} can be planned again after this.")]
    _ask_why(screen, service, f"Allow {visible(version)}", lines, confirmed)


def _ask_why(screen: CommonActions, service: str, go: str, lines: list[Line], confirmed: Callable[[str], None]) -> None:
    """The reason, which everybody reads; in production the service's name as well."""
    from screens.dialogs.typed import TypedDialog  # noqa: PLC0415 widgets that only a dialog needs

    app = screen.console_app
    config = app.config.services[service]

    def answered(reason: str | None) -> None:
        if reason is None:
            screen.say("nothing was decided")
        elif why := app.arming.why_not(app.now()):
            screen.say(f"not decided: {why}")
        else:
            confirmed(reason)

    word = service if config.is_production else "y"
    told = [*lines, BLANK, line("It is kept in the journal with your name; the cloud is not changed.")]
    dialog = TypedDialog(f"{go}: {visible(service)}", told, word=word, go=go, needs_reason=True)
    app.push_screen(dialog, answered)
