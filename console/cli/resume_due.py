"""`bluegreen resume --due`: what a boot unit runs. It ends quickly, and asks nobody anything."""

from __future__ import annotations

from console.cli.looking import look, say, warn
from console.config.model import Config
from console.errors import BluegreenError, CloudError
from console.model.text import visible
from console.rollout import due
from console.rollout.journal import Journal
from console.rollout.who import Who

NEEDS_A_HUMAN = 7


def run(config: Config) -> int:
    """7 when a rollout needs a person; 4 when one could go on and its cloud did not answer: ask again; else 0."""
    code = 0
    with Journal.open(config.journal) as journal:
        found = due.due(journal)
        for one in found:
            code = max(code, _settle(config, journal, one))
    if not found:
        say("nothing is due: no rollout of this host is unfinished")
    return code


def _settle(config: Config, journal: Journal, found: due.Due) -> int:
    rollout = found.rollout
    name = f"rollout {rollout.id} of {rollout.service}"
    why = found.why
    if found.step is not None and rollout.service not in config.services:
        why = f"the config has no service {rollout.service} any more"
    if why or found.step is None:
        warn(visible(f"{name} needs you: {why}\n  bluegreen resume {rollout.id}"))
        return NEEDS_A_HUMAN
    try:
        look(config, rollout.service, patience=0)  # a runner that finds no cloud would end, and need a person
        due.go_on(config, journal, found, Who.deciding(config, found.rollout.service))
    except CloudError as error:
        warn(visible(f"{name} could go on, and its cloud does not answer yet: {error.message}"))
        return error.exit_code
    except BluegreenError as error:
        warn(visible(f"{name} needs you: {error.message}\n  bluegreen resume {rollout.id}"))
        return NEEDS_A_HUMAN
    say(visible(f"{name} goes on: {found.step.title}, {found.left:.0f} s left; then: {found.step.outcome}"))
    return 0
