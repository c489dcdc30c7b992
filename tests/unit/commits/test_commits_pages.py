"""Further pages of a list: asked of the server of the config, and never taken for the end where they are not there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from console.commits.ci.asked import Asked
from console.commits.ci.gerrit import GerritTests, _Change, _Label
from console.commits.gitlab import GitLab
from console.commits.web.client import HOUR, Client
from console.commits.web.credentials import Credentials
from console.commits.web.memory import Memory
from console.model.commit import CiState, Commit

BASE = "https://gitlab.internal/api/v4"
ELSEWHERE = "https://gitlab.example.org/api/v4/projects/a%2Fb/repository/commits?page=2&per_page=100&ref_name=x"


def commits(first: int, count: int) -> list[dict[str, object]]:
    return [{"id": f"{number:040x}", "title": f"Change {number}"} for number in range(first, first + count)]


@pytest.mark.parametrize(("status", "whole"), [(200, True), (404, False)])
def test_the_next_page_is_asked_of_the_server_that_we_know(tmp_path: Path, status: int, whole: bool) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) == 1:
            return httpx.Response(200, json=commits(0, 100), headers={"Link": f'<{ELSEWHERE}>; rel="next"'})
        return httpx.Response(status, json=commits(100, 20) if status == 200 else {"message": "404"})

    client = Client(
        BASE, Memory(tmp_path), Credentials("Bearer t", "$T"), clock=lambda: 1e9, transport=httpx.MockTransport(answer)
    )
    found, more = GitLab(client, "a/b")._log("a..b", 500)
    assert (len(found), more) == (120 if whole else 100, not whole)
    assert [request.url.host for request in asked] == ["gitlab.internal"] * 2
    assert asked[1].url.params["page"] == "2"
    assert asked[1].headers["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("age", "over", "keep"), [(3600.0, True, 0.0), (100_000.0, True, HOUR), (100_000.0, False, 0.0)]
)
def test_tests_of_a_young_commit_are_asked_for_again_although_they_are_over(
    age: float, over: bool, keep: float
) -> None:
    asked = Asked(SimpleNamespace(clock=lambda: 1e9), "", "a/b")  # type: ignore[arg-type]
    assert asked.settled(Commit("a" * 40, "", "", 1e9 - age), over=over) == keep


@pytest.mark.parametrize(
    ("states", "state"), [(("NEW", "NEW"), CiState.FAILED), (("MERGED", "NEW"), CiState.PASSED), ((), CiState.UNKNOWN)]
)
def test_of_several_changes_of_one_revision_the_merged_or_the_worst_counts(
    states: tuple[str, ...], state: CiState
) -> None:
    votes = (_Label(approved={}), _Label(rejected={}))
    changes = [
        _Change(number, status=status, labels={"Verified": vote})
        for number, (status, vote) in enumerate(zip(states, votes, strict=False))
    ]
    tests = GerritTests(SimpleNamespace(), "https://review.example.org", "a/b")  # type: ignore[arg-type]
    assert tests._voted(Commit("a" * 40, "", "", 0.0), changes).ci.state is state
