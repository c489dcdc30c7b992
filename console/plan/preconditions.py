"""What must hold before a plan is worth making; the first that does not is the answer."""

from __future__ import annotations

from collections.abc import Callable

from console.config.model import ServiceConfig
from console.model.balancer import LoadBalancer, Pool
from console.model.colour import Colour
from console.model.readiness import balancers, pools
from console.model.remedies import FAILOVER, STRANGERS
from console.model.service import POWER, WEIGHTS, Service
from console.plan.backups import ignores_weights
from console.plan.plan import Action, Intent, Refusal
from console.plan.relaunch import relaunch
from console.plan.unlabelled import unlabelled


def first_refusal(service: Service, config: ServiceConfig, intent: Intent, target: Colour) -> Refusal | None:
    """The first precondition that fails, or None."""
    checks: tuple[Callable[[], Refusal | None], ...] = (
        lambda: _every_pool_seen(service, config),
        lambda: _workers_checked(service, intent),
        lambda: _weights_work(service),
        lambda: writable(service, intent),
        lambda: _has_instances(service, config, intent, target),
        lambda: _no_foreign_traffic(service, config, intent),
    )
    return next((refusal for check in checks if (refusal := check()) is not None), None)


def not_seen(service: Service, now: float) -> Refusal | None:
    """Stale or missing facts: there is nothing to plan on."""
    for name in service.decisive:
        source = service.source(name)
        if not source.fresh(now):
            age = f"{now - source.seen_at:.0f} s old" if source.seen_at is not None else "never seen"
            cause = f": {source.problem}" if source.problem else ""
            return Refusal(
                code="stale",
                reason=f"the facts from {name} of {service.name} are {age}{cause}",
                hint="a change is only planned on fresh facts; wait for the cloud to answer, or run `bluegreen doctor`",
                rule=2,
            )
    if service.rotation != POWER and (service.balancer is None or service.pool is None):
        return Refusal("stale", f"load balancer or pool of {service.name} was not seen", "run `bluegreen doctor`", 2)
    return None


def _every_pool_seen(service: Service, config: ServiceConfig) -> Refusal | None:
    """A further pool that was not seen carries traffic all the same."""
    seen, named = max(len(service.balanced), 1), len(config.rotation.attached)
    if service.rotation == POWER or seen >= named:
        return None
    return Refusal(
        code="stale",
        reason=f"{service.name} is in {named} pools by its config, and {seen} of them were seen",
        hint="run `bluegreen doctor`: it says which one is missing",
        rule=2,
    )


def by_novas_word(service: Service, intent: Intent) -> bool:
    """Whether a way back relies on Nova alone: where no probe checks workers, waiting to see them work has no end."""
    return service.rotation == POWER and not service.probed and intent.action is Action.ROLLBACK


def _workers_checked(service: Service, intent: Intent) -> Refusal | None:
    """Of a worker without a probe nobody knows whether it works; Nova only knows that its guest runs."""
    if service.rotation != POWER or service.probed or intent.unchecked:
        return None
    return Refusal(
        code="unchecked",
        reason=f"no probe tells whether a worker of {service.name} works: that Nova calls it running says little",
        hint="add `health:` to the config (a port, or `run:` a command); or say that Nova's word will do: --unchecked",
        rule=2,
    )


def _weights_work(service: Service) -> Refusal | None:
    blind = [one for one in balancers(service) if ignores_weights(one)]
    if not blind or service.rotation != WEIGHTS:
        return None
    return Refusal(
        code="provider",
        reason=f"load balancer {blind[0].name} is of the provider ovn, which stores weights and ignores them",
        hint="weights cannot move traffic there: give each colour a pool of its own, and say `kind: pools`",
        rule=3,
    )


def writable(service: Service, intent: Intent) -> Refusal | None:
    """Only an ACTIVE one takes writes. A way back is planned on a busy one, too: its runner waits for the lock.

    A listener's default pool needs its load balancer ACTIVE, a member its pool as well.
    """
    things: list[LoadBalancer | Pool] = [*balancers(service)]
    things += pools(service) if service.rotation == WEIGHTS else ()
    for thing in things:
        what = f"{'pool' if isinstance(thing, Pool) else 'load balancer'} {thing.name}"
        status = thing.provisioning_status
        if status == "ACTIVE":
            continue
        if status.startswith("PENDING") and intent.action is Action.ROLLBACK:
            continue
        if status.startswith("PENDING"):
            return Refusal(
                "busy",
                f"{what} is {status}: something else is changing it",
                "wait until it is ACTIVE, then plan again",
                4,
            )
        return Refusal(
            code="immutable",
            reason=f"{what} is in {status}: Octavia refuses every change to it (what serves may go on serving)",
            hint=FAILOVER,
            rule=10,
        )
    return None


def _has_instances(service: Service, config: ServiceConfig, intent: Intent, target: Colour) -> Refusal | None:
    if service.side(target).instances:
        return None
    if refusal := unlabelled(service, config):
        return refusal
    words = "roll back to" if intent.action is Action.ROLLBACK else "cut over to"
    return Refusal(
        code="gone",
        reason=f"{target.upper()} of {service.name} has no instances: there is nothing to {words}",
        hint=relaunch(service, config, intent, target),
        rule=6,
    )


def _no_foreign_traffic(service: Service, config: ServiceConfig, intent: Intent) -> Refusal | None:
    """A rollback is not stopped by a stranger in the pool: it never blocks the way back."""
    strangers = [member.name or member.id for member in service.foreign if member.in_rotation]
    names = (*strangers, *(instance.name for instance in service.uncoloured if instance.weight > 0))
    if not names or config.foreign == "ignore" or intent.action is Action.ROLLBACK:
        return None
    return unlabelled(service, config) or Refusal(
        code="foreign",
        reason=f"members in rotation are of neither colour of {service.name}: {', '.join(names)}",
        hint=STRANGERS,
        rule=2,
        names=names,
    )
