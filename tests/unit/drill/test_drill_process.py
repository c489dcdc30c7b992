"""`bluegreen drill` as a process: what it prints, how it ends, and that it never outlives its console."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml
from drill_cloud import until

from console.cli import drill
from console.errors import BluegreenError, UsageError

SERVE = [sys.executable, "-m", "console", "drill", "--serve"]
# A console that starts its drill, says so, and then hangs.
PARENT = """
import sys, time
from pathlib import Path
from console.cli import drill
args = drill_args = __import__("argparse").ArgumentParser()
drill.configure(args)
with drill._child(args.parse_args(["--instances", "1"]), Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(60)
"""


def auth_url(directory: Path) -> str:
    url: str = yaml.safe_load((directory / "clouds.yaml").read_text())["clouds"]["drill"]["auth"]["auth_url"]
    return url


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    drill.configure(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_serve_says_how_to_use_it_and_ends_when_told(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen([*SERVE, "--dir", str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "ready\n"))
        text = "".join(lines)
        assert f"export OS_CLIENT_CONFIG_FILE={tmp_path}/clouds.yaml" in text
        assert f"bluegreen --config {tmp_path}/config.yaml" in text
        url = auth_url(tmp_path)
        assert answers(url)
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 3
    assert not answers(url)


def test_the_drill_dies_with_its_console(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as console:
        assert console.stdout is not None
        assert console.stdout.readline() == "up\n"
        url = auth_url(tmp_path)
        assert answers(url)
        os.kill(console.pid, signal.SIGKILL)
    until(lambda: not answers(url))


def test_the_child_ends_with_the_block(tmp_path: Path) -> None:
    with drill._child(parsed("--instances", "1"), tmp_path):
        url = auth_url(tmp_path)
        assert answers(url)
    assert not answers(url)


def test_a_drill_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").mkdir()
    with pytest.raises(BluegreenError) as caught, drill._child(parsed("--instances", "1"), tmp_path):
        pass
    assert "clouds.yaml" in caught.value.hint


def test_the_console_needs_a_terminal(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="terminal"):
        drill.run(parsed("--dir", str(tmp_path)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["--serve"],
        ["--instances", "0"],
        ["--instances", "100000"],
        ["--services", "0"],
        ["--services", "201", "--instances", "10"],
        ["--pending", "0"],
        ["--heartbeat", "-1"],
    ],
)
def test_impossible_wishes_are_usage_errors(words: list[str]) -> None:
    with pytest.raises(UsageError):
        drill.run(parsed(*words))


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(UsageError, match="uvicorn") as caught:
        drill.run(parsed("--serve", "--dir", str(tmp_path)))
    assert "pip install 'bluegreen-console[drill]'" in caught.value.hint
