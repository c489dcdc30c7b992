"""What is written on servers and members so that everyone who looks knows service and colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.config.model import ServiceConfig
from console.model.colour import Colour


@dataclass(frozen=True, slots=True)
class Labels:
    """Of one colour. `cannot`: why the config's way of telling the colour cannot be written, empty where it can."""

    metadata: Mapping[str, str]
    tags: tuple[str, ...]
    member_tags: tuple[str, ...] = ()
    cannot: str = ""


def labels(config: ServiceConfig, colour: Colour, versions: Mapping[str, str] | None = None) -> Labels:
    """What the config's selection and colour ask for. `versions`: image properties that metadata sources repeat."""
    selection = config.instances
    metadata, tags, member_tags = dict(selection.metadata), list(selection.tags), list[str]()
    how, _, key = selection.colour.partition(".")
    cannot = ""
    if how == "metadata":
        metadata[key] = str(colour)
    elif how == "tag":
        tags.append(f"{key}{colour}")
    elif how == "member":
        member_tags.append(f"{key.partition('.')[2]}{colour}")
    elif how == "name":
        cannot = "their colour is told by their names"
    for source in config.version:
        kind, _, name = source.partition(".")
        if kind == "metadata" and versions and name in versions and name not in metadata:
            metadata[name] = versions[name]
    return Labels(metadata, tuple(dict.fromkeys(tags)), tuple(member_tags), cannot)
