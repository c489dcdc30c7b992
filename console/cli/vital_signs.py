"""Whether the runner that is followed gives a sign of life: it records something, or it renews its leases."""

from __future__ import annotations

import threading
import time

from console.cli.looking import clock
from console.config.model import Config
from console.errors import BluegreenError
from console.rollout import pace
from console.rollout.journal import Journal
from console.rollout.left_lease import lease_owner
from console.rollout.liveness import alive, halted, runner_host, runner_pid
from console.rollout.records import Event, Rollout

HEARD_WITHIN = 30.0  # seconds; a runner looks for words twice a second
_QUIET = 5.0  # seconds without an event, after which the leases are looked at
_LOOK = 2.0  # seconds between two looks at them


class VitalSigns:
    """Of one rollout. The leases are looked at in a thread of its own: a cloud that hangs holds nobody up.

    `said_after`: its runner was just told something, after the event of this number. One on another host that has
    recorded nothing since is given up without a look at its leases.
    """

    def __init__(self, config: Config, journal_url: str, rollout_id: str, said_after: int | None = None) -> None:
        self._leases = _Leases(config, journal_url, rollout_id)
        self._patience = max(HEARD_WITHIN, pace.real(config.lease.ttl) / 2)  # three heartbeats
        self._said_after = said_after
        self._last: Event | None = None
        self._heard = time.monotonic()

    def heard(self, event: Event) -> None:
        """It has recorded this."""
        self._last, self._heard = event, time.monotonic()

    def given_up(self, journal: Journal, rollout: Rollout) -> str:
        """Why nothing is waited for any more, and what to do; empty while the runner gives signs of life."""
        quiet = time.monotonic() - self._heard
        if quiet < _QUIET or not rollout.runner:
            return ""
        self._leases.begin()
        if quiet < HEARD_WITHIN:
            return ""
        name, pid = f"the runner of rollout {rollout.id} on {runner_host(rollout)}", runner_pid(rollout)
        if pid is not None and halted(pid):
            return (
                f"{name} gives no sign of life since {self._last_sign(rollout)}: its process {pid} is stopped\n"
                f"  `kill -CONT {pid}` lets it go on; or `kill -9 {pid}`, then `bluegreen resume {rollout.id}`"
            )
        if self._last is not None and self._last.seq == self._said_after and alive(rollout) is None:
            heard = f"{name} shows no sign of having heard it for {HEARD_WITHIN:.0f} s"
            return f"{heard}\n  {_next(journal, rollout, pid)}"
        if not self._leases.silent(self._patience) or quiet < self._patience:
            return ""
        return f"{name} gives no sign of life since {self._last_sign(rollout)}\n  {_next(journal, rollout, pid)}"

    def close(self) -> None:
        """Look no more."""
        self._leases.over.set()

    def _last_sign(self, rollout: Rollout) -> str:
        recorded = self._last.at if self._last is not None else rollout.waiting_since
        return clock(max(recorded, self._leases.renewed_at))


def _next(journal: Journal, rollout: Rollout, pid: int | None) -> str:
    if pid is not None:
        again = f"`bluegreen attach {rollout.id}` follows it again"
        return f"{again}; if its process hangs: `kill -9 {pid}`, then `bluegreen resume {rollout.id}`"
    take = f"--take-over {lease_owner(journal, rollout)}"
    return f"if {runner_host(rollout)} is dead: `bluegreen resume {rollout.id} --finish | --go-back {take}`"


class _Leases:
    """When the rollout's leases were renewed last."""

    def __init__(self, config: Config, journal_url: str, rollout_id: str) -> None:
        self._config = config
        self._url = journal_url
        self._rollout_id = rollout_id
        self._thread: threading.Thread | None = None
        self._seen: tuple[float, float] | None = None  # when a renewal was seen, monotonic; and when it was
        self.over = threading.Event()

    def begin(self) -> None:
        """Look from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="vital-signs", daemon=True)
            self._thread.start()

    def silent(self, seconds: float) -> bool:
        """Whether there are some, and for so long none of them was seen to be renewed."""
        found = self._seen
        return found is not None and time.monotonic() - found[0] > seconds

    @property
    def renewed_at(self) -> float:
        """When one was renewed last, as it says itself, Unix seconds; 0 where nothing tells."""
        found = self._seen
        return found[1] if found is not None else 0.0

    def _watch(self) -> None:
        from console.rollout.takeover import holders  # it imports what talks to the cloud

        before: dict[str, str] = {}
        while not self.over.is_set():
            try:
                with Journal.open(self._url, read_only=True) as journal:
                    found = holders(self._config, journal, journal.rollout(self._rollout_id))
            except BluegreenError:
                found = []
            now = {one.lease_id: one.revision for one in found}
            if not now:
                self._seen = None
            elif now != before or self._seen is None:
                self._seen = (time.monotonic(), max(one.renewed_at for one in found))
            before = now
            self.over.wait(_LOOK)
