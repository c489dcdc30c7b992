"""What Octavia counts: totals of a listener, rates between two of its reports, sessions of a member."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """`GET /listeners/{id}/stats`: since the listener began, except `active`. The values follow heartbeats (10 s)."""

    at: float  # Unix seconds
    active: int = 0  # open connections
    total: int = 0  # connections
    bytes_in: int = 0
    bytes_out: int = 0
    errors: int = 0  # requests that could not be answered


@dataclass(frozen=True, slots=True)
class Rates:
    """Per second, between two reports that differ; None where there is only one so far, or the counters began anew."""

    totals: Totals
    over: float | None = None  # seconds between the two
    connections: float | None = None
    bytes_in: float | None = None
    bytes_out: float | None = None
    errors: float | None = None


@dataclass(frozen=True, slots=True)
class MemberSessions:
    """A member as a PROMETHEUS listener shows it."""

    current: int
    at: float  # Unix seconds
    response_ms: float | None = None
