"""A colour without instances: what to launch there, and how, before anything can be moved to it (DESIGN §6, rule 6)."""

from __future__ import annotations

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import POOLS, POWER, Service
from console.plan.plan import Action, Intent


def relaunch(service: Service, config: ServiceConfig, intent: Intent, target: Colour) -> str:
    """The command that makes its instances, of which release as far as the record knows, and where they stand then."""
    back = intent.action is Action.ROLLBACK
    image = " --image NAME" if back or config.launch.image is None else ""  # the config's may be a newer release
    command = f"`bluegreen launch {service.name} --to {target}{image}`"
    what = _recorded(service, target) if back else ""
    then = "roll back" if back else "cut over"
    return f"{command}{what}; {_where(service, target)}; then {then} again"


def _recorded(service: Service, target: Colour) -> str:
    """Which release is to be launched: the last one known to work that is not the one that serves."""
    record = service.record
    if record is None:
        return ""
    if record.problem:
        return f" (which release it was is not known: {record.problem})"
    last = record.last_proven(service.side(target.other).versions)
    if last is None:
        return " (which release it was is not recorded here)"
    return f" with the image of {last.version}, which {last.words}"


def _where(service: Service, target: Colour) -> str:
    if service.rotation == POWER:
        return "its workers work from the moment they boot"
    if service.rotation == POOLS:
        return f"its instances enter the pool of {target.upper()} and are checked there"
    return "its instances enter at weight 0 and are checked there"
