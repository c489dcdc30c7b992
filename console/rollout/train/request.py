"""What screens and commands ask of a train: begin, take back, go on. Rows in the journal, and a conductor."""

from __future__ import annotations

from collections.abc import Sequence

from console.config.model import Config
from console.errors import UsageError
from console.plan.plan import Plan
from console.rollout.journal import Journal
from console.rollout.launch import start_conductor
from console.rollout.liveness import alive, unfinished
from console.rollout.records import RolloutState
from console.rollout.request import may_write, safe_or_overridden
from console.rollout.train.record import ABORT, Train, Trains
from console.rollout.who import Who


def begin(config: Config, name: str, plans: Sequence[Plan], who: Who, reason: str, *, override: str = "") -> str:
    """Record a confirmed train and start its conductor. Returns its id. Raises JournalError, Refused, UsageError."""
    may_write(config)
    for plan in plans:
        safe_or_overridden(plan, override)
    with Journal.open(config.journal) as journal:
        trains = Trains(journal)
        going = next((one for one in trains.all() if one.name == name and not one.state.ended), None)
        if going is not None:
            raise UsageError(
                f"train {name} is under way, begun by {going.who.words}",
                f"`bluegreen train {name} --attach` follows it, --abort takes it back",
            )
        train_id = trains.create(name, [(plan, override) for plan in plans], who, reason)
    start_conductor(config, train_id)
    return train_id


def abort(config: Config, name: str, who: Who, reason: str = "") -> Train:
    """Ask that all of its services go back, in reverse order; a conductor is started where there is none any more."""
    may_write(config)
    with Journal.open(config.journal) as journal:
        trains = Trains(journal)
        train = trains.newest(name)
        if train.state in (RolloutState.DONE, RolloutState.ROLLED_BACK):
            raise UsageError(f"train {name} has ended: {train.state}", "roll its services back one by one")
        trains.tell(train.id, f"aborted by {who.in_full}" + (f": {reason}" if reason else ""), ABORT)
        _again(config, trains, train)
    return train


def go_on(config: Config, name: str) -> Train:
    """Let another conductor go on with a train that stopped, or whose conductor died."""
    may_write(config)
    with Journal.open(config.journal) as journal:
        trains = Trains(journal)
        train = trains.newest(name)
        if train.state in (RolloutState.DONE, RolloutState.ROLLED_BACK):
            raise UsageError(f"train {name} has ended: {train.state}", f"`bluegreen train {name}` begins it anew")
        if not train.state.ended and not unfinished(train):
            raise UsageError(f"train {name} is under way", f"`bluegreen train {name} --attach` follows it")
        _again(config, trains, train)
    return train


def _again(config: Config, trains: Trains, train: Train) -> None:
    """Start a conductor, unless there is one, or may be one on another host."""
    if not train.state.ended and alive(train) is not False:
        return
    if (train.state.ended or unfinished(train)) and trains.reopen(train):
        start_conductor(config, train.id)
