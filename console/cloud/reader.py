"""What the console reads from OpenStack: GET only, raw JSON in, facts out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from console.cloud import parse
from console.cloud.pages import Params, listed, of_balancer
from console.cloud.parse import Fact
from console.cloud.session import Session
from console.config.model import Selection
from console.errors import ApiError, Forbidden, NotFound
from console.model.balancer import Listener, LoadBalancer, Member, Monitor, Policy, Pool, Rule
from console.model.server import Server
from console.model.text import clipped

# 2.73: down cells give partial records (2.69), tags are in the list (2.26); 2.26 is the least that selects by tag;
# 2.1 is what every Nova has that has microversions.
MICROVERSIONS = ("2.73", "2.26", "2.1")

_BALANCER_FIELDS = (
    "id",
    "name",
    "vip_address",
    "additional_vips",
    "provider",
    "provisioning_status",
    "admin_state_up",
    "updated_at",
)
# A pool also lists the id of each of its members: 10,000 of them in an answer that is read for its name.
_POOL_FIELDS = (
    "id",
    "name",
    "protocol",
    "lb_algorithm",
    "session_persistence",
    "provisioning_status",
    "operating_status",
    "admin_state_up",
    "healthmonitor_id",
    "listeners",
    "loadbalancers",
)
_LONGEST_NAME = 255  # of a server; a pattern is not let loose on more


class Named(Protocol):
    """Anything with an id and a name."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102


Thing = TypeVar("Thing", bound=Named)


