"""Fill the empty cloud; idempotent. Runs in the lab's environment: python -m lab.bootstrap identity|contents."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from .settings import CLOUDS_YAML, COMPUTES, REGION, auth_url, cidr, fail, passwords, say, url, write_private

_BEGUN = time.monotonic()
_CLOUDS = {"lab": ("deployer", "ops"), "lab-viewer": ("viewer", "ops"), "lab-admin": ("admin", "admin")}
_GRANTS = (
    ("service", "service", ("admin", "service")),
    ("deployer", "ops", ("member", "reader", "load-balancer_member")),
    ("viewer", "ops", ("reader",)),
    ("admin", "ops", ("admin",)),
)
_FLAVORS = (("m1.tiny", 64), ("m1.small", 128), ("m1.nohost", 10**7))  # MiB; the last one fits no host
_IMAGES = {
    "2026.1": "3f1c2a9d5b7e4c60812f9a3b4d5e6f7081920a1b",
    "2026.2": "9be04d71c2a84f35b6d0e1f2a3b4c5d6e7f80912",
}


def _connect(user: str, project: str) -> Any:
    import openstack

    return openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        region_name=REGION,
        auth={
            "auth_url": auth_url(),
            "username": user,
            "password": passwords()[user],
            "project_name": project,
            "user_domain_id": "default",
            "project_domain_id": "default",
        },
    )


def _done(what: str) -> None:
    say(f"{time.monotonic() - _BEGUN:.1f} {what}")


def identity() -> None:
    """Catalog, projects, users, roles, clouds.yaml: needs Keystone only."""
    keystone = _connect("admin", "admin").identity
    _catalog(keystone)
    projects = {project.name: project for project in keystone.projects()}
    for name in ("service", "ops"):
        if name not in projects:
            projects[name] = keystone.create_project(name=name, domain_id="default")
    users = {user.name: user for user in keystone.users()}
    for name in ("service", "deployer", "viewer"):
        if name not in users:
            home = projects["service" if name == "service" else "ops"].id
            users[name] = keystone.create_user(
                name=name, password=passwords()[name], domain_id="default", default_project_id=home
            )
    roles = {role.name: role for role in keystone.roles()}
    for name in ("service", "load-balancer_member", "load-balancer_observer", "load-balancer_admin"):
        if name not in roles:
            roles[name] = keystone.create_role(name=name)
    for user, project, granted in _GRANTS:
        for role in granted:
            keystone.assign_project_role_to_user(projects[project], users[user], roles[role])
    _done("users")
    entries = "".join(_cloud(name, user, project) for name, (user, project) in _CLOUDS.items())
    write_private(CLOUDS_YAML, "clouds:\n" + entries)


def _catalog(keystone: Any) -> None:
    known = {service.type: service for service in keystone.services()}
    endpoints = {(endpoint.service_id, endpoint.interface) for endpoint in keystone.endpoints()}
    for kind, name, where in (
        ("placement", "placement", url("placement")),
        ("image", "glance", url("glance")),
        ("network", "neutron", url("neutron")),
        ("compute", "nova", url("nova") + "/v2.1"),
        ("load-balancer", "octavia", url("octavia")),
    ):
        service = known.get(kind) or keystone.create_service(type=kind, name=name)
        for interface in ("public", "internal", "admin"):
            if (service.id, interface) not in endpoints:
                keystone.create_endpoint(service_id=service.id, interface=interface, url=where, region_id=REGION)
    _done("catalog")


def _cloud(name: str, user: str, project: str) -> str:
    return f"""\
  {name}:
    region_name: {REGION}
    identity_api_version: 3
    auth:
      auth_url: {auth_url()}
      username: {user}
      password: {passwords()[user]}
      project_name: {project}
      user_domain_id: default
      project_domain_id: default
"""


def contents() -> None:
    """Flavors, images, a network; then wait until every nova-compute is there."""
    admin = _connect("admin", "admin")
    flavors = {flavor.name for flavor in admin.compute.flavors()}
    for name, memory in _FLAVORS:
        if name not in flavors:
            admin.compute.create_flavor(name=name, ram=memory, vcpus=1, disk=1)
    images = {image.name for image in admin.image.images()}
    for version, commit in _IMAGES.items():
        name = "nova-api-" + version
        if name not in images:
            admin.image.create_image(
                name,
                data=f"raw image of {name}\n".encode().ljust(4096, b"\0"),
                disk_format="raw",
                container_format="bare",
                visibility="public",
                allow_duplicates=True,
                wait=False,
                use_import=False,
                git_commit=commit,
                app_version=version,
                role="nova-api",
            )
    _done("flavors, images")
    deployer = _connect("deployer", "ops")
    network = deployer.network.find_network("ops-net") or deployer.network.create_network(name="ops-net")
    if not deployer.network.find_subnet("ops-subnet"):
        deployer.network.create_subnet(
            name="ops-subnet", network_id=network.id, ip_version=4, enable_dhcp=False, cidr=cidr()
        )
    _done("network")
    _wait_computes(admin.compute)
    list(deployer.load_balancer.load_balancers())
    _done("computes")


def _wait_computes(nova: Any) -> None:
    end = time.monotonic() + 90
    while True:
        up = [service for service in nova.services(binary="nova-compute") if service.state == "up"]
        hypervisors = len(list(nova.hypervisors())) if up else 0
        if min(len(up), hypervisors) >= COMPUTES:
            return
        if time.monotonic() > end:
            fail(f"nova-compute is not up: {up}, {hypervisors} hypervisors")
        time.sleep(0.5)


if __name__ == "__main__":
    commands: dict[str, Callable[[], None]] = {"identity": identity, "contents": contents}
    commands[sys.argv[1]]()
