"""The keys that say what a release must keep to, and where its commits come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.config.formats import FOLDER
from console.config.gate import BAKE, Gate
from console.config.gating import GATE
from console.config.kinds import Choice, Decimal, Duration, Flag, Text, Whole
from console.config.mistakes import Mistake
from console.config.model import FLAGS, ROLLBACK_SAFE, CiSource, CommitSource, Release
from console.config.nodes import Value
from console.config.probing import SERVER_TLS
from console.config.rules import Checked, Excludes, Given, Needs, SomeOf
from console.config.sections import Key, Pairs, Section, Several
from console.config.urls import SERVER_URL

_HOUR, _DAY = 3600.0, 86400.0
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
                Several(Text("a pattern of paths like `migrations/*`"), "patterns"),
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


def _rising(given: Given) -> Iterator[Mistake]:
    steps = given.values.get("shift", (100,))
    if list(steps) != sorted(set(steps)) or steps[-1] != 100:
        yield given.mistake(
            "shift", f"expected rising percentages up to 100, found {list(steps)}", "for example [10, 50, 100]"
        )


def _gates(given: Given) -> Iterator[Mistake]:
    gates: tuple[Gate, ...] = given.values.get("gates", ())
    names = [gate.name for gate in gates if gate.name]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield given.mistake("gates", f"two gates are called `{name}`", "each sign-off and each output is found by name")
    if any(BAKE in gate.at for gate in gates) and not given.values.get("bake"):
        yield given.mistake("gates", "a gate with `at: bake` needs the key `bake` beside `gates`", "`bake: 10m`")


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
        Key(
            "gates",
            Several(GATE, "gates"),
            "tests that must pass before any traffic is shifted, or while the new colour bakes",
        ),
        Key("retire_after", Duration(0, 365 * _DAY), "after which deleting the old colour is shown as due; `0`: never"),
    ),
    rules=(Checked(_rising), Checked(_gates)),
)
