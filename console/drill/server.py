"""Starts everything on loopback: the APIs on one ephemeral port, the instances, the VIP, the heartbeat.

`simulation` does it inside a running event loop, `running_drill` on a thread of its own (for tests).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from console.drill import (
    CLOUDS,
    CONFIG,
    control,
    files,
    git_history,
    github,
    glance,
    keystone,
    meddling,
    neutron,
    nova,
    quotas,
    scenarios,
    scene,
)
from console.drill.api import Fault, not_found
from console.drill.datagrams import DatagramVip
from console.drill.loopback import allow_sockets, no_tls, stop_listening
from console.drill.mischief import Mischiefs
from console.drill.octavia import l7, members, others, reading
from console.drill.outages import Outages
from console.drill.record import Recorder
from console.drill.settings import Settings
from console.drill.vip import Vip
from console.drill.world import World
from console.errors import BluegreenError

ATTEMPTS = 10  # at finding a free network
KEEP_ALIVE = (
    75  # seconds; uvicorn's 5 is a console's polling interval, and would close connections just as they are used
)
START, STOP = 20.0, 10.0  # seconds


@dataclass(frozen=True)
class Drill:
    """A running drill. `url`: where its APIs are; `control`: a client for the trainer's door, relative to /drill/."""

    dir: Path
    url: str
    clouds_file: Path
    config_file: Path
    control: httpx.Client
    world: World


@contextlib.contextmanager
def running_drill(**settings: Any) -> Iterator[Drill]:
    """A drill on a thread, in a temporary folder, until the block ends. Arguments are those of `Settings`."""
    chosen = Settings(**settings)
    with tempfile.TemporaryDirectory(prefix="bluegreen-drill-") as name:
        runner = _Thread(chosen, Path(name))
        runner.start()
        try:
            world = runner.wait()
            with httpx.Client(base_url=f"{world.url}/drill/", timeout=10, trust_env=False, verify=no_tls()) as client:
                place = Path(name)
                yield Drill(place, world.url, place / CLOUDS, place / CONFIG, client, world)
        finally:
            runner.stop()


class _Thread(threading.Thread):
    """Runs the event loop of a drill."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        super().__init__(name="drill", daemon=True)
        self._settings, self._directory = settings, directory
        self._listening = threading.Event()
        self._world: World | None = None
        self._problem: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as problem:  # noqa: BLE001 it is raised where the drill was asked for
            self._problem = problem
        finally:
            self._listening.set()

    async def _main(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        async with simulation(self._settings, self._directory) as world:
            self._world = world
            self._listening.set()
            await self._ending.wait()

    def wait(self) -> World:
        """The world, once everything listens."""
        self._listening.wait(START)
        if self._problem is not None:
            raise self._problem
        if self._world is None:
            raise BluegreenError(f"the drill did not start within {START:.0f} s", "is this machine very busy?")
        return self._world

    def stop(self) -> None:
        """End it, and wait for that."""
        if self._loop is not None and self._ending is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
        self.join(STOP)


@contextlib.asynccontextmanager
async def simulation(settings: Settings, directory: Path) -> AsyncIterator[World]:
    """Everything listening, and the two files written into `directory`. Raises BluegreenError, OSError."""
    history = await asyncio.to_thread(git_history.make, directory)
    listening = socket.create_server(("127.0.0.1", 0))
    # asyncio does so only for sockets whose protocol is named; without it each answer on a kept connection waits 40 ms
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listening.close)
        world = await _world(settings, history)
        stack.push_async_callback(_stop, world)
        world.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await scenarios.begin(world, settings.fault)
        server = _Server(_uvicorn_config(Mischiefs(Outages(application(world), world), world)))
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        stack.push_async_callback(_finish, server, serving)
        beating = asyncio.ensure_future(_heartbeat(world))
        stack.callback(beating.cancel)
        while not server.started:
            await asyncio.sleep(0.01)
            if serving.done():
                raise BluegreenError("the drill's web server did not start", str(serving.exception() or ""))
        files.write(directory, world, history)
        yield world


def application(world: World) -> Starlette:
    """The APIs and the trainer's door as one ASGI application."""
    doors: dict[str, Sequence[BaseRoute]] = {
        "/identity": keystone.ROUTES,
        "/compute": nova.ROUTES,
        "/image": glance.ROUTES,
        "/network": [*neutron.ROUTES, *quotas.NETWORK_ROUTES],
        "/load-balancer": reading.root(
            [*reading.ROUTES, *members.ROUTES, *others.ROUTES, *l7.ROUTES, *quotas.BALANCING_ROUTES]
        ),
        "/drill": [*control.ROUTES, *meddling.ROUTES],
        "/github": github.ROUTES,
    }
    # A Mount matches only below its slash, but clients ask a service's bare address for its versions.
    bare = [Route(path, each.endpoint) for path, routes in doors.items() for each in routes if _is_root(each)]
    routes = [*bare, *(Mount(path, routes=inner) for path, inner in doors.items())]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Recorder, world=world)],
        exception_handlers={Fault: _fault, HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    app.state.world = world
    return app


def _is_root(route: BaseRoute) -> TypeGuard[Route]:
    return isinstance(route, Route) and route.path == "/"


async def _fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, Fault)
    return error.response()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return not_found(request) if error.status_code == 404 else Response(str(error.detail), error.status_code)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the event loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=KEEP_ALIVE,
    )


async def _finish(server: uvicorn.Server, serving: asyncio.Future[None]) -> None:
    for each in server.servers:
        await stop_listening(each)
    server.should_exit = server.force_exit = True
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(serving, STOP)


async def _world(settings: Settings, history: git_history.History) -> World:
    problem: OSError | None = None
    allow_sockets(_sockets(settings))
    for _ in range(ATTEMPTS):
        world = scene.build(settings, history, scene.choose_network(settings))
        try:
            for instance in world.instances:
                await instance.start()
            for vip in _vips(world):
                await vip.start()
        except OSError as error:
            problem = error
            await _stop(world)
        else:
            return world
    raise BluegreenError(
        f"the drill's instances cannot listen on loopback addresses: {problem}",
        "it needs all of 127.0.0.0/8, as Linux has it, and ports 8774 and 8080 free there",
    )


def _sockets(settings: Settings) -> int:
    """One listens for each instance; probes, checks and clients have as many connections again, and relays two each."""
    return 500 + 6 * settings.services * settings.instances


async def _stop(world: World) -> None:
    for task in tuple(world.tasks):
        task.cancel()
    await asyncio.gather(*world.tasks, return_exceptions=True)
    for instance in world.instances:
        await instance.stop()
    for vip in _vips(world):
        await vip.stop()


def _vips(world: World) -> list[Vip | DatagramVip]:
    return [vip for entrance in world.entrances for vip in entrance.vips]


async def _heartbeat(world: World) -> None:
    while True:
        began = time.monotonic()
        for entrance in tuple(world.entrances):
            await entrance.amphora.check()
            entrance.amphora.beat(entrance.balancer)
        took = time.monotonic() - began
        await asyncio.sleep(max(world.settings.heartbeat, 3 * took))  # hundreds of members leave time for the APIs
