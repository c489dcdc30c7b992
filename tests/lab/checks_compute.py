"""`verify`: identity, images, servers."""

from __future__ import annotations

from typing import Any

from .checks import Checks

PREFIX = "verify-"


def run(cloud: Any, check: Checks) -> None:
    """Make, change and stop servers of its own."""
    nova = cloud.compute
    check("token", len(cloud.authorize()) > 100)
    types = {service["type"] for service in cloud.service_catalog}
    check("catalog", types >= {"identity", "compute", "network", "image", "load-balancer", "placement"})
    images = {image.name: image for image in cloud.image.images()}
    check("image properties", len(images["nova-api-2026.2"].properties["git_commit"]) == 40)
    how = {
        "flavor_id": nova.find_flavor("m1.tiny").id,
        "networks": [{"uuid": cloud.network.find_network("ops-net").id}],
        "image_id": images["nova-api-2026.1"].id,
    }
    server = nova.create_server(name=PREFIX + "1", metadata={"color": "blue"}, tags=["color=blue"], **how)
    broken = nova.create_server(name=PREFIX + "2", metadata={"lab_fail": "no disk"}, **how)
    server = nova.wait_for_server(server, wait=60, interval=0.2)
    check("server ACTIVE", server.status == "ACTIVE")
    listed = [one for one in nova.servers(details=True) if one.id == server.id]
    check("server list with details", [one.metadata for one in listed] == [{"color": "blue"}])
    check("server has an address", listed[0].addresses["ops-net"])
    check("server tags", nova.get_server(server.id).tags == ["color=blue"])
    check("set metadata", nova.set_server_metadata(server, v="2").metadata == {"v": "2"})
    check("console output", "login:" in nova.get_server_console_output(server)["output"])
    check("instance actions", [action.action for action in nova.server_actions(server)] == ["create"])
    check.until("failed build: ERROR", lambda: nova.get_server(broken.id).status, "ERROR", 30)
    check("  and its fault", "no disk" in nova.get_server(broken.id).fault["message"])
    nova.rebuild_server(server, image=images["nova-api-2026.2"].id)
    rebuilt = ("ACTIVE", images["nova-api-2026.2"].id)
    check.until("rebuild", lambda: _state_and_image(nova.get_server(server.id)), rebuilt, 30)
    nova.stop_server(server)
    check.until("stop", lambda: nova.get_server(server.id).status, "SHUTOFF")


def clean(cloud: Any) -> None:
    """Delete the servers it makes."""
    found = [server for server in cloud.compute.servers() if server.name.startswith(PREFIX)]
    for server in found:
        cloud.compute.delete_server(server)
    for server in found:
        cloud.compute.wait_for_delete(server, interval=0.3, wait=60)


def _state_and_image(server: Any) -> tuple[str, str]:
    return server.status, server.image.id
