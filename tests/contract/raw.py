"""An API as it answers, without the console between: status, headers and JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from console.cloud.session import Session

ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """One answer; `body` is None where there is none."""

    status: int
    body: Any

    @property
    def said(self) -> str:
        """The error of Nova or Octavia, ids left out."""
        for key in ("faultstring", "description"):
            if key in self.body:
                return ID.sub("ID", str(self.body[key]))
        return ID.sub("ID", str(next(iter(self.body.values()))["message"]))


def ask(session: Session, service: str, path: str, method: str = "GET", body: Any = None, *, level: str = "") -> Answer:
    """One request. `level`: Nova's microversion."""
    headers = {"OpenStack-API-Version": f"compute {level}"} if level else {}
    more = {} if body is None else {"json": body}
    response = session.adapter(service).request(path, method, raise_exc=False, headers=headers, **more)
    return Answer(response.status_code, response.json() if response.content else None)


def lbaas(session: Session, path: str, method: str = "GET", body: Any = None) -> Answer:
    """One request to Octavia, below /v2/lbaas."""
    return ask(session, "load-balancer", f"/v2/lbaas{path}", method, body)
