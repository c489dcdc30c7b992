"""A plan as the journal stores it, opened: also one that was written when a plan knew one pool and weights only."""

from __future__ import annotations

from typing import Any

import msgspec

from console.plan.plan import Plan


def read(text: str) -> Plan:
    """The plan in a row. Raises msgspec.MsgspecError for one that a newer program wrote."""
    return of(msgspec.json.decode(text))


def of(raw: Any) -> Plan:
    """The plan in a record. Raises msgspec.ValidationError for what is none."""
    return msgspec.convert(_upgraded(raw) if _is_old(raw) else raw, Plan)


def _is_old(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("basis"), dict) and "pool_id" in raw["basis"]


def _upgraded(raw: dict[str, Any]) -> dict[str, Any]:
    """One pool in the basis, one batch in each step that changes members."""
    basis = raw["basis"]
    pool = {"id": basis["pool_id"], "balancer_id": basis["load_balancer_id"], "members": basis["members"]}
    servers = [{"id": ident, "task_state": task} for ident, task in basis["servers"]]
    return {
        **raw,
        "basis": {"pools": [pool], "servers": servers},
        "steps": [{**step, "writes": _writes(step, basis["pool_id"])} for step in raw["steps"]],
    }


def _writes(step: dict[str, Any], pool_id: str) -> list[dict[str, Any]]:
    if step.get("call") is None:
        return []
    desired = {"type": "weights", "pool_id": pool_id, "changes": step["changes"]}
    return [{"desired": desired, "call": step["call"], "undo": step.get("undo")}]
