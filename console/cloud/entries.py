"""Whether clouds.yaml has the clouds and regions that a config names: both are files of this host, nothing is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from console.cloud.session import Session
from console.config.model import Config
from console.errors import AuthError, ConfigError
from console.model.text import listed, visible

Place = tuple[str, str | None]


def places(config: Config) -> dict[Place, list[str]]:
    """Clouds and regions, each once, and the services that name it: those of load balancers and those of instances."""
    found: dict[Place, list[str]] = {}
    for service in config.services.values():
        here = [service.server_place, *([service.balancer_place] if service.rotation.attached else [])]
        for place in dict.fromkeys(here):
            found.setdefault(place, []).append(service.name)
    return found


def missing(config: Config, known: Collection[Place] = ()) -> Iterator[tuple[str, AuthError]]:
    """The services whose cloud or region is not there or cannot be used, and why; those of `known` are passed over."""
    for place, services in places(config).items():
        if place in known:
            continue
        try:
            Session.open(*place)
        except AuthError as error:
            yield listed(services), error


def refusal(config: Config, used: Config | None) -> ConfigError | None:
    """Why this config cannot take the place of the one in use: a cloud that only it names is not there."""
    for services, error in missing(config, places(used) if used is not None else ()):
        return ConfigError(f"{visible(str(config.path))}: {visible(services)}: {error.message}", error.hint)
    return None
