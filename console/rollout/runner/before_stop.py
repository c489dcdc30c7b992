"""A worker is drained before it is stopped: a command of the operators, which must end well.

Not on the way back: nothing of ours may delay that (DESIGN §6, rule 6).
"""

from __future__ import annotations

from console.errors import NeedsHuman
from console.model.colour import Colour
from console.plan.plan import Action, Plan, Step
from console.rollout.gates.begin import begin_command
from console.rollout.gates.outcome import Verdict
from console.rollout.gates.output import log_path
from console.rollout.gates.subject import Leaving
from console.rollout.records import EventKind
from console.rollout.runner.gate import until_judged
from console.rollout.runner.run import LOOK_DEADLINE, Run


def drain(run: Run, plan: Plan, step: Step, server_id: str, colour: Colour) -> bool:
    """Return when the command has ended with 0, or there is none: whether there was one that was waited for.

    Raises NeedsHuman, AbortAsked, Terminated.
    """
    hook = run.service.rotation.before_stop
    if hook is None or run.way_back or plan.action is Action.ROLLBACK:
        return False
    server = run.look(lambda: run.reader.server(server_id), step.id, LOOK_DEADLINE)
    if not server.powered:
        return False
    title = f"before stop of {server.name}"
    run.note(EventKind.WAIT, step.id, f"{title}: {hook.run[0]}, for {hook.timeout:g} s at most")
    attempt = begin_command(
        hook.as_gate(), Leaving(run.rollout_id, plan.service, colour, server), log_path(run.rollout_id, step.id)
    )
    try:
        outcome = until_judged(run, step.id, attempt, hook.timeout)
    finally:
        attempt.stop()
    passed = outcome.verdict is Verdict.PASSED
    text = f"{title}: {outcome.verdict}: {outcome.sentence}"
    output = "" if passed else outcome.output
    run.note(EventKind.GATE, step.id, text[:500], gate=title, verdict=outcome.verdict, output=output)
    if not passed:
        raise NeedsHuman(
            f"{server.name} was not stopped: {hook.run[0]}: {outcome.verdict}: {outcome.sentence}",
            f"`bluegreen show {run.rollout_id} --output` has what it printed; both colours work now: "
            "`bluegreen resume` drains again and goes on, or goes back",
        )
    return True
