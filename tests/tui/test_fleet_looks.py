"""How the fleet, the problems and the palette look, to the cell; kept in `looks/` as in `test_looks.py`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest
from rollouts import cutover, rollout, seen
from screen_text import shows
from test_looks import NOW, compare
from tuikit import config, instance, make_app, service, stale, traffic, with_instances

from console.config.model import Config
from console.model.colour import Colour
from console.model.instance import Probe
from console.model.service import Service
from screens.view.glyphs import ASCII, UNICODE, Glyphs


def ill() -> Service:
    blue = [instance(Colour.BLUE, number, NOW) for number in (1, 2)]
    blue.append(instance(Colour.BLUE, 3, NOW, probe=Probe(False, NOW, 3.0, 503)))
    return with_instances(service(NOW, "glance-api"), Colour.BLUE, *blue)


def swapped(name: str) -> Service:
    facts = replace(service(NOW, name), traffic=traffic(NOW, Colour.GREEN))
    green = [instance(Colour.GREEN, number, NOW, weight=100) for number in (1, 2, 3)]
    blue = [instance(Colour.BLUE, number, NOW, weight=0) for number in (1, 2, 3)]
    return with_instances(with_instances(facts, Colour.GREEN, *green), Colour.BLUE, *blue)


def settings() -> Config:
    made = config("nova-api-east", "nova-api-west", "glance-api", "keystone", "nova-api-stage")
    changes = {
        "nova-api-east": {"group": "nova-api", "region": "east"},
        "nova-api-west": {"group": "nova-api", "region": "west"},
        "nova-api-stage": {"environment": "stage"},
    }
    services = {name: each._replace(**changes.get(name, {})) for name, each in made.services.items()}  # type: ignore[arg-type]
    return made._replace(services=services)


FACTS = (
    service(NOW, "nova-api-east"),
    swapped("nova-api-west"),
    ill(),
    stale(service(NOW, "keystone"), NOW - 90, "no answer within 15 s from https://lb.example.org:9876"),
    service(NOW, "nova-api-stage"),
)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are shown as the host's clock tells them."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


class Look(NamedTuple):
    """A terminal, the keys that lead somewhere, and what is on the screen then."""

    name: str
    size: tuple[int, int]
    glyphs: Glyphs
    keys: str
    sign: str


@pytest.mark.parametrize(
    "look",
    [
        Look("fleet-120x40", (120, 40), UNICODE, "", "is under way"),
        Look("fleet-80x24-ascii", (80, 24), ASCII, "", "cutover"),
        Look("fleet-250x60", (250, 60), UNICODE, "", "cutover"),
        Look("fleet-filter-80x24", (80, 24), UNICODE, "slash a p i space exclamation_mark n o t", "rows"),
        Look("problems-80x24-ascii", (80, 24), ASCII, "p", "problems"),
        Look("problems-120x40", (120, 40), UNICODE, "p", "problems"),
        Look("palette-80x24", (80, 24), UNICODE, "colon s e r v", "service keystone"),
        Look("copy-80x24", (80, 24), UNICODE, "y", "screen as text"),
        Look("paused-80x24", (80, 24), UNICODE, "P", "PAUSED"),
    ],
    ids=lambda look: look.name,
)
async def test_looks_of_the_fleet(look: Look) -> None:
    made = settings()
    app, _, desk = make_app(*FACTS, settings=made, clock=lambda: NOW, glyphs=look.glyphs)
    desk.post(seen(rollout(cutover(FACTS[0], made.services["nova-api-east"], NOW), NOW)))
    async with app.run_test(size=look.size) as pilot:
        await shows(pilot, "5 services", "cutover")
        await pilot.press(*look.keys.split())
        await shows(pilot, look.sign.replace("is under way", "is running"))
        await compare(pilot, look.name)
