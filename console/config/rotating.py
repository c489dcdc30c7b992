"""The keys that say how a service is kept in rotation, and which servers belong to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from console.config.formats import COLOUR, TAG, Address, Regex
from console.config.kinds import Choice, Flag, Kind, Text
from console.config.late import Late
from console.config.mistakes import Gathering, Mistake
from console.config.model import Attached, Rotation, Selection
from console.config.model import Kind as RotationKind
from console.config.nodes import Value
from console.config.rules import Checked, Depending, Given
from console.config.sections import Key, Pairs, Section, Several
from console.model.colour import Colour

NAME_OR_ID = Text("a name or id")
CLOUD = Text("an entry of clouds.yaml")
REGION = Text("a region")


@dataclass(eq=False, repr=False)
class OfColour:
    """Something of each colour; `both` must be there, and what one has the other must not have."""

    each: Kind
    name: str
    both: bool = False

    @property
    def words(self) -> str:
        """The two keys."""
        return f"a mapping of `blue` and `green` to {self.name}"

    def read(self, value: Value) -> dict[str, Any]:
        """What each colour has."""
        gathering = Gathering()
        found: dict[str, Any] = {}
        for key, entry in value.entries(self.words).items():
            if key in tuple(Colour):
                found[key] = gathering.read(lambda entry=entry: self.each.read(entry))  # type: ignore[misc]
            else:
                gathering.add(value.unknown(key, entry.key_line, tuple(Colour)))
        if not found or (self.both and len(found) < 2):
            gathering.add(value.wrong(self.words))
        gathering.done()
        for one in _shared(found):
            gathering.add(value.fault(f"`{one}` is of both colours", "each colour has its own"))
        gathering.done()
        return found

    def show(self, default: Any) -> str:
        """As a YAML mapping."""
        return str(dict(default)) if default else "none"

    def json(self) -> dict[str, Any]:
        """The two keys."""
        made: dict[str, Any] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {str(colour): self.each.json() for colour in Colour},
        }
        return made | ({"required": [str(colour) for colour in Colour]} if self.both else {"minProperties": 1})


def _shared(found: Mapping[str, Any]) -> list[str]:
    sides = [{side} if isinstance(side, str) else set(side) for side in found.values()]
    return sorted(set.intersection(*sides)) if len(sides) == len(Colour) else []


_POOLS = OfColour(NAME_OR_ID, "a pool", both=True)
_LISTENERS = Several(NAME_OR_ID, "listeners by name or id", least=1)
_KINDS = tuple(str(kind) for kind in RotationKind)
_BALANCED = (str(RotationKind.WEIGHTS), str(RotationKind.POOLS))


def _one_way(given: Given) -> Iterator[Mistake]:
    """A pool for both colours, or a pool for each."""
    if "pool" in given.entries and "pools" in given.entries:
        yield given.mistake(
            "pools", "`pools` means nothing beside `pool`", "`pool` is for both colours, `pools` for each"
        )
    if given.lacks("load_balancer", "pool", "pools"):
        yield given.mistake("", "expected `pool` or `pools`, or another `load_balancer`, found none")


ATTACHED = Section(
    Attached,
    (
        Key("load_balancer", NAME_OR_ID, "the load balancer, by name or id", default="as `rotation.load_balancer`"),
        Key("pool", NAME_OR_ID, "kind `weights`: its pool, by name or id", default="as `load_balancer`"),
        Key("pools", _POOLS, "kind `pools`: its pool of each colour"),
        Key("listeners", _LISTENERS, "the service's listeners on it", default="those that send to its pools"),
    ),
    make=dict,
    rules=(Checked(_one_way),),
)


def _also_fits(given: Given) -> Iterator[Mistake]:
    """Further pools are of the rotation's kind, and none of them is there twice."""
    kind = given.said("kind", RotationKind.WEIGHTS)
    wanted, wrong = ("pools", "pool") if kind == RotationKind.POOLS else ("pool", "pools")
    own = {key: given.said(key) for key in ("load_balancer", "pool", "pools") if key in given.entries}
    seen = {_pools_of(own, "")}
    for part in given.said("also", ()):
        if wrong in part or (wanted == "pools" and wanted not in part):
            yield given.mistake("also", f"expected `{wanted}` in each entry, as in `kind: {kind}`")
            continue
        pools = _pools_of(part, own.get("load_balancer", ""))
        if pools in seen:
            yield given.mistake("also", "the same pool stands there twice", "name each pool once")
        seen.add(pools)


