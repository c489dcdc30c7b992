"""Who does it: recorded with every decision (DESIGN §6, rule 15)."""

from __future__ import annotations

import getpass
import os
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
        """The user of this process."""
        try:
            user = getpass.getuser()
        except (KeyError, OSError):
            user = str(os.getuid())
        peer = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
        return cls(user, socket.gethostname(), os.environ.get("SUDO_USER", ""), peer)

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
