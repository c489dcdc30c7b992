"""The database of the journal is away for some seconds: the record stays where all see it, and words are heard."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from drill_stage import staged_on_drill
from postgresql_server import _as, _not_root, _programs, postgresql
from stage import WHO

from console.model.colour import Colour
from console.rollout import request, second_place
from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState
from console.rollout.waiting import waiting


@contextmanager
def away(data: Path, seconds: float) -> Iterator[None]:
    """The server is stopped, and started anew after so long; it is there until the end of the block."""
    programs = _programs()
    assert programs is not None
    os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
    time.sleep(seconds)
    words = [str(programs / "postgres"), "-D", str(data), "-k", str(data), "-c", "listen_addresses=", "-c", "fsync=off"]
    with subprocess.Popen(
        [*_as(_not_root(data)), *words], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as again:
        try:
            yield
        finally:
            again.terminate()


@pytest.mark.thorough
@pytest.mark.timeout(300)
@pytest.mark.skipif(_programs() is None or shutil.which("setpriv") is None, reason="not run: no PostgreSQL here")
def test_a_failover_of_the_database_moves_no_record_and_mutes_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql(tmp_path / "pg") as url:

        def change(config: dict[str, Any]) -> None:
            config["journal"] = url
            config["lease"]["ttl"] = 45
            next(iter(config["services"].values()))["release"] = {"confirm_within": "90s"}

        with staged_on_drill(tmp_path, monkeypatch, change) as stage:
            assert stage.bluegreen("cutover", "--yes", "--reason", "release", "--detach").returncode == 0
            with Journal.open(url) as journal:
                ident = journal.rollouts()[0].id
                end = time.monotonic() + 60
                while not any(one.kind is EventKind.OUTCOME for one in journal.events(ident)):
                    assert time.monotonic() < end
                    time.sleep(0.02)
            with away(Path(url.partition("host=")[2]), 5.0), Journal.open(url) as journal:
                end = time.monotonic() + 60
                while (found := waiting(journal.rollout(ident), journal.events(ident))) is None:
                    assert time.monotonic() < end, [one.text for one in journal.events(ident)]
                    time.sleep(0.2)
                assert found.step.id == "confirm"
                request.say_word(journal, ident, WHO, "it is well")
                assert stage.ended(journal, ident).state is RolloutState.DONE
                assert second_place.rollouts(url) == []
                assert stage.carries(Colour.GREEN)
