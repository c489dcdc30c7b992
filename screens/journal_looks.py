"""What the journal says of trains, and of rollouts that other hosts walk, and why it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from console.errors import BluegreenError
from screens.messages import TrainView

if TYPE_CHECKING:
    from console.rollout.journal import Journal
    from console.rollout.records import Rollout


def remote_of(journal: Journal, open_ones: Mapping[str, Rollout]) -> dict[str, str]:
    """By id, whose lease it is, of those whose runner only its lease can tell to be alive."""
    from console.rollout.left_lease import lease_owner  # noqa: PLC0415
    from console.rollout.liveness import alive  # noqa: PLC0415

    found = (each for each in open_ones.values() if not each.state.ended and alive(each) is None)
    return {each.id: lease_owner(journal, each) for each in found}


def trains_of(journal: Journal) -> dict[str, TrainView]:
    """By service, the newest journey of each train, where that has not ended well."""
    from console.rollout.liveness import unfinished  # noqa: PLC0415
    from console.rollout.records import RolloutState  # noqa: PLC0415
    from console.rollout.train.record import Trains  # noqa: PLC0415

    trains, found, seen = Trains(journal), {}, set()
    for train in trains.all():
        stopped = train.state is RolloutState.STOPPED or unfinished(train)
        if train.name not in seen and (stopped or not train.state.ended):
            told = trains.events(train.id)
            words = train.sentence or ("its conductor is gone" if stopped else told[-1].text if told else "begins")
            for carriage in trains.carriages(train.id):
                found[carriage.service] = TrainView(train.name, words, stopped)
        seen.add(train.name)
    return found


def sentence(error: Exception) -> str:
    """What went wrong and what helps, in one sentence; of what nobody foresaw as well."""
    from console.watch.look import unforeseen  # noqa: PLC0415

    message, hint = (error.message, error.hint) if isinstance(error, BluegreenError) else unforeseen(error)
    return f"{message}; {hint}" if hint else message
