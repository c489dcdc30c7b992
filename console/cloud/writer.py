"""The only module that changes the cloud. Nothing here retries: after a lost answer the caller reads, then decides.

Each call returns when the cloud has answered, or raises a CloudError: Unreachable means that nobody knows whether it
was applied. A write takes `timeout` seconds at most, less than the timer that kills a process which overslept.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from console.cloud.problems import from_exception, from_response
from console.cloud.session import UNHURRIED, Session, sdk_errors
from console.errors import Unreachable
from console.model.call import COMPUTE_LEVEL, Call


class Writer:
    """The writes of a rollout: one batch of members, and the port that is the lease.

    `timeout`: seconds, a third of it for connecting. `agent`: the User-Agent of each write.
    """

    def __init__(self, session: Session, timeout: float = 15.0, *, agent: str = "bluegreen") -> None:
        self._session = session
        self._timeout = (timeout / 3, timeout * 2 / 3)
        self._agent = agent

    def send(self, call: Call) -> str:
        """Send a planned call. Returns the cloud's request id, empty where it tells none."""
        response = self._request(call.service, call.method, call.path, call.body)
        return str(response.headers.get("x-openstack-request-id", ""))

    def create_port(self, network_id: str, mac: str, name: str, description: str) -> dict[str, Any]:
        """POST a port that takes no address; 409 MacAddressInUse becomes Conflict."""
        port = {
            "network_id": network_id,
            "mac_address": mac,
            "fixed_ips": [],
            "name": name,
            "description": description,
        }
        return self._port("POST", "/v2.0/ports", {"port": port})

    def describe_port(self, port_id: str, description: str) -> dict[str, Any]:
        """PUT the description of a port; the answer carries `updated_at`, the server's time of it."""
        return self._port("PUT", f"/v2.0/ports/{port_id}", {"port": {"description": description}})

    def tag_port(self, port_id: str, tag: str) -> None:
        """PUT a tag on a port: any writer of the project may. 201."""
        self._request("network", "PUT", f"/v2.0/ports/{port_id}/tags/{quote(tag, safe='')}", {})

    def delete_port(self, port_id: str) -> None:
        """DELETE a port by its id: it cannot hit a newer lease."""
        self._request("network", "DELETE", f"/v2.0/ports/{port_id}", None)

    def _port(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The port in the answer. One that cannot be read is as good as none: a proxy in between may have given it."""
        response = self._request("network", method, path, body)
        try:
            return dict(response.json()["port"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Unreachable(
                f"cloud {self._session.cloud}: {method} network {path} answered {response.status_code} with something "
                "that is no port",
                "is the endpoint Neutron, or a proxy's login page?",
            ) from error

    def _request(self, service: str, method: str, path: str, body: dict[str, Any] | None) -> Any:
        adapter = self._session.adapter(service)
        what = f"{method} {service} {path.partition('?')[0]}"
        extra: dict[str, Any] = {} if body is None else {"json": body}
        if service == "compute":
            extra["headers"] = {"OpenStack-API-Version": f"compute {COMPUTE_LEVEL}"}
        extra |= {"timeout": self._timeout, "user_agent": self._agent, "rate_semaphore": UNHURRIED}
        try:
            response = adapter.request(path, method, raise_exc=False, connect_retries=0, **extra)
        except sdk_errors() as error:
            raise from_exception(error, self._session.cloud, what, timeout=self._timeout[1]) from error
        if response.status_code >= 300:
            raise from_response(response, self._session.cloud, what)
        return response
