"""The keys that say where the commits of a service come from, and what they are flagged for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.config.formats import FOLDER
from console.config.kinds import Choice, Flag, Text, Whole
from console.config.model import FLAGS, ROLLBACK_SAFE, CiSource, CommitSource
from console.config.nodes import Value
from console.config.probing import SERVER_TLS
from console.config.rules import Excludes, Needs, SomeOf
from console.config.sections import Key, Pairs, Section, Several
from console.config.urls import SERVER_URL

_FLAG = Text("a flag of small letters, digits and `-`", r"[a-z][a-z0-9-]{0,30}", "it stands beside the commit")


@dataclass(eq=False, repr=False)
class Flags(Pairs):
    """Pairs that come on top of those that are there without any: a flag is taken away by giving it an empty value."""

    usual: Mapping[str, Any] = field(default_factory=dict)

    def read(self, value: Value) -> dict[str, Any]:
        """The usual pairs, and those of the file in place of them."""
        return {**self.usual, **super().read(value)}


_SERVERS = ("gerrit", "github", "gitlab")
CI = Section(
    CiSource,
    (
        Key("zuul", SERVER_URL, "the URL of a Zuul server, whose builds count in place of the server's own tests"),
        Key(
            "tenant",
            Text("the name of a tenant", r"[A-Za-z0-9._-]{1,100}"),
            "its tenant",
            default="none: a host of one tenant",
        ),
        Key(
            "pipeline", Text("the name of a pipeline", r"[A-Za-z0-9._-]{1,100}"), "the one that counts", default="each"
        ),
        Key("vote", Text("the name of a label", r"[A-Za-z0-9-]{1,100}"), "Gerrit's label for tests that passed"),
    ),
    rules=(
        Needs("tenant", "zuul", "for example `zuul: https://zuul.example.org`"),
        Needs("pipeline", "zuul", "for example `zuul: https://zuul.example.org`"),
    ),
)


COMMITS = Section(
    CommitSource,
    (
        Key("git", FOLDER, "a local git repository; a relative path is beside this file"),
        Key("gerrit", SERVER_URL, "the URL of a Gerrit server"),
        Key("github", SERVER_URL, "the URL of a GitHub server"),
        Key("gitlab", SERVER_URL, "the URL of a GitLab server"),
        Key("project", Text("a project like `openstack/nova`", r"[A-Za-z0-9._/~-]{1,255}"), "its name on that server"),
        Key(
            "branch",
            Text("the name of a branch", r"[^\s~^:?*\\\[]{1,200}"),
            "the branch that is released",
            default="the project's own",
        ),
        Key("fetch", Flag(), "whether the repository is brought up to date from its `origin`, every 5 minutes at most"),
        Key("gitiles", SERVER_URL, "where Gerrit's repositories are browsed", default="its plugin, /plugins/gitiles"),
        Key(
            "token",
            Text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]{0,99}"),
            "the variable that holds the server's token; of Gerrit `USER:PASSWORD`",
            default="as netrc says",
        ),
        Key("tls", SERVER_TLS, "certificates, for `https`", default="see its keys"),
        Key("ci", CI, "where the tests of commits are told", default="the server's own"),
        Key(
            "flags",
            Flags(
                Several(
                    Text(
                        "a pattern of paths like `migrations/*`",
                        r"(?!\./)[^{}]*[^/{}]",
                        "a folder's files are `FOLDER/*`; `./` and `{a,b}` fit no path: give each a pattern of its own",
                    ),
                    "patterns",
                ),
                "flags, each with patterns of paths",
                _FLAG,
                FLAGS,
            ),
            "flags of commits by the files they change; in place of or beside the usual ones, `[]` takes one away",
            default="`migration`, `api`, `config`",
        ),
        Key(
            "rollback_safe",
            Flags(Choice(("yes", "no", "unknown")), "flags, each with `yes`, `no` or `unknown`", _FLAG, ROLLBACK_SAFE),
            "whether commits with a flag can be undone once they have run, where no trailer says so",
        ),
        Key("most", Whole(200, 100_000), "how many commits each way are looked at; beyond, rollback safety is unknown"),
    ),
    rules=(
        SomeOf(("git", *_SERVERS), "say where the commits are: `git: /PATH/OF/A/REPOSITORY`"),
        Excludes("gerrit", ("github", "gitlab"), "keep one of them"),
        Excludes("github", ("gitlab",), "keep one of them"),
        *(Needs(server, "project", "for example `project: openstack/nova`") for server in _SERVERS),
        *(SomeOf((*_SERVERS, "ci"), "it is for a server", key) for key in ("project", "token", "tls")),
        Needs("ci", "project", "for example `project: openstack/nova`"),
        Needs("fetch", "git", "a server needs none"),
        Needs("gitiles", "gerrit", "it is for Gerrit"),
    ),
)
