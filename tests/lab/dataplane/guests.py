"""The process with the apps of all servers, controlled through run/guests.sock: JSON line in, JSON line out.

The compute driver (plugins/nova_virt_lab.py) starts and stops the apps, `set-app` changes what they do. What runs
is kept in data/guests.json over restarts.
"""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

from ..settings import DATA, RUN, say
from .guest import Guest

_SOCKET = RUN / "guests.sock"
_FILE = DATA / "guests.json"
_GUESTS: dict[str, Guest] = {}


def ask(**request: Any) -> Any:
    """One request to the running process; ValueError where it refuses, OSError where nobody listens."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(_SOCKET))
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["ok"]


def _save() -> None:
    draft = _FILE.with_suffix(".new")
    draft.write_text(json.dumps([guest.kept() for guest in _GUESTS.values()]))
    draft.rename(_FILE)


def _add(**kept: Any) -> Guest:
    guest = _GUESTS[kept["uuid"]] = Guest(**kept)
    guest.on_change = _save
    return guest


async def _do(request: dict[str, Any]) -> Any:
    operation = request["op"]
    if operation == "list":
        return [
            guest.kept() | {"served": guest.served, "listening": guest.listening, "connections": len(guest.connections)}
            for guest in _GUESTS.values()
        ]
    if operation == "mode":
        return await _mode(request["server"], request["mode"])
    if operation == "start":
        await _start(request)
    else:
        await _change(operation, request)
    _save()
    return "ok"


async def _mode(server: str, mode: str) -> dict[str, Any]:
    found = [guest for guest in _GUESTS.values() if server in (guest.uuid, guest.name)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} servers are called {server}")
    guest, before = found[0], found[0].mode
    await guest.set_mode(mode)
    _save()
    return {"name": guest.name, "ips": guest.ips, "old": before, "mode": guest.mode}


async def _start(request: dict[str, Any]) -> None:
    kept = {key: request[key] for key in ("uuid", "name", "host", "ips", "info")}
    guest = _GUESTS.get(request["uuid"]) or _add(**kept)
    guest.host, guest.info, guest.name = request["host"], request["info"], request["name"]
    guest.ips = request["ips"] or guest.ips
    await guest.start(request["mode"], request["boot"])


async def _change(operation: str, request: dict[str, Any]) -> None:
    guest = _GUESTS.get(request["uuid"])
    if not guest or guest.host != request["host"]:  # the server has moved to another host
        return
    if operation in ("stop", "delete"):
        guest.stop_boot()
        guest.on = False
    elif operation in ("pause", "unpause"):
        guest.paused = operation == "pause"
    await guest.apply()
    if operation == "delete":
        del _GUESTS[guest.uuid]


async def _control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        answer = {"ok": await _do(json.loads(await reader.readline()))}
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets to know it
        answer = {"error": f"{type(error).__name__}: {error}"}
    writer.write(json.dumps(answer).encode() + b"\n")
    await writer.drain()
    writer.close()


async def _serve() -> None:
    if _FILE.exists():
        for kept in json.loads(_FILE.read_text()):
            guest = _add(**kept)
            try:
                await guest.apply()
            except OSError as error:
                say(guest.name, error)
    _SOCKET.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(_control, str(_SOCKET))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
