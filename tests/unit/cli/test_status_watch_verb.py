"""`status --watch`, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack, config_of_one

from console.cli.main import main


@pytest.fixture
def config(cloud: FakeOpenStack, tmp_path: Path) -> Path:
    return config_of_one(cloud, tmp_path, "interval: 1s\n")


Lines = Callable[[str], str]


@contextmanager
def watching(config: Path, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], Lines]]:
    """The verb writing into a pipe, and a function that reads until a line has these words."""
    argv = [sys.executable, "-m", "console", "status", "--watch", "--config", str(config), *words]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stderr is not None
    fd, buffer = process.stdout.fileno(), bytearray()

    def until(wanted: str) -> str:
        end = time.monotonic() + 30
        while True:
            while b"\n" in buffer:
                whole, _, rest = bytes(buffer).partition(b"\n")
                buffer[:] = rest
                if wanted in whole.decode():
                    return whole.decode()
            assert time.monotonic() < end, f"{wanted!r} did not come"
            if select.select([fd], [], [], 0.2)[0]:
                chunk = os.read(fd, 65536)
                assert chunk, process.stderr.read().decode() if process.stderr else ""
                buffer.extend(chunk)

    try:
        yield process, until
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_changes_come_as_lines_through_a_pipe(cloud: FakeOpenStack, config: Path) -> None:
    with watching(config) as (process, until):
        assert until("watching api")
        first = until("api: well: BLUE live")
        assert re.match(r"\d\d:\d\d:\d\d api: ", first)
        cloud.members["api-p"][0]["operating_status"] = "ERROR"
        assert until("api: problem: api-blue-1")
        assert until("api-blue-1: member ERROR (was member ONLINE)")
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert time.monotonic() - began < 5
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_json_is_a_document_on_each_line(cloud: FakeOpenStack, config: Path) -> None:
    with watching(config, "--json") as (_, until):
        first = json.loads(until('"schema"'))
        assert (first["schema"], first["services"][0]["name"]) == (1, "api")
        assert first["changes"][0]["tone"] == "good"
        cloud.members["api-p"][0]["weight"] = 7
        second = json.loads(until("weight 7"))
        weights = [one["member"]["weight"] for one in second["services"][0]["colours"]["blue"]["instances"]]
        assert 7 in weights


def test_a_reader_that_leaves_ends_it(cloud: FakeOpenStack, config: Path) -> None:
    with watching(config) as (process, until):
        until("api: well")
        assert process.stdout is not None
        process.stdout.close()
        cloud.members["api-p"][0]["operating_status"] = "ERROR"
        assert process.wait(timeout=20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_an_unknown_service_is_a_usage_error(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--watch", "--config", str(config), "apo"]) == 2
    assert "there is no service apo" in capsys.readouterr().err
