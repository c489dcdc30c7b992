"""Servers that are made, labelled, locked, stopped and deleted (Nova API, microversion 2.73)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from console.model.call import Call
from console.model.naming_secrets import shown
from console.plan.basis import Basis
from console.plan.desired import ServerGone, ServerLabelled, ServerLocked, ServerMade, ServerStopped, ServerTagged
from console.plan.kinds.typed import LEVEL, openstack, option, tagged

SERVICE = "compute"
LATER = "set when it is sent"
USER_DATA = ".user-data"  # ending of the file that is made by hand for one server


class Made:
    """POST /servers, one server each."""

    def call(self, desired: ServerMade, basis: Basis) -> Call:
        """As planned; what is only known when it is sent is named."""
        return replace(made(desired), named=True)

    def undo(self, desired: ServerMade, basis: Basis) -> Call | None:
        """Its id is not known yet: a launch is taken back by what its servers carry."""
        return None

    def after(self, desired: ServerMade, basis: Basis) -> Basis:
        """Its id is not known yet."""
        return basis

    def restore(self, desired: Sequence[ServerMade], basis: Basis) -> tuple[Call, ...]:
        """As commands only, by name."""
        return tuple(
            Call(
                SERVICE, "DELETE", f"/servers/{one.name}", None, (openstack("server", "delete", one.name),), named=True
            )
            for one in reversed(desired)
        )

    def words(self, desired: ServerMade) -> tuple[str, ...]:
        """What it boots is in the step's words."""
        zone = f" in {desired.zones[desired.turn % len(desired.zones)]}" if desired.zones else ""
        return (f"{desired.name}  made{zone}",)


def made(desired: ServerMade, **known: Any) -> Call:
    """The request. `known`: `operation`, `group_id`, `zone`, `user_data`, where they are known."""
    server = dict(desired.body)
    server["name"] = desired.name
    server["tags"] = [*server.get("tags", ()), known.get("operation") or f"op:({LATER})"]
    zone = known.get("zone") or (desired.zones[desired.turn % len(desired.zones)] if desired.zones else "")
    if zone:
        server["availability_zone"] = zone
    if desired.user_data:
        server["user_data"] = known.get("user_data") or f"(sha256 {desired.user_data[:12]}, read when it is sent)"
    body: dict[str, Any] = {"server": server}
    if desired.group:
        body["os:scheduler_hints"] = {"group": known.get("group_id") or f"(the id of {desired.group})"}
    return Call(SERVICE, "POST", "/servers", body, (_command(desired, server),), notes=tuple(_notes(desired)))


def _notes(desired: ServerMade) -> Iterator[str]:
    """The plan knows of the user data only what it hashes to: it may hold secrets."""
    if desired.user_data:
        yield (
            f"NAME{USER_DATA} is the file of launch.user_data in the config (sha256 {desired.user_data[:12]}), with "
            "its {{words}} filled in for that server: make it first"
        )
    if desired.group:
        show = openstack("server", "group", "show", desired.group)
        yield (
            "a client before 6.5 (2024) knows no --server-group: give it --hint group=ID instead, with the id that "
            f"`{show}` says"
        )


def _command(desired: ServerMade, server: dict[str, Any]) -> str:
    words = [*option("--image", server["imageRef"]), *option("--flavor", server["flavorRef"])]
    for network in server.get("networks", ()):
        words += option("--network", network["uuid"])
    for group in server.get("security_groups", ()):
        words += option("--security-group", group["name"])
    for key, value in server.get("metadata", {}).items():
        words += option("--property", f"{key}={value}")
    words += tagged([tag for tag in server["tags"] if LATER not in tag])
    if "key_name" in server:
        words += option("--key-name", server["key_name"])
    if "availability_zone" in server:
        words += option("--availability-zone", server["availability_zone"])
    if desired.user_data:
        words += option("--user-data", f"{desired.name}{USER_DATA}")
    if desired.group:
        words += option("--server-group", desired.group)  # its name: a hint must be the id
    return openstack(*LEVEL, "server", "create", "--wait", *words, desired.name)


class _OnServer:
    """What all that is done to one server has in common."""

    def undo(self, desired: Any, basis: Basis) -> Call | None:
        """Nothing takes it back by default."""
        return None

    def after(self, desired: Any, basis: Basis) -> Basis:
        """Neither its task nor its power is changed by it."""
        return basis

    def restore(self, desired: Sequence[Any], basis: Basis) -> tuple[Call, ...]:
        """The undo of each, the last one first."""
        calls = (self.undo(one, basis) for one in reversed(desired))
        return tuple(call for call in calls if call is not None)


