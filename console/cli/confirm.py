"""Ask before anything is changed: graded, and never a single key (DESIGN §6, rule 14)."""

from __future__ import annotations

from console.config.model import ServiceConfig
from console.errors import Refused
from console.model.shipping import Safe
from console.plan.plan import Action, Plan


def confirm(settings: ServiceConfig, plan: Plan, reason: str) -> str:
    """Ask; returns the reason. In production the service's name is typed. Raises Refused when it is not confirmed."""
    if plan.action.is_single:
        # one reversible change of an instance; of a whole colour's clients the name is typed as for a cutover
        wanted = settings.name if settings.is_production and plan.action in (Action.EVICT, Action.ADMIT) else "y"
        return _typed(wanted, plan.what, reason)
    if not plan.action.moves_traffic:
        return confirm_word(settings, plan.what, reason)
    verb = plan.action.replace("cutover", "cut over").replace("rollback", "roll back")
    return confirm_word(settings, f"{verb} {settings.name} to {plan.target.upper()}", reason)


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


def confirm_word(settings: ServiceConfig, to_do: str, reason: str) -> str:
    """Ask for the word that allows `to_do`; returns the reason. Raises Refused when it is not given."""
    return _typed(settings.name if settings.is_production else "y", to_do, reason)


def _typed(wanted: str, to_do: str, reason: str) -> str:
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
