"""What people call a release: on the servers that are made, and in their user data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from life_worlds import BLUE, NEW, ordered, planned, refused, settings
from plan_worlds import service

from console.config.model import Selection, ServiceConfig
from console.model.colour import Colour
from console.model.server import Server
from console.plan.desired import ServerMade
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Action, Intent
from console.rollout.user_data import filled

NAMED = Wish(Colour.GREEN, release="2026.2 autumn")


def made(wish: Wish, with_: ServiceConfig | None = None) -> list[ServerMade]:
    """The servers of the plan."""
    there = service(BLUE, [])
    plan = planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, wish, with_)), with_)
    return [write.desired for step in plan.steps for write in step.writes if isinstance(write.desired, ServerMade)]


def test_each_server_is_asked_for_with_its_release() -> None:
    bodies = [one.body["metadata"] for one in made(NAMED)]
    assert bodies == [{"color": "green", "git_commit": NEW, "release": "2026.2 autumn"}] * 3
    assert made(Wish(Colour.GREEN))[0].body["metadata"]["release"] == "api-3"


def test_user_data_can_have_it() -> None:
    assert filled("is {{release}} of {{service}}", settings(), made(NAMED)[0]) == "is 2026.2 autumn of nova-api"


@pytest.mark.parametrize(
    ("with_", "release"),
    [
        (settings(metadata={"release": "ours"}), "ours"),
        (settings()._replace(instances=Selection(metadata={"release": "api"})), "api"),
        (settings()._replace(instances=Selection(colour="metadata.release")), "green"),
        (settings()._replace(version=("metadata.release", "image.git_commit")), None),
    ],
)
def test_what_the_config_means_by_that_key_stays(with_: ServiceConfig, release: str | None) -> None:
    asked = ordered(service(BLUE, []), NAMED, with_)
    assert (asked.metadata.get("release"), asked.version) == (release, NEW)


def test_what_is_added_is_called_as_those_that_are_there() -> None:
    blue = [
        replace(one, server=Server(f"s{n}", one.name, "ACTIVE", image_id="image-2", metadata={"release": "spring"}))
        for n, one in enumerate(BLUE)
    ]
    there = service(blue, [])
    assert ordered(there, Wish(Colour.BLUE, adding=1)).metadata["release"] == "spring"
    assert ordered(there, Wish(Colour.BLUE, adding=1, release="x")).metadata["release"] == "x"
    assert ordered(there, Wish(Colour.BLUE, adding=1, image="api-3")).metadata["release"] == "api-3"


def test_a_name_that_nova_would_not_take_is_refused_beforehand() -> None:
    assert "255 characters" in refused(service(BLUE, []), replace(NAMED, release="x" * 256)).reason
