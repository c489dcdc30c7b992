"""GitLab's pipelines: of each commit the newest of each branch and of what began it; the worst of these counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from console.commits.ci.asked import Asked
from console.commits.ci.summary import Result, summed
from console.commits.gitlab import linked, project_path
from console.commits.web.client import Unanswered
from console.model.commit import Ci, CiState, Commit

# `manual` waits for a person, and what comes after that has not run. `skipped` ran nothing
_STATES = {
    "success": CiState.PASSED,
    "manual": CiState.RUNNING,
    "failed": CiState.FAILED,
    "canceled": CiState.FAILED,
    "canceling": CiState.FAILED,
    "skipped": CiState.NONE,
}


class _Pipeline(msgspec.Struct):
    id: int
    status: str
    web_url: str = ""
    ref: str = ""
    source: str = ""  # `push`, `schedule`, ...


@dataclass(frozen=True, slots=True)
class GitLabTests(Asked):
    """The tests of commits of one project; `Tests`. `web`: the URL of the web server."""

    def of(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits with what is known of their tests and pages."""
        return (replace(linked(commit, self.web, self.project), ci=self._ci(commit)) for commit in commits)

    def _ci(self, commit: Commit) -> Ci:
        path = f"{project_path(self.project)}/pipelines"

        def over(found: list[_Pipeline]) -> float:
            return self.settled(commit, over=bool(found) and all(one.status in _STATES for one in found))

        try:
            page = self.client.get(path, list[_Pipeline], over, can_wait=True, sha=commit.sha, per_page=20)
        except Unanswered as error:
            return Ci(why=str(error))
        if page is None:
            return Ci(why=f"{self.client.host} knows no {self.project}")
        newest = {(one.ref, one.source): one for one in sorted(page.value, key=lambda one: one.id)}
        return summed("gitlab", [_result(one) for one in newest.values()])


def _result(pipeline: _Pipeline) -> Result:
    return Result(f"pipeline {pipeline.id}", _STATES.get(pipeline.status, CiState.RUNNING), pipeline.web_url)
