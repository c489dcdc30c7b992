"""A pool per colour: what attaches an idle one, what is said of a detached one, and what moves the traffic."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from ground import _sessions, until
from lab.settings import CLOUDS_YAML, has_dataplane
from lab.testing import lab, require_lab
from raw import Answer, lbaas

from console.cloud.session import Session
from console.config.model import Config, Rotation, Selection, ServiceConfig
from console.drill.server import running_drill
from console.model.colour import Colour
from console.model.service import Service
from console.watch.observe import Observer

HEADER, SECRET = "X-Contract", "only-me-7q"
SERVICE = "pair"
HEARTBEATS = 5.0  # seconds in which both tell their statuses more than once
# fmt: off
POLICY_KEYS = [
    "id", "name", "description", "provisioning_status", "operating_status", "admin_state_up", "project_id", "action",
    "listener_id", "redirect_pool_id", "redirect_url", "redirect_prefix", "position", "rules", "created_at",
    "updated_at", "tags", "redirect_http_code", "tenant_id",
]
RULE_KEYS = [
    "id", "type", "compare_type", "key", "value", "invert", "provisioning_status", "operating_status", "created_at",
    "updated_at", "project_id", "admin_state_up", "tags", "tenant_id",
]
# fmt: on


@dataclass(frozen=True)
class Pair:
    """A load balancer with two pools; the listener's default is blue's. No policy is there at the start."""

    session: Session
    balancer: str
    listener: str
    blue: str
    green: str
    url: str
    serves: bool

    def get(self, path: str) -> Any:
        return next(iter(lbaas(self.session, path).body.values()))

    def write(self, path: str, method: str, body: Any = None) -> Answer:
        answer = lbaas(self.session, path, method, body)
        until(lambda: self.get(f"/loadbalancers/{self.balancer}")["provisioning_status"], "ACTIVE", 60)
        return answer

    def policy(self, **more: Any) -> Any:
        fields = {"listener_id": self.listener, "action": "REDIRECT_TO_POOL", "redirect_pool_id": self.green}
        answer = self.write("/l7policies", "POST", {"l7policy": {**fields, "name": "preview", **more}})
        assert answer.status == 201, answer
        return answer.body["l7policy"]

    def rule(self, policy: str) -> Any:
        said = {"type": "HEADER", "compare_type": "EQUAL_TO", "key": HEADER, "value": SECRET}
        return self.write(f"/l7policies/{policy}/rules", "POST", {"rule": said}).body["rule"]

    def forget(self) -> None:
        for policy in self.get("/l7policies"):
            if policy["listener_id"] == self.listener:
                assert self.write(f"/l7policies/{policy['id']}", "DELETE").status == 204
        self.write(f"/listeners/{self.listener}", "PUT", {"listener": {"default_pool_id": self.blue}})

    def colours(self, headers: Mapping[str, str]) -> set[str]:
        with httpx.Client(trust_env=False, headers={"Connection": "close", **headers}) as client:
            return {client.get(self.url).json()["color"] for _ in range(6)}


@pytest.fixture(scope="module", params=["drill", "lab"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with _drill() if request.param == "drill" else _lab(tmp_path_factory.mktemp("pair")) as found:
        yield found


@pytest.fixture
def pair(made: Pair) -> Iterator[Pair]:
    made.forget()
    yield made
    made.forget()


@contextlib.contextmanager
def _drill() -> Iterator[Pair]:
    with running_drill(services=2, instances=1, pending=0.2, heartbeat=0.3) as drill:
        _, session, _ = _sessions(drill.clouds_file, drill.config_file)
        balancer = drill.world.entrances[1].balancer
        blue, green = balancer.pools
        for listener in balancer.listeners[1:]:
            for policy in tuple(listener.policies):
                assert lbaas(session, f"/l7policies/{policy.id}", "DELETE").status == 204
                drill.control.post("release")
                until(lambda: balancer.provisioning_status, "ACTIVE")
            body = {"listener": {"default_pool_id": None}}
            assert lbaas(session, f"/listeners/{listener.id}", "PUT", body).status == 200
            until(lambda: balancer.provisioning_status, "ACTIVE")
        url = f"http://{balancer.vip_address}:8080/version"
        yield Pair(session, balancer.id, balancer.listeners[0].id, blue.id, green.id, url, serves=True)


@contextlib.contextmanager
def _lab(directory: Path) -> Iterator[Pair]:
    require_lab()
    ids = json.loads(lab("seed", SERVICE, "--servers", "1", "--two-pools", "--dir", str(directory)))
    try:
        _, session, _ = _sessions(CLOUDS_YAML, Path(ids["config"]))
        url = f"http://{ids['vip_address']}/version"
        pools = ids["pools"]["blue"], ids["pools"]["green"]
        yield Pair(session, ids["load_balancer"], ids["listener"], *pools, url, serves=has_dataplane())
    finally:
        lab("seed", SERVICE, "--delete")


def test_a_pool_that_nothing_sends_to_is_offline(pair: Pair) -> None:
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "OFFLINE")
    assert pair.get(f"/pools/{pair.green}")["listeners"] == []
    assert pair.get(f"/pools/{pair.blue}")["listeners"] == [{"id": pair.listener}]
    assert pair.get(f"/loadbalancers/{pair.balancer}")["operating_status"] == "ONLINE"


def test_a_policy_attaches_its_pool_with_its_first_rule(pair: Pair) -> None:
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "OFFLINE")
    policy = pair.policy()
    assert pair.get(f"/l7policies/{policy['id']}")["rules"] == []
    assert pair.get(f"/pools/{pair.green}")["listeners"] == []
    rule = pair.rule(policy["id"])
    assert pair.get(f"/l7policies/{policy['id']}")["rules"] == [{"id": rule["id"]}]
    assert pair.get(f"/pools/{pair.green}")["listeners"] == [{"id": pair.listener}]
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "ONLINE")
    until(lambda: {one["operating_status"] for one in pair.get(f"/pools/{pair.green}/members")}, {"ONLINE"})
    pools = pair.get(f"/loadbalancers/{pair.balancer}/status")["loadbalancer"]["listeners"][0]["pools"]
    assert {one["id"] for one in pools} == {pair.blue, pair.green}


def test_a_disabled_policy_attaches_nothing(pair: Pair) -> None:
    policy = pair.policy()
    pair.rule(policy["id"])
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "ONLINE")
    pair.write(f"/l7policies/{policy['id']}", "PUT", {"l7policy": {"admin_state_up": False}})
    assert pair.get(f"/pools/{pair.green}")["listeners"] == []
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "OFFLINE")


def test_a_detached_pool_leaves_its_members_as_they_were_last_seen(pair: Pair) -> None:
    policy = pair.policy()
    pair.rule(policy["id"])
    until(lambda: {one["operating_status"] for one in pair.get(f"/pools/{pair.green}/members")}, {"ONLINE"})
    pair.write(f"/l7policies/{policy['id']}", "PUT", {"l7policy": {"admin_state_up": False}})
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "OFFLINE")
    assert {one["operating_status"] for one in pair.get(f"/pools/{pair.green}/members")} == {"ONLINE"}


def test_the_pool_of_a_deleted_policy_is_checked_until_the_next_change(pair: Pair) -> None:
    policy = pair.policy()
    pair.rule(policy["id"])
    until(lambda: {one["operating_status"] for one in pair.get(f"/pools/{pair.green}/members")}, {"ONLINE"})
    pair.write(f"/l7policies/{policy['id']}", "DELETE")
    assert pair.get(f"/pools/{pair.green}")["listeners"] == []
    time.sleep(HEARTBEATS)
    assert pair.get(f"/pools/{pair.green}")["operating_status"] == "ONLINE"
    if pair.serves:
        assert pair.colours({HEADER: SECRET}) == {"blue"}
    pair.write(f"/listeners/{pair.listener}", "PUT", {"listener": {"name": "renamed"}})
    until(lambda: pair.get(f"/pools/{pair.green}")["operating_status"], "OFFLINE")


def test_policies_and_rules_as_they_are_shown(pair: Pair) -> None:
    made = pair.policy(tags=["x=1"])
    assert (made["provisioning_status"], made["operating_status"]) == ("PENDING_CREATE", "OFFLINE")
    rule = pair.rule(made["id"])
    assert list(made) == POLICY_KEYS
    assert list(rule) == RULE_KEYS
    shown = pair.get(f"/l7policies/{made['id']}")
    assert (shown["provisioning_status"], shown["operating_status"], shown["position"]) == ("ACTIVE", "ONLINE", 1)
    assert (shown["tags"], shown["redirect_pool_id"], shown["redirect_url"]) == (["x=1"], pair.green, None)
    assert pair.get(f"/l7policies?listener_id={pair.listener}") == [shown]
    assert pair.get(f"/l7policies?redirect_pool_id={pair.green}&fields=id") == [{"id": made["id"]}]
    (listed,) = pair.get(f"/l7policies/{made['id']}/rules")
    assert listed == pair.get(f"/l7policies/{made['id']}/rules/{rule['id']}")
    assert (listed["operating_status"], listed["value"], listed["invert"]) == ("ONLINE", SECRET, False)
    assert pair.get(f"/listeners/{pair.listener}")["l7policies"] == [{"id": made["id"]}]


def test_what_there_is_not(pair: Pair) -> None:
    nobody = pair.listener
    pair.policy()
    assert lbaas(pair.session, f"/l7policies/{nobody}").said == "L7 Policy ID not found."
    below = lbaas(pair.session, f"/l7policies/{nobody}/rules")
    assert (below.status, below.said) == (404, "L7Policy ID not found.")
    unknown = lbaas(pair.session, f"/l7policies?loadbalancer_id={pair.balancer}")
    assert (unknown.status, unknown.said) == (400, "One or more arguments are either duplicate or invalid")


def test_the_header_reaches_the_idle_pool_and_nobody_else_does(pair: Pair) -> None:
    if not pair.serves:
        pytest.skip("not run: the lab has no data plane (it needs root)")
    pair.rule(pair.policy()["id"])
    until(lambda: {one["operating_status"] for one in pair.get(f"/pools/{pair.green}/members")}, {"ONLINE"})
    assert pair.colours({HEADER: SECRET}) == {"green"}
    assert pair.colours({HEADER: "guess"}) == {"blue"}
    assert pair.colours({}) == {"blue"}


def test_another_default_pool_moves_the_traffic_and_parks_the_old_one(pair: Pair) -> None:
    body = {"listener": {"default_pool_id": pair.green}}
    assert pair.write(f"/listeners/{pair.listener}", "PUT", body).status == 200
    assert pair.get(f"/pools/{pair.green}")["listeners"] == [{"id": pair.listener}]
    until(lambda: pair.get(f"/pools/{pair.blue}")["operating_status"], "OFFLINE")
    if pair.serves:
        assert pair.colours({}) == {"green"}


def test_the_console_reads_what_serves_what_is_parked_and_what_a_preview_attaches(pair: Pair) -> None:
    rotation = Rotation(pair.balancer, "", kind="pools", pools={"blue": pair.blue, "green": pair.green})
    selection = Selection(members=True, colour="pool")
    one = ServiceConfig("pair", pair.session.cloud, rotation, instances=selection)
    observer = Observer(Config(Path("c.yaml"), {"pair": one}, journal="sqlite://"), connect=lambda *_: pair.session)

    def look() -> Service:
        found = observer.observe().services["pair"]
        assert {source.problem for source in found.sources.values()} == {""}
        return found

    parked = look()
    assert (parked.live, parked.share(Colour.GREEN)) == (Colour.BLUE, 0.0)
    assert all(one.parked for one in parked.green.instances)
    assert not any(one.parked for one in parked.blue.instances)
    policy = pair.policy()
    assert all(one.parked for one in look().green.instances), "a policy without a rule attaches nothing"
    pair.rule(policy["id"])
    previewed = look()
    assert not any(one.parked for one in previewed.green.instances)
    assert [rule.key for one in previewed.balanced[0].policies for rule in one.rules] == [HEADER]
    assert SECRET not in repr(previewed)
    pair.write(f"/listeners/{pair.listener}", "PUT", {"listener": {"default_pool_id": pair.green}})
    assert look().live is Colour.GREEN
