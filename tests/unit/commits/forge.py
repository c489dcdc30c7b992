"""Servers of commits over real sockets: answers of a real repository, held against the published schemas."""

from __future__ import annotations

import contextlib
import datetime
import json
import socket
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import uvicorn
from repositories import ENVIRON, Repository
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PUBLISHED = Path(__file__).parent / "published"


@dataclass(frozen=True)
class Fact:
    """One commit as the repository has it."""

    sha: str
    tree: str
    parents: list[str]
    author: str
    at: int
    message: str
    files: list[str]


@dataclass
class Forge:
    """What all servers share: the repository, what is asked, a token that is wanted, and what tests came to.

    `states`: by SHA, in the words of the server. `requests`: path and query of each, in order.
    """

    repository: Repository
    token: str = ""
    states: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    unchanged: int = 0  # conditional requests that got 304
    url: str = ""
    _facts: dict[str, Fact] = field(default_factory=dict)

    def fact(self, name: str) -> Fact | None:
        """The commit that git finds by this name."""
        if name in self._facts:
            return self._facts[name]
        try:
            text = self.repository.git(
                "log", "-1", "--format=%H%x00%T%x00%P%x00%an%x00%ct%x00%B", f"{name}^{{commit}}", "--"
            )
        except subprocess.CalledProcessError:
            return None
        return self._read(text)

    def _read(self, text: str) -> Fact:
        sha, tree, parents, author, at, message = text.split("\0")
        files = self.repository.git("show", "--format=", "--name-only", "-z", sha).split("\0")
        return Fact(sha, tree, parents.split(), author, int(at), message, list(filter(None, files)))

    def range(self, revisions: str) -> list[Fact]:
        """The commits of a range, newest first."""
        shas = self.repository.git("rev-list", "--topo-order", revisions, "--").split()
        return [self._facts.setdefault(sha, fact) for sha in shas if (fact := self._facts.get(sha) or self.fact(sha))]

    def differing(self, base: str, tip: str) -> list[str]:
        """The paths that differ from the merge base."""
        return list(filter(None, self.repository.git("diff", "--name-only", "-z", f"{base}...{tip}").split("\0")))

    def related(self, base: str, tip: str) -> bool:
        """Whether both are there and share a commit."""
        return subprocess.run(
            ["git", "merge-base", base, tip], cwd=self.repository.path, env=ENVIRON, capture_output=True, check=False
        ).returncode == 0  # fmt: skip

    def answer(self, request: Request, data: Any, kind: str, *, prefix: str = "", **headers: str) -> Response:
        """A JSON answer with an ETag, or 304; `kind` is the published schema that it fits, `[]` after it a list."""
        check(data, kind)
        body = (prefix + json.dumps(data)).encode()
        etag = f'W/"{sha256(body).hexdigest()[:32]}"'
        sent = {"ETag": etag, **headers}
        if request.headers.get("if-none-match") == etag:
            self.unchanged += 1
            return Response(status_code=304, headers=sent)
        return Response(body, media_type="application/json", headers=sent)

    def refused(self, request: Request) -> Response | None:
        """What whoever asks without the token gets."""
        self.requests.append(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)
        if self.token and request.headers.get("authorization") != self.token:
            return Response('{"message": "Bad credentials"}', 401)
        return None


def check(data: Any, kind: str) -> None:
    """Hold an answer against the schema of its API."""
    name = kind.removesuffix("[]")
    for one in data if kind.endswith("[]") else [data]:
        _validator(name).validate(one)


@lru_cache
def _validator(name: str) -> Any:
    schemas: dict[str, Any] = {}
    for file in PUBLISHED.glob("*.json"):
        schemas |= json.loads(file.read_text())["components"]["schemas"]
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}})


Routes = dict[str, Callable[[Request], Response]]


def iso(at: int) -> str:
    """The time as ISO 8601 has it."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _guarded(forge: Forge, handler: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        return forge.refused(request) or handler(request)

    return handle


@contextlib.contextmanager
def served(forge: Forge, routes: Routes) -> Iterator[str]:
    """The routes on a port of their own, in a thread, each behind the forge's token. Yields the URL."""
    application = Starlette(routes=[Route(path, _guarded(forge, handler)) for path, handler in routes.items()])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        forge.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(application, http="h11", ws="none", lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield forge.url
        finally:
            server.should_exit = True
            thread.join(10)
