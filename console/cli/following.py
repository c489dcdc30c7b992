"""Follow a rollout through the journal until it ends; leaving it does not stop it."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.cli.ctrl_c import ctrl_c
from console.cli.json_lines import print_event
from console.cli.looking import clock, say, warn
from console.cli.vital_signs import VitalSigns
from console.config.model import Config
from console.config.places import state_dir
from console.model.text import visible
from console.rollout import second_place
from console.rollout.journal import Journal
from console.rollout.liveness import alive, unfinished
from console.rollout.records import Event, EventKind, Rollout, RolloutState
from console.rollout.standing import records

Pause = Callable[[float], None]

POLL = 0.2  # seconds between two looks at the journal, which is a local query of some microseconds
DETACHED = 130
_LETTING_GO = 15.0  # seconds that a runner which is done gets to go; a chat that hangs may take as long


def follow(config: Config, rollout_id: str, *, as_json: bool = False, said_after: int | None = None) -> int:
    """Print events as they come; returns the rollout's exit code, 130 after ctrl+c, 7 when its runner is gone.

    One that gives no sign of life is given up as well. `said_after`: it was just told something, after the event of
    this number.
    """
    url = second_place.url_of(rollout_id, config.journal)
    with Journal.open(url, read_only=True) as journal:
        signs = VitalSigns(config, url, rollout_id, said_after)
        try:
            with ctrl_c() as pause:
                return _follow(journal, rollout_id, pause, signs, as_json=as_json)
        except KeyboardInterrupt:
            warn(f"\ndetached; the rollout goes on. `bluegreen attach {rollout_id}` follows it again, "
                 f"`bluegreen abort {rollout_id}` stops it")  # fmt: skip
            return DETACHED
        finally:
            signs.close()


def _follow(journal: Journal, rollout_id: str, pause: Pause, signs: VitalSigns, *, as_json: bool) -> int:
    seen, changed = 0, -1
    while True:
        rollout = journal.rollout(rollout_id)
        now = journal.changed()
        if now != changed:
            changed = now
            for event in journal.events(rollout.id, after=seen):
                seen = event.seq
                signs.heard(event)
                print_event(event) if as_json else say(event_line(event))
        elif rollout.state.ended:
            if rollout.state is RolloutState.STOPPED:
                warn(f"it needs you: `bluegreen resume {rollout.id}` compares the journal with the cloud and offers "
                     "what can be done")  # fmt: skip
            _ask_which(journal, rollout)
            _until_gone(rollout, pause)
            return rollout.exit_code if rollout.exit_code is not None else 1
        elif unfinished(rollout):
            return _died(rollout)
        elif given_up := signs.given_up(journal, rollout):
            warn("\n".join(map(visible, given_up.splitlines())))
            return 7
        else:
            pause(POLL)


def _until_gone(rollout: Rollout, pause: Pause) -> None:
    """Its runner gives the lease back once the end is recorded: the next command would find it held until then."""
    end = time.monotonic() + _LETTING_GO
    while alive(rollout) and time.monotonic() < end:
        pause(POLL)


def _ask_which(journal: Journal, rollout: Rollout) -> None:
    """After a way back: which commit was it?"""
    unnamed = records(journal, [rollout.service])[rollout.service].unnamed(rollout.id)
    if unnamed:
        warn(f"commits held back of {unnamed[0].version}: {len(unnamed)}; when you know the bad one: "
             f"`bluegreen blame {rollout.service} COMMIT --reason TEXT`")  # fmt: skip


def _died(rollout: Rollout) -> int:
    log = state_dir() / "runner.log"
    warn(
        f"the runner of rollout {rollout.id} is gone, and the rollout has not ended ({log} may say why)\n"
        f"  `bluegreen resume {rollout.id}` compares the journal with the cloud and offers what can be done"
    )
    return 7


def event_line(event: Event) -> str:
    """`14:03:22  shift      PUT /v2/…`."""
    mark = {EventKind.INTENT: "->", EventKind.OUTCOME: "<-", EventKind.PASSED: "ok"}.get(event.kind, "  ")
    return visible(f"{clock(event.at)}  {event.step or '-':<10} {mark} {event.text}")
