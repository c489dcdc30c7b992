"""`release.gates`: every kind in full, and what does not go together."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_cases import ENVIRON, PATH

from console.config.gate import Gate, GateKind, Judge, Query, SignOff
from console.config.loader import parse
from console.errors import ConfigError


def gates(text: str, more: str = "") -> tuple[Gate, ...]:
    file = f"services:\n  api:\n    cloud: c\n    release: {{gates: [{text}]{more}}}\n"
    return parse(file.encode(), PATH, ENVIRON).services["api"].release.gates


def test_every_kind_in_full() -> None:
    command = "{name: smoke, run: [tempest, run], folder: /srv/t, env: [TOKEN], results: '.stestr/*', timeout: 20m}"
    query = "{prometheus: {url: 'http://p:9090', query: 'up{a=\"{colour}\"}', min: 1, max: 2.5, steady: 1m, token: T}}"
    judge = "{at: [shift, bake], judge: {url: 'https://j/', every: 30s, token: T}}"
    sign = "{sign: {by: [alice, bob], count: 2, checklist: ['all is green']}}"
    found = gates(f"{command}, {query}, {judge}, {sign}, {{http: 'http://{{vip}}/'}}", ", bake: 1m")
    assert found == (
        Gate("smoke", run=("tempest", "run"), folder=Path("/srv/t"), env=("TOKEN",), results=".stestr/*", timeout=1200),
        Gate(prometheus=Query("http://p:9090", 'up{a="{colour}"}', 1.0, 2.5, 60.0, "T")),
        Gate(at=("shift", "bake"), judge=Judge("https://j/", 30.0, "T")),
        Gate(sign=SignOff(("alice", "bob"), 2, ("all is green",))),
        Gate(http="http://{vip}/"),
    )
    assert [gate.kind for gate in found] == [
        GateKind.COMMAND, GateKind.PROMETHEUS, GateKind.JUDGE, GateKind.SIGN, GateKind.HTTP,
    ]  # fmt: skip
    assert [gate.title for gate in found] == ["smoke", "Prometheus", "judge", "sign-off", "HTTP"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{name: x}", "expected the key `run` or `http` or `prometheus` or `judge` or `sign`, found none"),
        ("{run: a, sign: {}}", "found `run` as well"),
        ("{http: 'http://x/', results: a}", "`results` means nothing beside `http`"),
        ("{judge: {url: 'http://j'}, env: [A]}", "`env` means nothing beside `judge`"),
        ("{run: a, env: ['A=b']}", "expected the name of an environment variable"),
        ("{prometheus: {url: 'http://p', query: up}}", "expected the key `min` or `max`, found none"),
        ("{prometheus: {url: 'http://p', query: up, min: 2, max: 1}}", "expected at most `max`, which is 1, found 2"),
        ("{prometheus: {url: 'http://p', query: up, min: 2, steady: 5m}}", "does not fit into the gate's `timeout`"),
        ("{prometheus: {url: 'http://u:p@p', query: up, min: 2}}", "expected a URL without user and password"),
        ("{sign: {by: [a], count: 2}}", "expected at most the 1 of `by`, found 2"),
        ("{sign: {}, at: bake}", "a sign-off is asked for before traffic is shifted"),
        ("{run: a, at: bake}", "needs the key `bake` beside `gates`"),
        ("{run: a, name: x}, {run: b, name: x}", "two gates are called `x`"),
        ("{run: a, at: later}", "expected `shift` or `bake`"),
    ],
)
def test_what_does_not_go_together_is_said_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        gates(text)
    assert f"{PATH}:4: " in caught.value.message
    assert sentence in caught.value.message
