"""More of the live colour, then fewer, under clients: of one image, seen healthy at weight 0 first, nobody is lost."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import scenes
from drill_stage import TTL, DrillStage, staged_on_drill

from console.drill.world import Server
from console.model.colour import Colour
from console.model.service import Service
from console.rollout import pace
from console.rollout.records import EventKind, RolloutState

SPEED = 10.0  # the drain alone takes a minute of the rollout's clock
YES = ("--yes", "--reason", "more room")
SERVICES = {"nova-api": 1, "keystone": 2}  # how many the drill has; keystone has a pool for each colour, two listeners


@pytest.fixture(params=list(SERVICES))
def staged(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    def alone(config: dict[str, Any]) -> None:
        config["services"] = {request.param: config["services"][request.param]}
        config["lease"]["ttl"] = TTL * SPEED

    world = {"instances": 2, "services": SERVICES[request.param], "build": 0.5, "boot": 0.5}
    with staged_on_drill(tmp_path, monkeypatch, alone, **world) as made:
        made.environ = {**made.environ, pace.VARIABLE: f"{SPEED:g}"}
        yield made


@contextmanager
def clients(service: Service) -> Iterator[list[str]]:
    """New connections through every listener, again and again; what they were answered."""
    assert service.balancer is not None
    urls = [f"http://{service.balancer.vip_address}:{one.protocol_port}/version" for one in service.listeners]
    found: list[str] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            for url in urls:
                try:
                    with urllib.request.urlopen(url, timeout=10) as answer:
                        found.append(str(json.load(answer)["git_commit"]))
                except (OSError, ValueError, KeyError) as error:
                    found.append(f"lost: {error!r}")
            time.sleep(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield found
    finally:
        ended.set()
        asking.join()


def blue(stage: DrillStage) -> list[Server]:
    assert stage.drill is not None
    found = [one for one in stage.drill.world.servers if one.name.startswith(f"{stage.name}-blue")]
    assert len({one.image.id for one in found}) == 1, "one colour is of one image"
    return found


def sent(stage: DrillStage, since: int) -> list[tuple[str, str, str]]:
    """Method, kind of object and body of what the cloud was sent, leases and logins aside."""
    assert stage.drill is not None
    writes = stage.drill.control.get("writes", params={"since": since}).json()["writes"]
    kept = [one for one in writes if "/ports" not in one["path"] and "/tokens" not in one["path"]]
    kinds = ("members", "action", "servers", "os-server-groups")
    return [
        (one["method"], next(kind for kind in kinds if kind in one["path"].split("?")[0].split("/")), one["body"])
        for one in kept
    ]


@pytest.mark.timeout(300)
def test_more_then_fewer_and_no_request_is_lost(staged: DrillStage) -> None:
    service = staged.look()
    idle = {one.name: one.weight for one in service.green.instances}
    before, (commit,) = {one.id for one in blue(staged)}, service.blue.versions
    with clients(service) as answers:
        mark = staged.mark()
        more = staged.bluegreen("scale", "--add", "2", *YES)
        assert more.returncode == 0, more.stdout + more.stderr
        assert "BLUE has 4 instances in rotation" in more.stdout
        writes = sent(staged, mark)
        assert [one[:2] for one in writes] == [
            ("POST", "os-server-groups"),
            *[("POST", "servers")] * 2,
            *[("PUT", "members")] * 2,
        ]
        entered, raised = (body for _, kind, body in writes if kind == "members")
        assert entered.count('"weight":0') + entered.count('"weight": 0') == 2
        assert f"{staged.name}-blue-1" not in raised, "who serves already is not written"
        assert len(blue(staged)) == 4
        assert set(staged.weights_of(Colour.BLUE)) == {100}

        mark = staged.mark()
        fewer = staged.bluegreen("scale", "--remove", "2", *YES)
        assert fewer.returncode == 0, fewer.stdout + fewer.stderr
        assert [one[:2] for one in sent(staged, mark)] == [
            ("PUT", "members"),
            *[("DELETE", "members")] * 2,
            *[("POST", "action")] * 2,
            *[("DELETE", "servers")] * 2,
        ]
    assert {one.id for one in blue(staged)} == before, "those added last went"
    assert staged.carries(Colour.BLUE)
    assert {one.name: one.weight for one in staged.look().green.instances} == idle
    assert len(answers) > 50
    assert set(answers) == {commit}


@pytest.mark.timeout(300)
def test_what_serves_is_not_joined_by_another_image_and_the_one_that_serves_is_taken_unasked(
    staged: DrillStage,
) -> None:
    mark = staged.mark()
    other = staged.bluegreen("scale", "--add", "1", "--image", f"{staged.name}-2026.3", *YES)
    assert other.returncode == 3, other.stdout + other.stderr
    assert f"of another image than {staged.name}-2026.3" in other.stderr
    assert "launch the other colour with it" in other.stderr
    assert sent(staged, mark) == []
    assert len(blue(staged)) == 2


def entered(stage: DrillStage) -> str:
    """The id of a rollout that adds one, which is a member by now, and does not answer yet."""
    stage.trouble("settings", boot=6.0)
    done = stage.bluegreen("scale", "--add", "1", "--detach", *YES)
    assert done.returncode == 0, done.stdout + done.stderr
    with stage.journal() as journal:
        ident = journal.rollouts()[0].id
        end = time.monotonic() + 60
        while not any((one.kind, one.step) == (EventKind.PASSED, "enter") for one in journal.events(ident)):
            assert time.monotonic() < end, [one.text for one in journal.events(ident)]
            time.sleep(0.05)
    return ident


def turn(stage: DrillStage) -> None:
    """Somebody else sends the traffic to GREEN."""
    assert stage.drill is not None
    if stage.name == "keystone":
        scenes.switched(stage.drill)
        return
    for colour, weight in ((Colour.GREEN, 100), (Colour.BLUE, 0)):
        for number in (1, 2):
            stage.trouble(f"members/{stage.name}-{colour}-{number}", weight=weight)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("meanwhile", ["held", "turned"])
def test_who_is_held_or_of_a_colour_that_does_not_serve_any_more_is_not_taken_in(
    staged: DrillStage, meanwhile: str
) -> None:
    ident, new = entered(staged), f"{staged.name}-blue-3"
    assert staged.drill is not None
    if meanwhile == "held":
        (member,) = [one for _, pool in staged.drill.world.pools() for one in pool.members if one.name == new]
        staged.trouble(f"members/{new}", tags=[*member.tags, "bluegreen:hold=bob"])
    else:
        turn(staged)
    with staged.journal() as journal:
        ended = staged.ended(journal, ident)
    assert ended.state is RolloutState.STOPPED, ended.sentence
    assert (f"{new}: held by bob" if meanwhile == "held" else "BLUE is not the live colour any more") in ended.sentence
    assert staged.weights()[new] == 0
