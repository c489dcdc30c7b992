"""How a rollout may end early: exceptions that carry the end's state."""

from __future__ import annotations

from console.errors import BluegreenError, Refused
from console.rollout.records import RolloutState


class Ended(Exception):
    """The rollout ends here, with this state, sentence and exit code."""

    def __init__(self, state: RolloutState, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.state = state
        self.sentence = sentence
        self.exit_code = exit_code


class AbortAsked(Exception):
    """Somebody asked to abort. `hold`: leave things where they are instead of going back."""

    def __init__(self, who: str, reason: str, *, hold: bool) -> None:
        super().__init__(f"aborted by {who}" + (f": {reason}" if reason else ""))
        self.hold = hold


class NotConfirmed(AbortAsked):
    """Nobody said the word that a step waits for, within its deadline: it goes back, where something was before."""

    def __init__(self, sentence: str) -> None:
        Exception.__init__(self, sentence)
        self.hold = False


class FailingAnswers(Exception):
    """Positive evidence that the new colour fails: error answers to clients, or instances seen ill, twice in a row.

    `lost` is the share of clients' requests that failed, 0 where only instances were seen ill.
    """

    def __init__(self, sentence: str, *, lost: float = 0.0) -> None:
        super().__init__(sentence)
        self.lost = lost


class Terminated(Exception):
    """The process was told to stop: the call in flight is over, the journal knows, `resume` goes on."""


def ended_by(error: BluegreenError, *, written: bool) -> Ended:
    """The end that an error means. Once something was written, only a human may judge what is left."""
    sentence = error.message + (f" ({error.hint})" if error.hint else "")
    if written:
        if isinstance(error, Refused):  # its hint is for a plan of which nothing was done yet
            sentence = f"{error.message} (look at both colours, then finish or go back with `bluegreen resume`)"
        return Ended(RolloutState.STOPPED, sentence, 7)
    if error.exit_code in (3, 5):
        return Ended(RolloutState.REFUSED, sentence, error.exit_code)
    if error.exit_code == 7:
        return Ended(RolloutState.STOPPED, sentence, 7)
    return Ended(RolloutState.FAILED, sentence, error.exit_code)
