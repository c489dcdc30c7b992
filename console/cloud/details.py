"""What is only asked for while somebody looks at it: statistics, one server, its image, actions and console, a whole
load balancer. Everything may be missing or of an unknown shape: nothing but a CloudError is raised.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from console.cloud import parse
from console.cloud.pages import Params, listed, of_balancer
from console.cloud.reader import MICROVERSIONS
from console.cloud.session import Session
from console.errors import ApiError, NotFound
from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Policy, Pool
from console.model.closeup import Deed, Event
from console.model.moments import when
from console.model.naming_secrets import shown
from console.model.stats import Totals

Answer = TypeVar("Answer")

DEEDS = 20  # actions of a server that are kept, newest first
_EVENTS_AT_ONCE = 5  # actions whose events are asked for in one look
CONSOLE_LINES = 200
_CONSOLE_KEPT = 64 * 1024  # characters
_LONGEST = 4096  # characters of one text
_MOST = 100  # entries of one kind: metadata, image properties

_POWER = {0: "no state", 1: "running", 3: "paused", 4: "shut down", 6: "crashed", 7: "suspended"}
_IMAGE_FIRST = ("name", "id", "status", "visibility", "size", "created_at", "updated_at", "min_disk", "min_ram")
_IMAGE_LEFT_OUT = frozenset({"self", "file", "schema", "locations", "direct_url"})


@dataclass(frozen=True, slots=True)
class Tree:
    """A load balancer with everything on it but policies and statistics."""

    balancer: LoadBalancer
    listeners: tuple[Listener, ...]
    pools: tuple[Pool, ...]
    members: Mapping[str, tuple[Member, ...]]


class Details:
    """The details of one region of one cloud. Threads may share it."""

    def __init__(self, session: Session, *, clock: Callable[[], float] = time.time) -> None:
        self.session = session
        self._clock = clock
        self._microversion = MICROVERSIONS[0]

    def listener_stats(self, listener_id: str) -> Totals:
        """The counters of a listener, summed over its amphorae (Octavia: GET /listeners/ID/stats)."""
        at = self._clock()
        raw = self._part(self._octavia(f"listeners/{listener_id}/stats"), "stats", f"listeners/{listener_id}/stats")
        active, total, errors = (_count(raw.get(key)) for key in _STATS)
        return Totals(at, active, total, _count(raw.get("bytes_in")), _count(raw.get("bytes_out")), errors)

    def server(self, server_id: str) -> dict[str, str]:
        """What an operator asks about a server, in order: a label and a text each. Raises NotFound when it is gone."""
        return _server(self._part(self._compute(f"/servers/{server_id}"), "server", f"servers/{server_id}"))

    def image(self, image_id: str) -> dict[str, str]:
        """The image's own properties, then the custom ones by name; Glance keeps both at the top level."""
        raw = self.session.get("image", f"/images/{image_id}")
        if not isinstance(raw, dict) or not _plain(raw.get("id")):
            raise self._odd(f"images/{image_id}", "an image")
        entries = {str(key): shown(str(key), _plain(value)) for key, value in raw.items()}
        known = {key: entries[key] for key in _IMAGE_FIRST if entries.get(key)}
        others = sorted(key for key in entries if key not in known and key not in _IMAGE_LEFT_OUT and entries[key])
        return known | {key: entries[key] for key in others[:_MOST]}

    def deeds(self, server_id: str, known: Mapping[str, Deed] | None = None) -> tuple[Deed, ...]:
        """The newest actions on a server with their events. `known`: by request id, those that ended are not asked
        again. The events of older actions come with later looks.
        """
        path = f"/servers/{server_id}/os-instance-actions"
        done = self._at_level(
            lambda headers: listed(self.session, "compute", path, "instanceActions", _deed, headers=headers)
        )
        found: list[Deed] = []
        asked = 0
        for one in sorted(done, key=lambda deed: deed.at or 0.0, reverse=True)[:DEEDS]:
            before = (known or {}).get(one.request_id)
            if before is not None and before.events and all(event.finish is not None for event in before.events):
                found.append(before)
            elif asked < _EVENTS_AT_ONCE and one.request_id:
                asked += 1
                found.append(self._deed(path, one))
            else:
                found.append(before or one)
        return tuple(found)

    def console(self, server_id: str, lines: int = CONSOLE_LINES) -> str:
        """The last console lines as the server printed them: untrusted. Raises Conflict while it is not ready."""
        answer = self.session.console_output(server_id, lines)
        output = answer.get("output") if isinstance(answer, dict) else None
        if not isinstance(output, str):
            raise self._odd(f"servers/{server_id}/action", "console output")
        return output[-_CONSOLE_KEPT:]

    def tree(self, balancer_id: str) -> Tree:
        """A load balancer whole, other teams' parts as well: one call each for itself, its listeners, its pools and
        the monitors of the project, and one per pool for the members.
        """
        balancer = parse.whole_load_balancer(_dict(self._octavia(f"loadbalancers/{balancer_id}"), "loadbalancer"))
        if balancer is None:
            raise NotFound(f"cloud {self.session.cloud}: load balancer {balancer_id} has no readable answer", "", 404)
        mine = [("load_balancer_id", balancer_id)]
        listeners = self._balancing("listeners", "listeners", of_balancer(parse.listener, balancer_id), mine)
        own = of_balancer(_as_it_is, balancer_id)
        raw = self._balancing("pools", "pools", own, [("loadbalancer_id", balancer_id)])
        monitors = self._monitors() if any(item.get("healthmonitor_id") for item in raw) else {}
        pools = [pool for item in raw if (pool := _pool(item, monitors)) is not None]
        members = {pool.id: tuple(self._members(pool.id)) for pool in pools}
        return Tree(balancer, tuple(listeners), tuple(pools), members)

    def policies(self, listener_ids: tuple[str, ...]) -> tuple[Policy, ...]:
        """The L7 policies of these listeners with their rules, in the order in which they are tried."""
        found: list[Policy] = []
        for listener_id in listener_ids:
            policies = self._balancing("l7policies", "l7policies", self._policy, [("listener_id", listener_id)])
            mine = [one for one in policies if one.listener_id in ("", listener_id)]
            found += sorted(mine, key=lambda one: one.position)
        return tuple(found)

    def _deed(self, path: str, deed: Deed) -> Deed:
        raw = self._part(self._compute(f"{path}/{deed.request_id}"), "instanceAction", f"{path}/{deed.request_id}")
        events = sorted(parse.items(raw, "events", _event), key=lambda event: event.start or 0.0)
        return Deed(deed.action, deed.request_id, deed.at, deed.user_id, deed.message, tuple(events))

    def _policy(self, raw: Any) -> Policy | None:
        found = parse.policy(raw)
        if found is None or not found.rules:
            return found
        return parse.policy(raw, self._balancing(f"l7policies/{found.id}/rules", "rules", parse.rule))

    def _monitors(self) -> dict[str, Monitor]:
        return {one.id: one for one in self._balancing("healthmonitors", "healthmonitors", parse.monitor)}

    def _members(self, pool_id: str) -> list[Member]:
        return self._balancing(f"pools/{pool_id}/members", "members", parse.member)

    def _balancing(
        self, path: str, key: str, make: Callable[[Any], parse.Fact | None], params: Params | None = None
    ) -> list[parse.Fact]:
        """The facts of a list of Octavia."""
        return listed(self.session, "load-balancer", f"/v2/lbaas/{path}", key, make, params=params)

    def _part(self, body: Any, key: str, path: str) -> dict[str, Any]:
        """The object that an answer is about; one that is missing or empty tells nothing."""
        found = _dict(body, key)
        if not found:
            raise self._odd(path, key)
        return found

    def _odd(self, path: str, what: str) -> ApiError:
        return ApiError(f"cloud {self.session.cloud}: {path.strip('/')} answered without {what}")

    def _octavia(self, path: str) -> Any:
        return self.session.get("load-balancer", f"/v2/lbaas/{path}")

    def _compute(self, path: str) -> Any:
        return self._at_level(lambda headers: self.session.get("compute", path, headers=headers))

    def _at_level(self, ask: Callable[[dict[str, str]], Answer]) -> Answer:
        """What Nova answers at our microversion, else at the least one."""
        try:
            return ask({"OpenStack-API-Version": f"compute {self._microversion}"})
        except ApiError as error:
            if error.status != 406 or self._microversion == MICROVERSIONS[-1]:
                raise
        self._microversion = MICROVERSIONS[-1]
        return self._at_level(ask)


