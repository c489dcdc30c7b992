"""The account of a load generator's run."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .load import Load, Record


def account(records: Sequence[Record]) -> dict[str, Any]:
    """Every request counted: how many, how many lost and why, which versions answered from when to when (s)."""
    ok = sorted((record for record in records if record.ok), key=_end)
    lost = [record for record in records if not record.ok]
    latencies = sorted(record.ms for record in ok)
    gap, gap_at = max(
        (((_end(after) - _end(before)) * 1e3, _end(before)) for before, after in pairwise(ok)), default=(None, None)
    )
    per_second: dict[int, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    by_version: dict[str, list[float]] = collections.defaultdict(list)
    for record in ok:
        per_second[int(record.start)][record.who] += 1
        by_version[record.who].append(record.start)
    return {
        "requests": len(records),
        "ok": len(ok),
        "lost": len(lost),
        "errors": dict(collections.Counter(str(record.status) for record in lost)),
        "first_lost_s": _rounded(min((record.start for record in lost), default=None)),
        "last_lost_s": _rounded(max((record.start for record in lost), default=None)),
        "max_gap_ms": _rounded(gap, 1),
        "max_gap_at_s": _rounded(gap_at),
        "p50_ms": _rounded(latencies[len(latencies) // 2], 2) if latencies else None,
        "p99_ms": _rounded(latencies[int(len(latencies) * 0.99)], 2) if latencies else None,
        "max_ms": _rounded(latencies[-1], 1) if latencies else None,
        "versions": {
            who: {"requests": len(starts), "first_s": _rounded(min(starts)), "last_s": _rounded(max(starts))}
            for who, starts in sorted(by_version.items())
        },
        "servers": dict(collections.Counter(record.server for record in ok)),
        "per_second": {second: dict(count) for second, count in sorted(per_second.items())},
    }


def whole(load: Load) -> dict[str, Any]:
    """The account of one run, with what the generator knows about itself."""
    settings = load.settings
    told: dict[str, Any] = {
        "url": settings.url,
        "mode": settings.mode,
        "rate": settings.rate,
        "started": load.started,
        "generator_max_late_ms": round(load.max_late * 1e3, 1),
        "connections_opened": load.opened,
    }
    if settings.mode != "new":
        told |= {
            "idle_closed_by_server": load.idle_closed,
            "closed_after_answer": load.told_to_close,
            "idle_closed_at_s": [round(moment, 2) for moment in load.close_times[:50]],
        }
    if settings.cookie:
        told["cookie_clients_moved"] = load.moves
    told |= account(load.records)
    if settings.mode == "both":
        told["by_mode"] = {
            mode: account([record for record in load.records if record.mode == mode]) for mode in ("new", "keepalive")
        }
    return told


def _end(record: Record) -> float:
    return record.start + record.ms / 1e3


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)
