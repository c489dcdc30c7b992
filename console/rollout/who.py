"""Who does it: recorded with every decision (DESIGN §6, rule 15)."""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass

from console.cloud.lease_reader import OWNER_LIMIT


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a decision, as far as this host can tell. The cloud's user is an event of the rollout."""

    user: str
    host: str
    sudo_user: str = ""
    ssh_from: str = ""

    @classmethod
    def current(cls) -> Who:
        """The user of this process, as the kernel and the user database say it; anybody writes an environment.

        Only root is believed to have come by sudo: to set `SUDO_USER`, too, takes root.
        """
        uid = os.getuid()
        by = os.environ.get("SUDO_USER", "") if uid == 0 else ""
        peer = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
        return cls(_name(uid), socket.gethostname(), by if _exists(by) else "", peer)

    @property
    def words(self) -> str:
        """`alice@jump1`, with what else is known in brackets."""
        more = [f"sudo by {self.sudo_user}" if self.sudo_user else "", f"from {self.ssh_from}" if self.ssh_from else ""]
        known = ", ".join(part for part in more if part)
        return f"{self.user}@{self.host}" + (f" ({known})" if known else "")

    @property
    def person(self) -> str:
        """The user's name, whoever they became by sudo: what signs."""
        return self.sudo_user or self.user

    @property
    def owner(self) -> str:
        """`alice@jump1`: what a lease shows, and what is typed to take it over."""
        return f"{self.person}@{self.host}"[:OWNER_LIMIT]


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
