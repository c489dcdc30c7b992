"""Of one rollout one process writes, whatever another one believes of it; and what people say is heard to the last."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from drill_stage import DrillStage, staged_on_drill
from stage import WHO

from console.errors import UsageError
from console.model.colour import Colour
from console.rollout import request
from console.rollout.records import DecisionKind, Event, EventKind, RolloutState
from console.rollout.waiting import waiting

OTHER_HOST = ("unshare", "--uts", "sh", "-c", 'hostname jump2 && exec "$@"', "x")
OTHER_SPACE = ("unshare", "--pid", "--fork", "--mount-proc")
SHARES = {"shift": [50, 100], "bake": "60s"}
pytestmark = pytest.mark.timeout(300)


def may_unshare() -> bool:
    return shutil.which("unshare") is not None and os.geteuid() == 0


def ran(stage: DrillStage, *words: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("bluegreen"))
    return subprocess.run(
        [*before, program, words[0], "--config", str(stage.config_file), *words[1:]],
        env=stage.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def until(there: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.1)


def begun(stage: DrillStage, seen: Callable[[list[Event]], bool]) -> str:
    """The id of a cutover that has got so far."""
    done = ran(stage, "cutover", "--yes", "--reason", "release", "--detach")
    assert done.returncode == 0, done.stderr
    end = time.monotonic() + 60
    with stage.journal() as journal:
        ident = journal.rollouts()[0].id
        while not seen(journal.events(ident)):
            assert time.monotonic() < end, [one.text for one in journal.events(ident)]
            time.sleep(0.05)
    return ident


def with_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: dict[str, Any], **options: Any) -> Any:
    def change(config: dict[str, Any]) -> None:
        next(iter(config["services"].values()))["release"] = release

    return staged_on_drill(tmp_path, monkeypatch, change, **options)


def waits(events: list[Event]) -> bool:
    return any(one.kind is EventKind.WAIT and one.step.startswith("pause") for one in events)


def writers(stage: DrillStage) -> list[str]:
    """Who has written to the load balancer, in order."""
    assert stage.drill is not None
    writes = stage.drill.control.get("writes").json()["writes"]
    return [one["agent"] for one in writes if "rollout/" in one.get("agent", "") and "lbaas" in one["path"]]


@pytest.mark.thorough
@pytest.mark.skipif(not may_unshare(), reason="not run: root and unshare make another host of this one")
def test_a_stopped_runner_that_wakes_under_another_one_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_release(tmp_path, monkeypatch, SHARES) as stage:
        ident = begun(stage, waits)
        with stage.journal() as journal:
            pid = int(journal.rollout(ident).runner.split("/")[2])
        os.kill(pid, signal.SIGSTOP)
        taken = ("resume", ident, "--finish", "--yes", "--reason", "it is dead", "--detach", "--take-over")
        wrong = ran(stage, *taken, "mallory@nowhere", before=OTHER_HOST)
        with stage.journal() as journal:
            end = time.monotonic() + 30
            while not journal.rollout(ident).state.ended:
                assert time.monotonic() < end
                time.sleep(0.2)
            assert "is not mallory@nowhere's" in journal.rollout(ident).sentence, wrong.stderr
            holder = journal.decisions(ident)[0].who.owner
        assert len(writers(stage)) == 1, "who types another name than the holder's gets nothing"
        right = ran(stage, *taken, holder, before=OTHER_HOST)
        assert right.returncode == 0, right.stderr
        until(lambda: len(writers(stage)) == 2, seconds=60)
        os.kill(pid, signal.SIGCONT)
        until(lambda: not Path(f"/proc/{pid}").exists(), seconds=30)
        assert ran(stage, "abort", ident, "--detach").returncode == 0
        with stage.journal() as journal:
            rollout = stage.ended(journal, ident)
            assert rollout.state is RolloutState.ROLLED_BACK
            ends = [one for one in journal.events(ident) if one.kind is EventKind.FINISHED]
        assert len(ends) == 2, "the refused taker's, and the end: none of the runner that had lost it"
        first, *others = writers(stage)
        assert first not in others
        assert len(set(others)) == 1


@pytest.mark.thorough
@pytest.mark.skipif(not may_unshare(), reason="not run: root and unshare hide processes")
def test_a_runner_in_another_container_is_not_called_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with with_release(tmp_path, monkeypatch, SHARES) as stage:
        ident = begun(stage, waits)
        done = ran(stage, "resume", ident, "--finish", "--yes", "--reason", "gone", "--detach", before=OTHER_SPACE)
        assert "is under way" in done.stderr, done.stdout + done.stderr
        assert len(writers(stage)) == 1


def test_an_abort_during_the_last_proof_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with with_release(tmp_path, monkeypatch, {}) as stage:
        ident = begun(stage, lambda events: any(one.kind is EventKind.BEGUN and one.step == "prove" for one in events))
        with stage.journal() as journal:
            request.abort(journal, ident, WHO, "errors everywhere")
            rollout = stage.ended(journal, ident)
        assert rollout.state is RolloutState.ROLLED_BACK, rollout.sentence
        assert stage.carries(Colour.BLUE)


def test_who_leaves_what_another_has_taken_up_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with with_release(tmp_path, monkeypatch, SHARES) as stage:
        ident = begun(stage, waits)
        assert ran(stage, "abort", ident, "--hold").returncode == 7
        with stage.journal() as journal:
            seen = journal.rollout(ident)
            offers = request.offers(stage.config, seen, stage.look(), time.time())
            leave = next(one for one in offers if one.kind is DecisionKind.LEAVE)
            done = ran(stage, "resume", ident, "--go-back", "--yes", "--reason", "errors", "--detach")
            assert done.returncode == 0, done.stderr
            with pytest.raises(UsageError, match="somebody else has decided on it"):
                request.resume(stage.config, journal, seen, leave, WHO, reason="never mind")
            assert stage.ended(journal, ident).state is RolloutState.ROLLED_BACK


@pytest.mark.thorough
def test_a_pause_is_obeyed_before_the_next_write_of_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(config: dict[str, Any]) -> None:
        config["services"] = {"nova-scheduler": config["services"]["nova-scheduler"]}

    def stopping(events: list[Event]) -> bool:
        return any(one.kind is EventKind.INTENT and one.step == "stop" for one in events)

    with staged_on_drill(tmp_path, monkeypatch, alone, instances=3, services=3) as stage:
        ident = begun(stage, stopping)
        with stage.journal() as journal:
            request.pause(journal, ident, WHO, "wait")
            until(lambda: waiting(journal.rollout(ident), journal.events(ident)) is not None, seconds=30)
            stopped = [one for one in journal.events(ident) if one.kind is EventKind.INTENT and one.step == "stop"]
            assert len(stopped) < 3, "whoever pauses between two of them stops the rest"
            request.say_word(journal, ident, WHO, "go on")
            assert stage.ended(journal, ident).state is RolloutState.DONE
