"""What tests said of commits, in the words of each server, comes out as one of five states with a label and a link."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from forge import Forge, served
from forge_gerrit import Gerrit
from forge_github import GitHub
from forge_gitlab import GitLab
from forge_zuul import Zuul
from repositories import Repository

from console.commits.ci.summary import Result, summed
from console.commits.compare import compare
from console.config.model import CiSource, CommitSource
from console.model.commit import Ci, CiState

PASSED, FAILED, RUNNING, NONE, UNKNOWN = CiState


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    made = Repository(tmp_path_factory.mktemp("ci") / "nova")
    made.commit("live")
    made.commit("idle")
    return made


@pytest.fixture
def forge(repository: Repository) -> Forge:
    return Forge(repository)


@pytest.fixture
def idle(repository: Repository) -> str:
    return repository.git("rev-parse", "main")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def ci(source: CommitSource, repository: Repository, environ: dict[str, str]) -> Ci:
    """The tests of the idle commit, by a clone beside the server."""
    live, idle = repository.git("rev-parse", "main~1", "main").split()
    seen = compare(source._replace(git=repository.path), live, idle, environ)
    assert seen.idle is not None
    assert seen.would_ship == (seen.idle,)
    silent = seen.idle.ci.why if not seen.idle.ci.label else ""
    assert silent in seen.problem, "who does not tell of tests is a problem, and not a blank"
    assert silent or seen.problem == ""
    return seen.idle.ci


@pytest.mark.parametrize(
    ("conclusion", "state", "label"),
    [
        ("success", PASSED, "github: 2 checks"),
        ("skipped", PASSED, "github: lint"),
        ("failure", FAILED, "github: unit"),
        ("timed_out", FAILED, "github: unit"),
        ("cancelled", FAILED, "github: unit"),
        ("in_progress", RUNNING, "github: unit"),
        ("", NONE, "github"),
    ],
)
def test_github(
    *, forge: Forge, idle: str, environ: dict[str, str], conclusion: str, state: CiState, label: str
) -> None:
    forge.states = {idle: conclusion}
    with served(forge, GitHub(forge).routes()) as url:
        found = ci(CommitSource(github=url, project="example/nova"), forge.repository, environ)
    assert (found.state, found.label) == (state, label)
    passed = f"{url}/example/nova/commit/{idle}/checks"
    ran = "lint" if conclusion == "skipped" else "unit"
    alone = f"{url}/example/nova/runs/{ran}" if conclusion else ""
    assert found.link == (passed if conclusion == "success" else alone)


def test_github_where_not_all_checks_were_read(forge: Forge, idle: str, environ: dict[str, str]) -> None:
    forge.states = {idle: "more"}
    with served(forge, GitHub(forge).routes()) as url:
        found = ci(CommitSource(github=url, project="example/nova"), forge.repository, environ)
    assert found.state is CiState.UNKNOWN
    assert "more, which were not read" in found.label


@pytest.mark.parametrize(
    ("statuses", "state", "label"),
    [
        ("failed success", PASSED, "gitlab: pipeline 2"),
        ("success failed", FAILED, "gitlab: pipeline 2"),
        ("failed schedule/success", FAILED, "gitlab: pipeline 1"),
        ("canceled", FAILED, "gitlab: pipeline 1"),
        ("manual", RUNNING, "gitlab: pipeline 1"),
        ("waiting_for_resource", RUNNING, "gitlab: pipeline 1"),
        ("skipped", NONE, "gitlab"),
        ("", NONE, "gitlab"),
    ],
)
def test_gitlab(*, forge: Forge, idle: str, environ: dict[str, str], statuses: str, state: CiState, label: str) -> None:
    forge.states = {idle: statuses}
    with served(forge, GitLab(forge).routes()) as url:
        found = ci(CommitSource(gitlab=url, project="example/nova"), forge.repository, environ)
    assert (found.state, found.label) == (state, label)


@pytest.mark.parametrize(
    ("vote", "state"),
    [
        ("approved", PASSED),
        ("recommended", PASSED),
        ("rejected", FAILED),
        ("disliked", FAILED),
        ("", NONE),
    ],
)
def test_gerrit(forge: Forge, idle: str, environ: dict[str, str], vote: str, state: CiState) -> None:
    forge.states = {idle: vote}
    with served(forge, Gerrit(forge).routes()) as url:
        found = ci(CommitSource(gerrit=url, project="example/nova"), forge.repository, environ)
    assert found == Ci(state, "gerrit Verified", f"{url}/c/example/nova/+/{int(idle[:5], 16)}")


def test_gerrits_label_has_a_name_of_its_own(forge: Forge, environ: dict[str, str]) -> None:
    with served(forge, Gerrit(forge).routes()) as url:
        source = CommitSource(gerrit=url, project="example/nova", ci=CiSource(vote="Code-Review"))
        assert ci(source, forge.repository, environ).state is PASSED


class TestZuul:
    @pytest.mark.parametrize(
        ("buildsets", "state", "label"),
        [
            ("gate=SUCCESS check=FAILURE", PASSED, "zuul: gate"),
            ("post=FAILURE gate=SUCCESS", PASSED, "zuul: gate"),
            ("check=SUCCESS check=FAILURE", PASSED, "zuul: check"),
            ("check=FAILURE check=SUCCESS", FAILED, "zuul: check"),
            ("check=MERGE_CONFLICT", FAILED, "zuul: check"),
            ("check=null", RUNNING, "zuul: check"),
            ("check=SUCCESS third=null", RUNNING, "zuul: third"),
            ("check=SUCCESS third=SUCCESS", PASSED, "zuul: 2 checks"),
            ("check=DEQUEUED", NONE, "zuul"),
            ("", NONE, "zuul"),
        ],
    )
    @pytest.mark.parametrize("tenant", ["example", ""])
    def test_builds_of_a_merged_commit(
        self,
        *,
        forge: Forge,
        idle: str,
        environ: dict[str, str],
        buildsets: str,
        state: CiState,
        label: str,
        tenant: str,
    ) -> None:
        forge.states = {idle: buildsets}
        with self.zuul(forge, tenant) as url:
            source = CommitSource(project="example/nova", ci=CiSource(zuul=url, tenant=tenant))
            found = ci(source, forge.repository, environ)
        assert (found.state, found.label) == (state, label)
        pages = f"{url}/t/example" if tenant else url
        assert found.link.startswith(f"{pages}/buildset/") or state is NONE

    def test_one_pipeline_counts(self, forge: Forge, idle: str, environ: dict[str, str]) -> None:
        forge.states = {idle: "post=SUCCESS gate=FAILURE"}
        with self.zuul(forge) as url:
            source = CommitSource(project="example/nova", ci=CiSource(url, "example", "post"))
            assert ci(source, forge.repository, environ).state is PASSED

    def test_builds_of_the_change_that_gerrit_tells(self, forge: Forge, idle: str, environ: dict[str, str]) -> None:
        zuul = Forge(forge.repository, states={str(int(idle[:5], 16)): "gate=FAILURE"})
        forge.states = {idle: "approved"}
        with served(forge, Gerrit(forge).routes()) as url, self.zuul(zuul) as builds:
            source = CommitSource(gerrit=url, project="example/nova", ci=CiSource(builds, "example"))
            assert ci(source, forge.repository, environ).label == "zuul: gate"

    def test_a_vote_stays_where_zuul_knows_no_build(self, forge: Forge, idle: str, environ: dict[str, str]) -> None:
        forge.states = {idle: "approved"}
        zuul = Forge(forge.repository)
        with served(forge, Gerrit(forge).routes()) as url, self.zuul(zuul) as builds:
            source = CommitSource(gerrit=url, project="example/nova", ci=CiSource(builds, "example"))
            assert ci(source, forge.repository, environ).label == "gerrit Verified"

    def zuul(self, forge: Forge, tenant: str = "example") -> AbstractContextManager[str]:
        return served(forge, Zuul(forge, tenant).routes())


def test_tests_that_nobody_answers_for_are_unknown_with_the_reason(
    repository: Repository, environ: dict[str, str]
) -> None:
    dead = "http://127.0.0.1:1"
    for source in (
        CommitSource(github=dead, project="example/nova"),
        CommitSource(gitlab=dead, project="example/nova"),
        CommitSource(gerrit=dead, project="example/nova"),
        CommitSource(project="example/nova", ci=CiSource(zuul=dead)),
    ):
        found = ci(source, repository, environ)
        assert (found.state, found.link) == (UNKNOWN, "")
        assert found.why.startswith(("127.0.0.1:1 did not answer: connection refused", "not asked yet: 127.0.0.1:1"))


class TestSummary:
    def test_a_failure_is_not_hidden_by_what_is_still_running(self) -> None:
        found = summed("x", [Result("a", RUNNING), Result("b", FAILED, "https://b"), Result("c", FAILED)])
        assert found == Ci(FAILED, "x: b and 1 more", "https://b")

    def test_links_that_are_none_are_left_out(self) -> None:
        for link in ("javascript:alert(1)", "file:///etc/passwd", "https://" + "x" * 5000, ""):
            assert summed("x", [Result("a", PASSED, link)]).link == ""

    def test_long_names_are_cut(self) -> None:
        assert len(summed("x", [Result("\x1b[31m" * 100_000, FAILED)]).label) < 500
