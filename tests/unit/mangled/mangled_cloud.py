"""A cloud on loopback whose answers are spoilt on their way out; its instances and its VIP answer at the same port."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fake_openstack import FakeOpenStack, populate
from mangling import Mangle, Raw, plain

from console.config.model import (
    Config,
    HealthCheck,
    Kind,
    LeaseConfig,
    Rotation,
    Selection,
    ServiceConfig,
    VipCheck,
)

NETWORK = "bluegreen-lease"
# what a terminal obeys or reorders: C0 but the line break, DEL, C1, bidirectional controls, lone surrogates
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")
TOLD = {"version": "2026.1", "git_commit": "blue-commit"}
_VERSIONS = ("metadata.git_commit", "image.git_commit", "http./version#git_commit")


class MangledCloud(FakeOpenStack):
    """A cloud with a service of each rotation. `mangles` spoil its answers; logins only when they ask for it."""

    mangles: tuple[Mangle, ...] = ()

    def raw(self, method: str, target: str, headers: Any, body: Any) -> tuple[Raw, str]:
        """One answer, and the token in its header."""
        if target.startswith(("/healthcheck", "/version")):
            status, answer = 200, dict(TOLD)
        elif (close := _closely(target.partition("?")[0])) is not None:
            status, answer = 200, close
        else:
            status, answer = self.answer(method, target, headers, body)
        token = answer.pop("#", "") if isinstance(answer, dict) else ""
        for mangle in self.mangles:
            if mangle.part in target and (mangle.part or not target.startswith("/identity")):
                return mangle.spoil(status, answer), token
        return plain(status, answer), token


def _closely(path: str) -> dict[str, Any] | None:
    """What is only asked about one object: actions on a server, its console, a listener's counters."""
    deed = {"action": "reboot", "request_id": "req-1", "user_id": "alice", "start_time": "2026-11-23T13:00:00.000000"}
    if path.endswith("/os-instance-actions"):
        return {"instanceActions": [{**deed, "message": None}]}
    if "/os-instance-actions/" in path:
        event = {"event": "compute_reboot_instance", "start_time": deed["start_time"], "finish_time": None}
        return {"instanceAction": {**deed, "events": [{**event, "result": "Success", "details": None}]}}
    if path.endswith("/action"):
        return {"output": "[    0.000000] Linux version 6.8\nlogin: "}
    if path.endswith("/stats"):
        counters = {"active_connections": 3, "total_connections": 90, "bytes_in": 7, "bytes_out": 8}
        return {"stats": {**counters, "request_errors": 0}}
    return None


def config(port: int, **changes: Any) -> Config:
    """A service of each rotation on the cloud."""

    def one(name: str, rotation: Rotation, **more: Any) -> ServiceConfig:
        health = HealthCheck(port=port, timeout=2.0)
        selected = Selection(tags=(f"service={name}",))
        return ServiceConfig(name, "test", rotation, instances=selected, health=health, version=_VERSIONS, **more)

    weights = one("api", Rotation("api", "api"), vip=VipCheck(f"http://{{vip}}:{port}/version", timeout=2.0))
    pools = one("web", Rotation("web", "", Kind.POOLS, pools={"blue": "web", "green": "web-green"}))
    power = one("worker", Rotation("", "", Kind.POWER))
    services = {each.name: each for each in (weights, pools, power)}
    return Config(Path("config.yaml"), services, "sqlite:///x", LeaseConfig(network=NETWORK), **changes)


@contextmanager
def mangled_cloud() -> Iterator[MangledCloud]:
    """Serve such a cloud on a free port of loopback."""
    cloud = MangledCloud()
    for name in ("api", "web", "worker"):
        populate(cloud, name=name)
    green = [member for member in cloud.members["web-p"] if "green" in member["id"]]
    cloud.members |= {"web-p": [each for each in cloud.members["web-p"] if each not in green], "web-green-p": green}
    cloud.pools.append({**cloud.pools[1], "id": "web-green-p", "name": "web-green"})
    for listener, pool in zip(cloud.listeners, cloud.pools, strict=False):
        listener["default_pool_id"] = pool["id"]
    for member in (member for members in cloud.members.values() for member in members):
        member["protocol_port"] = 1
    policy = {"id": "web-l7", "name": "preview", "listener_id": "web-80", "action": "REDIRECT_TO_POOL", "position": 1}
    cloud.policies.append({**policy, "redirect_pool_id": "web-green-p", "rules": [{"id": "web-rule"}]})
    rule = {"id": "web-rule", "type": "HEADER", "key": "X-Preview", "value": "secret", "compare_type": "EQUAL_TO"}
    cloud.rules["web-l7"] = [rule]
    cloud.networks.append({"id": "n1", "name": NETWORK})
    cloud.images |= {f"image-{colour}": {"id": f"image-{colour}", "git_commit": colour} for colour in ("blue", "green")}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cloud))
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


def _handler(cloud: MangledCloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer, token = cloud.raw(self.command, self.path, self.headers, json.loads(sent or b"{}"))
            headers = {"Content-Type": "application/json", **answer.headers}
            self.send_response(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            if token:
                self.send_header("X-Subject-Token", token)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body) + answer.cut))
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = self.close_connection or answer.cut > 0

        do_GET = do_POST = _serve  # noqa: N815 the names that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
