"""Raw JSON of the APIs -> facts. Everything may be missing, null or of an unknown value: nothing here raises.

An item without an id (a member also without an address) is no fact and gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Policy, Pool, Rule
from console.model.moments import when
from console.model.server import Address, Server

Fact = TypeVar("Fact")
_MOST = 2**63  # beyond it a number is none that an API would send, and no longer fit to count with
_OPEN_RULES = ("HOST_NAME", "PATH", "FILE_TYPE")  # L7 rules whose value says where requests go, and is no secret
_LONGEST = 4096  # characters of a text: the APIs allow 255 for names, tags and metadata; a fault may say more


def items(body: Any, key: str, make: Callable[[Any], Fact | None]) -> list[Fact]:
    """The facts under `key` of a list answer, in its order."""
    raw = body.get(key) if isinstance(body, dict) else None
    return [fact for item in _list(raw) if (fact := make(item)) is not None]


def has_list(body: Any, key: str) -> bool:
    """Whether the answer to a list is one. An empty list is a fact; an answer without it tells nothing."""
    return isinstance(body, dict) and isinstance(body.get(key), list)


def server(raw: Any) -> Server | None:
    """A server of `GET /servers/detail`; one of a cell that is down has little more than its id (Nova 2.69)."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    image = raw.get("image")  # an empty string for a server that booted from a volume
    fault = raw.get("fault")
    return Server(
        id=ident,
        name=_text(raw.get("name")) or ident,
        status=_text(raw.get("status")) or "UNKNOWN",
        task_state=_text(raw.get("OS-EXT-STS:task_state")) or None,
        power_state=_number(raw.get("OS-EXT-STS:power_state"), None),
        metadata=strings(raw.get("metadata")),
        tags=_texts(raw.get("tags")),
        addresses=_addresses(raw.get("addresses")),
        image_id=(_text(image.get("id")) or None) if isinstance(image, dict) else None,
        created_at=when(raw.get("created")),
        fault=_text(fault.get("message")).strip() if isinstance(fault, dict) else "",
        locked=raw.get("locked") is True,
        locked_reason=_text(raw.get("locked_reason")),
        launched=bool(_text(raw.get("OS-SRV-USG:launched_at"))),
        volumes=tuple(ids(raw.get("os-extended-volumes:volumes_attached"))),
        flavor=_flavor(raw.get("flavor")),
        zone=_text(raw.get("OS-EXT-AZ:availability_zone")),
    )


def _flavor(raw: Any) -> str:
    """Its name, which is in the server from 2.47; before that only its id is."""
    return (_text(raw.get("original_name")) or _text(raw.get("id"))) if isinstance(raw, dict) else ""


def load_balancer(raw: Any) -> LoadBalancer | None:
    """A load balancer. Its operating_status is left unread: it may be a neighbour's pool that is in ERROR."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    return LoadBalancer(
        id=ident,
        name=_text(raw.get("name")),
        vip_address=_text(raw.get("vip_address")),
        provider=_text(raw.get("provider")),
        provisioning_status=_status(raw.get("provisioning_status")),
        updated_at=_text(raw.get("updated_at")),
        additional_vips=_vips(raw.get("additional_vips")),
        admin_state_up=raw.get("admin_state_up") is not False,
        topology=_text(raw.get("topology")),
        description=_text(raw.get("description")),
    )


def whole_load_balancer(raw: Any) -> LoadBalancer | None:
    """A load balancer with its operating_status, for those who look at all of it, neighbours as well."""
    found = load_balancer(raw)
    return replace(found, operating_status=_status(raw.get("operating_status"))) if found is not None else None


def listener(raw: Any) -> Listener | None:
    """A listener."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    return Listener(
        id=ident,
        name=_text(raw.get("name")),
        protocol=_text(raw.get("protocol")),
        protocol_port=_number(raw.get("protocol_port"), 0),
        default_pool_id=_text(raw.get("default_pool_id")) or None,
        provisioning_status=_status(raw.get("provisioning_status")),
        operating_status=_status(raw.get("operating_status")),
        admin_state_up=raw.get("admin_state_up") is not False,
        policy_ids=tuple(ids(raw.get("l7policies"))),
        connection_limit=_number(raw.get("connection_limit"), None),
        allowed=_texts(raw.get("allowed_cidrs")),
        certificate=_text(raw.get("default_tls_container_ref")),
        updated_at=_text(raw.get("updated_at")),
        silence=max(_number(raw.get(f"timeout_{side}_data"), 0) for side in ("client", "member")) / 1000,
    )


def policy(raw: Any, rules: Sequence[Rule] = ()) -> Policy | None:
    """An L7 policy, with the rules that were read for it, else with what it says of them: their ids."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    return Policy(
        id=ident,
        name=_text(raw.get("name")),
        listener_id=_text(raw.get("listener_id")),
        action=_text(raw.get("action")),
        position=_number(raw.get("position"), 0),
        pool_id=_text(raw.get("redirect_pool_id")) or None,
        rules=tuple(rules) or tuple(Rule(one) for one in ids(raw.get("rules"))),
        admin_state_up=raw.get("admin_state_up") is not False,
        provisioning_status=_status(raw.get("provisioning_status")),
        operating_status=_status(raw.get("operating_status")),
        url=_text(raw.get("redirect_url")) or _text(raw.get("redirect_prefix")),
    )


def rule(raw: Any) -> Rule | None:
    """A rule of an L7 policy. The value of a header or cookie, which may be a secret, is left out."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    kind = _text(raw.get("type"))
    return Rule(
        id=ident,
        kind=kind,
        compare=_text(raw.get("compare_type")),
        key=_text(raw.get("key")),
        invert=raw.get("invert") is True,
        admin_state_up=raw.get("admin_state_up") is not False,
        provisioning_status=_status(raw.get("provisioning_status")),
        operating_status=_status(raw.get("operating_status")),
        value=_text(raw.get("value")) if kind in _OPEN_RULES else "",
    )


