"""What stands above the instances of one colour: what it is to the traffic, what it runs, how old that is."""

from __future__ import annotations

from console.model.colour import Colour, Role
from console.model.service import ColourSet, Service
from console.model.text import clipped
from console.model.verdict import role_words
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, Span, line
from screens.view.words import age, name, role_glyph


def title(service: Service, side: ColourSet, glyphs: Glyphs) -> Line:
    """`BLUE ● live  3f2a9c1  Fix quota race`."""
    role = role_words(service, side.colour)
    subject = _subject(service, side.colour, service.role(side.colour))
    return line(
        (f"{name(side.colour)} {role_glyph(role, glyphs)} {_words(role)}", f"{side.colour.value} live"),
        (f"  {clipped(side.version, 60)}", "strong") if side.instances else "",
        (f"  {subject}", "dim") if subject else "",
    )


def title_right(service: Service, side: ColourSet, now: float) -> Line:
    """What the colour gets of the traffic, and how old that is when it is old."""
    if service.rotation != "power" and service.pool is None:
        return BLANK
    share = service.share(side.colour)
    old = _oldest(service, now)
    return line(
        (f" {old} ", "stale") if old else "",
        "  " if old else "",
        _led(service, side),
        (f"{100 * share:.0f} %" if share is not None else _no_share(service), "strong" if share else "dim"),
    )


def _oldest(service: Service, now: float) -> str:
    """How old the oldest of the facts is that health depends on; empty while all are fresh."""
    stale = [each for each in service.decisive if not service.source(each).fresh(now)]
    unseen = [each for each in stale if service.source(each).seen_at is None]
    if unseen:
        return f"{unseen[0]} not seen"
    times = [at for each in stale if (at := service.source(each).seen_at) is not None]
    return f"STALE, {age(now - min(times))} old" if times else ""


def _no_share(service: Service) -> str:
    if any(service.source(each).seen_at is None for each in service.decisive):
        return "share not known"
    return {"power": "no worker runs", "pools": "listeners differ"}.get(service.rotation, "no weight")


def _led(service: Service, side: ColourSet) -> Span:
    """Rotation `pools`: the listeners that send to the colour's pool; where none does, whether it is checked."""
    if service.rotation != "pools":
        return "", ""
    ports = sorted(
        one.protocol_port
        for part in service.balanced
        for one in part.listeners
        if one.default_pool_id is not None and one.default_pool_id == part.pool_of.get(side.colour)
    )
    if ports:
        return " ".join(f":{port}" for port in ports) + "  ", ""
    mine = [(part, pool) for part in service.balanced if (pool := part.pool_of.get(side.colour)) is not None]
    if not mine:
        return "no pool  ", "warn"
    if all(part.attached(pool) for part, pool in mine):
        return "parked, checked  ", "dim"
    return "parked, not checked by the LB  ", "dim" if service.probed else "warn"


def _words(role: str) -> str:
    return {"both": "shares the traffic", "none": "no instances"}.get(role, role)


def _subject(service: Service, colour: Colour, role: Role) -> str:
    view, both = service.commits, service.shipping is not None and service.shipping.both
    commit = None if view is None else view.live if role is Role.LIVE else view.idle if role is Role.IDLE else None
    if view is not None and both and role is Role.BOTH:
        commit = view.live if colour is Colour.BLUE else view.idle
    return clipped(commit.subject, 200) if commit is not None else ""


def empty(service: Service, side: ColourSet) -> Line:
    """What stands where there are no rows."""
    missing = [each for each in service.decisive if service.source(each).seen_at is None]
    failing = [each for each in missing if service.source(each).problem]
    if failing:
        return line((f"not seen: {' and '.join(failing)} never answered", "warn"))
    if missing:
        return line(("waiting for the cloud's first answer", "dim"))
    return line((f"no instances: nothing is known to be {name(side.colour)}", "dim"))