_STATS = ("active_connections", "total_connections", "request_errors")


def _server(raw: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a server's answer that an operator asks about; what is missing or empty is left out."""
    power = raw.get("OS-EXT-STS:power_state")
    entries = {
        "id": raw.get("id"),
        "name": raw.get("name"),
        "status": raw.get("status"),
        "vm state": raw.get("OS-EXT-STS:vm_state"),
        "task": raw.get("OS-EXT-STS:task_state"),
        "power": _POWER.get(power, str(power)) if isinstance(power, int) else None,
        "fault": _fault(raw.get("fault")),
        "flavor": _flavor(raw.get("flavor")),
        "image": _dict(raw, "image").get("id") or "none: it booted from a volume",
        "created": raw.get("created"),
        "launched": raw.get("OS-SRV-USG:launched_at"),
        "updated": raw.get("updated"),
        "zone": raw.get("OS-EXT-AZ:availability_zone"),
        "host": raw.get("hostId"),
        "key": raw.get("key_name"),
        "locked": (raw.get("locked_reason") or "yes") if raw.get("locked") is True else None,
        "description": raw.get("description"),
        "tags": ", ".join(filter(None, map(_plain, _list(raw.get("tags"))[:_MOST]))),
        "security groups": ", ".join(dict.fromkeys(_names(raw.get("security_groups")))),
        "volumes": ", ".join(parse.ids(raw.get("os-extended-volumes:volumes_attached"))),
    }
    texts = {label: _plain(value) for label, value in entries.items()}
    return {label: text for label, text in texts.items() if text} | _addresses(raw) | _metadata(raw)


def _addresses(raw: Mapping[str, Any]) -> dict[str, str]:
    networks = raw.get("addresses")
    return {
        f"network {network}": ", ".join(_address(entry) for entry in _list(entries) if isinstance(entry, dict))
        for network, entries in (list(networks.items())[:_MOST] if isinstance(networks, dict) else ())
    }


def _address(entry: Mapping[str, Any]) -> str:
    words = [
        _plain(entry.get("addr")),
        _plain(entry.get("OS-EXT-IPS:type")),
        _plain(entry.get("OS-EXT-IPS-MAC:mac_addr")),
    ]
    return " ".join(word for word in words if word and word != "fixed")


def _metadata(raw: Mapping[str, Any]) -> dict[str, str]:
    entries = sorted(parse.strings(raw.get("metadata")).items())
    return {f"metadata {key}": shown(key, value[:_LONGEST]) for key, value in entries[:_MOST]}


def _flavor(raw: Any) -> str:
    """`m1.small: 2 vCPU, 4096 MB, 20 GB disk` (Nova 2.47 has it inside the server; before, only an id)."""
    if not isinstance(raw, dict):
        return ""
    name = _plain(raw.get("original_name")) or _plain(raw.get("id"))
    sizes = [f"{raw[key]} {unit}" for key, unit in _SIZES if isinstance(raw.get(key), int)]
    return f"{name}: {', '.join(sizes)}" if sizes else name


_SIZES = (("vcpus", "vCPU"), ("ram", "MB"), ("disk", "GB disk"))


def _fault(raw: Any) -> str:
    if not isinstance(raw, dict):
        return ""
    parts = [
        _plain(raw.get("code")),
        _plain(raw.get("message")),
        _plain(raw.get("created")),
        _plain(raw.get("details")),
    ]
    return "; ".join(part for part in parts if part)


def _deed(raw: Any) -> Deed | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("action"), str):
        return None
    request, user, message = (_plain(raw.get(key)) for key in ("request_id", "user_id", "message"))
    return Deed(raw["action"][:_LONGEST], request, when(raw.get("start_time")), user, message)


