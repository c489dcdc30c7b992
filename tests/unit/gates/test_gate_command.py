"""A command as a gate: a clean environment, a group of its own, bounded output without secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from carrying_out import judged, log, under_way

from console.config.gate import Gate
from console.rollout.gates.outcome import Verdict
from console.rollout.gates.output import MOST, Output, tail
from console.rollout.gates.subject import Subject


def python(code: str, **more: object) -> Gate:
    return Gate(run=(sys.executable, "-c", code), **more)  # type: ignore[arg-type]


def gone(pid: int) -> bool:
    """Whether no process of this id runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def until_gone(pid: int) -> None:
    end = time.monotonic() + 10
    while not gone(pid):
        assert time.monotonic() < end
        time.sleep(0.02)


def until_text(path: Path) -> str:
    end = time.monotonic() + 10
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return path.read_text().strip()


@pytest.mark.parametrize(
    ("code", "verdict", "sentence"),
    [
        ("pass", Verdict.PASSED, "exit 0"),
        ("print('two of nine failed'); raise SystemExit(3)", Verdict.FAILED, "exit 3: two of nine failed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Verdict.UNJUDGED, "ended by SIGSEGV"),
    ],
)
def test_the_exit_code_is_the_verdict(code: str, verdict: Verdict, sentence: str, subject: Subject) -> None:
    outcome = judged(python(code), subject)
    assert (outcome.verdict, sentence in outcome.sentence) == (verdict, True), outcome


def test_a_program_that_is_not_there_is_no_evidence(subject: Subject) -> None:
    outcome = judged(Gate(run=("/no/such/program",)), subject)
    assert outcome.verdict is Verdict.UNJUDGED
    assert "could not be run" in outcome.sentence
    assert "No such file" in outcome.output


def test_a_folder_that_is_not_there_is_no_evidence(subject: Subject) -> None:
    outcome = judged(Gate(run=("true",), folder=Path("/no/such/folder")), subject)
    assert outcome.verdict is Verdict.UNJUDGED


def test_it_knows_whom_it_tests_and_has_no_credentials(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_PASSWORD", "hunter2secret")
    monkeypatch.setenv("BLUEGREEN_CONFIG", "/etc/x")
    monkeypatch.setenv("API_TOKEN", "abcdef123456")
    gate = python("import os; [print(f'{k}={v}') for k, v in sorted(os.environ.items())]", env=("API_TOKEN",))
    output = judged(gate, subject).output
    said = dict(line.split("=", 1) for line in output.splitlines())
    assert said["BLUEGREEN_COLOUR"] == "green"
    assert said["BLUEGREEN_ADDRESSES"] == "127.0.0.1 fd00::2"
    assert said["BLUEGREEN_ENDPOINTS"] == "127.0.0.1:8774 [fd00::2]:8774"
    assert said["BLUEGREEN_BLUE_ADDRESSES"] == "10.0.0.1"
    assert said["BLUEGREEN_VIP"] == "203.0.113.7"
    assert not {"OS_PASSWORD", "BLUEGREEN_CONFIG", "XDG_STATE_HOME"} & said.keys()
    assert said["API_TOKEN"] == "***"  # it has it, and does not tell it on


def test_the_output_is_for_this_user_alone(subject: Subject) -> None:
    judged(python("print('hello')"), subject)
    assert log().read_text() == "hello\n"
    assert log().stat().st_mode & 0o777 == 0o600


def test_the_output_can_be_read_while_it_runs(subject: Subject, tmp_path: Path) -> None:
    gate = python("import time; print('first', flush=True); time.sleep(60)")
    with under_way(gate, subject) as attempt:
        assert until_text(log()) == "first"
        assert attempt.poll() is None
        assert attempt.last.verdict is Verdict.UNJUDGED


def test_stopping_it_ends_its_whole_group(subject: Subject, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    code = f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {stubborn!r}]); "
    code += f"open({str(pid)!r}, 'w').write(str(p.pid)); time.sleep(600)"
    with under_way(python(code), subject) as attempt:
        child = int(until_text(pid))
        attempt.stop()
        until_gone(child)


def test_what_its_command_leaves_behind_is_killed(subject: Subject, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    code += f"open({str(pid)!r}, 'w').write(str(p.pid))"
    assert judged(python(code), subject).verdict is Verdict.PASSED
    until_gone(int(pid.read_text()))


def test_it_does_not_outlive_a_runner_that_is_killed(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    runner = f"""
import sys, time
from pathlib import Path
from console.config.gate import Gate
from console.model.colour import Colour
from console.rollout.gates.command import CommandAttempt
from console.rollout.gates.subject import Subject
subject = Subject("a1", "api", Colour.GREEN, "v", "", (), ())
CommandAttempt(Gate(run=(sys.executable, "-c", {code!r})), subject, Path({str(tmp_path / "log")!r}))
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", runner]) as process:
        child = int(until_text(pid))
        os.kill(process.pid, signal.SIGKILL)
        until_gone(child)


def test_the_output_is_bounded_and_keeps_the_end(tmp_path: Path) -> None:
    output = Output(tmp_path / "log")
    for number in range(60_000):
        output.add(f"line {number} of very many\n".encode())
    output.close()
    assert output.path.stat().st_size <= MOST
    assert tail(output.path).endswith("line 59999 of very many\n")
    assert tail(output.path).startswith("line ")


@pytest.mark.parametrize("cut", range(1, 30, 3))
def test_a_secret_is_blanked_wherever_the_pieces_are_cut(cut: int, tmp_path: Path) -> None:
    output = Output(tmp_path / "log", ["hunter2secret"])
    text = b"token is hunter2secret here\n"
    output.add(text[:cut])
    output.add(text[cut:])
    output.close()
    assert output.path.read_bytes() == b"token is *** here\n"
