"""Which of the listed servers a service means, and which list it needs for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from console.cloud.reader import selects
from console.config.model import Selection, ServiceConfig
from console.model.server import Server


def selects_servers(selection: Selection) -> bool:
    """Whether servers are instances because of what they carry, not only because of a member or an address."""
    asked = bool(selection.tags or selection.metadata or selection.name)
    return asked or not (selection.members or selection.static)


def needs_servers(selection: Selection) -> bool:
    """Whether Nova must be asked at all: static instances alone need no server."""
    return selects_servers(selection) or selection.members


def chosen(selection: Selection, listed: Iterable[Server]) -> tuple[list[Server], list[Server]]:
    """The servers that are instances, and those that become one by being a member of the service's pools."""
    every = list(listed)
    found = [one for one in every if selects(selection, one)] if selects_servers(selection) else []
    if not selection.members:
        return found, []
    known = {one.id for one in found}
    return found, [one for one in every if one.id not in known]


def common_filter(services: Sequence[ServiceConfig]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags of which all, and tags of which one, must be there so that one list has the servers of all services.

    Metadata is no filter of Nova's, so one service without tags needs the whole project's list; so does one whose
    members say who its instances are.
    """
    if any(service.instances.members for service in services):
        return (), ()
    selections = {service.instances.tags for service in services}
    if len(selections) == 1:
        return selections.pop(), ()
    if not all(selections):
        return (), ()
    return (), tuple(sorted({tags[0] for tags in selections}))


def static_colours(selection: Selection) -> Mapping[str, str]:
    """The colour word of each configured address."""
    return {address: colour for colour, addresses in selection.static.items() for address in addresses}
