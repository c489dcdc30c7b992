"""Who does it: recorded with every decision (DESIGN §6, rule 15)."""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from console.cloud.configured import configured_user
from console.cloud.lease_reader import OWNER_LIMIT
from console.config.model import Config

_PEER = "SSH_CONNECTION"  # who came from where, by sshd
_PROC = Path("/proc")
_GENERATIONS = 32  # processes between a login and a command: there are never so many


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a decision, as far as this host can tell without asking the cloud.

    `cloud_user`: who they are to the cloud as their configuration names it, which only a login would prove: that of
    the runner is an event of the rollout.
    """

    user: str
    host: str
    sudo_user: str = ""
    ssh_from: str = ""
    cloud_user: str = ""

    @classmethod
    def deciding(cls, config: Config, *services: str) -> Who:
        """The user of this process, who decides on these services of the config. It asks nobody, and fails nothing."""
        known = [config.services[name] for name in services if name in config.services]
        places = [one.server_place for one in known]
        places += [one.balancer_place for one in known if one.rotation.attached]
        found = dict.fromkeys(user for place in dict.fromkeys(places) if (user := configured_user(*place)))
        return replace(cls.current(), cloud_user=", ".join(found))

    @classmethod
    def current(cls) -> Who:
        """The user of this process, as the kernel and the user database say it; anybody writes an environment.

        Only root is believed to have come by sudo: to set `SUDO_USER`, too, takes root.
        """
        uid = os.getuid()
        by = os.environ.get("SUDO_USER", "") if uid == 0 else ""
        peer = os.environ.get(_PEER) or _of_ancestors()
        return cls(_name(uid), socket.gethostname(), by if _exists(by) else "", peer.split(" ")[0])

    @property
    def words(self) -> str:
        """`alice@jump1`, with what else is known in brackets."""
        more = [f"sudo by {self.sudo_user}" if self.sudo_user else "", f"from {self.ssh_from}" if self.ssh_from else ""]
        known = ", ".join(part for part in more if part)
        return f"{self.user}@{self.host}" + (f" ({known})" if known else "")

    @property
    def in_full(self) -> str:
        """The same with the cloud's user: `alice@jump1, cloud user ops in project prod (as configured)`."""
        return f"{self.words}, cloud user {self.cloud_user} (as configured)" if self.cloud_user else self.words

    @property
    def person(self) -> str:
        """The user's name, whoever they became by sudo: what signs."""
        return self.sudo_user or self.user

    @property
    def owner(self) -> str:
        """`alice@jump1`: what a lease shows, and what is typed to take it over."""
        return f"{self.person}@{self.host}"[:OWNER_LIMIT]


def _of_ancestors() -> str:
    """What sshd told the nearest process above this one that still has it: sudo takes it away. Empty where none has.

    Of another user's process only root can read it.
    """
    pid = os.getppid()
    for _ in range(_GENERATIONS):
        if pid <= 1:
            break
        try:
            environ = (_PROC / str(pid) / "environ").read_bytes()
            parent = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()[1]
        except (OSError, IndexError):
            break
        told = next((one for one in environ.split(b"\0") if one.startswith(f"{_PEER}=".encode())), b"")
        if told:
            return told.partition(b"=")[2].decode(errors="replace")
        pid = int(parent) if parent.isdigit() else 0
    return ""


def _name(uid: int) -> str:
    """The account's name; the number, where nobody knows one: in a container."""
    try:
        return pwd.getpwuid(uid).pw_name or str(uid)
    except KeyError:
        return str(uid)


def _exists(name: str) -> bool:
    try:
        return bool(name) and pwd.getpwnam(name).pw_name == name
    except (KeyError, ValueError):  # ValueError: a NUL, which no environment has
        return False
