"""Follow a rollout through the journal until it ends; leaving it does not stop it."""

from __future__ import annotations

import time

from console.cli.json_lines import print_event
from console.cli.looking import clock, say, warn
from console.config.model import Config
from console.config.places import state_dir
from console.model.text import visible
from console.rollout import second_place
from console.rollout.journal import Journal
from console.rollout.liveness import alive, runner_host, unfinished
from console.rollout.records import Event, EventKind, Rollout

POLL = 0.2  # seconds between two looks at the journal, which is a local query of some microseconds
DETACHED = 130
_HEARD_WITHIN = 30.0  # seconds; a runner looks for words twice a second


def follow(config: Config, rollout_id: str, *, as_json: bool = False, word_said: bool = False) -> int:
    """Print events as they come; returns the rollout's exit code, 130 after ctrl+c, 7 when its runner is gone.

    `word_said`: it was just told something. A runner on another host that shows no sign of having heard it is given up
    as well: whether it is dead cannot be seen from here.
    """
    with Journal.open(second_place.url_of(rollout_id, config.journal), read_only=True) as journal:
        try:
            return _follow(journal, rollout_id, as_json=as_json, word_said=word_said)
        except KeyboardInterrupt:
            warn(f"\ndetached; the rollout goes on. `bluegreen attach {rollout_id}` follows it again, "
                 f"`bluegreen abort {rollout_id}` stops it")  # fmt: skip
            return DETACHED


def _follow(journal: Journal, rollout_id: str, *, as_json: bool, word_said: bool) -> int:
    seen, changed = 0, -1
    news = time.monotonic()
    while True:
        rollout = journal.rollout(rollout_id)
        now = journal.changed()
        if now != changed:
            first, changed = changed == -1, now
            for event in journal.events(rollout.id, after=seen):
                word_said = word_said and first  # whatever comes after the first look is news
                seen = event.seq
                print_event(event) if as_json else say(event_line(event))
        elif rollout.state.ended:
            return rollout.exit_code if rollout.exit_code is not None else 1
        elif unfinished(rollout):
            return _died(rollout)
        elif word_said and time.monotonic() - news > _HEARD_WITHIN and alive(rollout) is None:
            return _unheard(rollout)
        else:
            time.sleep(POLL)


def _died(rollout: Rollout) -> int:
    log = state_dir() / "runner.log"
    warn(
        f"the runner of rollout {rollout.id} is gone, and the rollout has not ended ({log} may say why)\n"
        f"  `bluegreen resume {rollout.id}` compares the journal with the cloud and offers what can be done"
    )
    return 7


def _unheard(rollout: Rollout) -> int:
    host = runner_host(rollout)
    warn(
        f"the runner of rollout {rollout.id} on {host} shows no sign of having heard it for {_HEARD_WITHIN:.0f} s\n"
        f"  if {host} is dead: `bluegreen resume {rollout.id} --finish | --go-back --take-over {rollout.who.owner}`"
    )
    return 7


def event_line(event: Event) -> str:
    """`14:03:22  shift      PUT /v2/…`."""
    mark = {EventKind.INTENT: "->", EventKind.OUTCOME: "<-", EventKind.PASSED: "ok"}.get(event.kind, "  ")
    return visible(f"{clock(event.at)}  {event.step or '-':<10} {mark} {event.text}")
