"""The keys that say what a release must keep to, and where its commits come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.config.formats import FOLDER
from console.config.gate import BAKE, Gate
from console.config.gating import GATE
from console.config.kinds import Choice, Decimal, Duration, Text, Whole
from console.config.mistakes import Mistake
from console.config.model import FLAGS, ROLLBACK_SAFE, CommitSource, Release
from console.config.nodes import Value
from console.config.rules import Checked, Excludes, Given, Needs, OneOf
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


COMMITS = Section(
    CommitSource,
    (
        Key("git", FOLDER, "a local git repository; a relative path is beside this file"),
        Key("gerrit", SERVER_URL, "the URL of a Gerrit server"),
        Key("github", SERVER_URL, "the URL of a GitHub server"),
        Key("gitlab", SERVER_URL, "the URL of a GitLab server"),
        Key("project", Text("a project like `openstack/nova`", r"[A-Za-z0-9._/~-]{1,255}"), "its name on that server"),
        Key(
            "branch", Text("the name of a branch", r"[^\s~^:?*\\\[]{1,200}"), "the branch", default="the project's own"
        ),
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
        OneOf(("git", "gerrit", "github", "gitlab"), "say where the commits are: `git: /PATH/OF/A/REPOSITORY`"),
        Excludes("git", ("project", "branch"), "a repository is one project, with all its branches"),
        *(
            Needs(server, "project", "for example `project: openstack/nova`")
            for server in ("gerrit", "github", "gitlab")
        ),
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
