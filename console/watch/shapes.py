"""What hangs on the load balancers of one place, members aside: read when something says that it changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from console.cloud.reader import Reader
from console.model.balancer import Listener, LoadBalancer, Policy, Pool

SHAPE_AGE = 30.0  # seconds after which it is read again although nothing says that it changed
_FEW = 3  # load balancers up to which each is asked for its own; above it whole lists are fewer calls


@dataclass(frozen=True, slots=True)
class Shape:
    """Listeners, pools and L7 policies of one load balancer, as they were when it was in this state."""

    balancer: LoadBalancer
    listeners: tuple[Listener, ...] = ()
    pools: tuple[Pool, ...] = ()
    policies: tuple[Policy, ...] = ()
    at: float = 0.0  # Unix seconds


class Shapes:
    """The shapes of a place's load balancers, shared by its services. Threads may share it.

    Octavia dates a load balancer anew with each change in its tree, except for operating statuses.
    """

    def __init__(self, reader: Callable[[], Reader], clock: Callable[[], float]) -> None:
        self.watched = 0  # load balancers that services of ours are on
        self._reader, self._clock = reader, clock
        self._lock = Lock()
        self._kept: dict[str, tuple[Shape, object]] = {}

    def of(self, balancer: LoadBalancer, everyone: Sequence[LoadBalancer], *, keep: bool) -> Shape:
        """The shape of a load balancer of the list `everyone`, read at most once for one list.

        With `keep` it may be up to SHAPE_AGE older if nothing has changed. Raises CloudError.
        """
        with self._lock:
            found, read_for = self._kept.get(balancer.id, (None, None))
            if found is not None and (read_for is everyone or (keep and self._same(found, balancer))):
                return found
            several = self.watched > _FEW
            shapes = self._all(everyone) if several else [self._one(balancer)]
            self._kept.update({shape.balancer.id: (shape, everyone) for shape in shapes})
            return self._kept[balancer.id][0]

    def _same(self, before: Shape, balancer: LoadBalancer) -> bool:
        settled = before.balancer == balancer and balancer.provisioning_status == "ACTIVE"
        return settled and 0 <= self._clock() - before.at < SHAPE_AGE

    def _one(self, balancer: LoadBalancer) -> Shape:
        reader, at = self._reader(), self._clock()
        listeners = reader.listeners(balancer.id)
        return Shape(
            balancer,
            tuple(listeners),
            tuple(reader.pools(balancer.id)),
            tuple(one for each in listeners if each.policy_ids for one in reader.policies(each.id)),
            at,
        )

    def _all(self, balancers: Sequence[LoadBalancer]) -> list[Shape]:
        """Every load balancer's, in a few calls for the whole project."""
        reader, at = self._reader(), self._clock()
        listeners, pools = reader.all_listeners(), reader.all_pools()
        wanted = any(each.policy_ids for found in listeners.values() for each in found)
        policies = reader.policies() if wanted else []
        return [
            Shape(
                one,
                tuple(mine := listeners.get(one.id, ())),
                tuple(pools.get(one.id, ())),
                tuple(policy for policy in policies if policy.listener_id in {each.id for each in mine}),
                at,
            )
            for one in balancers
        ]
