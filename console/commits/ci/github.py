"""GitHub's check runs and commit statuses: what Actions and other services reported of a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import msgspec

from console.commits.ci.asked import Asked
from console.commits.ci.summary import Result, summed
from console.commits.github import linked
from console.commits.web.client import Unanswered
from console.model.commit import Ci, CiState, Commit

_PASSED = frozenset({"success", "neutral"})
_STATES = {"success": CiState.PASSED, "pending": CiState.RUNNING}


class _Run(msgspec.Struct):
    name: str
    status: str  # `completed`, or where it is on the way there
    conclusion: str | None = None
    html_url: str | None = None


class _Runs(msgspec.Struct):
    check_runs: list[_Run]
    total_count: int = 0


class _Status(msgspec.Struct):
    context: str
    state: str
    target_url: str | None = None


class _Combined(msgspec.Struct):
    statuses: list[_Status]
    total_count: int = 0


@dataclass(frozen=True, slots=True)
class GitHubTests(Asked):
    """The tests of commits of one project; `Tests`. `web`: the URL of the web server."""

    def of(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits with what is known of their tests, pages and pull requests."""
        return (replace(linked(commit, self.web, self.project), ci=self._ci(commit)) for commit in commits)

    def _ci(self, commit: Commit) -> Ci:
        path = f"repos/{quote(self.project)}/commits/{commit.sha}"

        def runs_over(found: _Runs) -> float:
            done = bool(found.check_runs) and all(run.status == "completed" for run in found.check_runs)
            return self.settled(commit, over=done)

        def statuses_over(found: _Combined) -> float:
            return self.settled(commit, over=all(one.state != "pending" for one in found.statuses))

        try:
            runs = self.client.get(f"{path}/check-runs", _Runs, runs_over, can_wait=True, per_page=100)
            statuses = self.client.get(f"{path}/status", _Combined, statuses_over, can_wait=True, per_page=100)
        except Unanswered as error:
            return Ci(why=str(error))
        if runs is None and statuses is None:
            return Ci(why=f"{self.client.host} knows no {self.project}, or not this commit of it")
        results = [Result(run.name, _state(run), run.html_url or "") for run in runs.value.check_runs] if runs else []
        results += [
            Result(one.context, _STATES.get(one.state, CiState.FAILED), one.target_url or "")
            for one in (statuses.value.statuses if statuses else ())
        ]
        told = (runs.value.total_count if runs else 0) + (statuses.value.total_count if statuses else 0)
        if told > len(results):
            results.append(Result(f"{told - len(results)} more, which were not read", CiState.UNKNOWN))
        return summed("github", results, f"{self.web}/{quote(self.project)}/commit/{commit.sha}/checks")


def _state(run: _Run) -> CiState:
    if run.status != "completed":
        return CiState.RUNNING
    if run.conclusion == "skipped":
        return CiState.NONE
    return CiState.PASSED if run.conclusion in _PASSED else CiState.FAILED
