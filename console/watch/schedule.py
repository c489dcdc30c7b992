"""When is which source asked: beats, order, back-off, and patience with those that hang. No threads, no clock."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence

from console.watch.nodes import Node
from console.watch.place import Place

PATIENCE = 3.0  # seconds that a source waits for the one before it, which may hang
CHANGING_BEAT = 1.0  # seconds between two looks at a load balancer in a change
LONGEST_BACK_OFF = 60.0  # seconds
UNWATCHED = 3  # beats between two looks at a service that nobody looks at; what services share is asked at every beat
_JITTER = 0.1  # part of the interval: consoles started together must not stay together


class Schedule:
    """Which nodes may run. All times are seconds of one monotonic clock, told by the caller.

    Each place has a beat of its own. At a beat all its sources are wanted, except those that back off, those that
    have not come back from the last time (never is one asked twice at once), and those whose turn comes later:
    `every` says how many beats are between two looks at a node. `stretch` makes all beats longer.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        interval: float,
        *,
        every: Callable[[Node], int] = lambda node: node.every,
        first_patience: float = PATIENCE,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._cycle = self._nodes = tuple(nodes)
        self._interval = interval
        self._every = every
        self._first_patience = first_patience
        self._random = random
        self.stretch = 1.0
        self._beats: dict[Place, int] = {node.place: 0 for node in nodes}
        self._turn: dict[Node, int] = {}  # the beat at which a node was last wanted
        self._wanted: set[Node] = set()
        self._running: dict[Node, float] = {}
        self._not_before: dict[Node, float] = dict.fromkeys(nodes, -math.inf)
        self._beat_at: dict[Place, float] = {node.place: -math.inf for node in nodes}
        self._look_at: dict[Node, float] = {}  # nodes in a hurry: a load balancer in a change

    def also(self, nodes: Sequence[Node]) -> None:
        """Ask these as well, at once, in place of those of the last time."""
        for gone in set(self._nodes) - set(self._cycle):
            self._wanted.discard(gone)
            for kept in (self._not_before, self._turn, self._look_at, self._running):
                kept.pop(gone, None)
        self._nodes = (*self._cycle, *nodes)
        self._not_before.update(dict.fromkeys(nodes, -math.inf))
        self._wanted.update(nodes)

    def want(self, nodes: Iterable[Node], now: float) -> None:
        """Ask these at once, if they do not back off."""
        for node in nodes:
            self._want(node, now)

    def retry_in(self, node: Node, now: float) -> float:
        """Seconds until a node that failed is asked again, about."""
        beat = self._interval * self.stretch * self._every(node)
        return max(self._not_before.get(node, -math.inf) - now, beat)

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
        if node not in self._not_before:
            return  # it was left while it ran
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
        self._turn.clear()
        for node in self._nodes:
            self._not_before[node] = -math.inf
        for place in self._beat_at:
            self._beat_at[place] = -math.inf

    def idle(self, now: float) -> bool:
        """Whether nothing is to be waited for: a node that has been running for longer than its patience is not."""
        return not self._wanted and all(now - since > self._patience(node) for node, since in self._running.items())

    def wake_at(self, now: float) -> float:
        """When `ready` may have something again without anything having finished."""
        ends = [since + self._patience(node) for node, since in self._running.items()]
        return min([*self._beat_at.values(), *self._look_at.values(), *(end for end in ends if end > now)])

    def _beat(self, place: Place, now: float) -> None:
        self._beat_at[place] = now + self._interval * self.stretch * (1 + _JITTER * (2 * self._random() - 1))
        self._beats[place] += 1
        for number, node in enumerate(self._nodes):
            if node.place is place and self._is_its_turn(node, number):
                self._want(node, now)

    def _is_its_turn(self, node: Node, number: int) -> bool:
        every, last, beat = self._every(node), self._turn.get(node), self._beats[node.place]
        if last is not None and beat - last < every:
            return False
        # those with the same number of beats between two looks are spread over them after the first time
        self._turn[node] = beat if last is not None else beat - number % every
        return True

    def _want(self, node: Node, now: float) -> None:
        if node not in self._running and self._not_before[node] <= now:
            self._wanted.add(node)

    def _hurry(self, node: Node, now: float) -> None:
        """Look at the load balancers and at this pool again in a second."""
        for one in (node, *(before for before in node.after if before.look is node.place.balancers)):
            self._look_at[one] = now + CHANGING_BEAT

    def _may_start(self, node: Node, now: float) -> bool:
        return not any(
            before in self._wanted or now - self._running.get(before, -math.inf) <= self._patience(before)
            for before in node.after
        )

    def _patience(self, node: Node) -> float:
        """How long the others wait for a node: without its first answer they could only say that it is not there."""
        unheard = node.look.seen.source.seen_at is None and not node.look.failures
        return self._first_patience if unheard else PATIENCE

    def _back_off(self, failures: int, asked: float) -> float:
        """Doubling from no extra wait at the first failure, spread over ±25 %; never sooner than the source asked."""
        if failures == 1:
            return asked
        doubled = min(self._interval * 2.0 ** min(failures - 1, 10), LONGEST_BACK_OFF)
        return max(doubled * (0.75 + 0.5 * self._random()), asked)