def _pools_of(part: Mapping[str, Any], balancer: str) -> tuple[str, str]:
    own = part.get("load_balancer", balancer)
    return own, str(part.get("pools") or part.get("pool", own))


ROTATION = Section(
    Rotation,
    (
        Key(
            "kind",
            Choice(_KINDS),
            "how instances are put in and out of service: by weight in one pool, by a pool of each colour, or by "
            "starting and stopping workers that no load balancer knows",
        ),
        Key("load_balancer", NAME_OR_ID, "the load balancer, by name or id", default="the service's name"),
        Key("pool", NAME_OR_ID, "kind `weights`: its pool, by name or id", default="as `load_balancer`"),
        Key("pools", _POOLS, "kind `pools`: its pool of each colour, by name or id", default="required with `pools`"),
        Key(
            "listeners",
            _LISTENERS,
            "the service's listeners, in the order in which a cutover changes them",
            default="those that send to its pools",
        ),
        Key("also", Several(ATTACHED, "mappings"), "further pools with the same instances, on this or other balancers"),
        Key(
            "before_stop",
            Late("console.config.gating", "BEFORE_STOP"),
            "kind `power`: a command that drains a worker before it is stopped",
            default="none: it is stopped as it is",
        ),
        Key("cloud", CLOUD, "the entry of clouds.yaml where the load balancer is", default="the service's"),
        Key("region", REGION, "the region where the load balancer is", default="the service's"),
    ),
    make=dict,
    rules=(
        Depending(
            "kind",
            RotationKind.WEIGHTS,
            only={
                "pool": (RotationKind.WEIGHTS,),
                "pools": (RotationKind.POOLS,),
                "before_stop": (RotationKind.POWER,),
                **dict.fromkeys(("load_balancer", "listeners", "also", "cloud", "region"), _BALANCED),
            },
            needs={RotationKind.POOLS: ("pools",)},
        ),
        Checked(_also_fits),
    ),
)


def _every_server(given: Given) -> Iterator[Mistake]:
    """`tags: []` says every server; with members or addresses it is not what anyone means."""
    if given.said("tags") == () and ("static" in given.entries or given.said("members")):
        yield given.mistake(
            "tags",
            "`tags: []` means every server of the project, beside `members` or `static`",
            "leave it out: `members` and `static` select by themselves",
        )


INSTANCES = Section(
    Selection,
    (
        Key(
            "tags",
            Several(TAG, "server tags"),
            "tags that a server must have, all of them",
            default="see below the table",
        ),
        Key("metadata", Pairs(Text(), "texts"), "metadata that a server must have, all of it"),
        Key("name", Regex(), "a regular expression that a server's whole name must match"),
        Key("members", Flag(), "every member of the service's pools is an instance, a Nova server or not"),
        Key(
            "static",
            OfColour(Several(Address(), "addresses", least=1), "addresses"),
            "addresses that are no Nova servers: watched and shifted, never launched or deleted",
        ),
        Key(
            "colour",
            COLOUR,
            "what says `blue` or `green`: metadata, the rest of a server tag or of a member's tag, the first group of "
            "an expression that matches the name, or the pool that it is in",
        ),
        Key("cloud", CLOUD, "the entry of clouds.yaml where the instances are", default="the service's"),
        Key("region", REGION, "the region where the instances are", default="the service's"),
    ),
    make=dict,
    rules=(Checked(_every_server),),
)
_SELECTING = ("tags", "metadata", "name", "members", "static")


def rotation(name: str, given: Mapping[str, Any]) -> Rotation:
    """The rotation of the service `name`; load balancer and pool default to its name."""
    values = dict(given)
    kind = values.get("kind", RotationKind.WEIGHTS)
    if kind == RotationKind.POWER:
        return Rotation(**{"load_balancer": "", "pool": "", **values})
    balancer = values.setdefault("load_balancer", name)
    values.setdefault("pool", balancer if kind == RotationKind.WEIGHTS else "")
    values["also"] = tuple(_attached(part, balancer) for part in values.get("also", ()))
    return Rotation(**values)


def _attached(part: Mapping[str, Any], balancer: str) -> Attached:
    own = part.get("load_balancer", balancer)
    return Attached(**{"pool": "" if "pools" in part else own, **part, "load_balancer": own})


def selection(name: str, given: Mapping[str, Any]) -> Selection:
    """The selection of the service `name`. Without one every server of the project would belong to the service."""
    selects = any(given.get(key) or (key == "tags" and key in given) for key in _SELECTING)
    return Selection(**(given if selects else {**given, "tags": (f"service={name}",)}))
