"""The keys that say what a release must keep to, and where its commits come from."""

from __future__ import annotations

from collections.abc import Iterator

from console.config.formats import FOLDER, Command
from console.config.kinds import Decimal, Duration, Flag, Text, Whole
from console.config.mistakes import Mistake
from console.config.model import CiSource, CommitSource, Gate, Release
from console.config.probing import HTTP_STATUSES, SERVER_TLS
from console.config.rules import Checked, Excludes, Given, Needs, OneOf, SomeOf
from console.config.sections import Key, Section, Several
from console.config.urls import GATE_URL, SERVER_URL

_HOUR, _DAY = 3600.0, 86400.0

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
GATE = Section(
    Gate,
    (
        Key("run", Command(), "a command that must end with exit code 0"),
        Key(
            "http", GATE_URL, "a URL that must answer; `{instance}` is each instance's address, `{vip}` the balancer's"
        ),
        Key("expect", HTTP_STATUSES, "the HTTP statuses that pass"),
        Key("timeout", Duration(1, 6 * _HOUR), "time for the whole gate"),
    ),
    rules=(OneOf(("run", "http")), Excludes("run", ("expect",), "a command passes with exit code 0")),
)


def _rising(given: Given) -> Iterator[Mistake]:
    steps = given.values.get("shift", (100,))
    if list(steps) != sorted(set(steps)) or steps[-1] != 100:
        yield given.mistake(
            "shift", f"expected rising percentages up to 100, found {list(steps)}", "for example [10, 50, 100]"
        )


RELEASE = Section(
    Release,
    (
        Key("min_ratio", Decimal(0, 1, above=True), "healthy capacity kept in rotation, against that of now"),
        Key(
            "weight",
            Whole(1, 256),
            "weight in rotation of an instance that has none recorded",
            default="as the live ones have",
        ),
        Key(
            "shift",
            Several(Whole(1, 100), "percentages", least=1),
            "percent of the capacity that each step gives to the idle colour",
        ),
        Key("bake", Duration(0, 7 * _DAY), "how long the old colour stays warm and watched after the last step"),
        Key(
            "confirm_within",
            Duration(0, _DAY),
            "goes back by itself unless confirmed again within it; `0`: it does not",
        ),
        Key("gates", Several(GATE, "gates"), "tests that must pass before any traffic is shifted"),
        Key("retire_after", Duration(0, 365 * _DAY), "after which deleting the old colour is shown as due; `0`: never"),
    ),
    rules=(Checked(_rising),),
)
