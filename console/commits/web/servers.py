"""The servers that a config names, as clients with their credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.commits import github, gitlab
from console.commits.ci import zuul
from console.commits.ci.gerrit import GerritTests
from console.commits.ci.github import GitHubTests
from console.commits.ci.gitlab import GitLabTests
from console.commits.github import GitHub
from console.commits.gitiles import Gitiles
from console.commits.gitlab import GitLab
from console.commits.source import History, Tests
from console.commits.web.client import Client
from console.commits.web.credentials import NOBODY, Credentials, of
from console.commits.web.memory import Memory
from console.config.model import CommitSource


@dataclass(frozen=True, slots=True)
class Servers:
    """`history`: None where the config names no server of commits. `problem`: why nobody in particular asks."""

    history: History | None
    tests: tuple[Tests, ...]
    problem: str = ""


def servers(source: CommitSource, environ: Mapping[str, str]) -> Servers:
    """All that the config names. Raises SourceFailed where credentials are not there."""
    made = _Making(source, environ, Memory.of_user(environ))
    url = getattr(source, source.server).rstrip("/") if source.server else ""
    credentials = of(source, url, environ) if url else NOBODY
    history: History | None = None
    tests: list[Tests] = []
    if source.github:
        api = made.client(github.api_of(url), credentials, github.HEADERS)
        history, tests = GitHub(api, source.project, source.branch), [GitHubTests(api, url, source.project)]
    elif source.gitlab:
        api = made.client(gitlab.api_of(url), credentials)
        history, tests = GitLab(api, source.project, source.branch), [GitLabTests(api, url, source.project)]
    elif source.gerrit:
        # what is asked with credentials has an address of its own
        api = made.client(f"{url}/a" if credentials.header else url, credentials)
        history, tests = made.gitiles(api, credentials), [GerritTests(api, url, source.project, source.ci.vote)]
    if source.ci.zuul:
        base, tenant = source.ci.zuul.rstrip("/"), source.ci.tenant
        api = made.client(zuul.api_of(base, tenant))
        tests.append(zuul.ZuulTests(api, zuul.pages_of(base, tenant), source.project, source.ci.pipeline))
    return Servers(history, tuple(tests), credentials.problem)


@dataclass(frozen=True, slots=True)
class _Making:
    """What all clients share."""

    source: CommitSource
    environ: Mapping[str, str]
    memory: Memory

    def client(self, base: str, who: Credentials = NOBODY, headers: Mapping[str, str] | None = None) -> Client:
        """A client of one server."""
        trusted = self.environ.get("SSL_CERT_FILE") or None
        return Client(base, self.memory, who, self.source.tls, trusted, headers or {})

    def gitiles(self, gerrit: Client, credentials: Credentials) -> Gitiles:
        """Gerrit's plug-in, with the same credentials, or a server of its own, with those of netrc."""
        own = self.source.gitiles.rstrip("/")
        if own:
            client = self.client(own, of(self.source._replace(token=""), own, self.environ))
        else:
            client = self.client(f"{gerrit.base}/plugins/gitiles", credentials)
        return Gitiles(client, self.source.project, self.source.branch, gerrit=gerrit)
