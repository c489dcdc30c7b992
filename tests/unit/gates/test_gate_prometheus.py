"""Prometheus queries as gates, on a real server that scrapes a page of this test."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from carrying_out import judged, under_way

from console.config.gate import Gate, Query
from console.rollout.gates import prometheus
from console.rollout.gates.outcome import Verdict
from console.rollout.gates.subject import Subject

PROGRAM = shutil.which("prometheus")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Prometheus server on this machine")
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 900ms}}
scrape_configs: [{{job_name: api, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]
"""


class Page(BaseHTTPRequestHandler):
    errors = 0.5

    def do_GET(self) -> None:
        text = "".join(
            f'request_errors{{colour="{colour}",instance_name="{colour}-{n}"}} {value}\n'
            for colour, value in (("green", Page.errors), ("blue", 9))
            for n in (1, 2)
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    page = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=page.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "prometheus.yml"
    config.write_text(CONFIG.format(port=page.server_address[1]))
    words = [f"--config.file={config}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log, subprocess.Popen([str(PROGRAM), *words], stdout=log, stderr=log) as server:
        try:
            _until_scraped(f"http://127.0.0.1:{port}", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
            page.shutdown()
            page.server_close()


def _until_scraped(url: str, log: Path) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            answer = httpx.get(f"{url}/api/v1/query", params={"query": "request_errors"}, trust_env=False).json()
            if answer["data"]["result"]:
                return
        except (httpx.HTTPError, ValueError, KeyError):
            pass
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


GREEN = 'request_errors{colour="{colour}"}'


@pytest.mark.parametrize(
    ("query", "limits", "verdict", "sentence"),
    [
        (GREEN, {"max": 1}, Verdict.PASSED, "0.5, 0.5, wanted at most 1"),
        (GREEN, {"max": 0.4}, Verdict.FAILED, "0.5 is above 0.4: __name__=request_errors"),
        (GREEN, {"min": 0.6, "max": 2}, Verdict.FAILED, "0.5 is below 0.6"),
        ("scalar(vector(3))", {"min": 3, "max": 3}, Verdict.PASSED, "3, wanted at least 3 and at most 3"),
        ('request_errors{colour="{colour}",version="{version}"}', {"max": 1}, Verdict.UNJUDGED, "no data"),
        ("vector(0) / 0", {"max": 1}, Verdict.UNJUDGED, "no data"),
        ("sum(", {"max": 1}, Verdict.UNJUDGED, "it answered 400"),
        ("request_errors[1m]", {"max": 1}, Verdict.UNJUDGED, "no answer that can be understood"),
    ],
)
def test_every_sample_must_be_within_limits(
    query: str, limits: dict[str, float], verdict: Verdict, sentence: str, *, url: str, subject: Subject
) -> None:
    outcome = judged(Gate(prometheus=Query(url, query, limits.get("min"), limits.get("max"))), subject, baking=True)
    assert outcome.verdict is verdict, outcome
    assert sentence in outcome.sentence


def test_it_must_stay_so(url: str, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prometheus, "EVERY", 0.1)
    gate = Gate(prometheus=Query(url, GREEN, max=1, steady=1.0))
    began = time.monotonic()
    assert judged(gate, subject).verdict is Verdict.PASSED
    assert time.monotonic() - began >= 1.0


def test_what_is_beyond_the_limits_may_still_come_back(
    url: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prometheus, "EVERY", 0.1)
    monkeypatch.setattr(Page, "errors", 5.0)
    with under_way(Gate(prometheus=Query(url, GREEN, max=1)), subject) as attempt:
        end = time.monotonic() + 10
        while attempt.poll() is not None or attempt.last.verdict is not Verdict.FAILED:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert attempt.last.sentence.startswith("5 is above 1")
        Page.errors = 0.5
        while (outcome := attempt.poll()) is None:
            assert time.monotonic() < end
            time.sleep(0.05)
    assert outcome.verdict is Verdict.PASSED


def test_a_server_that_is_gone_is_no_evidence(subject: Subject) -> None:
    outcome = judged(Gate(prometheus=Query("http://127.0.0.1:9", GREEN, max=1)), subject, baking=True)
    assert outcome.verdict is Verdict.UNJUDGED
    assert "no answer" in outcome.sentence
