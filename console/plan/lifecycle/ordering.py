"""The order of a launch: what is asked for and configured, looked up in what the cloud has, and checked against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.config.model import ImageChoice, Kind, ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.model.stock import Flavor, Image, Network, Stock
from console.plan.candidates import usual_weight
from console.plan.labels import labels
from console.plan.lifecycle.choosing import Unclear, asked_words, by_name, holding, image, unfit
from console.plan.orders import LaunchOrder
from console.plan.plan import Refusal
from console.plan.unlabelled import unlabelled

_RELEASE = "release"  # key of the metadata with what people call it
_LONGEST = 255  # characters of a metadata's value (Nova API)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator asks for. `image` is a name or id; empty: what the config says. `count` None: as many as serve.

    `adding`: so many beside those that are there (scale). `user_data`: SHA-256 of the file's content.
    """

    colour: Colour
    image: str = ""
    count: int | None = None
    adding: int = 0
    release: str = ""
    user_data: str = ""


def order(service: Service, config: ServiceConfig, stock: Stock, wish: Wish) -> LaunchOrder | Refusal:
    """The order, or why nothing can be made."""
    try:
        return _order(service, config, stock, wish)
    except Unclear as unclear:
        return Refusal("unclear", unclear.reason, unclear.hint, 0)


def _order(service: Service, config: ServiceConfig, stock: Stock, wish: Wish) -> LaunchOrder | Refusal:
    if config.server_place != config.balancer_place and config.rotation.kind != Kind.POWER:
        return Refusal(
            "split",
            f"instances and load balancers of {config.name} are in different clouds or projects",
            "this version makes instances only where the load balancer is",
            0,
        )
    if refusal := unlabelled(service, config):
        return refusal
    written = labels(config, wish.colour)
    if written.cannot and "{colour}" not in config.launch.name:
        return Refusal(
            "labels",
            f"nothing can be launched as {wish.colour.upper()}: {written.cannot}",
            "put {colour} into `launch.name`, or give `instances.colour` as metadata or tag",
            0,
        )
    return _made(service, config, stock, wish)


def _made(service: Service, config: ServiceConfig, stock: Stock, wish: Wish) -> LaunchOrder | Refusal:
    settings, alike = config.launch, _alike(service, wish)
    choice = _choice(config, wish, alike)
    chosen = image(stock.images, choice)
    flavor = _flavor(stock, config, alike)
    if why := unfit(chosen, flavor):
        return Refusal("fit", why, "choose another flavour in `launch.flavor`, or another image", 0)
    member = _member(alike)
    subnet = member.subnet_id if member is not None else None
    networks = _networks(stock, config, alike, subnet)
    if subnet is not None and stock.networks and not any(subnet in one.subnets for one in networks):
        called = ", ".join(one.name for one in networks)
        return Refusal("subnet", f"the pool's members are on subnet {subnet}, which is not of network {called}",
                       "both colours share one subnet: name its network in `launch.networks`", 0)  # fmt: skip
    names = _names(service, config, stock, wish)
    release = _release(wish, chosen, alike)
    made = LaunchOrder(
        names=names,
        image_id=chosen.id,
        image_name=chosen.name,
        flavor_id=flavor.id,
        flavor_name=flavor.name,
        networks=tuple(one.id for one in networks),
        zones=settings.zones,
        security_groups=settings.security_groups,
        key=settings.key,
        user_data=wish.user_data,
        group=group_name(config, wish.colour) if settings.spread else "",
        version=_version(config, chosen),
        release=release,
        metadata=_metadata(config, wish, chosen, release),
        tags=tuple(dict.fromkeys((*labels(config, wish.colour).tags, *settings.tags))),
        port=_port(config, member),
        subnet_id=subnet,
        weight=usual_weight(service, config, wish.colour),
        at_once=settings.at_once,
        retries=settings.retries,
        deadline=settings.boot_timeout,
        notes=tuple(_notes(stock, choice, chosen)),
        beside=tuple(one.name for one in service.side(wish.colour).instances) if wish.adding else (),
    )
    count = len(set(names) - {one.name for one in service.side(wish.colour).instances})
    return next(iter(_missing(config, stock, made, flavor, count)), made)


def group_name(config: ServiceConfig, colour: Colour) -> str:
    """Of the server group of one colour."""
    return f"bluegreen-{config.name}-{colour}"


def _alike(service: Service, wish: Wish) -> Sequence[Instance]:
    """Whom the new ones are to be like: the other colour, or when adding those that are there."""
    sides = (service.side(wish.colour), service.side(wish.colour.other))
    first, second = sides if wish.adding else sides[::-1]
    return first.instances or second.instances


def _member(alike: Sequence[Instance]) -> Member | None:
    members = [one.member for one in alike if one.member is not None]
    return next((one for one in members if one.in_rotation), members[0] if members else None)


def _port(config: ServiceConfig, member: Member | None) -> int:
    """The port that members are made with; 0 for workers, which have none."""
    port = config.launch.port or (member.protocol_port if member is not None else 0)
    if not port and config.rotation.kind != Kind.POWER:
        reason = f"which port? no instance of {config.name} is in a pool, and `launch.port` names none"
        raise Unclear(reason, "add it to the config")
    return port


def _choice(config: ServiceConfig, wish: Wish, alike: Sequence[Instance]) -> ImageChoice:
    choice = ImageChoice(name=wish.image) if wish.image else config.launch.image
    if wish.adding and not wish.image:
        ids = Counter(one.server.image_id for one in alike if one.server is not None and one.server.image_id)
        if ids:
            choice = ImageChoice(id=str(ids.most_common(1)[0][0]))
    if choice is None:
        raise Unclear(f"which image? `launch.image` of {config.name} names none", "say it: --image NAME")
    return choice