def pool(raw: Any, health_monitor: Monitor | None = None) -> Pool | None:
    """A pool, with the monitor that was read for it, else with what it says of it: its id."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    sticky = raw.get("session_persistence")
    monitor_id = _text(raw.get("healthmonitor_id"))
    return Pool(
        id=ident,
        name=_text(raw.get("name")),
        protocol=_text(raw.get("protocol")),
        session_persistence=_text(sticky.get("type")) if isinstance(sticky, dict) else "",
        provisioning_status=_status(raw.get("provisioning_status")),
        operating_status=_status(raw.get("operating_status")),
        monitor=health_monitor or (Monitor(monitor_id) if monitor_id else None),
        algorithm=_text(raw.get("lb_algorithm")),
        admin_state_up=raw.get("admin_state_up") is not False,
        listener_ids=tuple(ids(raw.get("listeners"))),
        updated_at=_text(raw.get("updated_at")),
    )


def monitor(raw: Any) -> Monitor | None:
    """A health monitor."""
    if not isinstance(raw, dict) or not (ident := _text(raw.get("id"))):
        return None
    return Monitor(
        id=ident,
        kind=_text(raw.get("type")),
        url_path=_text(raw.get("url_path")),
        expected_codes=_text(raw.get("expected_codes")),
        delay=_number(raw.get("delay"), 0),
        timeout=_number(raw.get("timeout"), 0),
        rise=_number(raw.get("max_retries"), 0),
        fall=_number(raw.get("max_retries_down"), 0),
        http_method=_text(raw.get("http_method")),
        domain_name=_text(raw.get("domain_name")),
        admin_state_up=raw.get("admin_state_up") is not False,
        provisioning_status=_status(raw.get("provisioning_status")),
        operating_status=_status(raw.get("operating_status")),
    )


def member(raw: Any) -> Member | None:
    """A pool member; where the API leaves something out, its own defaults stand (facts: a batch resets to them)."""
    if not isinstance(raw, dict):
        return None
    ident, address = _text(raw.get("id")), _text(raw.get("address"))
    if not ident or not address:
        return None
    return Member(
        id=ident,
        name=_text(raw.get("name")),
        address=address,
        protocol_port=_number(raw.get("protocol_port"), 0),
        weight=_number(raw.get("weight"), 1),
        admin_state_up=raw.get("admin_state_up") is not False,
        backup=raw.get("backup") is True,
        subnet_id=_text(raw.get("subnet_id")) or None,
        monitor_address=_text(raw.get("monitor_address")) or None,
        monitor_port=_number(raw.get("monitor_port"), None),
        tags=_texts(raw.get("tags")),
        provisioning_status=_status(raw.get("provisioning_status")),
        operating_status=_status(raw.get("operating_status")),
        vnic_type=_text(raw.get("vnic_type")) or "normal",
    )


def strings(raw: Any) -> dict[str, str]:
    """The entries of an object whose values are strings."""
    if not isinstance(raw, dict):
        return {}
    return {str(key)[:_LONGEST]: value[:_LONGEST] for key, value in raw.items() if isinstance(value, str)}


def ids(raw: Any) -> list[str]:
    """The ids of a list of references (`"pools": [{"id": ...}]`)."""
    return [ident for item in _list(raw) if isinstance(item, dict) and (ident := _text(item.get("id")))]


def _vips(raw: Any) -> tuple[str, ...]:
    """The addresses of `additional_vips: [{"ip_address", "subnet_id"}]`."""
    return tuple(ip for one in _list(raw) if isinstance(one, dict) and (ip := _text(one.get("ip_address"))))


def _addresses(raw: Any) -> tuple[Address, ...]:
    if not isinstance(raw, dict):
        return ()
    found = [
        Address(str(network)[:_LONGEST], ip, entry.get("OS-EXT-IPS:type") == "floating")
        for network, entries in raw.items()
        for entry in _list(entries)
        if isinstance(entry, dict) and (ip := _text(entry.get("addr")))
    ]
    return tuple(found)


def _text(raw: Any) -> str:
    return raw[:_LONGEST] if isinstance(raw, str) else ""


def _status(raw: Any) -> str:
    return _text(raw) or "UNKNOWN"


Default = TypeVar("Default", int, None)


def _number(raw: Any, default: Default) -> int | Default:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and -_MOST < raw < _MOST else default


def _texts(raw: Any) -> tuple[str, ...]:
    # a list first: a generator takes twice as long, and there are thousands
    return tuple([item[:_LONGEST] for item in _list(raw) if isinstance(item, str)])


def _list(raw: Any) -> Iterable[Any]:
    return raw if isinstance(raw, list) else ()
