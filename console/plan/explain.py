"""The config's own words for the stages of a release, in place of ours: the walkthrough of a team."""

from __future__ import annotations

from dataclasses import replace

from console.config.model import ServiceConfig
from console.plan.plan import Plan
from console.plan.release import STAGE_OF


def explained(plan: Plan, config: ServiceConfig) -> Plan:
    """The plan with the words of `explain:` before those of the first step of each stage that it names."""
    steps, told = [], set()
    for step in plan.steps:
        stage = STAGE_OF.get(step.kind)
        words = config.explain.get(stage, "") if stage is not None and stage not in told else ""
        told.add(stage)
        steps.append(replace(step, words=f"{words} {step.words}") if words else step)
    return replace(plan, steps=tuple(steps))
