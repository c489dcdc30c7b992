"""The course of a plan: the basis that each of its writes finds and leaves, while nobody else changes anything."""

from __future__ import annotations

from collections.abc import Iterable

from console.plan.basis import Basis
from console.plan.desired import Desired
from console.plan.kinds.registry import kind_of
from console.plan.plan import Plan, Step, Write


def write(desired: Desired, basis: Basis, key: str = "") -> Write:
    """The write of a desired state, planned on the basis that it will find."""
    kind = kind_of(desired)
    return Write(desired, kind.call(desired, basis), kind.undo(desired, basis), key)


def after(writes: Iterable[Write], basis: Basis) -> Basis:
    """The basis that these writes leave, one after another."""
    for one in writes:
        basis = kind_of(one.desired).after(one.desired, basis)
    return basis


def basis_before(plan: Plan, step: Step, wanted: Write | None = None) -> Basis:
    """What the step finds, or one write of it: the plan's basis with every write before it done."""
    basis = plan.basis
    for earlier in plan.steps:
        if earlier.id == step.id:
            break
        basis = after(earlier.writes, basis)
    if wanted is None:
        return basis
    return after(step.writes[: [one.key for one in step.writes].index(wanted.key)], basis)
