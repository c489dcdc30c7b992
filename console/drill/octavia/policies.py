"""L7 policies and their rules, as Octavia shows them (Octavia 19), and which requests they match."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.drill.octavia.thing import JSON, Thing


@dataclass(eq=False)
class Rule(Thing):
    """A rule of a policy. All rules of a policy must match."""

    type: str = "HEADER"
    compare_type: str = "EQUAL_TO"
    key: str | None = None
    value: str = ""
    invert: bool = False

    def view(self) -> JSON:
        """As the API shows it: the value, too."""
        return {
            "id": self.id,
            "type": self.type,
            "compare_type": self.compare_type,
            "key": self.key,
            "value": self.value,
            "invert": self.invert,
            "provisioning_status": self.provisioning_status,
            "operating_status": self.operating_status,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "project_id": self.project_id,
            "admin_state_up": self.admin_state_up,
            "tags": sorted(self.tags),
            "tenant_id": self.project_id,
        }

    def matches(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether a request is meant. Names of headers are in lower case."""
        return self._found(self._part(path, headers)) is not self.invert

    def _part(self, path: str, headers: Mapping[str, str]) -> str:
        match self.type:
            case "PATH":
                return path
            case "HOST_NAME":
                return headers.get("host", "").partition(":")[0]
            case "COOKIE":
                pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
                return next((value for name, _, value in pairs if name == self.key), "")
            case _:
                return headers.get((self.key or "").lower(), "")

    def _found(self, text: str) -> bool:
        match self.compare_type:
            case "STARTS_WITH":
                return text.startswith(self.value)
            case "ENDS_WITH":
                return text.endswith(self.value)
            case "CONTAINS":
                return self.value in text
            case "REGEX":
                return re.search(self.value, text) is not None
            case _:
                return text == self.value


@dataclass(eq=False)
class Policy(Thing):
    """An L7 policy that sends what its rules match to a pool. `position` counts from 1."""

    listener_id: str = ""
    redirect_pool_id: str | None = None
    position: int = 1
    rules: list[Rule] = field(default_factory=list)

    def attaches(self, pool_id: str) -> bool:
        """Whether it brings the pool into the load balancer's configuration."""
        return self.redirect_pool_id == pool_id and self.admin_state_up and bool(self.rules)

    def matches(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether it decides about this request."""
        used = [rule for rule in self.rules if rule.admin_state_up]
        return self.admin_state_up and bool(used) and all(rule.matches(path, headers) for rule in used)

    def view(self) -> JSON:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "provisioning_status": self.provisioning_status,
            "operating_status": self.operating_status,
            "admin_state_up": self.admin_state_up,
            "project_id": self.project_id,
            "action": "REDIRECT_TO_POOL",
            "listener_id": self.listener_id,
            "redirect_pool_id": self.redirect_pool_id,
            "redirect_url": None,
            "redirect_prefix": None,
            "position": self.position,
            "rules": [{"id": rule.id} for rule in self.rules],
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "tags": sorted(self.tags),
            "redirect_http_code": None,
            "tenant_id": self.project_id,
        }
