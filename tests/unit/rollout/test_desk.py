"""The journal's side of the screens goes on whatever the journal holds, and says what it could not read."""

from __future__ import annotations

import queue
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from life_worlds import planned
from plan_worlds import config, usual
from textual.message import Message

from console.config.model import Config
from console.plan.plan import Action, Intent
from console.rollout.journal import Journal
from console.rollout.records import EventKind
from console.rollout.who import Who
from screens import desk as module
from screens.desk import JournalDesk
from screens.messages import Decided, JournalSeen


def heard(seen: queue.Queue[Message], wanted: Callable[[Message], bool]) -> Message:
    while True:
        found = seen.get(timeout=20)
        if wanted(found):
            return found


def test_a_record_that_cannot_be_read_is_said_and_the_screens_go_on_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RETRY_EVERY", 0.1)
    url = f"sqlite:///{tmp_path}/journal.db"
    with Journal.open(url) as journal:
        ident = journal.create(planned(usual(), Intent(Action.CUTOVER)), Who("alice", "jump1"), "why")
        journal.append(ident, EventKind.STARTED, "", "begins", runner="a/b/1/2")
        journal.claim(ident, "a/b/1/2")
    broken = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    broken.execute("update rollout set runner = 'what no runner writes'")
    seen: queue.Queue[Message] = queue.Queue()
    desk = JournalDesk(Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=url), read_only=True)
    desk.start(seen.put)
    try:
        found = heard(seen, lambda each: isinstance(each, JournalSeen) and each.view.problem != "")
        assert isinstance(found, JournalSeen)
        assert "please report it" in found.view.problem
        broken.execute("update rollout set runner = 'other/b/1/2'")
        found = heard(seen, lambda each: isinstance(each, JournalSeen) and not each.view.problem)
        assert isinstance(found, JournalSeen)
        assert found.view.open["nova-api"].id == ident
        desk.abort(ident, "why", hold=False)
        said = heard(seen, lambda each: isinstance(each, Decided))
        assert isinstance(said, Decided)
        assert said.failed
    finally:
        desk.stop()
        broken.close()
