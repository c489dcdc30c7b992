"""Ask before anything is changed: graded, and never a single key (DESIGN §6, rule 14)."""

from __future__ import annotations

from console.config.model import ServiceConfig
from console.errors import Refused
from console.model.shipping import Safe
from console.plan.plan import Plan


def confirm(settings: ServiceConfig, plan: Plan, reason: str, *, unproven: bool = False) -> str:
    """Ask; returns the reason. Raises Refused when it is not confirmed.

    The service's name is typed in production, and wherever nobody knows that what it goes back to works.
    """
    verb = plan.action.replace("cutover", "cut over").replace("rollback", "roll back")
    to_do = f"{verb} {settings.name} to {plan.target.upper()}{', which is not known to be proven' * unproven}"
    return confirm_word(settings, to_do, reason, by_name=unproven)


def override(settings: ServiceConfig, plan: Plan) -> str:
    """Ask for what stands against the plan's commits to be overridden; returns why. Empty where nothing does.

    Raises Refused when it is not confirmed, or no reason is given.
    """
    if plan.shipment.safety.verdict is not Safe.NO:
        return ""
    wanted = f"override {settings.name}"
    answer = _asked(f"NOT rollback-safe: type `{wanted}` to do it all the same: ")
    reason = _asked("why (it is recorded): ") if answer == wanted else ""
    if not reason:
        raise Refused("not confirmed: nothing was written", f"the answer has to be `{wanted}`, and a reason")
    return reason


def confirm_word(settings: ServiceConfig, to_do: str, reason: str, *, by_name: bool = False) -> str:
    """Ask for the word that allows `to_do`; returns the reason. Raises Refused when it is not given."""
    wanted = settings.name if settings.is_production or by_name else "y"
    try:
        answer = input(f"type {wanted} to {to_do}: ")
        if answer.strip() == wanted and not reason:
            reason = input("reason (may be empty): ").strip()
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer.strip() != wanted:
        raise Refused("not confirmed: nothing was written", f"the answer has to be {wanted}")
    return reason


def _asked(question: str) -> str:
    try:
        return input(question).strip()
    except (EOFError, KeyboardInterrupt):
        return ""
