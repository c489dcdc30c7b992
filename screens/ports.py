"""What the screens need from the rest of the program; tests put fakes here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.message import Message

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.config.model import Config
    from console.errors import BluegreenError
    from console.model.focus import Focus
    from console.model.service import Service
    from console.model.snapshot import Snapshot
    from console.plan.plan import Plan
    from console.rollout.records import DecisionKind


class Watcher(Protocol):
    """The poller: publishes snapshots from its own threads. `stop` returns at once and joins nothing that hangs."""

    def start(self) -> None:
        """Begin to look."""

    def stop(self) -> None:
        """Publish no more."""

    def refresh(self) -> None:
        """Look now."""

    def focus(self, focus: Focus, /) -> None:
        """What is shown from now on: its details are asked for. Returns at once."""

    def pause(self, paused: bool, /) -> None:
        """Publish nothing and ask the cloud nothing until it is taken back. Returns at once."""


Publish = Callable[["Snapshot"], None]
Watch = Callable[["Config", Publish], Watcher]  # may be slow: it is called off the UI thread
# Makes the function that says whether the config has changed: the config then, or what is wrong with it, else None.
# Both are called off the UI thread.
Follow = Callable[[], Callable[[], "Config | BluegreenError | None"]]


class Desk(Protocol):
    """The journal: answers come as messages. Every method returns at once."""

    def start(self, post: Callable[[Message], object]) -> None:
        """Begin to follow the journal."""

    def stop(self) -> None:
        """Follow no more."""

    def use(self, config: Config) -> None:
        """What is asked for from now on goes by this config; the journal itself stays the one that it is."""

    def follow(self, rollout_id: str | None) -> None:
        """Read this rollout's events as well."""

    def begin(self, plan: Plan, reason: str, override: str = "") -> None:
        """Start a rollout; `override`: although it is not rollback-safe, why. Answers Begun, or Decided(failed)."""

    def begin_train(self, name: str, plans: Sequence[Plan], reason: str) -> None:
        """Start a train of the config on these plans, one for each of its services. Answers Decided."""

    def abort_train(self, name: str, reason: str) -> None:
        """Take all services of the train back, the last one first. Answers Decided."""

    def resume_train(self, name: str) -> None:
        """Let a train go on that stopped, or whose conductor is gone. Answers Decided."""

    def blame(self, service: str, sha: str, reason: str) -> None:
        """Name the bad commit of what was rolled back. Answers Decided."""

    def measure(self, service: str) -> None:
        """Work out how the service is released: it is in what the journal says from then on."""

    def abort(self, rollout_id: str, reason: str, *, hold: bool) -> None:
        """Stop a rollout; it goes back, or holds where it is. Answers Decided."""

    def say_word(self, rollout_id: str, step: str, reason: str) -> None:
        """Say the word that a rollout waits for at this step: go on, keep it, end the bake. Answers Decided."""

    def hold(self, rollout_id: str) -> None:
        """Let a rollout wait before its next write. Answers Decided."""

    def extend(self, rollout_id: str, seconds: int) -> None:
        """Give a rollout that waits or bakes more time. Answers Decided."""

    def freeze(self, service: str, until: float | None, reason: str) -> None:
        """Let nothing but a rollback be begun until then (Unix seconds; None: until it ends). Answers Decided."""

    def unfreeze(self, service: str, reason: str) -> None:
        """End that. Answers Decided."""

    def allow(self, service: str, version: str, reason: str) -> None:
        """Let a version that was rolled back go out again. Answers Decided."""

    def watch_for_life(self, rollout_id: str, owner: str, post: Callable[[Message], object]) -> None:
        """See whether the runner of another host renews its lease. Answers `post`: NoSignOfLife, or Decided."""

    def settle(
        self,
        rollout_id: str,
        choice: DecisionKind,
        service: Service,
        reason: str,
        override: str = "",
        *,
        take_over: str = "",
    ) -> None:
        """Finish, go back or leave a rollout that nobody will end, planned on these facts. Answers Decided.

        `override`: although that is not rollback-safe, why. `take_over`: the owner, as typed, of a lease that is taken.
        """
