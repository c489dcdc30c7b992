"""A rollout that another journal has, as the cloud alone tells of it: ask its runner to stop, or go on in its place.

What is known is the lease's description (who, which action, which step), the members' tags and the live state.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from console.cloud.lease_reader import holder_of, ports_of
from console.cloud.reader import Reader
from console.config.model import Config
from console.errors import CloudError, JournalError, UsageError
from console.model.colour import Colour
from console.model.lease import ABORT_TAG, HOLD_TAG, LeaseHolder
from console.model.service import Service
from console.plan.plan import Action, Intent, Refusal
from console.plan.planner import plan as make_plan
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind
from console.rollout.request import Offer, may_write
from console.rollout.standing import ServiceDecisionKind, decide
from console.rollout.who import Who
from console.watch.observe import Observer

ASK = "console.rollout.runner.ask_abort"

_PATIENCE = 90.0  # seconds that the tag may take to be written
_LOOK = 1.0  # seconds between two looks at the lease
_ACTION = re.compile(r"(cutover|rollback) \S+ (blue|green)>(blue|green)")


@dataclass(frozen=True, slots=True)
class Left:
    """How a lease ended while it was watched: given back, or (`dead`) without a sign of life for its whole lifetime."""

    dead: bool


def ask_to_abort(config: Config, service: str, holder: LeaseHolder, who: Who, reason: str, *, hold: bool) -> None:
    """Tag the lease so that its runner goes back, or with `hold` stays where it is. Raises Refused, CloudError.

    What was asked is recorded in this console's own journal, as far as that takes records.
    """
    may_write(config)
    if config.lease.network is None:
        raise UsageError(
            "leases are in the journal here, so there is none that another journal's rollout would hold",
            "`bluegreen abort ROLLOUT` asks it through the journal",
        )
    reader = Reader(Observer(config, [service]).session(service))
    ports = ports_of(reader, config.lease.network, holder.rollout) or [holder.lease_id]
    tag = f"{HOLD_TAG if hold else ABORT_TAG}={who.owner}"
    with suppress(JournalError), Journal.open(config.journal) as journal:
        why = f"rollout {holder.rollout} of {holder.owner}: {reason or 'no reason given'}"
        decide(journal, service, ServiceDecisionKind.ASK_ABORT, who, why)
    _run([sys.executable, "-P", "-m", ASK, service, tag, *ports, "--config", str(config.path.absolute())])


def _run(argv: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 our own words
            argv, check=False, capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CloudError(f"the lease could not be tagged: {error}", "look at the lease, then ask again") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no answer"]
        raise CloudError(f"the lease could not be tagged: {lines[-1 if lines[0] == '' else 0]}", "ask again")


def watch_lease(config: Config, service: str, holder: LeaseHolder, told: Callable[[LeaseHolder], None]) -> Left:
    """Wait until the holder has given its lease back, or gives no sign of life. `told` hears each new step of it.

    Raises CloudError where the cloud does not tell any more.
    """
    reader = Reader(Observer(config, [service]).session(service))
    revision, alive_at, step = "", time.monotonic(), ""
    while True:
        ports = reader.ports(id=holder.lease_id)
        if not ports:
            return Left(dead=False)
        found = holder_of(ports[0])
        if found.step != step:
            step = found.step
            told(found)
        if found.revision != revision:
            revision, alive_at = found.revision, time.monotonic()
        elif time.monotonic() - alive_at > found.ttl:
            return Left(dead=True)
        time.sleep(_LOOK)


def offers_of(config: Config, service: Service, holder: LeaseHolder, now: float) -> tuple[Offer, ...]:
    """Finish, or go back: planned anew on what is there. Raises UsageError where the lease names no such change."""
    said = _ACTION.match(holder.action)
    if said is None:
        raise UsageError(
            f"what {holder.owner} does is nothing to go on with from here: {holder.action or 'it names no action'}",
            f"plan what is to be done instead, and take the lease over: --take-over {holder.owner}",
        )
    target, source = Colour(said[3]), Colour(said[2])
    return (
        _offer(config, service, DecisionKind.FINISH, Intent(Action(said[1]), target), now),
        _offer(config, service, DecisionKind.GO_BACK, Intent(Action.ROLLBACK, source), now),
    )


def _offer(config: Config, service: Service, kind: DecisionKind, intent: Intent, now: float) -> Offer:
    assert intent.target is not None
    words = f"{kind}: all traffic to {intent.target.upper()}"
    made = make_plan(service, config.services[service.name], intent, now)
    return Offer(kind, words, refusal=made) if isinstance(made, Refusal) else Offer(kind, words, plan=made)
