"""The keys of a gate: which tests a release must pass."""

from __future__ import annotations

from collections.abc import Iterator

from console.config.formats import FOLDER, Command
from console.config.gate import BAKE, SHIFT, BeforeStop, Gate, GateKind, Judge, Query, SignOff
from console.config.kinds import Choice, Decimal, Duration, Text, Whole
from console.config.mistakes import Mistake
from console.config.probing import HTTP_STATUSES
from console.config.rules import Checked, Excludes, Given, OneOf
from console.config.sections import Key, Section, Several
from console.config.urls import GATE_URL, SERVER_URL

_HOUR = 3600.0
_LIMIT = Decimal(0, 999_999_999)
VARIABLE = Text("the name of an environment variable", r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TOKEN = Key("token", VARIABLE, "the environment variable that holds a bearer token", default="none is sent")


def _limits(given: Given) -> Iterator[Mistake]:
    low, high = given.said("min"), given.said("max")
    if given.lacks("min", "max"):
        yield given.mistake("", "expected the key `min` or `max`, found none", "without a limit every answer passes")
    if low is not None and high is not None and low > high:
        yield given.mistake("min", f"expected at most `max`, which is {high:g}, found {low:g}")


QUERY = Section(
    Query,
    (
        Key("url", SERVER_URL, "the URL of the Prometheus server", required=True),
        Key(
            "query",
            Text("a PromQL query in one line", r".{1,4000}"),
            "what is asked; `{service}`, `{colour}` and `{version}` are those of the colour that comes in",
            required=True,
        ),
        Key("min", _LIMIT, "no sample of the answer may be below it", default="none"),
        Key("max", _LIMIT, "no sample of the answer may be above it", default="none"),
        Key("steady", Duration(0, 6 * _HOUR), "how long it must stay so before traffic is shifted"),
        _TOKEN,
    ),
    rules=(Checked(_limits),),
)
JUDGE = Section(
    Judge,
    (
        Key("url", SERVER_URL, "the URL that is asked; it answers `wait`, `continue` or `abort`", required=True),
        Key("every", Duration(1, _HOUR), "time between two asks"),
        _TOKEN,
    ),
)


def _enough(given: Given) -> Iterator[Mistake]:
    count, by = given.said("count", 1), given.said("by", ())
    if by and count > len(set(by)):
        yield given.mistake("count", f"expected at most the {len(set(by))} of `by`, found {count}")


SIGN = Section(
    SignOff,
    (
        Key(
            "by",
            Several(Text("a user's name", r"[^\s/@]{1,64}"), "users"),
            "who may sign, by their names on the jump host",
            default="anybody who may operate",
        ),
        Key("count", Whole(1, 20), "how many must sign"),
        Key("checklist", Several(Text(pattern=r".{1,200}"), "lines"), "what everyone who signs says to have seen"),
    ),
    rules=(Checked(_enough),),
)


def _signed_before(given: Given) -> Iterator[Mistake]:
    if "sign" in given.entries and BAKE in given.said("at", ()):
        yield given.mistake("at", "a sign-off is asked for before traffic is shifted", "`confirm_within` asks after it")


def _fits_the_time(given: Given) -> Iterator[Mistake]:
    query = given.said("prometheus")
    timeout = given.said("timeout", Gate().timeout)
    if query is not None and query.steady >= timeout:
        yield given.mistake(
            "prometheus", f"`steady` ({query.steady:g} s) does not fit into the gate's `timeout` ({timeout:g} s)"
        )


_COMMAND_KEYS = ("env", "folder", "results")
GATE = Section(
    Gate,
    (
        Key("name", Text("a name of 24 characters at most", r".{1,24}"), "what it is called", default="what it does"),
        Key(
            "at",
            Several(Choice((SHIFT, BAKE)), "words", least=1),
            "when: before traffic is shifted, or again and again while the new colour bakes",
        ),
        Key("run", Command(), "a command that must end with exit code 0"),
        Key("folder", FOLDER, "where the command runs", default="an empty folder of its own"),
        Key(
            "env",
            Several(VARIABLE, "names of environment variables"),
            "variables that the command gets; no others of ours, credentials among them",
        ),
        Key(
            "results",
            Text("a path, in which `*` and `?` may stand for others", r"[^\x00]{1,1000}"),
            "test results to read, JUnit XML or subunit; `{results}` is a folder of its own, here and in `run`",
        ),
        Key(
            "http", GATE_URL, "a URL that must answer; `{instance}` is each instance's address, `{vip}` the balancer's"
        ),
        Key("expect", HTTP_STATUSES, "the HTTP statuses that pass"),
        Key("prometheus", QUERY, "a query whose answer must be within limits", default="none"),
        Key("judge", JUDGE, "a program that is asked over HTTP", default="none"),
        Key("sign", SIGN, "people who must sign", default="none"),
        Key("timeout", Duration(1, 6 * _HOUR), "time for the whole gate"),
    ),
    rules=(
        OneOf(tuple(GateKind)),
        Excludes("run", ("expect",), "a command passes with exit code 0"),
        Excludes("http", _COMMAND_KEYS, "these are of a command"),
        *(Excludes(kind, ("expect", *_COMMAND_KEYS)) for kind in ("prometheus", "judge", "sign")),
        Checked(_signed_before),
        Checked(_fits_the_time),
    ),
)
BEFORE_STOP = Section(
    BeforeStop,
    (
        Key("run", Command(), "a command that ends with exit code 0 when the worker has no more work", required=True),
        *(key for key in GATE.keys if key.name in ("folder", "env", "timeout")),
    ),
)
GATES = Several(GATE, "gates")