class Reader:
    """The facts of one region of one cloud. Threads may share it. Every method raises CloudError and nothing else."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._microversion = MICROVERSIONS[0]

    def servers(self, selection: Selection) -> list[Server]:
        """The servers that the selection names, whatever their state."""
        return [server for server in self.servers_tagged(every=selection.tags) if selects(selection, server)]

    def servers_tagged(self, *, every: Sequence[str] = (), some: Sequence[str] = ()) -> list[Server]:
        """The project's servers with every tag of `every` and at least one of `some`; without both, all of them.

        Nova ignores a filter that it does not know: check each server again (`selects`).
        """
        params: Params = []
        if every:
            params.append(("tags", ",".join(every)))
        if some:
            params.append(("tags-any", ",".join(some)))
        while True:
            try:
                return self._list_servers(params)
            except ApiError as error:
                known = MICROVERSIONS.index(self._microversion) + 1
                if error.status != 406 or known == len(MICROVERSIONS):
                    raise
                self._microversion = MICROVERSIONS[known]

    def server(self, server_id: str) -> Server:
        """One server. Raises NotFound for one that is not there any more, ApiError."""
        headers = {"OpenStack-API-Version": f"compute {self._microversion}"}
        answer = self.session.get("compute", f"/servers/{quote(server_id, safe='')}", headers=headers)
        found = parse.server(answer.get("server")) if isinstance(answer, dict) else None
        if found is None or found.id != server_id:
            raise ApiError(f"cloud {self.session.cloud}: compute told something else than server {server_id}")
        return found

    def load_balancers(self) -> list[LoadBalancer]:
        """All load balancers of the project, in one list."""
        fields: Params = [("fields", name) for name in _BALANCER_FIELDS]
        return self._list(
            "load-balancer", "/v2/lbaas/loadbalancers", "loadbalancers", parse.load_balancer, params=fields
        )

    def load_balancer(self, wanted: str) -> LoadBalancer:
        """One load balancer by id or name. Raises NotFound when there is none, ApiError when there are several."""
        return choose("load balancer", self.load_balancers(), wanted, self.session.cloud)

    def provisioning_status(self, balancer_id: str) -> str:
        """Whether the load balancer takes writes, in one small GET: what is polled while it is PENDING."""
        path = f"/v2/lbaas/loadbalancers/{balancer_id}"
        answer = self.session.get("load-balancer", path, [("fields", "id"), ("fields", "provisioning_status")])
        raw = answer.get("loadbalancer") if isinstance(answer, dict) else None
        return str(raw.get("provisioning_status") or "UNKNOWN") if isinstance(raw, dict) else "UNKNOWN"

    def listeners(self, balancer_id: str) -> list[Listener]:
        """The listeners of a load balancer."""
        path = "/v2/lbaas/listeners"
        make = of_balancer(parse.listener, balancer_id)
        return self._list("load-balancer", path, "listeners", make, params=[("load_balancer_id", balancer_id)])

    def all_listeners(self) -> dict[str, list[Listener]]:
        """The listeners of the whole project, by load balancer id."""
        return self._by_balancer("/v2/lbaas/listeners", "listeners", parse.listener)

    def pools(self, balancer_id: str) -> list[Pool]:
        """The pools of a load balancer. Of a monitor only the id is told."""
        params = [("loadbalancer_id", balancer_id), *(("fields", name) for name in _POOL_FIELDS)]
        make = of_balancer(parse.pool, balancer_id)
        return self._list("load-balancer", "/v2/lbaas/pools", "pools", make, params=params)

    def all_pools(self) -> dict[str, list[Pool]]:
        """The pools of the whole project with their monitors, by load balancer id."""
        path, fields = "/v2/lbaas/healthmonitors", [("fields", name) for name in _POOL_FIELDS]
        found = self._by_balancer("/v2/lbaas/pools", "pools", parse.pool, params=fields)
        try:
            monitors = {one.id: one for one in self._list("load-balancer", path, "healthmonitors", parse.monitor)}
        except Forbidden:
            return found

        def complete(pool: Pool) -> Pool:
            return replace(pool, monitor=monitors.get(pool.monitor.id, pool.monitor)) if pool.monitor else pool

        return {balancer: [complete(pool) for pool in pools] for balancer, pools in found.items()}

    def pool(self, wanted: str, balancer_id: str) -> Pool:
        """One pool of the load balancer by id or name, with its monitor. Raises as `load_balancer` does."""
        chosen = choose("pool", self.pools(balancer_id), wanted, self.session.cloud)
        if chosen.monitor is None:
            return chosen
        return replace(chosen, monitor=self.monitor(chosen.monitor.id) or chosen.monitor)

    def monitor(self, monitor_id: str) -> Monitor | None:
        """A health monitor."""
        answer = self.session.get("load-balancer", f"/v2/lbaas/healthmonitors/{quote(monitor_id, safe='')}")
        return parse.monitor(answer.get("healthmonitor")) if isinstance(answer, dict) else None

    def policies(self, listener_id: str = "") -> list[Policy]:
        """The L7 policies of a listener, or of the whole project; of their rules only the ids are told.

        None where these credentials may not see them, or the provider has none.
        """
        params = [("listener_id", listener_id)] if listener_id else []
        try:
            found = self._list("load-balancer", "/v2/lbaas/l7policies", "l7policies", parse.policy, params=params)
        except ApiError as error:
            if error.status not in (403, 404, 501):
                raise
            return []
        return [one for one in found if not listener_id or one.listener_id in ("", listener_id)]

    def rules(self, policy_id: str) -> list[Rule]:
        """The rules of an L7 policy."""
        path = f"/v2/lbaas/l7policies/{quote(policy_id, safe='')}/rules"
        return self._list("load-balancer", path, "rules", parse.rule)

    def members(self, pool_id: str) -> list[Member]:
        """The members of a pool, with every field."""
        return self._list("load-balancer", f"/v2/lbaas/pools/{pool_id}/members", "members", parse.member)

    def image_properties(self, image_id: str) -> dict[str, str]:
        """The image's own and custom properties; Glance keeps both at the top level."""
        return parse.strings(self.session.get("image", f"/images/{image_id}"))

    def octavia_versions(self) -> tuple[str, ...]:
        """The versions of the load balancer API, as it names them (`v2.30`), oldest first."""
        answer = self.session.get("load-balancer", "/")
        return tuple(_sorted_versions(parse.items(answer, "versions", _version_id)))

    def network(self, wanted: str) -> dict[str, Any]:
        """One network by id or name, raw. Raises as `load_balancer` does; NotFound also when it cannot be seen."""
        networks = self._list("network", "/v2.0/networks", "networks", _Row.of)
        return choose("network", networks, wanted, self.session.cloud).raw

    def ports(self, **filters: str) -> list[dict[str, Any]]:
        """The ports that match the filters, raw (`mac_address=`, `network_id=`), checked again here."""
        rows = self._list("network", "/v2.0/ports", "ports", _Row.of, params=list(filters.items()))
        return [row.raw for row in rows if all(row.raw.get(key) == value for key, value in filters.items())]

    def _list(
        self,
        service: str,
        path: str,
        key: str,
        make: Callable[[Any], Fact | None],
        *,
        params: Params | None = None,
        headers: dict[str, str] | None = None,
    ) -> list[Fact]:
        return listed(self.session, service, path, key, make, params=params, headers=headers)

    def _by_balancer(
        self, path: str, key: str, make: Callable[[Any], Fact | None], *, params: Params | None = None
    ) -> dict[str, list[Fact]]:
        """A list of the whole project, sorted to the load balancers that its items name."""
        found: dict[str, list[Fact]] = {}

        def made(raw: Any) -> Fact | None:
            fact = make(raw)
            for owner in parse.ids(raw.get("loadbalancers")) if fact is not None else ():
                found.setdefault(owner, []).append(fact)  # type: ignore[arg-type]
            return fact

        self._list("load-balancer", path, key, made, params=params)
        return found

    def _list_servers(self, params: Params) -> list[Server]:
        if self._microversion == MICROVERSIONS[-1] and params:
            raise ApiError(
                f"cloud {self.session.cloud}: this Nova knows no server tags (they came with 2.26)",
                "select the servers by metadata, name or members in the config, with `tags: []`",
                406,
            )
        headers = {"OpenStack-API-Version": f"compute {self._microversion}"}
        return self._list("compute", "/servers/detail", "servers", parse.server, params=params, headers=headers)


def selects(selection: Selection, server: Server) -> bool:
    """Whether the server carries every tag and every metadata entry, and has a name, that the selection asks for."""
    if not set(selection.tags) <= set(server.tags) or not selection.metadata.items() <= server.metadata.items():
        return False
    return not selection.name or re.fullmatch(selection.name, server.name[:_LONGEST_NAME]) is not None


def choose(kind: str, things: Sequence[Thing], wanted: str, cloud: str) -> Thing:
    """The one with this id, else the one with this name. Raises NotFound for none, ApiError for several."""
    for thing in things:
        if thing.id == wanted:
            return thing
    same = [thing for thing in things if thing.name == wanted]
    if len(same) == 1:
        return same[0]
    if same:
        raise ApiError(
            f"cloud {cloud}: {len(same)} {kind}s are named {wanted}",
            f"put the id of the right one into the config: {', '.join(sorted(thing.id for thing in same))}",
        )
    names = sorted({thing.name for thing in things if thing.name})
    near = get_close_matches(wanted, names, n=3) or names[:5]
    hint = f"did you mean {' or '.join(clipped(name, 60) for name in near)}?" if near else "these credentials see none"
    raise NotFound(f"cloud {cloud}: there is no {kind} {wanted}", hint, 404)


class _Row:
    """A raw object that can be chosen by id or name."""

    def __init__(self, ident: str, name: str, raw: dict[str, Any]) -> None:
        self.id, self.name, self.raw = ident, name, raw

    @classmethod
    def of(cls, raw: Any) -> _Row | None:
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            return None
        name = raw.get("name")
        return cls(raw["id"], name if isinstance(name, str) else "", raw)


def _version_id(raw: Any) -> str | None:
    ident = raw.get("id") if isinstance(raw, dict) else None
    return ident if isinstance(ident, str) else None


def _sorted_versions(names: Iterable[str]) -> list[str]:
    return sorted(names, key=version_number)


def version_number(name: str) -> tuple[int, ...]:
    """`v2.11` -> (2, 11), for comparison; empty for anything else."""
    parts = name.removeprefix("v").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
