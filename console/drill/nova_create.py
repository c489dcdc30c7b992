"""POST /servers of the drill: what Nova checks at the door, quotas included, and the build that follows."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response

from console.drill import building
from console.drill.api import authenticate, body_of, world_of
from console.drill.compute_objects import UNLIMITED, Flavor, ServerGroup
from console.drill.nova_versions import Level, answer, fault, level_of
from console.drill.world import JSON, Deed, Image, Server, User, World

SILENCE = 60.0  # seconds until an answer that a trainer wants lost
TAG_LENGTH, TAGS, VALUE_LENGTH, METADATA = 60, 50, 255, 128
# fmt: off
KNOWN = frozenset((
    "name", "imageRef", "flavorRef", "networks", "metadata", "tags", "key_name", "user_data", "availability_zone",
    "security_groups", "config_drive", "description", "min_count", "max_count", "OS-DCF:diskConfig", "adminPass",
    "block_device_mapping_v2", "personality", "accessIPv4", "accessIPv6",
))
# fmt: on


@dataclass(frozen=True)
class Order:
    """What one request asks for, checked."""

    name: str
    image: Image
    flavor: Flavor
    networks: list[JSON]
    group: ServerGroup | None
    zone: str
    said: JSON


async def create(request: Request) -> Response:
    """POST /servers: one server, in BUILD. 400, 403 for what may not be, 202 for the rest."""
    token = authenticate(request)
    level, world = level_of(request), world_of(request)
    try:
        body = await body_of(request)
    except ValueError:
        raise fault(400, "Malformed request body", level) from None
    if not token.user.may_write:
        raise fault(403, "Policy doesn't allow os_compute_api:servers:create to be performed.", level)
    order = _order(world, body, level)
    _within_quotas(world, order, level)
    server = _server(world, order, token.user)
    world.servers.append(server)
    if order.group is not None:
        order.group.members.append(server.id)
    server.deeds.append(Deed("create", "compute__do_build_and_run_instance", token.user, time.time()))
    world.spawn(building.build(world, server, order.networks))
    lost = world.compute.trouble(("silent", "lost"), order.zone)
    if lost == "silent":
        await asyncio.sleep(SILENCE)
    if lost:
        raise fault(500, "Unexpected API Error. Please report this: told to fail by the drill", level)
    href = f"{world.url}/compute/v2.1/servers/{server.id}"
    links = [{"rel": "self", "href": href}, {"rel": "bookmark", "href": href.replace("/v2.1", "")}]
    made = {"id": server.id, "links": links, "OS-DCF:diskConfig": "MANUAL", "adminPass": "drill-no-password"}
    groups = [{"name": name} for name in server.security_groups]
    response = answer({"server": {**made, "security_groups": groups}}, level, 202)
    response.headers["Location"] = href
    return response


def _order(world: World, body: Any, level: Level) -> Order:
    said = body.get("server") if isinstance(body, dict) else None
    if not isinstance(said, dict):
        raise _invalid("body", body, "'server' is a required property", level)
    hints = body.get("os:scheduler_hints") or body.get("OS-SCH-HNT:scheduler_hints") or {}
    _check_shape(said, level)
    flavor = world.compute.flavor(str(said["flavorRef"]))
    if flavor is None:
        raise fault(400, f"Flavor {said['flavorRef']} could not be found.", level)
    image = next((each for each in world.images if each.id == str(said.get("imageRef", ""))), None)
    if image is None:
        raise fault(400, "Can not find requested image", level)
    networks = _networks(world, said, level)
    zone = str(said.get("availability_zone") or world.compute.zones[0])
    if zone not in world.compute.zones:
        raise fault(400, "The requested availability zone is not available", level)
    if (key := said.get("key_name")) is not None and key not in world.compute.keypairs:
        raise fault(400, "Invalid key_name provided.", level)
    if image.min_ram > flavor.ram:
        raise fault(400, "Flavor's memory is too small for requested image.", level)
    if image.min_disk > flavor.disk:
        sizes = f"Flavor disk is {flavor.disk * 2**30} bytes, minimum size is {image.min_disk * 2**30} bytes."
        raise fault(400, f"Flavor's disk is smaller than the minimum size specified in image metadata. {sizes}", level)
    group = None
    if (group_id := hints.get("group")) is not None:
        group = world.compute.group(str(group_id))
        if group is None:
            raise fault(400, f"Instance group {group_id} could not be found.", level)
    return Order(str(said["name"]), image, flavor, networks, group, zone, said)


def _check_shape(said: JSON, level: Level) -> None:
    for key in ("name", "flavorRef"):
        if key not in said:
            raise _invalid("server", said, f"'{key}' is a required property", level)
    if level >= (2, 37) and "networks" not in said:
        raise _invalid("server", said, "'networks' is a required property", level)
    if unknown := sorted(set(said) - KNOWN):
        shown = ", ".join(f"'{key}'" for key in unknown)
        verb = "was" if len(unknown) == 1 else "were"
        why = f"Additional properties are not allowed ({shown} {verb} unexpected)"
        raise fault(400, f"Invalid input for field/attribute server. Value: {said}. {why}", level)
    tags = said.get("tags", [])
    if tags and level < (2, 52):
        why = "Additional properties are not allowed ('tags' was unexpected)"
        raise fault(400, f"Invalid input for field/attribute server. Value: {said}. {why}", level)
    for number, tag in enumerate(tags):
        if len(tag) > TAG_LENGTH or "/" in tag or "," in tag or not tag:
            raise fault(400, f"Invalid input for field/attribute {number}. Value: {tag}. {_why_tag(tag)}", level)
    for key, value in said.get("metadata", {}).items():
        if not isinstance(value, str) or len(value) > VALUE_LENGTH:
            why = f"'{value}' is too long" if isinstance(value, str) else f"{value} is not of type 'string'"
            raise fault(400, f"Invalid input for field/attribute {key}. Value: {value}. {why}", level)
    if "user_data" in said:
        try:
            base64.b64decode(said["user_data"])  # what is not of the alphabet is left out, as Nova does
        except (binascii.Error, ValueError, TypeError):
            why = f"'{said['user_data']}' is not a 'base64'"
            value = f"Invalid input for field/attribute user_data. Value: {said['user_data']}. {why}"
            raise fault(400, value, level) from None


def _why_tag(tag: str) -> str:
    if len(tag) > TAG_LENGTH:
        return f"'{tag}' is too long"
    return f"'{tag}' does not match '^[^,/]*$'" if tag else "'' should be non-empty"


def _networks(world: World, said: JSON, level: Level) -> list[JSON]:
    wanted = said.get("networks", "auto")
    if wanted == "none":
        return []
    if wanted == "auto":
        return [{"uuid": world.networks[0]["id"]}]
    for each in wanted:
        if (uuid := each.get("uuid")) is not None:
            _ensure_id(uuid, level)
            if uuid not in [network["id"] for network in world.networks]:
                raise fault(400, f"Network {uuid} could not be found.", level)
        if (port_id := each.get("port")) is not None:
            port = next((port for port in world.ports if port["id"] == port_id), None)
            if port is None:
                raise fault(400, f"Port id {port_id} could not be found.", level)
            if port["device_id"]:
                raise fault(409, f"Port {port_id} is still in use.", level)
    return list(wanted)


def _ensure_id(text: str, level: Level) -> None:
    try:
        UUID(text)
    except ValueError:
        raise fault(
            400, f"Invalid input for field/attribute uuid. Value: {text}. '{text}' is not a 'uuid'", level
        ) from None


def _within_quotas(world: World, order: Order, level: Level) -> None:
    """Nova names the first resource, in its own order, that would be over."""
    quotas, flavor = world.compute.quotas, order.flavor
    used = {
        "instances": len(world.servers),
        "cores": sum(server.flavor.vcpus for server in world.servers),
        "ram": sum(server.flavor.ram for server in world.servers),
    }
    asked = {"instances": 1, "cores": flavor.vcpus, "ram": flavor.ram}
    over = [key for key in asked if (limit := getattr(quotas, key)) != UNLIMITED and used[key] + asked[key] > limit]
    if over:
        requested = ", ".join(str(asked[key]) for key in over)
        already = ", ".join(str(used[key]) for key in over)
        limits = ", ".join(str(getattr(quotas, key)) for key in over)
        said = f"Requested {requested}, but already used {already} of {limits} {', '.join(over)}"
        raise fault(403, f"Quota exceeded for {', '.join(over)}: {said}", level)
    if order.group is not None and len(order.group.members) >= quotas.server_group_members != UNLIMITED:
        raise fault(403, "Quota exceeded, too many servers in group", level)
    ports = quotas.ports
    if ports != UNLIMITED and len(world.ports) + len([net for net in order.networks if "uuid" in net]) > ports:
        raise fault(403, "Maximum number of ports exceeded", level)


def _server(world: World, order: Order, user: User) -> Server:
    said = order.said
    groups = tuple(each["name"] for each in said.get("security_groups", [])) or ("default",)
    return Server(
        name=order.name,
        address="",
        mac="",
        image=order.image,
        metadata=dict(said.get("metadata", {})),
        tags=list(said.get("tags", [])) if world.settings.tags else [],
        created_at=time.time(),
        id=str(uuid4()),
        status="BUILD",
        vm_state="building",
        task_state="scheduling",
        power_state=0,
        launched=False,
        flavor=order.flavor,
        zone=order.zone,
        key_name=said.get("key_name"),
        security_groups=groups,
        user_data=str(said.get("user_data", "")),
        kept_ports=tuple(net["port"] for net in order.networks if "port" in net),
    )


def _invalid(field: str, value: Any, why: str, level: Level) -> Exception:
    return fault(400, f"Invalid input for field/attribute {field}. Value: {value}. {why}", level)