class Labelled(_OnServer):
    """POST /servers/ID/metadata: adds and changes, keeps what is not named."""

    def call(self, desired: ServerLabelled, basis: Basis) -> Call:
        """The one POST."""
        pairs = (word for key, value in desired.metadata.items() for word in option("--property", f"{key}={value}"))
        command = openstack("server", "set", *pairs, desired.server_id)
        path = f"/servers/{desired.server_id}/metadata"
        return Call(SERVICE, "POST", path, {"metadata": dict(desired.metadata)}, (command,))

    def words(self, desired: ServerLabelled) -> tuple[str, ...]:
        """The pairs."""
        pairs = (f"{key}={shown(key, value)}" for key, value in desired.metadata.items())
        return (f"{desired.name}  " + ", ".join(pairs),)


class Tagged(_OnServer):
    """PUT /servers/ID/tags/TAG: 201, or 204 where it was there. DELETE: 204, or 404 where it was not."""

    def call(self, desired: ServerTagged, basis: Basis) -> Call:
        """The one PUT, or the one DELETE."""
        return _tagging(desired, there=desired.there)

    def undo(self, desired: ServerTagged, basis: Basis) -> Call | None:
        """The other way round."""
        return _tagging(desired, there=not desired.there)

    def words(self, desired: ServerTagged) -> tuple[str, ...]:
        """The tag."""
        return (f"{desired.name}  {'' if desired.there else 'no '}tag {desired.label}",)


def _tagging(desired: ServerTagged, *, there: bool) -> Call:
    verb, method = ("set", "PUT") if there else ("unset", "DELETE")
    command = openstack(*LEVEL, "server", verb, *option("--tag", desired.label), desired.server_id)
    return Call(SERVICE, method, f"/servers/{desired.server_id}/tags/{desired.label}", None, (command,))


class Locked(_OnServer):
    """POST /servers/ID/action with lock or unlock."""

    def call(self, desired: ServerLocked, basis: Basis) -> Call:
        """The action."""
        return _action(
            desired.server_id,
            {"lock": {"locked_reason": desired.reason[:255]}} if desired.locked else {"unlock": None},
            openstack("server", "lock" if desired.locked else "unlock", desired.server_id),
        )

    def undo(self, desired: ServerLocked, basis: Basis) -> Call | None:
        """The opposite."""
        return self.call(ServerLocked(desired.server_id, desired.name, not desired.locked, desired.reason), basis)

    def words(self, desired: ServerLocked) -> tuple[str, ...]:
        """What it is."""
        return (f"{desired.name}  {'locked' if desired.locked else 'unlocked'}",)


class Stopped(_OnServer):
    """POST /servers/ID/action with os-stop."""

    def call(self, desired: ServerStopped, basis: Basis) -> Call:
        """The action."""
        return _action(desired.server_id, {"os-stop": None}, openstack("server", "stop", desired.server_id))

    def undo(self, desired: ServerStopped, basis: Basis) -> Call | None:
        """Started again."""
        return _action(desired.server_id, {"os-start": None}, openstack("server", "start", desired.server_id))

    def after(self, desired: ServerStopped, basis: Basis) -> Basis:
        """Off, where its power is the rotation."""
        servers = (
            replace(one, on=False) if one.id == desired.server_id and one.on is not None else one
            for one in basis.servers
        )
        return replace(basis, servers=tuple(servers))

    def words(self, desired: ServerStopped) -> tuple[str, ...]:
        """What it is."""
        return (f"{desired.name}  stopped",)


class Gone(_OnServer):
    """DELETE /servers/ID: there is no way back."""

    def call(self, desired: ServerGone, basis: Basis) -> Call:
        """The one DELETE."""
        command = openstack("server", "delete", "--wait", desired.server_id)
        return Call(SERVICE, "DELETE", f"/servers/{desired.server_id}", None, (command,))

    def after(self, desired: ServerGone, basis: Basis) -> Basis:
        """Without it."""
        return replace(basis, servers=tuple(one for one in basis.servers if one.id != desired.server_id))

    def words(self, desired: ServerGone) -> tuple[str, ...]:
        """What becomes of it."""
        return (f"{desired.name}  deleted",)


def _action(server_id: str, body: dict[str, Any], command: str) -> Call:
    return Call(SERVICE, "POST", f"/servers/{server_id}/action", body, (command,))
