"""What is asked for of one instance while somebody looks at it: details, image, actions with events, console."""

from __future__ import annotations

import re

from console.model.closeup import Deed, Event, InstanceCloseup
from console.model.instance import Instance
from console.model.text import clipped, visible
from screens.view.facts import pairs, trouble
from screens.view.glyphs import Glyphs
from screens.view.instance import text_lines
from screens.view.line import Line, line
from screens.view.words import age

# what programs colour their output with; it moves nothing, and spelled out it would hide the text
_MOST = 400_000  # characters
_ABOVE = frozenset({"id", "name", "status", "power", "task", "fault"})  # said among the facts already
_COLOURS = re.compile(r"\x1b\[[0-9;:]{0,40}m")


def details(instance: Instance, closeup: InstanceCloseup | None) -> list[Line]:
    """Addresses, flavor and the like, image, metadata, tags."""
    server = instance.server
    shown: list[Line] = []
    told = closeup is not None and bool(closeup.details)
    if server is not None and server.addresses and not told:
        shown.append(line(("addresses", "title")))
        for each in server.addresses:
            floating = "  floating" if each.floating else ""
            shown.append(line((f"  {clipped(each.network, 40)}  ", "label"), visible(each.ip), (floating, "dim")))
    if closeup is not None:
        shown += pairs({key: text for key, text in closeup.details.items() if key not in _ABOVE}, "server") or trouble(
            closeup.sources.get("server")
        )
        shown += pairs(closeup.image, "image") or trouble(closeup.sources.get("image"))
    elif server is not None:
        shown.append(line(("asking Nova and Glance for more", "dim")))
    if server is not None and not told:
        shown += pairs(server.metadata, "metadata")
        if server.tags:
            shown.append(line(("tags  ", "label"), ", ".join(clipped(tag, 80) for tag in server.tags[:100])))
    return shown or [line(("no Nova server: nothing more is known", "dim"))]


def deeds(instance: Instance, closeup: InstanceCloseup | None, now: float, glyphs: Glyphs) -> list[Line]:
    """The actions on the server, newest first, each with its events."""
    if instance.server is None:
        return [line(("no Nova server: nobody records what is done to it", "dim"))]
    if closeup is None:
        return [line(("asking Nova", "dim"))]
    shown = trouble(closeup.sources.get("actions"))
    for deed in closeup.deeds:
        shown += _deed(deed, now, glyphs)
    return shown or [line(("Nova has recorded no action on it", "dim"))]


def _deed(deed: Deed, now: float, glyphs: Glyphs) -> list[Line]:
    when = f"{age(now - deed.at)} ago" if deed.at is not None else "when is not told"
    who = f"  by {clipped(deed.user_id, 40)}" if deed.user_id else ""
    failed = any(_failed(event) for event in deed.events) or deed.message.lower().startswith("error")
    head = line(
        (f"{glyphs.attention} " if failed else "  ", "bad"),
        (clipped(deed.action, 40), "strong"),
        f"  {when}",
        (who, "dim"),
        (f"  {clipped(deed.message, 300)}", "bad") if deed.message else "",
    )
    request = [line(("    request  ", "label"), (clipped(deed.request_id, 80), "code"))] if deed.request_id else []
    return [head, *request, *(each for event in deed.events[:50] for each in _event(event, now))]


def _event(event: Event, now: float) -> list[Line]:
    took = ""
    if event.start is not None and event.finish is not None:
        took = f"  {max(event.finish - event.start, 0):.0f} s"
    elif event.start is not None:
        took = f"  running for {age(now - event.start)}"
    result = clipped(event.result, 40)
    head = line(
        ("    ", "label"),
        clipped(event.name, 60),
        (took, "dim"),
        (f"  {result}", "bad" if _failed(event) else "dim"),
    )
    return [head, *([line(("      ", "label"), (clipped(event.details, 2000), "bad"))] if event.details else [])]


def _failed(event: Event) -> bool:
    return event.result.lower() not in ("", "success")


def console(instance: Instance, closeup: InstanceCloseup | None) -> list[Line]:
    """The last lines that the server printed on its console. Escape sequences are spelled out, colours left out."""
    if instance.server is None:
        return [line(("no Nova server: there is no console", "dim"))]
    if closeup is None:
        return [line(("asking Nova", "dim"))]
    if closeup.console is None:
        return trouble(closeup.sources.get("console")) or [line(("not asked for yet", "dim"))]
    text = _COLOURS.sub("", closeup.console[-_MOST:]).replace("\r\n", "\n").replace("\r", "\n")
    return text_lines(text) or [line(("the console is empty", "dim"))]
