from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from console.cli.doctor_service import examine
from console.cli.finding import Finding, Level
from console.config.model import CommitSource, HealthCheck, Kind, Rotation, ServiceConfig, VipCheck
from console.model.balancer import Balanced, LoadBalancer, Member, Monitor, Pool
from console.model.colour import Colour
from console.model.commit import Ci, CiState, Commit, CommitView
from console.model.instance import Instance, Probe, Version
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, VIP, ColourSet, Service, Source
from console.model.traffic import Traffic, VipAnswer


def service_config(kind: Kind = Kind.WEIGHTS, **changes: Any) -> ServiceConfig:
    found = ServiceConfig(
        "api", "prod", Rotation("api", "api", kind), health=HealthCheck(), vip=VipCheck("http://{vip}/")
    )
    return found._replace(**changes)


def an_instance(colour: Colour, **changes: Any) -> Instance:
    member = Member(f"m-{colour}", f"api-{colour}", "10.0.0.1", 80, provisioning_status="ACTIVE")
    server, version = Server(f"s-{colour}", f"api-{colour}", "ACTIVE"), Version("abc", "metadata.git_commit")
    return replace(Instance(f"api-{colour}", colour, server, member, Probe(True, 1.0, 3.0, 200), version), **changes)


def a_service(provider: str = "amphora", **changes: Any) -> Service:
    part = Balanced(
        LoadBalancer("l", "api", "203.0.113.7", provider, "ACTIVE"), pools=(Pool("p", "api", monitor=Monitor("h")),)
    )
    found = Service(
        "api",
        "production",
        "prod",
        blue=ColourSet(Colour.BLUE, (an_instance(Colour.BLUE),)),
        green=ColourSet(Colour.GREEN, (an_instance(Colour.GREEN),)),
        balanced=(part,),
        sources={name: Source(name, seen_at=1.0) for name in (SERVERS, BALANCER, PROBES, VIP)},
    )
    return replace(found, **changes)


def odd(config: ServiceConfig, service: Service) -> dict[str, Finding]:
    """The findings that are not ok, by check."""
    return {one.check: one for one in examine(config, service) if one.level is not Level.OK}


def test_a_service_without_faults() -> None:
    assert odd(service_config(), a_service()) == {}


def test_workers_need_a_probe_and_no_load_balancer() -> None:
    workers = a_service(balanced=(), decisive=(SERVERS,), sources={SERVERS: Source(SERVERS, seen_at=1.0)})
    assert odd(service_config(Kind.POWER, vip=None), workers) == {}
    found = odd(service_config(Kind.POWER, health=None, vip=None), workers)
    assert found["service.health"].level is Level.PROBLEM


@pytest.mark.parametrize(
    ("provider", "kind", "health", "level"),
    [
        ("amphora", Kind.WEIGHTS, HealthCheck(), Level.OK),
        ("ovn", Kind.WEIGHTS, HealthCheck(), Level.PROBLEM),
        ("ovn", Kind.POOLS, HealthCheck(), Level.OK),
        ("ovn", Kind.POOLS, None, Level.WARNING),
        ("f5", Kind.WEIGHTS, HealthCheck(), Level.WARNING),
        ("", Kind.WEIGHTS, HealthCheck(), Level.WARNING),
    ],
)
def test_what_a_provider_can(provider: str, kind: Kind, health: HealthCheck | None, level: Level) -> None:
    found = [
        one.level
        for one in examine(service_config(kind, health=health), a_service(provider))
        if one.check == "service.provider"
    ]
    assert found == [level]


def test_instances_that_cannot_be_reached_from_here() -> None:
    refused = Probe(False, 1.0, error="connection refused")
    sides: dict[str, Any] = {
        colour.value: ColourSet(colour, (an_instance(colour, probe=refused),)) for colour in Colour
    }
    found = odd(service_config(), a_service(**sides))
    assert "connection refused" in found["service.probes"].text
    said = Probe(False, 1.0, 3.0, 503)
    sides = {colour.value: ColourSet(colour, (an_instance(colour, probe=said),)) for colour in Colour}
    assert odd(service_config(), a_service(**sides)) == {}, "they answer, if badly: that is status's to say"
    hidden = odd(service_config(health=HealthCheck(reachable=False)), a_service())["service.probes"]
    assert "no instance counts as healthy" in hidden.means


