"""`trains:`: which services are released together."""

from __future__ import annotations

import pytest
from config_cases import ENVIRON, PATH

from console.config.loader import parse
from console.config.train import Train
from console.errors import ConfigError


def parsed(trains: str) -> object:
    return parse(
        f"services: {{api: {{cloud: c}}, db: {{cloud: c}}}}\ntrains: {trains}\n".encode(), PATH, ENVIRON
    ).trains


def test_the_order_is_kept() -> None:
    assert parsed("{up: {services: [db, api]}, one: {services: api}}") == {
        "up": Train(("db", "api")),
        "one": Train(("api",)),
    }


@pytest.mark.parametrize(
    ("trains", "sentence"),
    [
        ("{up: {services: [db, app]}}", "there is no service `app`"),
        ("{up: {services: [db, db]}}", "a service stands twice in a train"),
        ("{up: {services: []}}", "expected a list of services, or one"),
        ("{up: {}}", "expected the key `services`, found none"),
        ("{up: {service: api}}", "unknown key `service`"),
        ("{'a b': {services: api}}", "found another kind of name"),
        ("[up]", "expected a mapping of train names"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(trains: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(trains)
    assert f"{PATH}:2: " in caught.value.message
    assert sentence in caught.value.message
