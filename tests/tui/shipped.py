"""A service whose green holds a migration that is not rollback-safe, and a commit that failed its tests."""

from __future__ import annotations

from dataclasses import replace

from tuikit import SHAS, marked, service

from console.model.colour import Colour
from console.model.commit import Ci, CiState, Commit, CommitView
from console.model.service import Service

PASSED = Ci(CiState.PASSED, "zuul check", "https://zuul.example.org/t/builds?change=1")
FAILED = Ci(CiState.FAILED, "zuul check", "https://zuul.example.org/t/builds?change=2")
NO = (("Rollback-Safe", "no, drops columns"),)
MIGRATION = ("nova/db/main/migrations/versions/0042_drop.py", "nova/db/main/models.py")


def commit(number: int, subject: str, now: float, **changes: object) -> Commit:
    """One that passed its tests, unless said otherwise."""
    base = Commit(
        f"{number:07x}" + "0" * 33, subject, ("m.lee", "p.okafor")[number % 2], now - 7200 * number,
        parents=("f" * 40,), trailers=(), reverts=(), files=(f"nova/compute/part{number}.py",), ci=PASSED,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def with_commits(
    facts: Service,
    *commits: Commit,
    undone: tuple[Commit, ...] = (),
    problem: str = "",
) -> Service:
    """The service, with these commits in green and not in blue."""
    idle = commits[0] if commits else None
    live = commit(99, "Fix quota race", 0.0, sha=SHAS[Colour.BLUE])
    view = CommitView(live=live, idle=idle, would_ship=commits, would_undo=undone, recent=(live,), problem=problem)
    return replace(facts, commits=view, shipping=marked(view))


def shipped(now: float) -> Service:
    """Six commits; one drops columns, one failed its tests, one reverts another."""
    return with_commits(
        service(now),
        commit(1, "Add retry to RPC", now),
        commit(2, "Drop deprecated columns", now, trailers=NO, files=MIGRATION),
        commit(3, "Cache flavors per cell", now, ci=FAILED),
        commit(4, 'Revert "Weigh hosts by age"', now, reverts=("0000005",)),
        commit(5, "Weigh hosts by age", now),
        commit(6, "List the new policy", now, files=("etc/nova/policy.yaml",)),
    )
