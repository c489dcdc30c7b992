"""What the instances of a colour say against it while it bakes, and what cannot be told of them.

Only an answer is evidence: what this host alone does not see never takes anything back (DESIGN §6, rule 7).
"""

from __future__ import annotations

from collections.abc import Sequence

from console.model.capacity import Capacity
from console.model.health import Health, Judgement, disagreement, judge
from console.model.instance import Instance
from console.model.service import Service
from console.plan import course
from console.plan.plan import Plan

_Found = list[tuple[Instance, Judgement]]


def of_instances(service: Service, plan: Plan, least: Capacity, now: float) -> tuple[str, str]:
    """The evidence, and the loss of sight, each in a clause, empty for none. `now` is Unix seconds.

    Of the instances in rotation, when the others are fewer than `least`. Evidence is a member in ERROR, Nova's word, or
    an answer of the direct probe that is not the expected one. A probe without an answer (timeout, refused, no route,
    a command that could not be run) is none: if the instance were ill, its member's check, Nova or clients would say
    so as well, and then that counts. Workers have no member. There evidence is Nova's word, an HTTP answer that is not
    the expected one, or a probe command that was carried out and reported a failure; one that could not be run, took
    too long or was killed is loss of sight. A worker that the plan leaves running and that Nova says is off was not
    stopped by us, so it is ill as well. Unknown is neither.
    """
    on = _left_on(plan)
    serving = [one for one in service.side(plan.target).instances if service.in_rotation(one) or one.key in on]
    judged = [(one, _judged(service, one, now)) for one in serving]
    unwell = [(one, found) for one, found in judged if found.health is Health.UNHEALTHY]
    ill = [(one, found) for one, found in unwell if not found.unanswered]
    unseen = [(one, found) for one, found in unwell if found.unanswered]
    against = blind = ""
    if ill and len(serving) - len(ill) < least.instances:
        against = _words(plan, serving, ill, least, "are ill")
    elif unseen and len(serving) - len(unwell) < least.instances:
        blind = _words(plan, serving, unseen, least, "do not answer the direct probe from here")
    return against, blind


def _left_on(plan: Plan) -> frozenset[str]:
    """The ids of the workers that run once the plan is carried out; of both colours."""
    if not plan.basis.workers:
        return frozenset()
    end = plan.basis
    for step in plan.steps:
        end = course.after(step.writes, end)
    return frozenset(one.id for one in end.servers if one.on)


def _judged(service: Service, instance: Instance, now: float) -> Judgement:
    """Where all workers of a colour are off it is taken for the idle one, whose are off as they should be: not here."""
    found = judge(service, instance, now)
    if not found.stopped or found.stale or instance.server is None:
        return found
    return Judgement(Health.UNHEALTHY, f"Nova says {instance.server.status}, and no rollout has stopped it")


def _words(plan: Plan, serving: Sequence[Instance], found: _Found, least: Capacity, what: str) -> str:
    one, judgement = found[0]
    contradicted = disagreement(one) if judgement.unanswered else ""
    how_many = f"{len(found)} of {len(serving)} instances of {plan.target.upper()} {what}"
    return f"{how_many}, {least.instances} must be well; {one.name}: {contradicted or judgement.reason}"
