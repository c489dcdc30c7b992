"""Reads what a launch needs to know beforehand: images, flavours, networks, zones, groups, quotas. GET only.

What these credentials may not read is left out, with the reason; the launch itself is what decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from console.cloud import parse
from console.cloud.reader import Reader
from console.cloud.session import Session
from console.errors import CloudError
from console.model.stock import Flavor, Group, Image, Limit, Network, Stock

LEVEL = {"OpenStack-API-Version": "compute 2.64"}  # server groups say their policy in one word from here on
_PAGES = 100  # of images
_OF_GLANCE = frozenset(
    (
        "id",
        "name",
        "status",
        "min_disk",
        "min_ram",
        "created_at",
        "updated_at",
        "self",
        "file",
        "schema",
        "tags",
        "owner",
    )
)

Found = TypeVar("Found")


def read_stock(session: Session, reader: Reader, *, balancing: Session | None = None) -> Stock:
    """One look. `balancing`: where the load balancers are, if somewhere else. Raises nothing of the cloud's."""
    unknown: list[str] = []

    def told(what: str, read: Callable[[], Found], otherwise: Found) -> Found:
        try:
            return read()
        except CloudError as error:
            unknown.append(f"{what}: {error.message}")
            return otherwise

    nothing: dict[str, Limit] = {}
    limits = {
        **told("quotas of compute", lambda: _compute_limits(session), nothing),
        **told("quotas of network", lambda: _port_limit(session), nothing),
        **told("quotas of the load balancer", lambda: _member_limit(balancing or session), nothing),
    }
    return Stock(
        images=told("images", lambda: tuple(images(session)), ()),
        flavors=told("flavors", lambda: _listed(session, "compute", "/flavors/detail", "flavors", _flavor), ()),
        networks=told("networks", lambda: _listed(session, "network", "/v2.0/networks", "networks", _network), ()),
        security_groups=told("security groups", lambda: _security_groups(session), ()),
        keys=told("key pairs", lambda: _listed(session, "compute", "/os-keypairs", "keypairs", _key), ()),
        zones=told(
            "zones", lambda: _listed(session, "compute", "/os-availability-zone", "availabilityZoneInfo", _zone), ()
        ),
        groups=told("server groups", lambda: server_groups(session), ()),
        limits=limits,
        servers=told("servers", lambda: tuple(reader.servers_tagged()), ()),
        unknown=tuple(unknown),
    )


def images(session: Session) -> list[Image]:
    """The images that these credentials see, the newest first. Raises CloudError."""
    found: list[Image] = []
    query: list[tuple[str, str]] = [("sort_key", "created_at"), ("sort_dir", "desc"), ("limit", "200")]
    for _ in range(_PAGES):
        body = session.get("image", "/images", query)
        found += [image for image in map(_image, _rows(body, "images")) if image is not None]
        link = body.get("next") if isinstance(body, dict) else None
        if not isinstance(link, str):
            break
        query = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    return found


def server_groups(session: Session) -> tuple[Group, ...]:
    """The project's server groups. Raises CloudError."""
    return _listed(session, "compute", "/os-server-groups", "server_groups", _group)


def _listed(
    session: Session, service: str, path: str, key: str, make: Callable[[Mapping[str, Any]], Found | None]
) -> tuple[Found, ...]:
    body = session.get(service, path, headers=LEVEL if service == "compute" else None)
    return tuple(found for row in _rows(body, key) if (found := make(row)) is not None)


def _rows(body: Any, key: str) -> list[dict[str, Any]]:
    rows = body.get(key) if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _image(row: Mapping[str, Any]) -> Image | None:
    if not isinstance(row.get("id"), str):
        return None
    properties = {key: value for key, value in row.items() if key not in _OF_GLANCE and isinstance(value, str)}
    return Image(
        id=row["id"],
        name=str(row.get("name") or ""),
        status=str(row.get("status") or ""),
        min_disk=_whole(row.get("min_disk")),
        min_ram=_whole(row.get("min_ram")),
        created_at=str(row.get("created_at") or ""),
        properties=properties,
    )


def _flavor(row: Mapping[str, Any]) -> Flavor | None:
    if not isinstance(row.get("id"), str):
        return None
    sizes = (_whole(row.get(key)) for key in ("vcpus", "ram", "disk"))
    return Flavor(row["id"], str(row.get("name") or ""), *sizes)


def _network(row: Mapping[str, Any]) -> Network | None:
    if not isinstance(row.get("id"), str):
        return None
    return Network(
        row["id"], str(row.get("name") or ""), tuple(parse.ids(row.get("subnets"))) or _texts(row.get("subnets"))
    )


def _group(row: Mapping[str, Any]) -> Group | None:
    if not isinstance(row.get("id"), str):
        return None
    policy = row.get("policy") or next(iter(_texts(row.get("policies"))), "")
    return Group(row["id"], str(row.get("name") or ""), str(policy), _texts(row.get("members")))


def _key(row: Mapping[str, Any]) -> str | None:
    pair = row.get("keypair")
    return str(pair["name"]) if isinstance(pair, dict) and pair.get("name") else None


def _zone(row: Mapping[str, Any]) -> str | None:
    state = row.get("zoneState")
    available = not isinstance(state, dict) or state.get("available") is not False
    return str(row["zoneName"]) if available and row.get("zoneName") else None


def _security_groups(session: Session) -> tuple[str, ...]:
    rows = _rows(session.get("network", "/v2.0/security-groups"), "security_groups")
    return tuple(text for row in rows for text in (str(row.get("name") or ""), str(row.get("id") or "")) if text)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _compute_limits(session: Session) -> dict[str, Limit]:
    body = session.get("compute", "/limits", headers=LEVEL)
    absolute = (body.get("limits") or {}).get("absolute") if isinstance(body, dict) else None
    told: Mapping[str, Any] = absolute if isinstance(absolute, dict) else {}
    pairs = {
        "instances": ("maxTotalInstances", "totalInstancesUsed"),
        "cores": ("maxTotalCores", "totalCoresUsed"),
        "ram": ("maxTotalRAMSize", "totalRAMUsed"),
        "server groups": ("maxServerGroups", "totalServerGroupsUsed"),
        "members of a server group": ("maxServerGroupMembers", ""),
    }
    return {
        what: Limit(told[most], told.get(used) if used else 0)
        for what, (most, used) in pairs.items()
        if isinstance(told.get(most), int)
    }


def _port_limit(session: Session) -> dict[str, Limit]:
    """With usage where the cloud tells it (extension quota_details)."""
    project = session.identity().project_id
    body = session.get("network", f"/v2.0/quotas/{project}/details.json")
    port = (body.get("quota") or {}).get("port") if isinstance(body, dict) else None
    if not isinstance(port, dict) or not isinstance(port.get("limit"), int):
        return {}
    return {"ports": Limit(port["limit"], _whole(port.get("used")) + _whole(port.get("reserved")))}


def _member_limit(session: Session) -> dict[str, Limit]:
    """Octavia tells no usage: the members that every pool lists are counted."""
    project = session.identity().project_id
    body = session.get("load-balancer", f"/v2/lbaas/quotas/{project}")
    limit = (body.get("quota") or {}).get("member") if isinstance(body, dict) else None
    if not isinstance(limit, int):
        return {}
    if limit < 0:
        return {"pool members": Limit(limit)}
    fields = [("fields", "id"), ("fields", "members")]
    pools = _rows(session.get("load-balancer", "/v2/lbaas/pools", fields), "pools")
    return {"pool members": Limit(limit, sum(len(parse.ids(pool.get("members"))) for pool in pools))}