def _notes(stock: Stock, choice: ImageChoice, chosen: Image) -> Iterator[str]:
    """How it was chosen, where nobody has named it, and what could not be looked at."""
    if choice.newest:
        yield f"{chosen.name} is the newest image {asked_words(choice)}, created {chosen.created_at or 'at some time'}"
    yield from (f"could not be checked beforehand: {what}" for what in stock.unknown)


def _flavor(stock: Stock, config: ServiceConfig, alike: Sequence[Instance]) -> Flavor:
    names = Counter(one.server.flavor for one in alike if one.server is not None and one.server.flavor)
    wanted = config.launch.flavor or (names.most_common(1)[0][0] if names else "")
    if not wanted:
        raise Unclear(f"which flavour? `launch.flavor` of {config.name} names none", "add it to the config")
    return by_name("flavour", stock.flavors, wanted)


def _networks(stock: Stock, config: ServiceConfig, alike: Sequence[Instance], subnet: str | None) -> list[Network]:
    if config.launch.networks:
        return [by_name("network", stock.networks, wanted) for wanted in config.launch.networks]
    if subnet is not None and (found := holding(stock.networks, subnet)) is not None:
        return [found]
    names = {address.network for one in alike if one.server is not None for address in one.server.addresses}
    if len(names) == 1:
        return [by_name("network", stock.networks, next(iter(names)))]
    raise Unclear(f"which network? `launch.networks` of {config.name} names none", "add it to the config")


def _version(config: ServiceConfig, chosen: Image) -> str:
    for source in config.version:
        kind, _, key = source.partition(".")
        if kind in ("metadata", "image") and key in chosen.properties:
            return chosen.properties[key]
    return ""


def _release(wish: Wish, chosen: Image, alike: Sequence[Instance]) -> str:
    """What people call it: as said, else as those are called beside which it is added, else as the image."""
    if len(wish.release) > _LONGEST:
        raise Unclear(f"a release has {_LONGEST} characters at most", "give it a shorter name: --release NAME")
    if wish.adding and not wish.image and not wish.release:
        called = Counter(one.server.metadata.get(_RELEASE) for one in alike if one.server is not None)
        return (called.most_common(1)[0][0] if called else None) or chosen.name
    return wish.release or chosen.name


def _metadata(config: ServiceConfig, wish: Wish, chosen: Image, release: str) -> dict[str, str]:
    """What the config says, what selects it and tells colour and version, and the release where none of them has it."""
    metadata = {**config.launch.metadata, **labels(config, wish.colour, chosen.properties).metadata}
    # where `metadata.release` is a version, the image says it or nobody: a name made up here would pass for one
    if release and f"metadata.{_RELEASE}" not in config.version:
        metadata.setdefault(_RELEASE, release)
    return metadata


def _names(service: Service, config: ServiceConfig, stock: Stock, wish: Wish) -> tuple[str, ...]:
    """Those of the colour that are there, and so many new ones as are missing."""
    there = [one.name for one in service.side(wish.colour).instances]
    live = len([one for one in service.side(wish.colour.other).instances if one.weight > 0 or one.runs])
    wanted = len(there) + wish.adding if wish.adding else wish.count or config.launch.count or max(1, live)
    taken = {server.name for server in stock.servers} | set(there)
    names, number = list(there), 0
    while len(names) < wanted:
        number += 1
        name = config.launch.name.format(service=config.name, colour=wish.colour, number=number)
        if name not in taken:
            names.append(name)
            taken.add(name)
        elif "{number}" not in config.launch.name:
            raise Unclear(f"`launch.name` gives every instance the name {name}", "put {number} into it")
    return tuple(names)


def _missing(config: ServiceConfig, stock: Stock, made: LaunchOrder, flavor: Flavor, count: int) -> Iterator[Refusal]:
    """What there is not enough of for all of it, or none of."""
    for kind, wanted, there in (
        ("security group", made.security_groups, stock.security_groups),
        ("key pair", (made.key,) if made.key else (), stock.keys),
        ("availability zone", made.zones, stock.zones),
    ):
        for name in wanted:
            if there and name not in there:
                yield Refusal("unclear", f"there is no {kind} {name}", f"there are {', '.join(there[:6])}", 0)
    groups = {one.name: one for one in stock.groups}
    new_group = bool(made.group) and made.group not in groups
    pools = max(1, len(config.rotation.attached))
    needs = (
        ("instances", count),
        ("cores", count * flavor.vcpus),
        ("ram", count * flavor.ram),
        ("ports", count * len(made.networks)),
        ("server groups", int(new_group)),
        ("pool members", count * pools if config.rotation.kind != Kind.POWER else 0),
    )
    for what, needed in needs:
        limit = stock.limits.get(what)
        if needed and limit is not None and limit.free is not None and needed > limit.free:
            unit = " MiB" if what == "ram" else ""
            yield Refusal(
                "quota",
                f"{count} instances need {needed} {what}{unit}, and of {limit.limit} there are {limit.free} left",
                f"raise the project's quota of {what}, retire what is not needed, or launch fewer: --count",
                0,
            )
    most = stock.limits.get("members of a server group")
    inside = len(groups[made.group].members) if made.group in groups else 0
    if made.group and most is not None and 0 <= most.limit < inside + count:
        yield Refusal(
            "quota",
            f"server group {made.group} may have {most.limit} members, and {inside + count} are wanted",
            "raise the quota server_group_members, or set `launch.spread: false`",
            0,
        )
