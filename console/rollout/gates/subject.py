"""What a gate is told of the rollout: the colour that comes in, its instances' addresses, and the VIP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.server import Server
from console.model.service import ColourSet, Service
from console.plan.plan import Plan
from console.watch.probe import Target, target, usual_port


class Told(Protocol):
    """What a command is told of."""

    def variables(self) -> dict[str, str]:
        """Its environment, beside what every program needs."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A worker that is about to be stopped."""

    rollout: str
    service: str
    colour: Colour
    server: Server

    def variables(self) -> dict[str, str]:
        """The environment of the command that drains it. The address is its first fixed one."""
        return {
            "BLUEGREEN_ROLLOUT": self.rollout,
            "BLUEGREEN_SERVICE": self.service,
            "BLUEGREEN_COLOUR": str(self.colour),
            "BLUEGREEN_INSTANCE": self.server.name,
            "BLUEGREEN_SERVER": self.server.id,
            "BLUEGREEN_ADDRESS": next((one.ip for one in self.server.addresses if not one.floating), ""),
        }


@dataclass(frozen=True, slots=True)
class Subject:
    """`instances` are those of the colour that comes in, without those that somebody holds; `others` of the other."""

    rollout: str
    service: str
    colour: Colour
    version: str
    vip: str
    instances: tuple[Target, ...]
    others: tuple[Target, ...]

    @classmethod
    def of(cls, rollout: str, plan: Plan, service: Service, config: ServiceConfig) -> Subject:
        """From what is observed now."""
        return cls(
            rollout=rollout,
            service=plan.service,
            colour=plan.target,
            version=plan.target_version,
            vip=service.balancer.vip_address if service.balancer is not None else "",
            instances=_targets(service.side(plan.target), service, config),
            others=_targets(service.side(plan.target.other), service, config),
        )

    def variables(self) -> dict[str, str]:
        """The environment of a command. Lists are separated by spaces; endpoints have IPv6 addresses in brackets."""
        sides = {self.colour: self.instances, self.colour.other: self.others}
        return {
            "BLUEGREEN_ROLLOUT": self.rollout,
            "BLUEGREEN_SERVICE": self.service,
            "BLUEGREEN_COLOUR": str(self.colour),
            "BLUEGREEN_VERSION": self.version,
            "BLUEGREEN_VIP": self.vip,
            "BLUEGREEN_ADDRESSES": " ".join(one.address for one in self.instances),
            "BLUEGREEN_ENDPOINTS": " ".join(f"{host(one.address)}:{one.port}" for one in self.instances),
            **{
                f"BLUEGREEN_{colour.upper()}_ADDRESSES": " ".join(one.address for one in targets)
                for colour, targets in sides.items()
            },
        }

    def facts(self) -> dict[str, Any]:
        """The same for a judge, as JSON."""
        return {
            "rollout": self.rollout,
            "service": self.service,
            "colour": str(self.colour),
            "version": self.version,
            "vip": self.vip,
            "instances": [{"name": one.name, "address": one.address, "port": one.port} for one in self.instances],
        }


def host(address: str) -> str:
    """The address as a URL has it."""
    return f"[{address}]" if ":" in address else address


def _targets(side: ColourSet, service: Service, config: ServiceConfig) -> tuple[Target, ...]:
    port = usual_port(instance for one in service.colours for instance in one.instances)
    found = (target(instance, config.health, port, ()) for instance in side.instances if not instance.held_by)
    return tuple(one for one in found if one is not None and one.address)
