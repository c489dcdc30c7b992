"""The last snapshot on disk: what a console shows while it has not heard from the cloud yet.

It is a cache of this user's for one config. Whatever is wrong with the file means that nothing is remembered. Texts
that may hold secrets (metadata, probe bodies, consoles, URLs) are left out; the rest is what the screens showed.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from console.config.model import Config, ServiceConfig
from console.config.places import make_private, state_dir
from console.model.instance import Instance
from console.model.service import BALANCER, SERVERS, ColourSet, Service, Source
from console.model.snapshot import Snapshot

SCHEMA = 1
FROM_MEMORY = "remembered, until the cloud answers"

_LARGEST = 256 << 20  # bytes of a file that is worth reading
_KEPT_FILES, _KEPT_FOR = 20, 30 * 86400.0  # of other configs: so many, and seconds
_ABANDONED = 3600.0  # seconds after which nobody writes a file any more


def file_for(config: Config, environ: Mapping[str, str]) -> Path:
    """Where the facts of this config are kept. Another clouds.yaml, or other `OS_*`, is another cloud of that name.

    Raises ConfigError when the user has no home directory.
    """
    told = [f"{name}={value}" for name, value in sorted(environ.items()) if name in _WHICH_CLOUD]
    name = sha256("\n".join([str(config.path), *told]).encode(errors="replace")).hexdigest()[:16]
    return state_dir(environ) / "last-seen" / f"{name}.msgpack"


_WHICH_CLOUD = frozenset({"OS_CLIENT_CONFIG_FILE", "OS_AUTH_URL", "OS_PROJECT_ID", "OS_PROJECT_NAME", "OS_REGION_NAME"})


def remember(snapshot: Snapshot, path: Path, config: Config) -> None:
    """Write what was seen, readable by this user alone. The file is whole or the one before. Raises OSError."""
    import msgspec  # noqa: PLC0415 30 ms, in the thread that writes

    services: list[tuple[str, str, bytes]] = []
    for name, service in snapshot.services.items():
        if is_seen(service) and name in config.services:
            with contextlib.suppress(UnicodeEncodeError):  # half a surrogate pair in a name: it is asked for again
                told = msgspec.msgpack.encode(_without_secrets(service))
                services.append((name, _fingerprint(config.services[name]), told))
    make_private(path.parent)
    document = msgspec.msgpack.encode({"schema": SCHEMA, "taken_at": snapshot.taken_at, "services": services})
    # mkstemp gives 0600; the name is unique, so two consoles do not write into each other's file
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(document)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def recall(path: Path, config: Config, now: float | None = None) -> Snapshot | None:
    """What is remembered of the services that the config still has the same way; None when that is nothing.

    `remembered` is set, the generation is 0, and no source is ever fresh, however young: their ages are the true ones
    at `now` (Unix seconds; the clock's when it is not given).
    """
    at = time.time() if now is None else now
    data = _own_file(path)
    # a fifth of the time goes into looking for cycles, which these objects do not have
    with _no_collector():
        services = dict(_decoded(data, config, at)) if data else {}
    if not services:
        return None
    taken_at = max(source.seen_at or 0.0 for service in services.values() for source in service.sources.values())
    return Snapshot(taken_at, 0, services, remembered=True)


def filled(snapshot: Snapshot, last: Snapshot) -> Snapshot:
    """The snapshot, with what was remembered of each service of which nothing at all was seen yet.

    What goes wrong with asking is told with the remembered facts.
    """
    services = {
        name: service if is_seen(service) or name not in last.services else _troubled(last.services[name], service)
        for name, service in snapshot.services.items()
    }
    remembered = any(services[name] is not service for name, service in snapshot.services.items())
    return replace(snapshot, services=services, remembered=remembered) if remembered else snapshot


def is_seen(service: Service) -> bool:
    """Whether Nova or Octavia has ever answered."""
    return any(service.source(name).seen_at is not None for name in (SERVERS, BALANCER))


def forget_others(path: Path, now: float) -> None:
    """Delete what is remembered of configs that nobody has opened for long, and of too many. Raises OSError.

    What a killed console had begun to write goes as well.
    """
    for part in path.parent.glob(".*.part"):
        if now - part.stat().st_mtime > _ABANDONED:
            part.unlink()
    files = sorted(path.parent.glob("*.msgpack"), key=lambda one: one.stat().st_mtime, reverse=True)
    for rank, file in enumerate(files):
        if file != path and (rank >= _KEPT_FILES or now - file.stat().st_mtime > _KEPT_FOR):
            file.unlink()


def _own_file(path: Path) -> bytes:
    """The content of a file that is this user's and that nobody else can write; else nothing."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
            return file.read() if ours and found.st_size <= _LARGEST else b""
    except OSError:
        return b""


def _decoded(data: bytes, config: Config, now: float) -> Iterator[tuple[str, Service]]:
    import msgspec  # noqa: PLC0415

    decoder = msgspec.msgpack.Decoder(Service)
    try:
        document: Any = msgspec.msgpack.decode(data)
        told = document["services"] if document["schema"] == SCHEMA else ()
        for name, fingerprint, raw in told:
            if name in config.services and fingerprint == _fingerprint(config.services[name]):
                yield name, _aged(decoder.decode(raw), now)
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError, RecursionError):
        return


def _fingerprint(service: ServiceConfig) -> str:
    """What must be the same for facts to be of the same thing: where it is, what belongs to it, what is asked."""
    asked = service.health is not None, service.health.quorum if service.health else 0, service.vip is not None
    parts = (
        service.name,
        service.environment,
        service.group,
        service.balancer_place,
        service.server_place,
        service.rotation,
        service.instances,
        service.version,
        asked,
    )
    return sha256(repr(parts).encode(errors="replace")).hexdigest()[:32]


def _aged(service: Service, now: float) -> Service:
    """No source fresh, and none seen later than now: the clock may have been set back since."""
    sources = {
        name: Source(
            name,
            seen_at=min(source.seen_at, now) if source.seen_at is not None else None,
            good_for=-math.inf,
            problem=FROM_MEMORY,
        )
        for name, source in service.sources.items()
    }
    return replace(service, sources=sources)


def _troubled(remembered: Service, asked: Service) -> Service:
    """The remembered service with what asking for it has come to."""
    sources = {
        name: replace(failed, seen_at=source.seen_at, good_for=source.good_for, cause=source.cause)
        if (failed := asked.source(name)).problem
        else source
        for name, source in remembered.sources.items()
    }
    return replace(remembered, sources=sources)


def _without_secrets(service: Service) -> Service:
    blue, green = (ColourSet(side.colour, tuple(map(_bare, side.instances))) for side in service.colours)
    return replace(
        service,
        blue=blue,
        green=green,
        uncoloured=tuple(map(_bare, service.uncoloured)),
        # a minute of traffic is over by the time that anybody reads it; rates and sessions as well
        traffic=None,
        rates={},
        sessions={},
    )


def _bare(instance: Instance) -> Instance:
    server, probe = instance.server, instance.probe
    return replace(
        instance,
        server=replace(server, metadata={}) if server is not None else None,
        probe=replace(probe, body="", reasons=()) if probe is not None else None,
        announced=None,
    )


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
