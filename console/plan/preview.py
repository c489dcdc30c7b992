"""The plan that puts the standing preview in place, or takes it away.

One policy for each pool that none attaches yet, on the first of the service's listeners that sends to it or its
sibling. It stays until the colour is retired: the parked pool then stays a truthful target of a rollback.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.config.model import ServiceConfig
from console.model.balancer import Balanced, Listener
from console.model.colour import Colour
from console.model.service import POOLS, Service
from console.plan import course
from console.plan.asked import Asked
from console.plan.basis import Basis, basis_of
from console.plan.desired import Desired, PolicyGone, PreviewPolicy, PreviewRule
from console.plan.digest import digest
from console.plan.kinds.preview import HEADER
from console.plan.plan import Action, Intent, Plan, Refusal, Step, StepKind
from console.plan.preconditions import not_seen, writable
from console.plan.rotations.move import PENDING_DEADLINE, STUCK, count
from console.plan.steps import reconcile_step

NAME = "bluegreen-preview-"


def plan(service: Service, config: ServiceConfig, intent: Intent, now: float) -> Plan | Refusal:
    """A policy and a rule for each pool that nothing keeps attached; or those of ours deleted."""
    refusal = not_seen(service, now) or writable(service, intent) or _pools_only(service)
    if refusal is not None:
        return refusal
    asked = Asked(service, config, intent, basis_of(service, config), now)
    wanted = list(_made(service) if intent.action is Action.PREVIEW else _removed(service))
    steps = tuple(_steps(asked, wanted))
    live = service.live or Colour.BLUE
    names = sorted({one.name for one in wanted if isinstance(one, (PreviewPolicy, PolicyGone))})
    return Plan(
        service=service.name,
        environment=service.environment,
        action=intent.action,
        source=live,
        target=live.other,
        source_version=service.side(live).version,
        target_version=service.side(live.other).version,
        summary=_summary(intent, names, steps),
        intent=intent,
        basis=asked.basis,
        steps=(reconcile_step(service), *steps),
        notes=tuple(_notes(service, intent, bool(wanted))),
        digest=digest(config, intent, asked.basis, wanted),
        goal=_goal(service, intent),
    )


def _pools_only(service: Service) -> Refusal | None:
    if service.rotation == POOLS and any(part.balancer.provider == "ovn" for part in service.balanced):
        return Refusal("provider", "the provider ovn has no L7 policies", "direct probes see the idle pool there", 3)
    if service.rotation == POOLS:
        return None
    return Refusal(
        "rotation",
        f"{service.name} is rotated by {service.rotation}: a preview is of services with a pool for each colour",
        "members in the serving pool are checked at weight 0 as well",
        0,
    )


def _door(part: Balanced) -> Listener | None:
    """The listener that gets the policies: the first that sends to one of the colours."""
    return next((one for one in part.listeners if one.default_pool_id in part.pool_of.values()), None)


def _made(service: Service) -> Iterator[Desired]:
    for part in service.balanced:
        door = _door(part)
        for colour, pool_id in part.pool_of.items() if door is not None else ():
            if any(one.pool_id == pool_id and one.attaches for one in part.policies):
                continue
            assert door is not None
            ours = [one for one in part.policies if one.name == NAME + colour and one.listener_id == door.id]
            if not ours:
                yield PreviewPolicy(door.id, pool_id, NAME + colour, colour)
            yield PreviewRule(door.id, NAME + colour, colour)


def _removed(service: Service) -> Iterator[Desired]:
    for part in service.balanced:
        for one in part.policies:
            if one.name.startswith(NAME):
                yield PolicyGone(one.listener_id, one.id, one.name)


def _steps(asked: Asked, wanted: list[Desired]) -> Iterator[Step]:
    basis: Basis = asked.basis
    for number, desired in enumerate(wanted, 1):
        write = course.write(desired, basis)
        basis = course.after((write,), basis)
        yield Step(
            id=f"preview-{number}",
            kind=StepKind.SHIFT,
            title=_title(desired),
            words=f"{_words(desired)} No client without the secret header is sent elsewhere by it. The load balancer "
            "is busy for some seconds, and closes idle keep-alive connections once.",
            deadline=PENDING_DEADLINE,
            outcome=STUCK,
            writes=(write,),
            checks=("load balancer ACTIVE", "the policy is there as written"),
        )


def _title(desired: Desired) -> str:
    match desired:
        case PreviewPolicy():
            return f"a policy for {desired.colour.upper()}'s pool"
        case PreviewRule():
            return f"its rule: from then on {desired.colour.upper()} is checked"
        case _:
            return "the policy goes"


def _words(desired: Desired) -> str:
    match desired:
        case PreviewPolicy():
            return f"The policy {desired.name} is made; without a rule it does nothing yet."
        case PreviewRule():
            return (
                f"Requests with the header {HEADER} and this service's secret go to {desired.colour.upper()}'s pool, "
                "which is thereby in the load balancer's configuration, and health-checked, whichever is the default."
            )
        case _:
            return "The pool that no listener sends to is not checked any more after it."


def _summary(intent: Intent, names: list[str], steps: tuple[Step, ...]) -> str:
    made = intent.action is Action.PREVIEW
    if not steps:
        there = "each pool is attached by a policy already" if made else "there is none of ours"
        return f"{there.capitalize()}; nothing is written."
    what = ", ".join(names) or "its rules"
    writes = count(len(steps), "load balancer write")
    return f"{'Make' if made else 'Delete'} the standing preview ({what}), in {writes}."


def _goal(service: Service, intent: Intent) -> str:
    if intent.action is Action.PREVIEW:
        return f"both pools of {service.name} are attached, and checked, whichever serves"
    return f"no preview policy of ours is on {service.name}"


def _notes(service: Service, intent: Intent, writes: bool) -> Iterator[str]:
    if intent.action is Action.PREVIEW and writes:
        yield (
            "whoever knows the header's value reaches the idle colour; it is made by the runner, kept in the state "
            "folder of its user (mode 0600), and shown to whoever may read L7 rules in this project"
        )
    if intent.action is Action.UNPREVIEW and writes:
        yield "the idle pool is then checked by nobody but direct probes"
