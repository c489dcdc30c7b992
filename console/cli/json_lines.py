"""What verbs that follow a rollout print with `--json`: one JSON object a line, nothing else; see docs/automation.md.

Every line has `schema` and `type`: `plan`, `started`, `event`, and at the very end `result`, whatever happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.cli.looking import say
from console.config.model import Config
from console.errors import BluegreenError, JournalError
from console.plan.plan import Plan
from console.rollout.records import Event, RolloutState

SCHEMA = 1
_NEEDS_HUMAN = 7
_STOPPED = 130  # by ctrl+c before it was followed; what was begun goes on

Begun = Callable[[str], None]  # hears the rollout's id, once there is one


def print_line(kind: str, /, **fields: Any) -> None:
    """One line."""
    import msgspec

    say(msgspec.json.encode({"schema": SCHEMA, "type": kind, **fields}).decode())


def print_plan(plan: Plan) -> None:
    """The plan that is about to be carried out."""
    print_line(
        "plan",
        service=plan.service,
        environment=plan.environment,
        action=plan.action,
        source=plan.source,
        target=plan.target,
        source_version=plan.source_version,
        target_version=plan.target_version,
        digest=plan.digest,
        writes=plan.writes,
        summary=plan.summary,
        notes=plan.notes,
        steps=[
            {"id": step.id, "kind": step.kind, "title": step.title, "deadline": step.deadline} for step in plan.steps
        ],
    )


def print_event(event: Event) -> None:
    """One event of the rollout."""
    import msgspec

    print_line("event", **msgspec.to_builtins(event))


def ending(verb: Callable[[Begun], int], *, as_json: bool, config: Callable[[], Config]) -> int:
    """Run a verb and return its exit code; with `as_json` the last line is its result, an error's too.

    Raises what the verb raises: `main` says it on standard error.
    """
    if not as_json:
        return verb(lambda _: None)
    begun: list[str] = []
    try:
        code = verb(begun.append)
    except KeyboardInterrupt:
        rollout = begun[-1] if begun else None
        print_line("result", exit_code=_STOPPED, state="", sentence="stopped by ctrl+c", hint="", rollout=rollout)
        raise
    except BluegreenError as error:
        print_line("result", exit_code=error.exit_code, state="", sentence=error.message, hint=error.hint, rollout=None)
        raise
    state, sentence, hint = _end(config(), begun[-1], code) if begun else ("", "", "")
    rollout = begun[-1] if begun else None
    print_line("result", exit_code=code, state=state, sentence=sentence, hint=hint, rollout=rollout)
    return code


def _end(config: Config, rollout_id: str, code: int) -> tuple[str, str, str]:
    """State, sentence and hint. A rollout that somebody must look after is stopped, if its runner said so or not."""
    from console.rollout import second_place
    from console.rollout.journal import Journal

    try:
        with Journal.open(second_place.url_of(rollout_id, config.journal), read_only=True) as journal:
            rollout = journal.rollout(rollout_id)
    except JournalError as error:
        return "", error.message, error.hint
    if code == _NEEDS_HUMAN and not rollout.state.ended:
        hint = f"`bluegreen resume {rollout_id}` compares the journal with the cloud and offers what can be done"
        why = "its runner is gone, out of sight or without a sign of life, and it has not ended"
        return RolloutState.STOPPED, why, hint
    return rollout.state, rollout.sentence, ""
