"""From what an operator asks for to an intent: what the cloud has is read (GET only), names are looked up, quotas seen.

For commands and screens alike. The intent then plans purely; its runner looks again at everything that it writes on.
"""

from __future__ import annotations

from dataclasses import replace

from console.cloud.reader import Reader
from console.cloud.session import Session
from console.cloud.stock import read_stock
from console.config.model import Kind, ServiceConfig
from console.errors import CloudError
from console.model.colour import Colour, Role
from console.model.service import Service
from console.model.stock import Stock
from console.plan.lifecycle.ordering import Wish, group_name, order
from console.plan.lifecycle.pairing import adoption
from console.plan.orders import RetireOrder
from console.plan.plan import Action, Intent, Refusal
from console.plan.unlabelled import unlabelled
from console.rollout.user_data import checked


def stock_of(config: ServiceConfig) -> Stock:
    """What the cloud of the instances has. Raises AuthError; what cannot be read is in `Stock.unknown`."""
    cloud, region = config.server_place
    session = Session.open(cloud, region)
    balancing = Session.open(*config.balancer_place) if config.balancer_place != config.server_place else None
    return read_stock(session, Reader(session), balancing=balancing)


def idle_colour(service: Service) -> Colour | None:
    """The colour that does not serve; None where that cannot be told."""
    if service.live is not None:
        return service.live.other
    empty = [side.colour for side in service.colours if service.role(side.colour) is Role.NONE]
    return empty[0] if len(empty) == 1 else None


def live_colour(service: Service, config: ServiceConfig) -> Colour | Refusal:
    """The colour that serves, or why that cannot be told."""
    unclear = Refusal("which", "it is not clear which colour is live", "finish what is under way first", 0)
    return service.live or unlabelled(service, config) or unclear


def to_launch(service: Service, config: ServiceConfig, wish: Wish, *, scale: bool = False) -> Intent | Refusal:
    """Make instances of a colour. Raises ConfigError for a file that cannot be read, AuthError."""
    wish = replace(wish, user_data=checked(config.launch.user_data))
    made = order(service, config, stock_of(config), wish)
    if isinstance(made, Refusal):
        return made
    return Intent(Action.SCALE if scale else Action.LAUNCH, wish.colour, order=made)


def to_retire(service: Service, config: ServiceConfig, colour: Colour) -> Intent:
    """Delete a colour, with what hangs on it said. Raises AuthError."""
    stock = stock_of(config)
    name = group_name(config, colour)
    group = name if any(one.name == name for one in stock.groups) else ""
    return Intent(Action.RETIRE, colour, order=RetireOrder(group=group, notes=_kept_ports(service, config, colour)))


def to_take_away(service: Service, config: ServiceConfig, names: tuple[str, ...]) -> Intent | Refusal:
    """Take the named instances of the live colour away."""
    live = live_colour(service, config)
    return live if isinstance(live, Refusal) else Intent(Action.SCALE, live, order=RetireOrder(only=names))


def last_of(service: Service, colour: Colour, count: int) -> tuple[str, ...]:
    """The names of so many of its instances: the youngest, which are those that were added last."""
    there = [one for one in service.side(colour).instances if one.server is not None]
    youngest = sorted(there, key=lambda one: (one.server.created_at or 0.0, one.name) if one.server else (0.0, ""))
    return tuple(one.name for one in youngest[-count:])


def to_adopt(service: Service, config: ServiceConfig, colour: Colour | None) -> Intent | Refusal:
    """Label what serves without a colour. Raises AuthError."""
    if config.rotation.kind == Kind.POWER:
        return Refusal("rotation", "workers have no members by which they could be found", "label them by hand", 0)
    empty = (side.colour for side in service.colours if not side.instances)
    chosen = colour or service.live or next(empty, Colour.BLUE)
    stock = stock_of(config)
    images = {one.id: dict(one.properties) for one in stock.images}
    made = adoption(service, config, stock, chosen, images)
    return made if isinstance(made, Refusal) else Intent(Action.ADOPT, chosen, order=made)


def _kept_ports(service: Service, config: ServiceConfig, colour: Colour) -> tuple[str, ...]:
    """Ports that were there before their server: Nova leaves them, and their addresses stay in use."""
    reader = Reader(Session.open(*config.server_place))
    notes = []
    for one in service.side(colour).instances:
        if one.server is None or one.server.created_at is None:
            continue
        try:
            ports = reader.ports(device_id=one.server.id)
        except CloudError as error:
            return (f"its ports could not be looked at: {error.message}",)
        named = [str(port.get("name")) for port in ports if port.get("name")]
        if named:
            notes.append(f"{one.name} has ports with names, probably made before it, which stay: {', '.join(named)}")
    return tuple(notes)
