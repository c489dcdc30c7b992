"""A jump host that does not reach the new colour any more, while everybody else does: that takes nothing back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from drill_stage import DrillStage, staged_on_drill
from stage import WHO

from console.model.colour import Colour
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState


@dataclass
class Way:
    """The way from this host to the instances: a proxy that goes through, but to `shut` addresses."""

    url: str = ""
    shut: set[str] = field(default_factory=set)


@contextmanager
def way_of_this_host() -> Iterator[Way]:
    way = Way()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = urlsplit(self.path)
            if wanted.hostname in way.shut:
                return  # hangs up without a word
            with suppress(OSError):
                beyond = HTTPConnection(wanted.hostname or "", wanted.port, timeout=5)
                beyond.request("GET", wanted.path)
                answer = beyond.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                self.end_headers()
                self.wfile.write(body)
                beyond.close()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        way.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield way
        server.shutdown()


@pytest.fixture
def way() -> Iterator[Way]:
    with way_of_this_host() as made:
        yield made


@pytest.fixture
def bake() -> str:
    return "14s"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way, bake: str) -> Iterator[DrillStage]:
    def changed(config: dict[str, object]) -> None:
        (service,) = config["services"].values()  # type: ignore[attr-defined]
        service["health"]["proxy"] = way.url
        service["release"] = {"bake": bake}

    with staged_on_drill(tmp_path, monkeypatch, changed, instances=3) as made:
        yield made


def begun(stage: DrillStage, journal: Journal) -> str:
    """A cutover that bakes."""
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "watched from one host")
    end = time.monotonic() + 60
    while not any(one.step == "bake" and one.kind is EventKind.BEGUN for one in journal.events(rollout_id)):
        assert time.monotonic() < end
        time.sleep(0.1)
    return rollout_id


def green(stage: DrillStage) -> list[str]:
    return [one.member.address for one in stage.look().green.instances if one.member is not None]


def said(journal: Journal, rollout_id: str) -> str:
    return "\n".join(event.text for event in journal.events(rollout_id) if event.step == "bake")


def seen_by(journal: Journal, rollout_id: str, words: str) -> bool:
    """Wait until the watcher says so; False when the rollout ends before. A loaded machine takes long to say it."""
    while words not in said(journal, rollout_id):
        if journal.rollout(rollout_id).state.ended:
            return False
        time.sleep(0.1)
    return True


def test_a_probe_that_gets_no_answer_from_this_host_alone_takes_nothing_back(stage: DrillStage, way: Way) -> None:
    addresses = green(stage)
    mark = stage.mark()
    with stage.journal() as journal:
        rollout_id = begun(stage, journal)
        way.shut.update(addresses)
        ended = stage.ended(journal, rollout_id)
        told = said(journal, ended.id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert "nobody can say how it went: 3 of 3 instances of GREEN do not answer the direct probe" in ended.sentence
    assert "10 of 10 through the VIP answered as intended" in told
    assert "CANNOT SEE: 3 of 3" in told
    assert "AGAINST IT" not in told
    assert stage.batches(since=mark) == 1, "nothing was written but the cutover"
    assert stage.carries(Colour.GREEN)


@pytest.mark.parametrize("bake", ["40s"])  # a loaded machine says late what it does not see
def test_it_is_done_when_they_are_seen_again_in_time(stage: DrillStage, way: Way) -> None:
    addresses = green(stage)
    with stage.journal() as journal:
        rollout_id = begun(stage, journal)
        way.shut.update(addresses)
        blind = seen_by(journal, rollout_id, "CANNOT SEE: 3 of 3")
        way.shut.clear()
        ended = stage.ended(journal, rollout_id)
    assert blind, "it was done before it was said"
    assert ended.state is RolloutState.DONE, ended.sentence


def test_what_the_load_balancer_does_not_see_either_is_taken_back(stage: DrillStage) -> None:
    with stage.journal() as journal:
        rollout_id = begun(stage, journal)
        for one in stage.look().green.instances:
            stage.trouble(f"instances/{one.name}", mode="refuse")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert stage.carries(Colour.BLUE)
