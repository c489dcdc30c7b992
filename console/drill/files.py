"""The files that point any OpenStack client, and the console, at the drill."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from console.drill import CA, CLOUDS, CONFIG
from console.drill.catalogue import BROWNFIELD, Sketch, config_of, sketches
from console.drill.git_history import History
from console.drill.github import PROJECT
from console.drill.scene import LEASE_NETWORK
from console.drill.world import User, World


def write(directory: Path, world: World, history: History) -> None:
    """Write clouds.yaml and config.yaml, readable by their owner only. Raises OSError."""
    _private(directory / CLOUDS, yaml.safe_dump(_clouds(world), sort_keys=False))
    _private(directory / CONFIG, config_text(directory, history, world))
    if world.certificate is not None:
        _private(directory / CA, world.certificate.pem)


def _private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _clouds(world: World) -> dict[str, Any]:
    operator, viewer = world.users[:2]
    common = {"region_name": world.region, "identity_api_version": 3}
    credential = {
        "auth_url": f"{world.url}/identity/v3",
        "application_credential_id": world.credential.id,
        "application_credential_secret": world.credential.secret,
    }
    return {
        "clouds": {
            "drill": {**common, "auth": _login(world, operator)},
            "drill-viewer": {**common, "auth": _login(world, viewer)},
            world.edge: {**common, "auth": {**_login(world, operator), "project_name": world.edge}},
            "drill-credential": {**common, "auth_type": "v3applicationcredential", "auth": credential},
        }
    }


def _login(world: World, user: User) -> dict[str, str]:
    return {
        "auth_url": f"{world.url}/identity/v3",
        "username": user.name,
        "password": user.password,
        "project_name": world.project,
        "user_domain_id": "default",
        "project_domain_id": "default",
    }


def config_text(directory: Path, history: History, world: World) -> str:
    """The console's config for the drill; without a git repository it has no commits section, and says so."""
    chosen = (BROWNFIELD,) if world.settings.brownfield else sketches(world.settings.services)
    services = {sketch.name: _service(world, sketch, directory) for sketch in chosen}
    note = "# No git on this machine: no repository was made, so there are no commits to compare.\n"
    if history.path is not None:
        services[chosen[0].name]["commits"] = {
            "git": str(history.path),
            "github": f"{world.url}/github",
            "project": PROJECT,
            "branch": "master",
        }
        note = ""
    whole = {
        "services": services,
        "lease": {"network": LEASE_NETWORK},
        "journal": f"sqlite:///{directory / 'journal.db'}",
    }
    return f"# The drill's config, written at its start.\n{note}{yaml.safe_dump(whole, sort_keys=False)}"


def _service(world: World, sketch: Sketch, directory: Path) -> dict[str, Any]:
    ports = [
        listener.protocol_port
        for entrance in world.entrances
        if entrance.balancer.name == sketch.name
        for listener in entrance.balancer.listeners
    ]
    own = [each for each in world.instances if each.name.startswith((f"{sketch.name}-blue-", f"{sketch.name}-green-"))]
    addresses = {colour: [f"{i.address}:{i.port}" for i in own if i.colour == colour] for colour in ("blue", "green")}
    return config_of(sketch, ports, addresses, ca=str(directory / CA), tags=world.settings.tags)
