"""Zuul's buildsets: what ran for the change of a commit, and for the commit itself once it was merged (`newrev`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from console.commits.ci.asked import Asked
from console.commits.ci.summary import Result, summed
from console.commits.web.client import Unanswered
from console.model.commit import Ci, CiState, Commit

_GATE = "gate"  # the pipeline that nothing is merged without: where it ran, it decides
_STATES = {
    "SUCCESS": CiState.PASSED,
    None: CiState.RUNNING,
    "NO_JOBS": CiState.NONE,
    "SKIPPED": CiState.NONE,
    "DEQUEUED": CiState.NONE,
    "CANCELED": CiState.NONE,
}
_LIMIT = 20  # buildsets of one commit or change


class _Buildset(msgspec.Struct):
    uuid: str
    pipeline: str = ""
    result: str | None = None


@dataclass(frozen=True, slots=True)
class ZuulTests(Asked):
    """The builds of commits of one project; `Tests`. `web`: Zuul's pages. `pipeline`: the one that counts, or each."""

    pipeline: str = ""

    def of(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits with what is known of their builds; other tests of a commit without any are left."""
        for commit in commits:
            ci = self._ci(commit)
            known = commit.ci.state not in (CiState.UNKNOWN, CiState.NONE)
            yield replace(commit, ci=commit.ci if known and ci.state in (CiState.UNKNOWN, CiState.NONE) else ci)

    def _ci(self, commit: Commit) -> Ci:
        try:
            found = self._buildsets(commit, newrev=commit.sha)
            if commit.change.isdecimal():
                found += self._buildsets(commit, change=commit.change)
        except Unanswered as error:
            return Ci(why=str(error))
        newest: dict[str, _Buildset] = {}
        for one in found:
            newest.setdefault(one.pipeline, one)  # the newest stands first
        counted = [newest[_GATE]] if _GATE in newest else list(newest.values())
        return summed("zuul", (self._result(one) for one in counted))

    def _buildsets(self, commit: Commit, **of: str) -> list[_Buildset]:
        def over(found: list[_Buildset]) -> float:
            return self.settled(commit, over=bool(found) and all(one.result is not None for one in found))

        of = {"project": self.project, **({"pipeline": self.pipeline} if self.pipeline else {}), **of}
        page = self.client.get("buildsets", list[_Buildset], over, of, can_wait=True, limit=_LIMIT)
        if page is None:
            raise Unanswered(f"{self.client.host} has no such tenant")
        return list(page.value)

    def _result(self, one: _Buildset) -> Result:
        return Result(one.pipeline, _STATES.get(one.result, CiState.FAILED), f"{self.web}/buildset/{one.uuid}")


def api_of(url: str, tenant: str) -> str:
    """The base of the API: a host of one tenant alone has no tenants in its paths."""
    return f"{url}/api/tenant/{tenant}" if tenant else f"{url}/api"


def pages_of(url: str, tenant: str) -> str:
    """The base of its web pages."""
    return f"{url}/t/{tenant}" if tenant else url
