"""Calls as `openstack` commands to type: whatever comes from the cloud or the config stays one word of the shell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from console.model.balancer import Member
from console.model.call import COMPUTE_LEVEL

MEMBER = ("loadbalancer", "member")
LEVEL = ("--os-compute-api-version", COMPUTE_LEVEL)  # tags of servers and soft policies are refused without it


def openstack(*words: object) -> str:
    """The command of these words, each quoted where the shell would take it apart."""
    return shlex.join(["openstack", *map(str, words)])


def until_active(server_id: str) -> str:
    """A loop of a plain shell that ends when Nova says ACTIVE of the server, and not before."""
    show = openstack("server", "show", "-f", "value", "-c", "status", server_id)
    return f"until {show} | grep -qx ACTIVE; do sleep 5; done"


def option(name: str, value: object) -> tuple[str, ...]:
    """An option with its value, which the client must not take for an option itself."""
    text = str(value)
    return (f"{name}={text}",) if text.startswith("-") else (name, text)


def tagged(tags: Sequence[str]) -> tuple[str, ...]:
    """These tags, besides those that are there."""
    return tuple(word for tag in tags for word in option("--tag", tag))


def retagged(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """From these tags of a member to those; no words where they are the same.

    `member set` adds with `--tag`, and takes no single one away: what is there goes with `--no-tag`, and all that is to
    be there is said again (python-octaviaclient).
    """
    if set(before) <= set(after):
        return tagged(sorted(set(after) - set(before)))
    return ("--no-tag", *tagged(sorted(after)))


def member_set(pool_id: str, member: Member, was: Member | None) -> str:
    """A member as it is to be, by what differs; all of it where nobody knows how it `was`. Empty: nothing differs."""
    words: list[str] = []
    if was is None or was.weight != member.weight:
        words += ["--weight", str(member.weight)]
    if was is None or was.admin_state_up != member.admin_state_up:
        words.append("--enable" if member.admin_state_up else "--disable")
    words += ["--no-tag", *tagged(sorted(member.tags))] if was is None else retagged(was.tags, member.tags)
    return openstack(*MEMBER, "set", "--wait", *words, pool_id, member.id) if words else ""


def member_created(pool_id: str, item: Mapping[str, Any]) -> str:
    """A member as an item of a batch says it."""
    words: list[str] = []
    for name in ("name", "address", "protocol_port", "weight", "subnet_id", "monitor_address", "monitor_port"):
        if item.get(name) is not None:
            words += option("--" + name.replace("_", "-"), item[name])
    words += ["--enable-backup"] if item.get("backup") else []
    words += ["--disable"] if item.get("admin_state_up") is False else []
    words += ["--request-sriov"] if item.get("vnic_type") == "direct" else []
    return openstack(*MEMBER, "create", "--wait", *words, *tagged(item["tags"]), pool_id)
