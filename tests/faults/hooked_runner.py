"""The runner in a process of its own, with something done at a row of its journal.

It is forked from one that has imported everything.

A runner that is started afresh takes a second of CPU to import what it needs; thousands of runs do not have that.
"""

from __future__ import annotations

import errno
import http.client
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import urllib3.connection
import urllib3.util.connection
from stage import WHO

from console.errors import UsageError
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.runner import process
from console.watch.observe import Observer

BEFORE, AFTER = "before", "after"
HERE = Path(__file__).parent
# ours, and what it imports when it needs it; pytest is what a forked process believes to be its main module
PRELOADED = (
    *("pytest", "hooked_runner", "openstack.config.loader", "keystoneauth1.loading._plugins.identity.generic"),
    *("httpcore", "anyio._backends._asyncio", "h11", "sniffio", "netrc", "sqlalchemy.dialects.sqlite"),
)


@dataclass(frozen=True)
class Act:
    """What happens: `kind` is a key of ACTS. `doors` are requests to the drill's door: method, path, body."""

    kind: str
    doors: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    number: float = 0.0

    def of(self, service: str) -> Act:
        """The same with the service's name in it, where {service} stands."""

        def said(body: Mapping[str, Any]) -> dict[str, Any]:
            named = ("name",)
            return {key: value.format(service=service) if key in named else value for key, value in body.items()}

        doors = tuple((method, path.format(service=service), said(body)) for method, path, body in self.doors)
        return replace(self, doors=doors)


@dataclass(frozen=True)
class Trigger:
    """The row of the journal (the first is 1) before or after which something happens, once. Row 0: at the start."""

    row: int
    moment: str
    act: Act
    drill: str = ""  # the door's URL
    journal: str = ""
    mark: str = ""  # a file that says when it happened
    rollout: str = ""  # its id


@dataclass
class Rows:
    """How many rows there were."""

    trigger: Trigger | None
    count: int = 0
    done: bool = field(default=False)

    def meet(self, row: int, moment: str) -> None:
        """Do it, if it is its turn."""
        wanted = self.trigger
        if wanted is None or self.done or (wanted.row, wanted.moment) != (row, moment):
            return
        self.done = True
        Path(wanted.mark).write_text(repr(time.clock_gettime(time.CLOCK_REALTIME)))
        ACTS[wanted.act.kind](wanted)

    def counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            row = self.count
            self.meet(row, BEFORE)
            result = method(*args, **kwargs)
            self.meet(row, AFTER)
            return result

        return wrapper


def _kill(_trigger: Trigger) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(_trigger: Trigger) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _door(trigger: Trigger) -> None:
    where = urlsplit(trigger.drill)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    for method, path, body in trigger.act.doors:
        connection.request(method, f"/drill/{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        gone = answer.status == 404 and path.startswith(("members/", "servers/", "instances/"))  # by us, before
        assert answer.status < 400 or gone, (method, path, body, said)
    connection.close()


def _set_clock(trigger: Trigger) -> None:
    """Everybody's clock on this host jumps; the one that counts seconds since boot does not."""
    real, jump = time.time, trigger.act.number

    def jumped() -> float:
        return real() + jump

    time.time = jumped
    Journal.append.__globals__["time"].time = jumped
    for one in _LIVING:
        one._clock = jumped


_LIVING: list[Any] = []


def _remember_clocks(kind: type[Any]) -> None:
    made = kind.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        _LIVING.append(self)

    kind.__init__ = init


def _fill(trigger: Trigger) -> None:
    """Nothing more fits on the disk of the journal."""
    place = Path(trigger.journal).parent
    assert os.path.ismount(place)
    descriptor = os.open(place / "rubbish", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for size in (1 << 20, 4096, 1):
        try:
            while True:
                os.write(descriptor, b"x" * size)
        except OSError:
            continue
    os.close(descriptor)


def _protect(trigger: Trigger) -> None:
    """The journal takes no more records: SQLite says so as it does of a disk that is mounted read-only."""

    def begin(connection: sa.Connection) -> None:
        if connection.engine.url.database == trigger.journal:
            connection.exec_driver_sql("PRAGMA query_only=ON")

    sa.event.listen(sa.Engine, "begin", begin)


def _refuse(trigger: Trigger) -> None:
    """For `number` seconds nothing listens where the APIs were: open connections are lost, new ones refused."""
    end = time.monotonic() + trigger.act.number
    port = urlsplit(trigger.drill).port
    connect, send = urllib3.util.connection.create_connection, urllib3.connection.HTTPConnection.request

    def refused(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        if address[1] == port and time.monotonic() < end:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        return connect(address, *args, **kwargs)

    def afresh(self: urllib3.connection.HTTPConnection, *args: Any, **kwargs: Any) -> Any:
        if self.port == port and time.monotonic() < end:
            self.close()
        return send(self, *args, **kwargs)

    vars(urllib3.util.connection)["create_connection"] = refused
    vars(urllib3.connection)["HTTPConnection"].request = afresh


def _abort(trigger: Trigger) -> None:
    """The operator asks for the way back; one who comes too late is told so."""
    with suppress(UsageError), Journal.open(f"sqlite:///{trigger.journal}") as journal:
        request.abort(journal, trigger.rollout, WHO, "in between")


ACTS: dict[str, Callable[[Trigger], None]] = {
    "kill": _kill,
    "stop": _stop,
    "door": _door,
    "clock": _set_clock,
    "fill": _fill,
    "protect": _protect,
    "refuse": _refuse,
    "abort": _abort,
}


def run(environ: Mapping[str, str], argv: list[str], trigger: Trigger | None, out: str, rows_file: str) -> None:
    """The process: a session of its own, as the real one has; its exit code is the runner's."""
    os.setsid()
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.environ.clear()
    os.environ.update(environ)
    rows = Rows(trigger)
    for name in ("claim", "append", "end"):
        setattr(Journal, name, rows.counted(getattr(Journal, name)))
    _remember_clocks(Journal)
    _remember_clocks(Observer)
    rows.meet(0, AFTER)
    code = process.main(argv)
    Path(rows_file).write_text(str(rows.count))
    sys.exit(code)


def forks() -> ForkServerContext:
    """Where runners are forked from."""
    paths = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]
    os.environ["PYTHONPATH"] = os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    forkserver.ensure_running()  # now: a scene has an environment of its own, in which these would not be found
    return context


def start(
    context: ForkServerContext,
    environ: Mapping[str, str],
    argv: list[str],
    trigger: Trigger | None,
    place: Path,
) -> BaseProcess:
    """Start one."""
    arguments = (dict(environ), argv, trigger, str(place / "runner.out"), str(place / "rows"))
    child = context.Process(target=run, args=arguments, daemon=False)
    child.start()
    return child
