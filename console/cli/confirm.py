"""Ask before anything is changed: graded, and never a single key (DESIGN §6, rule 14)."""

from __future__ import annotations

from console.config.model import ServiceConfig
from console.errors import Refused
from console.model.shipping import Safe
from console.plan.plan import Action, Plan


def confirm(settings: ServiceConfig, plan: Plan, reason: str, *, unproven: bool = False) -> str:
    """Ask; returns the reason. Raises Refused when it is not confirmed.

    The service's name is typed in production, and wherever nobody knows that what it goes back to works.
    """
    wanted = settings.name if unproven else wanted_word(settings, plan)
    return confirm_typed(wanted, f"{_to_do(settings, plan)}{', which is not known to be proven' * unproven}", reason)


def _to_do(settings: ServiceConfig, plan: Plan) -> str:
    verb = plan.action.replace("cutover", "cut over").replace("rollback", "roll back")
    if plan.action.moves_traffic:
        return f"{verb} {settings.name} to {plan.target.upper()}"
    if plan.action.is_undone:
        return plan.what
    return f"{verb} {plan.target.upper()} of {settings.name}"


def wanted_word(settings: ServiceConfig, plan: Plan) -> str:
    """What is typed: count and name to delete, the name in production for what decides who serves, else `y`."""
    if plan.deleted and plan.action is not Action.LAUNCH:
        return f"{plan.deleted} {settings.name}"
    moves = plan.action.moves_traffic or plan.action in (Action.SCALE, Action.EVICT, Action.ADMIT)
    return settings.name if settings.is_production and moves else "y"


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
    """Ask for the service's name, or outside production for `y`. Raises Refused when it is not given."""
    return confirm_typed(settings.name if settings.is_production or by_name else "y", to_do, reason)


def confirm_typed(wanted: str, to_do: str, reason: str) -> str:
    """Ask for the word that allows `to_do`; returns the reason. Raises Refused when it is not given."""
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
