"""What counts against a colour while it bakes, and what is only that this host does not see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import power_config, power_service
from plan_worlds import NOW, config, instance
from plan_worlds import service as weights_service

from console.config.model import Release, ServiceConfig
from console.model.capacity import Capacity
from console.model.colour import Colour
from console.model.instance import Instance, Probe
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.runner.evidence import of_instances

ALL = Capacity(3, 300)
NO_ANSWER = [
    Probe(ok=False, at=NOW - 1, error="timeout"),
    Probe(ok=False, at=NOW - 1, error="refused"),
    Probe(ok=False, at=NOW - 1, error="no route"),
    Probe(ok=False, at=NOW - 1, error="bad certificate"),
    Probe(ok=False, at=NOW - 1, error="no such command"),
    Probe(ok=False, at=NOW - 1, error="exit 127", exit_code=127),
    Probe(ok=False, at=NOW - 1, error="exit 124", exit_code=124),
    Probe(ok=False, at=NOW - 1, error="exit 255", exit_code=255),
    Probe(ok=False, at=NOW - 1, error="killed by SIGKILL"),
]
ANSWERS = [
    Probe(ok=False, at=NOW - 1, status=503),
    Probe(ok=False, at=NOW - 1, status=200, error="unexpected body"),
    Probe(ok=False, at=NOW - 1, error="exit 2", exit_code=2),
]


def judged(service: Service, settings: ServiceConfig, least: Capacity = ALL) -> tuple[str, str]:
    """What three of GREEN that serve say of it."""
    made = plan(weights_service(three(Colour.BLUE), three(weight=0)), config(), Intent(Action.CUTOVER), NOW)
    if settings.rotation.kind == "power":
        made = plan(power_service(three(Colour.BLUE), three()), settings, Intent(Action.CUTOVER, Colour.GREEN), NOW)
    assert isinstance(made, Plan), made
    return of_instances(service, made, least, NOW)


def three(colour: Colour = Colour.GREEN, weight: int = 100) -> list[Instance]:
    return [instance(colour, n, weight) for n in (1, 2, 3)]


def probed(probe: Probe, *, operating: str = "", status: str = "ACTIVE") -> list[Instance]:
    """One of the three is seen so."""
    first = instance(Colour.GREEN, 1, 100, operating=operating, status=status)
    return [replace(first, probe=probe), *three()[1:]]


def balanced(found: list[Instance]) -> Service:
    return weights_service([instance(Colour.BLUE, n, 0) for n in (1, 2, 3)], found)


@pytest.mark.parametrize("probe", NO_ANSWER, ids=lambda one: one.words)
def test_no_answer_to_the_probe_is_loss_of_sight(probe: Probe) -> None:
    against, blind = judged(balanced(probed(probe)), config())
    assert not against
    assert blind == (
        f"1 of 3 instances of GREEN do not answer the direct probe from here, 3 must be well; "
        f"api-green-1: probe says {probe.words}, Octavia says ONLINE"
    )


@pytest.mark.parametrize("probe", NO_ANSWER, ids=lambda one: one.words)
@pytest.mark.parametrize(("operating", "status"), [("ERROR", "ACTIVE"), ("", "ERROR"), ("", "SHUTOFF")])
def test_it_counts_where_the_load_balancer_or_nova_says_so(probe: Probe, operating: str, status: str) -> None:
    against, blind = judged(balanced(probed(probe, operating=operating, status=status)), config())
    assert against.startswith("1 of 3 instances of GREEN are ill, 3 must be well; api-green-1: ")
    assert not blind


@pytest.mark.parametrize("probe", ANSWERS, ids=lambda one: one.words)
def test_an_answer_that_is_not_the_expected_one_counts(probe: Probe) -> None:
    against, blind = judged(balanced(probed(probe)), config())
    assert f"the direct probe says {probe.words}" in against
    assert not blind


def test_nothing_is_said_of_those_that_can_be_spared() -> None:
    for probe in (*NO_ANSWER, *ANSWERS):
        assert judged(balanced(probed(probe)), config(), Capacity(2, 200)) == ("", "")


def test_who_is_ill_and_who_is_not_seen_are_told_apart() -> None:
    found = [replace(three()[0], probe=ANSWERS[0]), replace(three()[1], probe=NO_ANSWER[0]), three()[2]]
    against, blind = judged(balanced(found), config(), Capacity(2, 200))
    assert not against, "two others are not known to be ill"
    assert blind, "and one of these two is not seen"
    against, _ = judged(balanced(found), config())
    assert against.startswith("1 of 3 instances of GREEN are ill")


@pytest.mark.parametrize("probe", NO_ANSWER, ids=lambda one: one.words)
def test_a_worker_that_does_not_answer_is_not_known_to_be_ill(probe: Probe) -> None:
    workers = power_service([], probed(probe))
    against, blind = judged(workers, power_config())
    assert not against
    assert blind.endswith(f"api-green-1: the direct probe says {probe.words}")


@pytest.mark.parametrize("probe", ANSWERS, ids=lambda one: one.words)
def test_a_worker_whose_probe_reports_a_failure_is_ill(probe: Probe) -> None:
    against, blind = judged(power_service([], probed(probe)), power_config())
    assert f"api-green-1: the direct probe says {probe.words}" in against
    assert not blind


def test_a_worker_in_error_is_ill_whatever_its_probe_says() -> None:
    first = replace(three()[0], probe=NO_ANSWER[0])
    assert first.server is not None
    broken = replace(first, server=replace(first.server, status="ERROR"))
    against, blind = judged(power_service([], [broken, *three()[1:]]), power_config())
    assert "Nova says ERROR" in against
    assert not blind


def off(one: Instance) -> Instance:
    assert one.server is not None
    return replace(one, server=replace(one.server, status="SHUTOFF", power_state=4))


@pytest.mark.parametrize("how_many", [1, 3])
def test_a_worker_that_somebody_has_stopped_is_ill(how_many: int) -> None:
    """Also where all of them are off, so that the other colour is the one that works."""
    workers = [off(one) for one in three()[:how_many]] + three()[how_many:]
    against, blind = judged(power_service(three(Colour.BLUE), workers), power_config())
    ill = f"{how_many} of 3 instances of GREEN are ill, 3 must be well"
    assert against.startswith(f"{ill}; api-green-1: Nova says SHUTOFF")
    assert not blind


def test_a_worker_that_is_off_counts_by_how_many_must_be_well() -> None:
    workers = power_service([], [off(three()[0]), *three()[1:]])
    assert judged(workers, power_config(), Capacity(2, 2)) == ("", "")


def test_what_nova_said_a_while_ago_of_a_worker_that_is_off_is_no_evidence() -> None:
    workers = power_service([], [off(one) for one in three()])
    stale = {name: replace(source, seen_at=NOW - 3600) for name, source in workers.sources.items()}
    assert judged(replace(workers, sources=stale), power_config()) == ("", "")


def test_a_worker_that_the_plan_leaves_off_is_not_missed() -> None:
    held = [replace(one, server=replace(one.server, tags=("bluegreen:hold=bob",))) for one in three()[:1] if one.server]
    before = power_service(three(Colour.BLUE), [off(one) for one in (*held, *three()[1:])])
    settings = power_config(release=Release(min_ratio=0.5))
    made = plan(before, settings, Intent(Action.CUTOVER, Colour.GREEN, unchecked=True), NOW)
    assert isinstance(made, Plan), made
    after = power_service([off(one) for one in three(Colour.BLUE)], [off(held[0]), *three()[1:]])
    assert of_instances(after, made, ALL, NOW) == ("", "")