def _event(raw: Any) -> Event | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("event"), str):
        return None
    start, finish = when(raw.get("start_time")), when(raw.get("finish_time"))
    details = _plain(raw.get("details")) or _plain(raw.get("traceback"))
    return Event(raw["event"][:_LONGEST], start, finish, _plain(raw.get("result")), details)


def _pool(raw: Any, monitors: Mapping[str, Monitor]) -> Pool | None:
    ident = raw.get("healthmonitor_id") if isinstance(raw, dict) else None
    return parse.pool(raw, monitors.get(ident) if isinstance(ident, str) else None)


def _as_it_is(raw: Any) -> dict[str, Any] | None:
    return raw if isinstance(raw, dict) else None


def _plain(raw: Any) -> str:
    """A text or number as text; anything else is nothing."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return ""
    return str(raw)[:_LONGEST]


def _count(raw: Any) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0 else 0


def _names(raw: Any) -> list[str]:
    return [name for item in _list(raw) if isinstance(item, dict) and (name := _plain(item.get("name")))]


def _get(raw: Any, key: str) -> Any:
    return raw.get(key) if isinstance(raw, dict) else None


def _dict(raw: Any, key: str) -> dict[str, Any]:
    found = _get(raw, key)
    return found if isinstance(found, dict) else {}


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []
