"""A tiny OpenStack on loopback: real sockets, real JSON, faults on demand. Only what the reader asks for."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

Json = dict[str, Any]
Answer = tuple[int, Any]
CATALOG = ("compute", "load-balancer", "network", "image")
LB_URLS = {
    "loadbalancers": "balancers",
    "listeners": "listeners",
    "pools": "pools",
    "healthmonitors": "monitors",
    "l7policies": "policies",
}


@dataclass
class FakeOpenStack:
    """The cloud's objects as its APIs show them; `faults` maps the start of a path to what answers instead."""

    servers: list[Json] = field(default_factory=list)
    unlisted: list[Json] = field(default_factory=list)  # servers of a cell that is down: there, and in no list
    balancers: list[Json] = field(default_factory=list)
    listeners: list[Json] = field(default_factory=list)
    pools: list[Json] = field(default_factory=list)
    monitors: list[Json] = field(default_factory=list)
    policies: list[Json] = field(default_factory=list)
    rules: dict[str, list[Json]] = field(default_factory=dict)
    members: dict[str, list[Json]] = field(default_factory=dict)
    images: dict[str, Json] = field(default_factory=dict)
    networks: list[Json] = field(default_factory=list)
    ports: list[Json] = field(default_factory=list)
    versions: tuple[str, ...] = ("v2.0", "v2.5", "v2.11", "v2.30")
    catalog: tuple[str, ...] = CATALOG
    roles: tuple[str, ...] = ("member", "reader")
    password: str = "secret"
    token_seconds: float = 3600
    page: int = 0
    nova_filters: bool = True
    nova_microversions: tuple[str, ...] = ("2.73", "2.26")
    nova_newest: str = "2.96"
    faults: dict[str, Callable[[], Answer] | Answer] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    logins: int = 0
    retry_after: str = ""  # sent with 429 and 503
    url: str = ""

    def clouds_yaml(self, folder: Path, **more: Any) -> Path:
        """A clouds.yaml with this cloud as `test`."""
        auth = {
            "auth_url": f"{self.url}/identity/v3",
            "username": "deployer",
            "password": "secret",
            "project_name": "ops",
            "user_domain_id": "default",
            "project_domain_id": "default",
        }
        entry = {"auth": auth | more.pop("auth", {}), "region_name": "RegionOne"} | more
        path = folder / "clouds.yaml"
        path.write_text(json.dumps({"clouds": {"test": entry}}))  # JSON is YAML
        return path

    def asked(self, start: str) -> list[str]:
        """The requests so far whose path starts so."""
        return [line for line in self.log if line.startswith(start)]

    def answer(self, method: str, target: str, headers: Any, body: Json) -> Answer:
        """Status and body of one request."""
        parts = urlsplit(target)
        self.log.append(f"{method} {target}")
        for start, fault in self.faults.items():
            if parts.path.startswith(start):
                return fault() if callable(fault) else fault
        if parts.path.startswith("/identity"):
            return self._identity(method, body)
        if headers.get("X-Auth-Token") not in self.tokens:
            return 401, {"error": {"message": "The request you have made requires authentication."}}
        service, _, path = parts.path.removeprefix("/").partition("/")
        query = parse_qs(parts.query)
        if service == "compute":
            return self._compute(path, query, headers)
        if service == "load-balancer":
            return self._octavia("/" + path, query)
        if service == "network":
            kind = path.split("/")[-1]
            return 200, self._page(f"/network/{path}", kind, self.networks if kind == "networks" else self.ports, query)
        image = self.images.get(path.split("/")[-1])
        return (200, image) if image else (404, "<html><h1>404</h1> No image found</html>")

    def _identity(self, method: str, body: Json) -> Answer:
        if method == "GET":
            link = {"rel": "self", "href": f"{self.url}/identity/v3/"}
            return 200, {"version": {"id": "v3.14", "status": "stable", "links": [link]}}
        if body["auth"]["identity"]["password"]["user"]["password"] != self.password:
            return 401, {"error": {"code": 401, "message": "The request you have made requires authentication."}}
        self.logins += 1
        token = uuid.uuid4().hex
        self.tokens.add(token)
        return 201, {"token": self._token(), "#": token}

    def _token(self) -> Json:
        at = time.time()
        paths = {"compute": "/compute/v2.1", "image": "/image/v2"}
        return {
            "issued_at": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(at)),
            "expires_at": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(at + self.token_seconds)),
            "user": {"id": "u1", "name": "deployer", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": "p1", "name": "ops", "domain": {"id": "default", "name": "Default"}},
            "roles": [{"id": name, "name": name} for name in self.roles],
            "methods": ["password"],
            "catalog": [
                {
                    "type": kind,
                    "name": kind,
                    "id": kind,
                    "endpoints": [
                        {
                            "id": kind,
                            "interface": "public",
                            "region": "RegionOne",
                            "region_id": "RegionOne",
                            "url": self.url + paths.get(kind, f"/{kind}"),
                        }
                    ],
                }
                for kind in self.catalog
            ],
        }

    def _compute(self, path: str, query: dict[str, list[str]], headers: Any) -> Answer:
        if path.strip("/") == "v2.1":
            return 200, {"version": {"id": "v2.1", "version": self.nova_newest, "min_version": "2.1"}}
        version = headers.get("OpenStack-API-Version", "compute 2.1").split()[-1]
        if version not in self.nova_microversions:
            return 406, {"computeFault": {"code": 406, "message": f"Version {version} is not supported by the API."}}
        if not path.endswith("/detail"):
            ident = path.rpartition("/")[2]
            one = next((thing for thing in self.servers + self.unlisted if thing["id"] == ident), None)
            return (200, {"server": one}) if one else (404, {"itemNotFound": {"message": "Instance not found."}})
        found = self.servers
        if self.nova_filters and "tags" in query:
            found = [one for one in found if set(query["tags"][0].split(",")) <= set(one.get("tags") or ())]
        if self.nova_filters and "tags-any" in query:
            found = [one for one in found if set(query["tags-any"][0].split(",")) & set(one.get("tags") or ())]
        return 200, self._page(f"/compute/{path}", "servers", found, query)

    def _octavia(self, path: str, query: dict[str, list[str]]) -> Answer:
        if path == "/":
            return 200, {"versions": [{"id": name, "status": "SUPPORTED"} for name in self.versions]}
        words = path.removeprefix("/v2/lbaas/").split("/")
        if words[-1] == "members":
            if words[1] not in self.members:
                return 404, {"faultcode": "Client", "faultstring": f"Pool {words[1]} not found.", "debuginfo": None}
            return 200, self._page(f"/load-balancer{path}", "members", self.members[words[1]], query)
        things: list[Json] = getattr(self, LB_URLS[words[0]])
        if words[-1] == "rules":
            return 200, {"rules": self.rules.get(words[1], [])}
        if len(words) == 1:
            return 200, self._page(f"/load-balancer{path}", words[0], things, query)
        one = next((thing for thing in things if thing["id"] == words[1]), None)
        return (200, {words[0].removesuffix("s"): one}) if one else (404, {"faultstring": f"{words[1]} not found."})

    def _page(self, path: str, key: str, things: list[Json], query: dict[str, list[str]]) -> Json:
        """One page; the link to the next one names a host that nobody should follow, as behind a TLS proxy."""
        start = int(query.get("marker", ["0"])[0])
        end = start + self.page if self.page else len(things)
        body: Json = {key: things[start:end]}
        if end < len(things):
            rest = {name: values for name, values in query.items() if name != "marker"}
            link = urlencode({**rest, "marker": [str(end)]}, doseq=True)
            body[f"{key}_links"] = [{"rel": "next", "href": f"http://inside.invalid{path}?{link}"}]
        return body


@contextmanager
def running(cloud: FakeOpenStack) -> Iterator[FakeOpenStack]:
    """Serve the cloud on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = cloud.answer(self.command, self.path, self.headers, json.loads(raw or b"{}"))
            token = body.pop("#", "") if isinstance(body, dict) else ""
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            if cloud.retry_after and status in (429, 503):
                self.send_header("Retry-After", cloud.retry_after)
            if token:
                self.send_header("X-Subject-Token", token)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve  # noqa: N815 the names that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Say nothing: `cloud.log` has it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    cloud.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def queries(target: str) -> dict[str, str]:
    """The query of a logged request."""
    return dict(parse_qsl(urlsplit(target.rsplit(maxsplit=1)[-1]).query))


def populate(cloud: FakeOpenStack, *, name: str = "api", count: int = 3, address: str = "127.0.0.1") -> None:
    """A release: BLUE with weight 1, GREEN at weight 0, in one pool of one load balancer."""
    members = []
    for colour, at in (("blue", 0), ("green", count)):
        for number in range(1, count + 1):
            ident = f"{name}-{colour}-{number}"
            weight = int(colour == "blue")
            cloud.servers.append(
                {
                    "id": ident,
                    "name": ident,
                    "status": "ACTIVE",
                    "OS-EXT-STS:power_state": 1,
                    "tags": [f"service={name}"],
                    "metadata": {"color": colour, "git_commit": f"{colour}-commit"},
                    "image": {"id": f"image-{colour}"},
                    "addresses": {"ops": [{"addr": f"10.0.0.{at + number}", "OS-EXT-IPS:type": "fixed"}]},
                }
            )
            members.append(
                {
                    "id": f"m-{ident}",
                    "name": ident,
                    "address": address,
                    "protocol_port": 8000 + at + number,
                    "weight": weight,
                    "operating_status": "ONLINE" if weight else "DRAINING",
                    "provisioning_status": "ACTIVE",
                    "tags": [f"server={ident}", "bluegreen:weight=1", f"color={colour}"],
                }
            )
    cloud.members[f"{name}-p"] = members
    mine = {"loadbalancers": [{"id": f"{name}-l"}], "provisioning_status": "ACTIVE", "operating_status": "ONLINE"}
    cloud.pools.append({"id": f"{name}-p", "name": name, "healthmonitor_id": f"{name}-h", **mine})
    cloud.monitors.append({"id": f"{name}-h", "type": "HTTP", "delay": 5, "timeout": 3})
    cloud.listeners.append(
        {"id": f"{name}-80", "name": "http", "protocol_port": 80, "default_pool_id": f"{name}-p", **mine}
    )
    cloud.balancers.append(
        {
            "id": f"{name}-l",
            "name": name,
            "vip_address": address,
            "provider": "amphora",
            "provisioning_status": "ACTIVE",
            "operating_status": "ERROR",  # a neighbour's pool: nobody may look at this
            "updated_at": "2026-11-23T13:00:00",
        }
    )


def populate_pools(cloud: FakeOpenStack, *, name: str = "web", count: int = 2, preview: bool = True) -> None:
    """A release with a pool per colour: two listeners send to BLUE's; GREEN's hangs on a policy with a header rule."""
    populate(cloud, name=name, count=count)
    members, pool = cloud.members.pop(f"{name}-p"), cloud.pools.pop()
    for colour, at in (("blue", 0), ("green", count)):
        cloud.pools.append({**pool, "id": f"{name}-{colour}", "name": f"{name}-{colour}"})
        cloud.members[f"{name}-{colour}"] = [one | {"weight": 1} for one in members[at : at + count]]
    for one in cloud.members[f"{name}-green"]:
        one["operating_status"] = "ONLINE" if preview else "OFFLINE"
    listener = cloud.listeners.pop()
    policies = [{"id": f"{name}-policy"}] if preview else []
    for port in (80, 443):
        cloud.listeners.append(
            listener
            | {"id": f"{name}-{port}", "name": f"{name}-{port}", "protocol_port": port, "l7policies": policies}
            | {"default_pool_id": f"{name}-blue"}
        )
    if preview:
        cloud.policies.append(
            {
                "id": f"{name}-policy",
                "name": "preview",
                "listener_id": f"{name}-80",
                "action": "REDIRECT_TO_POOL",
                "redirect_pool_id": f"{name}-green",
                "position": 1,
                "rules": [{"id": f"{name}-rule"}],
            }
        )
        rule = {
            "id": f"{name}-rule",
            "type": "HEADER",
            "compare_type": "EQUAL_TO",
            "key": "X-Preview",
            "value": "s3cret",
        }
        cloud.rules[f"{name}-policy"] = [rule]


ONE_SERVICE = """\
services:
  api:
    cloud: test
    environment: staging
    rotation: {load_balancer: api, pool: api}
    instances: {tags: [service=api]}
"""


def config_of_one(cloud: FakeOpenStack, folder: Path, more: str = "") -> Path:
    """The config of the one service that is put into the cloud, with `more` lines, in this folder."""
    cloud.clouds_yaml(folder)
    populate(cloud)
    path = folder / "config.yaml"
    path.write_text(ONE_SERVICE + more)
    path.chmod(0o600)
    return path
