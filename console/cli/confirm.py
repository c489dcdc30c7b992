"""Ask before anything is changed: graded, and never a single key (DESIGN §6, rule 14)."""

from __future__ import annotations

from console.config.model import ServiceConfig
from console.errors import Refused
from console.plan.plan import Plan


def confirm(settings: ServiceConfig, plan: Plan, reason: str) -> str:
    """Ask; returns the reason. In production the service's name is typed. Raises Refused when it is not confirmed."""
    wanted = settings.name if settings.is_production else "y"
    verb = plan.action.replace("cutover", "cut over").replace("rollback", "roll back")
    try:
        answer = input(f"type {wanted} to {verb} {settings.name} to {plan.target.upper()}: ")
        if answer.strip() == wanted and not reason:
            reason = input("reason (may be empty): ").strip()
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer.strip() != wanted:
        raise Refused("not confirmed: nothing was written", f"the answer has to be {wanted}")
    return reason
