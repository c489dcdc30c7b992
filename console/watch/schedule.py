"""When is which source asked: beats, order, back-off, and patience with those that hang. No threads, no clock."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from console.watch.nodes import Node
from console.watch.place import Place

PATIENCE = 3.0  # seconds that a source waits for the one before it, which may hang
CHANGING_BEAT = 1.0  # seconds between two looks at a load balancer in a change
LONGEST_BACK_OFF = 60.0  # seconds
_JITTER = 0.1  # part of the interval: consoles started together must not stay together


class Schedule:
    """Which nodes may run. All times are seconds of one monotonic clock, told by the caller.

    Each place has a beat of its own. At a beat all its sources are wanted, except those that back off and those that
    have not come back from the last time: never is one asked twice at once.
    """

    def __init__(self, nodes: Sequence[Node], interval: float, *, random: Callable[[], float] = random.random) -> None:
        self._nodes = tuple(nodes)
        self._interval = interval
        self._random = random
        self._wanted: set[Node] = set()
        self._running: dict[Node, float] = {}
        self._not_before: dict[Node, float] = dict.fromkeys(nodes, -math.inf)
        self._beat_at: dict[Place, float] = {node.place: -math.inf for node in nodes}
        self._look_at: dict[Node, float] = {}  # nodes in a hurry: a load balancer in a change

    def ready(self, now: float) -> list[Node]:
        """The nodes to start at this moment, in their order. Tell `started` for each."""
        for place, at in self._beat_at.items():
            if at <= now:
                self._beat(place, now)
        for node in [node for node, at in self._look_at.items() if at <= now]:
            del self._look_at[node]
            self._want(node, now)
        return [node for node in self._nodes if node in self._wanted and self._may_start(node, now)]

    def started(self, node: Node, now: float) -> None:
        """The node was given to a thread."""
        self._wanted.discard(node)
        self._running[node] = now

    def finished(self, node: Node, now: float) -> None:
        """The node came back, well or not."""
        self._running.pop(node, None)
        look = node.look
        if look.failures:
            self._not_before[node] = now + self._back_off(look.failures, look.pause)
            return
        if self._not_before[node] > -math.inf:
            self._not_before[node] = -math.inf
            for other in self._nodes:  # they failed only because this one did
                if node in other.after:
                    self._not_before[other] = -math.inf
                    self._want(other, now)
        if any(watched.rotation is look and watched.changing for watched in node.services):
            self._hurry(node, now)

    def refresh(self) -> None:
        """Want everything now, whatever it backed off for."""
        for node in self._nodes:
            self._not_before[node] = -math.inf
        for place in self._beat_at:
            self._beat_at[place] = -math.inf

    def idle(self, now: float) -> bool:
        """Whether nothing is to be waited for: a node that has been running for longer than PATIENCE is not."""
        return not self._wanted and all(now - since > PATIENCE for since in self._running.values())

    def wake_at(self, now: float) -> float:
        """When `ready` may have something again without anything having finished."""
        patience = [since + PATIENCE for since in self._running.values() if since + PATIENCE > now]
        return min([*self._beat_at.values(), *self._look_at.values(), *patience])

    def _beat(self, place: Place, now: float) -> None:
        self._beat_at[place] = now + self._interval * (1 + _JITTER * (2 * self._random() - 1))
        for node in self._nodes:
            if node.place is place:
                self._want(node, now)

    def _want(self, node: Node, now: float) -> None:
        if node not in self._running and self._not_before[node] <= now:
            self._wanted.add(node)

    def _hurry(self, node: Node, now: float) -> None:
        """Look at the load balancers and at this pool again in a second."""
        for one in (node, *(before for before in node.after if before.look is node.place.balancers)):
            self._look_at[one] = now + CHANGING_BEAT

    def _may_start(self, node: Node, now: float) -> bool:
        return not any(
            before in self._wanted or now - self._running.get(before, -math.inf) <= PATIENCE for before in node.after
        )

    def _back_off(self, failures: int, asked: float) -> float:
        """Doubling from no extra wait at the first failure, spread over ±25 %; never sooner than the source asked."""
        if failures == 1:
            return asked
        doubled = min(self._interval * 2.0 ** min(failures - 1, 10), LONGEST_BACK_OFF)
        return max(doubled * (0.75 + 0.5 * self._random()), asked)
