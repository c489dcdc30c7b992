"""Webhooks: what they are sent, tried again, given up; and nobody waits for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from plan_worlds import NOW, config, usual
from tenacity import wait_none
from web_server import Server

from console.config.notice import Notice, Occasion
from console.model.colour import Colour
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.notices import deliver as delivering
from console.rollout.notices.bell import Bell
from console.rollout.notices.compose import body, facts
from console.rollout.notices.deliver import deliver
from console.rollout.records import Rollout, RolloutState
from console.rollout.who import Who

REASON = "<!channel> *bold* @all [x](http://evil) \x1b[2J & co"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "_PAUSES", wait_none())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    monkeypatch.setenv("CHAT", f"{made.url}/hook/s3cr3t")
    yield made
    made.close()


def rollout() -> tuple[Rollout, Plan]:
    made = plan(usual(), config(), Intent(Action.CUTOVER, Colour.GREEN), NOW)
    assert isinstance(made, Plan)
    return Rollout("a1b2c3", "nova-api", made, Who("alice", "jump1"), REASON, NOW, RolloutState.RUNNING), made


def told(notice: Notice, occasion: Occasion = Occasion.START) -> dict[str, Any]:
    return body(notice, facts(*rollout(), occasion, "it moves"))


def test_a_chat_gets_a_line_without_mentions_or_markup() -> None:
    slack = told(Notice("CHAT"))
    assert slack["mrkdwn"] is False
    assert "PRODUCTION nova-api: cutover BLUE" in slack["text"]
    assert "&lt;!channel&gt; *bold*" in slack["text"]
    assert "&amp; co" in slack["text"]
    mattermost = told(Notice("CHAT", format="mattermost"))["text"]
    assert "\\<\\!channel\\> \\*bold\\* @\u200ball \\[x\\]\\(http\\:" in mattermost
    assert "\x1b" not in slack["text"] + mattermost


def test_a_program_gets_every_fact() -> None:
    sent = told(Notice("CHAT", format="json"), Occasion.HUMAN)
    assert (sent["schema"], sent["event"], sent["service"], sent["rollout"]) == (1, "human", "nova-api", "a1b2c3")
    assert "NEEDS A HUMAN: it moves" in sent["text"]


def test_a_text_of_the_config_is_used() -> None:
    notice = Notice("CHAT", texts={"done": "*{service}* is {{done}}: {sentence}"})
    assert told(notice, Occasion.DONE)["text"] == "*nova-api* is {done}: it moves"
    assert told(notice, Occasion.BACK)["text"].startswith("PRODUCTION nova-api")


def test_what_fails_for_a_while_is_tried_again(server: Server) -> None:
    server.answers = [(500, b""), (429, b""), (200, b"ok")]
    found = deliver("CHAT", "start", {"text": "x"})
    assert (found.ok, found.sentence) == (True, "told CHAT of start, at try 3")
    assert [heard[2] for heard in server.heard] == [{"text": "x"}] * 3


def test_what_will_not_be_taken_is_not_sent_again(server: Server) -> None:
    server.answers = [(404, b"no_service")]
    found = deliver("CHAT", "start", {"text": "x"})
    assert (found.ok, found.sentence) == (False, "not told CHAT of start: the webhook answered 404")
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [([(503, b"")], "the webhook answered 503, 6 times"), ([], "no answer (ConnectError), 6 times")],
)
def test_it_is_given_up_in_the_end_and_the_url_stays_secret(
    server: Server, answers: list[tuple[int, bytes]], sentence: str
) -> None:
    server.answers = answers
    if not answers:
        server.close()
    found = deliver("CHAT", "done", {"text": "x"})
    assert (found.ok, found.sentence) == (False, f"not told CHAT of done: {sentence}")
    assert "s3cr3t" not in found.sentence


def test_a_variable_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_CHAT", raising=False)
    assert deliver("NO_CHAT", "start", {}).sentence == "not told NO_CHAT of start: the variable is not set"
    monkeypatch.setenv("NO_CHAT", "s3cr3t")
    assert deliver("NO_CHAT", "start", {}).sentence == "not told NO_CHAT of start: the variable holds no URL"
    monkeypatch.setenv("NO_CHAT", "http://[s3cr3t/")
    assert "s3cr3t" not in deliver("NO_CHAT", "start", {}).sentence
    for unusable in ("https://", "http://host:s3cr3t/"):
        monkeypatch.setenv("NO_CHAT", unusable)
        sentence = "not told NO_CHAT of start: the URL in the variable cannot be used"
        assert deliver("NO_CHAT", "start", {}).sentence == sentence, "once: no later try helps"


def test_only_whoever_wants_to_hear_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", f"{server.url}/other")
    notices = (
        Notice("CHAT", events=("done",)),
        Notice("OTHER", services=("nova-api",)),
        Notice("NO_CHAT", services=("glance",)),
    )
    bell = Bell(notices, *rollout())
    bell.ring(Occasion.START, "it moves")
    bell.ring(Occasion.DONE, "it moved")
    found = sorted(one.sentence for one in bell.finish(10))
    assert found == ["told CHAT of done", "told OTHER of done", "told OTHER of start"]
    assert sorted(path for path, _, _ in server.heard) == ["/hook/s3cr3t", "/other", "/other"]


def test_a_webhook_that_hangs_delays_neither_the_rollout_nor_another(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_WITHIN", 30.0)
    slow = Server()
    slow.delay = 30.0
    monkeypatch.setenv("SLOW", slow.url)
    bell = Bell((Notice("SLOW"), Notice("CHAT")), *rollout())
    began = time.monotonic()
    bell.ring(Occasion.START, "it moves")
    assert time.monotonic() - began < 0.5
    end = time.monotonic() + 10
    while not (heard := bell.heard()):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert [one.sentence for one in heard] == ["told CHAT of start"]
    (given_up,) = bell.finish(0.2)
    assert (given_up.ok, given_up.sentence) == (False, "given up after 0.2 s: 1 notices are not delivered")
    assert bell.finish(10) == []
    slow.close()
