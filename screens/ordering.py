"""What the cloud has to launch from, asked off the UI thread: answers come as a message, whatever becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.errors import BluegreenError
from screens.messages import Ordered

if TYPE_CHECKING:
    from console.config.model import ServiceConfig
    from console.model.service import Service
    from console.plan.plan import Action, Intent, Refusal

_Post = Callable[[Ordered], object]


def order_in_background(config: ServiceConfig, service: Service, action: Action, post: _Post) -> None:
    """Make the order of a launch or a retirement on a daemon thread that nobody waits for; answers Ordered."""
    threading.Thread(target=_order, args=(config, service, action, post), name="order", daemon=True).start()


def _order(config: ServiceConfig, service: Service, action: Action, post: _Post) -> None:
    from console.plan.plan import Refusal  # noqa: PLC0415

    try:
        post(Ordered(_ordered(config, service, action)))
    except BluegreenError as error:
        post(Ordered(Refusal("order", error.message, error.hint, 0)))
    except Exception as error:  # noqa: BLE001 the screen waits for an answer: a fault of ours is one, too
        post(Ordered(Refusal("order", f"a fault of this program: {type(error).__name__}: {error}", "", 0)))


def _ordered(config: ServiceConfig, service: Service, action: Action) -> Intent | Refusal:
    from console.plan import plan  # noqa: PLC0415
    from console.plan.lifecycle.ordering import Wish  # noqa: PLC0415
    from console.plan.unlabelled import unlabelled  # noqa: PLC0415
    from console.rollout import asking  # noqa: PLC0415 imports the SDK

    colour = asking.idle_colour(service)
    if action is plan.Action.ADOPT:
        return asking.to_adopt(service, config, None)
    if colour is None and (refusal := unlabelled(service, config)):
        return refusal
    if colour is None:
        return plan.Refusal("which", "it is not clear which colour is idle", "finish what is under way first", 0)
    if action is plan.Action.RETIRE:
        return asking.to_retire(service, config, colour)
    return asking.to_launch(service, config, Wish(colour))
