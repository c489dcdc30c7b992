"""A gate of a release: a test that must pass. As the config says it; `rollout.gates` carries it out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class GateKind(StrEnum):
    """What kind of test it is; the value is the key in the file."""

    COMMAND = "run"
    HTTP = "http"
    PROMETHEUS = "prometheus"
    JUDGE = "judge"
    SIGN = "sign"


SHIFT, BAKE = "shift", "bake"  # when: before any traffic is shifted, or while the new colour bakes


class Query(NamedTuple):
    """A query that a Prometheus server answers; every sample of the answer must be within `min` and `max`.

    In the query `{service}`, `{colour}` and `{version}` are those of the colour that comes in. `steady`:
    seconds for which it must stay so before traffic is shifted. `token`: the environment variable with a bearer token.
    """

    url: str
    query: str
    min: float | None = None
    max: float | None = None
    steady: float = 0.0
    token: str = ""


class Judge(NamedTuple):
    """A program that is asked over HTTP whether to wait, to continue or to abort. `every`: seconds between two asks."""

    url: str
    every: float = 10.0
    token: str = ""


class SignOff(NamedTuple):
    """`count` people must sign, each once; of `by` where that names any. `checklist`: what they say they have seen."""

    by: tuple[str, ...] = ()
    count: int = 1  # type: ignore[assignment] # nobody counts in it as in a tuple
    checklist: tuple[str, ...] = ()


class Gate(NamedTuple):
    """A test that must pass before traffic is shifted, or while the new colour bakes (`at`). One of:

    `run`: a command, exit code 0; `{results}` in its words is a folder of its own, from which the summaries that
    `results` names (JUnit XML or subunit) are read. It gets no variable of ours but those of `env`, and runs in
    `folder`. `http`: a URL that must answer with one of `expect`; `{instance}` is each instance's address in turn,
    `{vip}` the load balancer's. `prometheus`, `judge`, `sign`: see there. `timeout` in seconds.
    """

    name: str = ""
    at: tuple[str, ...] = (SHIFT,)
    run: tuple[str, ...] = ()
    folder: Path | None = None
    env: tuple[str, ...] = ()
    results: str = ""
    http: str = ""
    expect: tuple[int, ...] = (200,)
    prometheus: Query | None = None
    judge: Judge | None = None
    sign: SignOff | None = None
    timeout: float = 300.0

    @property
    def kind(self) -> GateKind:
        """Which one it is."""
        return next((kind for kind in GateKind if getattr(self, kind)), GateKind.COMMAND)

    @property
    def title(self) -> str:
        """Its name, else what it does in a word or two."""
        if self.name:
            return self.name
        if self.run:
            return self.run[0].rpartition("/")[2]
        return {GateKind.HTTP: "HTTP", GateKind.PROMETHEUS: "Prometheus", GateKind.SIGN: "sign-off"}.get(
            self.kind, str(self.kind)
        )


class BeforeStop(NamedTuple):
    """A command that drains a worker before it is stopped. `timeout` in seconds; `env` and `folder` as a gate's."""

    run: tuple[str, ...] = ()
    folder: Path | None = None
    env: tuple[str, ...] = ()
    timeout: float = 600.0

    def as_gate(self) -> Gate:
        """The same as a gate, which is how it is run and judged."""
        return Gate(run=self.run, folder=self.folder, env=self.env, timeout=self.timeout)
