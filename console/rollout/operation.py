"""The tag by which what a rollout makes is found again: after a lost answer, and to take exactly that back.

Nova has no idempotency key (facts: Nova 2.4). The same rollout asks for the same server under the same tag, whoever
runs it; no other rollout, of whatever journal, ever uses it.
"""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

PREFIX = "op:"


def operation_of(rollout_id: str, created_at: float) -> str:
    """What tells a rollout from every other: ids are short, and several journals may have the same."""
    return f"{rollout_id}/{created_at!r}"


def tag(operation: str, name: str) -> str:
    """`op:UUID` of the server of this name: 39 characters, of Nova's 60."""
    return f"{PREFIX}{uuid5(NAMESPACE_OID, f'{operation}/{name}')}"
