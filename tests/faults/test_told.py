"""Webhooks on the way of a real runner: told of what happens, and no rollout waits for them or fails with them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO
from test_shares import waits_at
from web_server import Server

from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import Event, EventKind, RolloutState


@pytest.fixture
def chat(stage: DrillStage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setenv("CHAT", f"{server.url}/s3cr3t")
    monkeypatch.setenv("BROKEN", f"{server.url.rpartition(':')[0]}:9/s3cr3t")
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = {"shift": [50, 100]}
    config["notify"] = [{"url": "CHAT", "format": "json"}, {"url": "BROKEN"}]
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    yield server
    server.close()


def heard(server: Server, count: int) -> list[str]:
    end = time.monotonic() + 30
    while len(server.heard) < count:
        assert time.monotonic() < end, server.heard
        time.sleep(0.05)
    return [body["event"] for _, _, body in server.heard]


def notices(journal: Journal, rollout_id: str, count: int) -> list[Event]:
    end = time.monotonic() + 40
    while len(found := [one for one in journal.events(rollout_id) if one.kind is EventKind.NOTICE]) < count:
        assert time.monotonic() < end, found
        time.sleep(0.1)
    return found


def test_start_human_and_end_are_told(stage: DrillStage, chat: Server) -> None:
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "release <!channel>")
    with stage.journal() as journal:
        waits_at(journal, rollout_id, "pause-50")
        assert heard(chat, 2) == ["start", "human"]
        request.abort(journal, rollout_id, WHO)
        ended = stage.ended(journal, rollout_id)
        assert ended.state is RolloutState.ROLLED_BACK
        assert heard(chat, 3) == ["start", "human", "back"]
        assert chat.heard[2][2]["sentence"] == ended.sentence
        told = notices(journal, rollout_id, 4)
        assert {one.text for one in told if one.data["ok"]} == {
            f"told CHAT of {one}" for one in ("start", "human", "back")
        }
        assert all("s3cr3t" not in repr(event) for event in journal.events(rollout_id))


def test_a_webhook_that_hangs_delays_nothing(stage: DrillStage, chat: Server) -> None:
    chat.delay = 60.0
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "slow chat")
    with stage.journal() as journal:
        waits_at(journal, rollout_id, "pause-50")
        request.say_word(journal, rollout_id, WHO)
        assert stage.ended(journal, rollout_id, limit=50).state is RolloutState.DONE
        given_up = notices(journal, rollout_id, 1)
    assert not any(one.data["ok"] for one in given_up)