def test_a_source_that_was_never_seen_says_nothing_else() -> None:
    unseen = {SERVERS: Source(SERVERS, seen_at=1.0), BALANCER: Source(BALANCER, problem="no answer", hint="wait")}
    found = list(examine(service_config(), a_service(sources=unseen)))
    assert [(one.check, one.exit_code) for one in found] == [("service.seen", 4)]
    assert found[0].mend.startswith("wait; compare the config with `openstack loadbalancer list`")


class TestCommits:
    CONFIG = service_config(commits=CommitSource(github="https://x", project="a/b"))

    def finding(self, service: Service, config: ServiceConfig = CONFIG) -> Finding | None:
        return next((one for one in examine(config, service) if one.check == "service.commits"), None)

    def test_no_source_no_finding(self) -> None:
        assert self.finding(a_service(), service_config()) is None

    def test_a_source_that_answers(self) -> None:
        tested = Commit("1" * 40, "s", "a", 1.0, ci=Ci(CiState.PASSED))
        view = CommitView(would_ship=(tested, Commit("2" * 40, "s", "a", 1.0)), limits="x answers 10 more")
        found = self.finding(a_service(commits=view))
        assert found is not None
        assert found.level is Level.OK
        assert found.text == "api: commits are told: 2 would ship, the tests of 1 are known; x answers 10 more"

    def test_a_source_with_a_problem(self) -> None:
        found = self.finding(a_service(commits=CommitView(problem="x did not answer: timeout")))
        assert found is not None
        assert found.level is Level.WARNING
        assert found.text == "api: commits: x did not answer: timeout"

    def test_a_source_that_nobody_asked(self) -> None:
        found = self.finding(a_service())
        assert found is not None
        assert (found.level, found.text) == (Level.WARNING, "api: commits: nobody was asked")


class TestVip:
    URL = "http://203.0.113.7:8080/nosuch"
    VERSIONS: ClassVar = {Colour.BLUE: frozenset({"abc"}), Colour.GREEN: frozenset({"def"})}

    def finding(self, *answers: VipAnswer, **changes: Any) -> Finding:
        service = a_service(traffic=Traffic(self.URL, answers, self.VERSIONS), **changes)
        return next(one for one in examine(service_config(), service) if one.check == "service.vip")

    def test_requests_that_all_fail_are_a_problem_that_names_url_and_status(self) -> None:
        found = self.finding(*[VipAnswer(1.0, 3.0, 404)] * 5)
        assert found.level is Level.PROBLEM
        assert found.text == (
            f"api: 5 requests through the VIP, 0 answers tell their colour, 5 failed: {self.URL}: status 404"
        )
        assert "`vip:` asks for the wrong thing" in found.mend

    def test_nobody_blames_the_config_for_a_service_that_is_down(self) -> None:
        found = self.finding(*[VipAnswer(1.0, 3.0, 503)] * 5)
        assert found.level is Level.PROBLEM
        assert found.mend.startswith("if it began with a release")

    def test_some_that_fail_are_a_warning(self) -> None:
        found = self.finding(VipAnswer(1.0, 3.0, 200, "abc"), VipAnswer(1.1, 3.0, None, error="refused"))
        assert found.level is Level.WARNING
        assert found.text.endswith(": refused")

    def test_a_colour_that_has_no_weight_and_answers_is_a_problem(self) -> None:
        idle = an_instance(Colour.GREEN)
        assert idle.member is not None
        green = ColourSet(Colour.GREEN, (replace(idle, member=replace(idle.member, weight=0)),))
        found = self.finding(*[VipAnswer(1.0, 3.0, 200, "def")] * 5, green=green)
        assert (found.level, found.text) == (
            Level.PROBLEM,
            "api: GREEN answers through the VIP, and BLUE has the weight",
        )

    def test_answers_that_tell_the_right_colour_are_ok(self) -> None:
        assert self.finding(*[VipAnswer(1.0, 3.0, 200, "abc")] * 5).level is Level.OK
