"""Compare what a write should have left with what is there: every member, every field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from console.model.balancer import Member

_FIELDS = tuple(f.name for f in fields(Member) if f.name not in ("id", "provisioning_status", "operating_status"))


@dataclass(frozen=True, slots=True)
class Readback:
    """`wrong`: fields that differ. `failed`: members whose provisioning_status is ERROR. `pending`: not there yet."""

    wrong: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    @property
    def as_written(self) -> bool:
        """Every field shows what was written; whether it is applied is another question."""
        return not self.wrong

    @property
    def applied(self) -> bool:
        """Everything is as it was written, and the load balancer has it."""
        return not (self.wrong or self.failed or self.pending)


def read_back(expected: Sequence[Member], found: Sequence[Member]) -> Readback:
    """Judge the members after a write."""
    by_id = {member.id: member for member in found}
    wrong: list[str] = []
    failed: list[str] = []
    pending: list[str] = []
    for member in expected:
        now = by_id.get(member.id)
        name = member.name or member.address
        if now is None:
            wrong.append(f"{name} is gone")
            continue
        for field in _FIELDS:
            want, have = _comparable(member, field), _comparable(now, field)
            if want != have:
                wrong.append(f"{field} of {name} is {have}, was set to {want}")
        if now.provisioning_status == "ERROR":
            failed.append(name)
        elif now.provisioning_status != "ACTIVE":
            pending.append(name)
    return Readback(tuple(wrong), tuple(failed), tuple(pending))


def _comparable(member: Member, field: str) -> object:
    return sorted(member.tags) if field == "tags" else getattr(member, field)
