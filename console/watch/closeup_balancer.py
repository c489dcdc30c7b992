"""One load balancer whole, other teams' parts as well: its tree and its L7 policies, each looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from console.cloud.details import Details, Tree
from console.cloud.reader import choose
from console.errors import CloudError
from console.model.balancer import Listener, LoadBalancer, Policy
from console.model.closeup import BalancerCloseup
from console.model.service import BALANCER, Source
from console.model.stats import Rates
from console.watch.look import Look
from console.watch.place import Place

POLICIES = "policies"


class BalancerSources:
    """The sources of one load balancer, named as in the config. `place` is where it is."""

    def __init__(
        self,
        service: str,
        wanted: str,
        place: Place,
        details: Callable[[], Details],
        *,
        good_for: float,
        clock: Callable[[], float],
    ) -> None:
        self._service, self._wanted, self._place, self._details = service, wanted, place, details
        self.tree: Look[Tree] = Look(BALANCER, self._ask_tree, good_for=good_for, clock=clock)
        self.policies: Look[tuple[Policy, ...]] = Look(POLICIES, self._ask_policies, good_for=good_for, clock=clock)

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """All listeners of the load balancer, whoever's."""
        return self.tree.value.listeners if self.tree.value is not None else ()

    def closeup(self, rates: Mapping[str, Rates], statistics: Source) -> BalancerCloseup:
        """The load balancer as its sources last showed it."""
        tree, policies = self.tree.seen, self.policies.seen
        sources = {source.name: source for source in (tree.source, policies.source, statistics)}
        if tree.value is None:
            return BalancerCloseup(self._service, LoadBalancer("", self._wanted), sources=sources)
        found = tree.value
        return BalancerCloseup(
            service=self._service,
            balancer=found.balancer,
            listeners=found.listeners,
            pools=found.pools,
            members=found.members,
            policies=policies.value or (),
            rates={one.id: rates[one.id] for one in found.listeners if one.id in rates},
            sources=sources,
        )

    def _ask_tree(self) -> Tree:
        listed = self._place.balancers.seen
        if listed.source.problem:
            raise CloudError(listed.source.problem, listed.source.hint)
        found = choose("load balancer", listed.value or [], self._wanted, self._place.cloud)
        return self._details().tree(found.id)

    def _ask_policies(self) -> tuple[Policy, ...]:
        tree = self.tree.seen
        if tree.value is None:
            raise CloudError(tree.source.problem or f"load balancer {self._wanted} was not read yet", tree.source.hint)
        return self._details().policies(tuple(one.id for one in tree.value.listeners))
