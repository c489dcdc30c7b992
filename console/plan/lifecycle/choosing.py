"""Which image, flavour and network are meant: names and properties to ids. Raises Unclear with a near word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol, TypeVar

from console.config.model import ImageChoice
from console.model.stock import Flavor, Image, Network

_BOOTS = ("", "active")  # Glance's status of an image that can be booted
_COMING = ("queued", "saving", "uploading", "importing")  # and of one that is about to be


class Unclear(Exception):
    """What was named is not there, or there are several."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class Named(Protocol):
    """Anything with an id and a name."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102


Thing = TypeVar("Thing", bound=Named)


def image(images: Sequence[Image], choice: ImageChoice) -> Image:
    """The image that is meant; `images` are the newest first. A name that several have means none of them."""
    usable = [one for one in images if one.status in _BOOTS]
    if choice.id:
        found = [one for one in images if one.id == choice.id]
    elif choice.name:
        found = [one for one in usable if one.id == choice.name] or _named(images, choice.name)
    else:
        found = [one for one in usable if _has(one, choice.newest)]
    if not found:
        names = [one.name for one in usable]
        near = get_close_matches(choice.name, names, n=3, cutoff=0.4) or names[:3]
        hint = f"the newest ones are {', '.join(near)}" if near else "these credentials see no image"
        raise Unclear(f"there is no image {asked_words(choice)} that can be booted", hint)
    if found[0].status not in _BOOTS:
        raise Unclear(f"image {found[0].name} is {found[0].status}, not active", "it cannot be booted")
    return found[0]


def asked_words(choice: ImageChoice) -> str:
    """`named api-3`, `with service=api`: what was asked for, after the word image."""
    if choice.id:
        return f"with the id {choice.id}"
    if choice.name:
        return f"named {choice.name}"
    return "with " + ", ".join(f"{key}={value}" for key, value in choice.newest.items())


def is_meant(one: Image, choice: ImageChoice) -> bool:
    """Whether the choice is one of this image, be it the only one or not."""
    if choice.id:
        return one.id == choice.id
    return choice.name in (one.id, one.name) if choice.name else _has(one, choice.newest)


def _named(images: Sequence[Image], name: str) -> list[Image]:
    """Those of this name that can be booted. Raises Unclear where there are several, one still being made included."""
    named = [one for one in images if one.name == name and (one.status in _BOOTS or one.status in _COMING)]
    if len(named) > 1:
        told = "; ".join(f"{one.id}, created {one.created_at or 'nobody knows when'}, {one.status}" for one in named)
        raise Unclear(
            f"{len(named)} images are named {name}: {told}",
            "say which one by its id: --image ID, or `launch.image: {id: ID}`; a pipeline that gives all of them one "
            "name wants `launch.image: {newest: {KEY: VALUE}}`",
        )
    return [one for one in named if one.status in _BOOTS]


def _has(one: Image, properties: Mapping[str, str]) -> bool:
    return bool(properties) and all(one.properties.get(key) == value for key, value in properties.items())


def by_name(kind: str, things: Sequence[Thing], wanted: str) -> Thing:
    """The one with this id, else the one with this name."""
    found = [one for one in things if one.id == wanted] or [one for one in things if one.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise Unclear(f"{len(found)} {kind}s are named {wanted}", "put the id of the right one into the config")
    names = sorted({one.name for one in things})
    near = get_close_matches(wanted, names, n=3) or names[:5]
    raise Unclear(
        f"there is no {kind} {wanted}", f"there are {', '.join(near)}" if near else "these credentials see none"
    )


def unfit(chosen: Image, flavor: Flavor) -> str:
    """Why the image does not boot with this flavour; empty where it does."""
    if chosen.min_ram > flavor.ram:
        return f"image {chosen.name} needs {chosen.min_ram} MiB of memory, flavour {flavor.name} has {flavor.ram}"
    if chosen.min_disk > flavor.disk > 0:
        return f"image {chosen.name} needs {chosen.min_disk} GiB of disk, flavour {flavor.name} has {flavor.disk}"
    return ""


def holding(networks: Sequence[Network], subnet_id: str) -> Network | None:
    """The network that a subnet is of."""
    return next((one for one in networks if subnet_id in one.subnets), None)
