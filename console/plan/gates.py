"""The gates before any traffic is shifted, as steps. They write nothing; what fails there stops the rollout."""

from __future__ import annotations

from console.config.gate import BAKE, SHIFT, Gate, GateKind, Query, SignOff
from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.plan.plan import Gating, Step, StepKind

_OUTCOME = "it stops; nothing has been written"


def gate_steps(config: ServiceConfig, target: Colour) -> list[Step]:
    """One for each gate that the config asks for at this point, in its order."""
    return [_step(number, gate, target) for number, gate in enumerate(config.release.gates, 1) if SHIFT in gate.at]


def gates_while_baking(config: ServiceConfig) -> tuple[str, ...]:
    """The titles of those that are carried out later, beside the looks of the bake."""
    return tuple(gate.title for gate in config.release.gates if BAKE in gate.at)


def _step(number: int, gate: Gate, target: Colour) -> Step:
    signs = gate.sign or SignOff(count=0)
    return Step(
        id=f"gate-{number}",
        kind=StepKind.GATE,
        title=f"gate: {gate.title}" if gate.sign is None else "waits for a signature",
        words=f"{_words(gate, target)} If it does not pass, the rollout stops here, and no traffic was moved.",
        deadline=gate.timeout,
        outcome=_OUTCOME,
        checks=_checks(gate),
        gate=Gating(number, gate.kind, signs.by, signs.count, signs.checklist),
    )


def _words(gate: Gate, target: Colour) -> str:
    side = target.upper()
    match gate.kind:
        case GateKind.COMMAND:
            return f"A command tests {side} where it stands, without traffic: {' '.join(gate.run)}."
        case GateKind.HTTP:
            return f"{gate.http} is asked, for each instance of {side} where it says so."
        case GateKind.PROMETHEUS:
            assert gate.prometheus is not None
            steady = f" and must stay so for {gate.prometheus.steady:g} s" if gate.prometheus.steady else ""
            return f"Prometheus is asked; every sample of its answer must be within limits{steady}. No data is no pass."
        case GateKind.JUDGE:
            return "A program of yours is asked until it says continue or abort."
        case GateKind.SIGN:
            return f"{_signers(gate)} must say that {side} may get traffic: `bluegreen sign`, or n in the console."


def _signers(gate: Gate) -> str:
    assert gate.sign is not None
    who = " or ".join(gate.sign.by) if gate.sign.by else "somebody who may operate"
    return who if gate.sign.count == 1 else f"{gate.sign.count} people ({who})"


def _checks(gate: Gate) -> tuple[str, ...]:
    match gate.kind:
        case GateKind.COMMAND:
            return ("exit code 0", *((f"{gate.results}: no test failed",) if gate.results else ()))
        case GateKind.HTTP:
            return (f"status {' or '.join(map(str, gate.expect))}",)
        case GateKind.PROMETHEUS:
            assert gate.prometheus is not None
            return (_limits(gate.prometheus),)
        case GateKind.JUDGE:
            return ("the judge says continue",)
        case GateKind.SIGN:
            assert gate.sign is not None
            return gate.sign.checklist or ("a signature",)


def _limits(query: Query) -> str:
    low = f"{query.min:g} <= " if query.min is not None else ""
    high = f" <= {query.max:g}" if query.max is not None else ""
    return f"{low}{query.query}{high}"
