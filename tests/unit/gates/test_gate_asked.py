"""Gates that ask over HTTP: URLs, a judge."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from carrying_out import judged, under_way
from web_server import Server

from console.config.gate import Gate, Judge, Query
from console.rollout.gates import asking, http
from console.rollout.gates.outcome import Verdict
from console.rollout.gates.subject import Subject


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def at(server: Server, place: str = "{instance}") -> str:
    return server.url.replace("127.0.0.1", place) + "/x"


def one(subject: Subject) -> Subject:
    return Subject(subject.rollout, "api", subject.colour, "v", "127.0.0.1", subject.instances[:1], subject.others)


def test_every_instance_must_answer_as_expected(server: Server, subject: Subject) -> None:
    outcome = judged(Gate(http=at(server)), one(subject))
    assert (outcome.verdict, outcome.sentence) == (Verdict.PASSED, "1 of 1 answered as expected")
    assert server.heard[0][0] == "/x"


def test_one_odd_answer_is_no_verdict(server: Server, subject: Subject) -> None:
    server.answers = [(503, b"starting"), (200, b"")]
    assert judged(Gate(http=at(server, "{vip}")), one(subject)).verdict is Verdict.PASSED


def test_an_answer_that_stays_wrong_fails_with_its_body(server: Server, subject: Subject) -> None:
    server.answers = [(500, b"no database")]
    outcome = judged(Gate(http=at(server)), one(subject))
    assert outcome.verdict is Verdict.FAILED
    assert "500, expected 200" in outcome.sentence
    assert "no database" in outcome.output


def test_no_answer_is_no_evidence(server: Server, subject: Subject) -> None:
    server.close()
    outcome = judged(Gate(http=at(server)), one(subject))
    assert outcome.verdict is Verdict.UNJUDGED
    assert "refused" in outcome.sentence


def test_without_instances_there_is_nothing_to_pass(subject: Subject) -> None:
    nobody = Subject("r", "api", subject.colour, "v", "", (), ())
    for url in ("http://{instance}/", "http://{vip}/"):
        assert judged(Gate(http=url), nobody).verdict is Verdict.UNJUDGED


def judge(server: Server, **more: Any) -> Gate:
    return Gate(judge=Judge(f"{server.url}/judge", every=0.05, **more))


def test_a_judge_is_asked_until_it_continues(server: Server, subject: Subject) -> None:
    server.says({"answer": "wait", "reasons": ["warming up"]}, {"answer": "wait"}, {"answer": "continue"})
    outcome = judged(judge(server), subject)
    assert (outcome.verdict, outcome.sentence) == (Verdict.PASSED, "the judge says continue")
    assert len(server.heard) == 3
    body = server.heard[0][2]
    assert (body["schema"], body["service"], body["colour"], body["stage"]) == (1, "api", "green", "shift")
    assert body["instances"][0] == {"name": "green-1", "address": "127.0.0.1", "port": 8774}


def test_a_judge_that_aborts_says_why(server: Server, subject: Subject) -> None:
    server.says({"answer": "abort", "reasons": ["p99 is 900 ms, limit 300", "\x1b[2Jcursed"]})
    outcome = judged(judge(server), subject, baking=True)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.sentence.startswith("the judge says abort: p99 is 900 ms, limit 300")
    assert server.heard[0][2]["stage"] == "bake"


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"<html>", b'{"answer": "yes"}', b"\xff", b"null"])
def test_a_judge_that_cannot_be_understood_is_asked_again(answer: bytes, server: Server, subject: Subject) -> None:
    server.answers = [(200, answer), (502, b"gateway"), (200, b'{"answer": "continue"}')]
    assert judged(judge(server), subject).verdict is Verdict.PASSED


def test_a_judge_that_only_waits_has_said_nothing(server: Server, subject: Subject) -> None:
    server.says({"answer": "wait", "reasons": "one sentence"})
    with under_way(judge(server), subject) as attempt:
        assert attempt.poll() is None
        assert attempt.last.verdict is Verdict.UNJUDGED
        assert attempt.last.sentence == "the judge says wait: one sentence"


def test_a_token_comes_from_the_environment_and_is_not_told(
    server: Server, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says({"answer": "continue"})
    monkeypatch.setenv("JUDGE_TOKEN", "abc")
    judged(judge(server, token="JUDGE_TOKEN"), subject)
    assert server.heard[0][1]["Authorization"] == "Bearer abc"
    monkeypatch.delenv("JUDGE_TOKEN")
    with under_way(judge(server, token="JUDGE_TOKEN"), subject) as attempt:
        attempt.poll()
        assert "JUDGE_TOKEN is not set" in attempt.last.sentence


def test_a_judge_that_hangs_holds_nobody(server: Server, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_WITHIN", 0.3)
    server.close()
    began = time.monotonic()
    with under_way(judge(server), subject) as attempt:
        assert attempt.poll() is None
    assert time.monotonic() - began < 3


@pytest.fixture
def dripping() -> Iterator[str]:
    """The URL of a server that sends a byte of its body now and then, and never all of them."""
    done = threading.Event()

    def drip(one: socket.socket) -> None:
        with one, contextlib.suppress(OSError):
            one.recv(65536)
            one.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n")
            while not done.wait(0.1):
                one.sendall(b" ")

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not done.is_set():
                threading.Thread(target=drip, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        done.set()
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("kind", ["judge", "prometheus"])
def test_an_answer_that_drips_in_holds_nobody_and_ends(
    kind: str, dripping: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_WITHIN", 1.5)
    gate = Gate(judge=Judge(dripping)) if kind == "judge" else Gate(prometheus=Query(dripping, "up", max=1))
    began, longest = time.monotonic(), 0.0
    with under_way(gate, subject) as attempt:
        assert attempt.poll() is None
        assert "has not answered yet" in attempt.last.sentence
        while "no answer within 1.5 s" not in attempt.last.sentence:
            assert time.monotonic() - began < 10, attempt.last
            polled = time.monotonic()
            assert attempt.poll() is None
            longest = max(longest, time.monotonic() - polled)
        assert attempt.last.verdict is Verdict.UNJUDGED
    assert longest < 1.0


def test_instances_that_answer_slowly_hold_nobody(
    dripping: str, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While they are asked the runner hears an abort, and renews its lease."""
    monkeypatch.setattr(http, "_WITHIN", 1.5)
    monkeypatch.setattr(http, "_PAUSE", 0.1)
    longest = 0.0
    with under_way(Gate(http=dripping, expect=(200,)), subject) as attempt:
        end, outcome = time.monotonic() + 15, None
        while outcome is None:
            assert time.monotonic() < end, attempt.last
            polled = time.monotonic()
            outcome = attempt.poll()
            longest = max(longest, time.monotonic() - polled)
    assert outcome.verdict is Verdict.UNJUDGED
    assert longest < 1.0
