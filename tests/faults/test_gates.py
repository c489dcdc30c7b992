"""Gates on the way of a real runner: what does not pass stops it before any write; baking, only evidence does."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO, until

from console.errors import Refused
from console.model.colour import Colour
from console.rollout import request
from console.rollout.gates.output import log_path
from console.rollout.journal import Journal
from console.rollout.liveness import unfinished
from console.rollout.records import DecisionKind, Event, EventKind, RolloutState
from console.rollout.waiting import waiting
from console.rollout.who import Who

BOB, CAROL = Who("bob", "jump2"), Who("root", "jump1", sudo_user="carol")


def gated(stage: DrillStage, *gates: dict[str, object], **release: object) -> DrillStage:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = {**release, "gates": list(gates)}
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    stage.config_file.chmod(0o600)
    return stage


def python(code: str, **more: object) -> dict[str, object]:
    script = Path(tempfile.mkstemp(suffix=".py")[1])
    script.write_text(code)
    return {"run": [sys.executable, str(script)], **more}


def told(journal: Journal, rollout_id: str) -> list[Event]:
    return [event for event in journal.events(rollout_id) if event.kind is EventKind.GATE]


def test_gates_pass_and_the_traffic_moves(stage: DrillStage) -> None:
    asks = "import os, urllib.request as u\nfor e in os.environ['BLUEGREEN_ENDPOINTS'].split():\n"
    asks += "    print(e, u.urlopen(f'http://{e}/version').status)"
    gated(stage, python(asks, name="smoke"), {"http": f"http://{{instance}}:{port(stage)}/version"})
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "gates pass")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
        assert ended.state is RolloutState.DONE, ended.sentence
        assert [event.data["verdict"] for event in told(journal, rollout_id)] == ["passed", "passed"]
        assert [event.step for event in told(journal, rollout_id)] == ["gate-1", "gate-2"]
        assert all(event.data["output"] == "" for event in told(journal, rollout_id))
    assert stage.carries(Colour.GREEN)


def port(stage: DrillStage) -> int:
    member = stage.look().green.instances[0].member
    assert member is not None
    return member.protocol_port


def test_a_gate_that_fails_stops_it_and_nothing_was_written(stage: DrillStage) -> None:
    gated(stage, python("print('\\x1b[31mtwo of nine failed'); raise SystemExit(1)", name="smoke"))
    mark = stage.mark()
    answer = stage.bluegreen("cutover", "--yes", "--reason", "gate fails")
    assert answer.returncode == 1, answer.stdout
    assert "gate smoke: failed: exit 1" in answer.stdout
    assert "\x1b" not in answer.stdout
    assert stage.batches(since=mark) == 0
    with stage.journal() as journal:
        (rollout,) = journal.rollouts()
        assert rollout.state is RolloutState.FAILED
        (event,) = told(journal, rollout.id)
        assert "two of nine failed" in event.data["output"]
        assert "two of nine failed" in stage.bluegreen("show", rollout.id, "--output").stdout


def test_an_abort_kills_what_a_gate_runs(stage: DrillStage, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    gated(stage, python(f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"))
    mark = stage.mark()
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "abort in a gate")
    with stage.journal() as journal:
        child = int(appears(pid))
        request.abort(journal, rollout_id, WHO)
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6)
    assert "nothing has changed" in ended.sentence
    assert not Path(f"/proc/{child}").exists()
    assert stage.batches(since=mark) == 0


@pytest.fixture
def drips() -> Iterator[str]:
    """The URL of a server that sends a byte of its answer now and then, and never all of them."""
    done = threading.Event()

    class Drips(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "900")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not done.wait(0.5):
                    self.wfile.write(b" ")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Drips) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        done.set()
        server.shutdown()


def test_a_judge_whose_answer_drips_in_keeps_to_the_timeout(stage: DrillStage, drips: str) -> None:
    gated(stage, {"judge": {"url": drips}, "timeout": "2s"})
    began = time.monotonic()
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "slow judge")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.FAILED, 1)
    assert "not judged: after 2 s: the judge has not answered yet" in ended.sentence
    assert time.monotonic() - began < 20


def test_an_abort_is_heard_while_a_judge_drips(stage: DrillStage, drips: str) -> None:
    gated(stage, {"judge": {"url": drips}, "timeout": "60s"})
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "abort beside a judge")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.WAIT)
        asked = time.monotonic()
        request.abort(journal, rollout_id, WHO)
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert time.monotonic() - asked < 4


def appears(path: Path) -> str:
    end = time.monotonic() + 30
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return path.read_text()


def test_a_runner_killed_in_a_gate_leaves_no_test_behind_and_is_finished(stage: DrillStage, tmp_path: Path) -> None:
    pid, well = tmp_path / "pid", tmp_path / "well"
    code = f"import os, time, pathlib; open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
    gated(stage, python(code + f"while not pathlib.Path({str(well)!r}).exists(): time.sleep(0.1)"))
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "killed in a gate")
    with stage.journal() as journal:
        child = int(appears(pid))
        os.kill(int(journal.rollout(rollout_id).runner.split("/")[2]), signal.SIGKILL)
        end = time.monotonic() + 20
        while Path(f"/proc/{child}").exists() or not unfinished(journal.rollout(rollout_id)):
            assert time.monotonic() < end
            time.sleep(0.1)
    well.touch()
    ended = stage.resume(rollout_id, DecisionKind.FINISH)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert stage.carries(Colour.GREEN)


def test_a_gate_that_takes_too_long_is_no_pass(stage: DrillStage) -> None:
    gated(stage, python("import time; print('still at it', flush=True); time.sleep(60)", timeout="2s"))
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "slow gate")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
        assert (ended.state, ended.exit_code) == (RolloutState.FAILED, 1)
        assert "not judged: after 2 s" in ended.sentence
        assert "still at it" in told(journal, rollout_id)[0].data["output"]
    assert stage.carries(Colour.BLUE)


def test_what_changed_while_the_gates_ran_is_seen_before_the_write(stage: DrillStage, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    gated(stage, python(f"import time; open({str(pid)!r}, 'w').write('x'); time.sleep(3)"))
    mark = stage.mark()
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "green falls ill in a gate")
    appears(pid)
    for one in stage.look().green.instances:
        stage.trouble(f"instances/{one.name}", mode="unhealthy")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 3), ended.sentence
    assert stage.batches(since=mark) == 0


def test_a_way_back_has_no_gates(stage: DrillStage) -> None:
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "there")
    with stage.journal() as journal:
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE
        gated(stage, python("raise SystemExit(1)"))
        assert stage.bluegreen("rollback", "--yes", "--reason", "and back").returncode == 0
    assert stage.carries(Colour.BLUE)


SIGN: dict[str, object] = {
    "name": "go",
    "sign": {"by": ["bob", "carol"], "count": 2, "checklist": ["dashboards are green"]},
}


def waits(journal: Journal, rollout_id: str) -> None:
    end = time.monotonic() + 30
    while waiting(journal.rollout(rollout_id), journal.events(rollout_id)) is None:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_two_people_sign_each_once_and_nobody_else(stage: DrillStage) -> None:
    gated(stage, SIGN)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "signed")
    with stage.journal() as journal:
        waits(journal, rollout_id)
        with pytest.raises(Refused, match="alice may not sign"):
            request.say_word(journal, rollout_id, WHO)
        digest = journal.rollout(rollout_id).plan.digest
        journal.decide(rollout_id, DecisionKind.SIGN, digest, WHO, step="gate-1")  # past the door
        for _ in range(2):
            request.say_word(journal, rollout_id, BOB, "looks well")
        until(journal, rollout_id, EventKind.GATE)
        time.sleep(1.5)
        assert not journal.rollout(rollout_id).state.ended
        assert stage.carries(Colour.BLUE)
        request.say_word(journal, rollout_id, CAROL)
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE
        signed = told(journal, rollout_id)
        assert [event.data["signed_by"] for event in signed] == ["bob", "carol"]
        assert all(event.data["checklist"] == ["dashboards are green"] for event in signed)


def test_without_a_signature_nothing_moves(stage: DrillStage) -> None:
    gated(stage, {**SIGN, "timeout": "1s"})
    mark = stage.mark()
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "nobody signs")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.FAILED, 1)
    assert "0 of 2 signed within 1 s" in ended.sentence
    assert stage.batches(since=mark) == 0


def test_a_signature_by_the_command_line(stage: DrillStage) -> None:
    gated(stage, {"sign": {"checklist": ["dashboards are green"]}})
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "signed")
    with stage.journal() as journal:
        waits(journal, rollout_id)
        assert stage.bluegreen("sign", rollout_id, "--yes", "--reason", "x").returncode == 2
        assert stage.bluegreen("sign", rollout_id).returncode == 3
        assert stage.bluegreen("resume", rollout_id, "--yes", "--reason", "x").returncode == 2
        answer = stage.bluegreen("sign", rollout_id, "--yes", "--reason", "seen", "--checked", "all")
        assert answer.returncode == 0, answer.stderr
        assert "dashboards are green" in answer.stdout
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE


def test_a_gate_that_fails_while_it_bakes_takes_it_back(stage: DrillStage, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    code = f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(1)"
    gated(stage, python(code, name="errors", at="bake"), bake="30s")
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "bad after the switch")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert "gate errors failed 2 times: exit 1" in ended.sentence
    assert runs.read_text() == "xx"
    assert stage.carries(Colour.BLUE)


def test_a_gate_that_cannot_be_judged_is_no_reason_to_go_back(stage: DrillStage) -> None:
    gated(stage, {"run": ["/no/such/program"], "name": "lost", "at": "bake"}, bake="4s")
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "blind")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert "gate lost cannot be judged" in ended.sentence
    assert stage.carries(Colour.GREEN)


def test_a_bake_waits_for_the_gate_that_it_began(stage: DrillStage, tmp_path: Path) -> None:
    done = tmp_path / "done"
    gated(stage, python(f"import time; time.sleep(5); open({str(done)!r}, 'w')", at="bake"), bake="2s")
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "slow")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert done.exists()


def test_the_output_is_on_this_host_while_it_runs(stage: DrillStage) -> None:
    gated(stage, python("import time; print('line one', flush=True); time.sleep(60)"))
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "watched")
    with stage.journal() as journal:
        assert "line one" in appears(log_path(rollout_id, "gate-1"))
        request.abort(journal, rollout_id, WHO)
        stage.ended(journal, rollout_id)
