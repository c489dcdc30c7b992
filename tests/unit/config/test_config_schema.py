"""The JSON Schema takes every file that the loader takes, and refuses what it can refuse."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
import yaml
from config_cases import ENVIRON, FULL, PATH
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_config_combinations import IMPOSSIBLE, WORKERS
from test_config_faults import AT_TOP, IN_SERVICE
from test_config_fuzz import GOOD, KEYS, TREES

from console.config.json_schema import json_schema
from console.config.loader import parse
from console.errors import ConfigError

VALIDATOR = Draft202012Validator(json_schema())
# what only the loader can say: values that depend on each other, on Python's own parsers, or on the file's text
BEYOND = (
    *(
        "prodction",
        "region: no",
        "{weight: 1, weight: 2}",
        "!!python",
        "!thing",
        "0x50",
        "2 weeks",
        "timeout: 0",
        "99999",
    ),
    *(
        "{host}",
        "'http://{vip/'",
        "[::1/",
        "http:///",
        "interval: 1:30",
        "interval: 500ms",
        "lease: {network: n, ttl: 5}",
    ),
    *("green: a}", "also: {pool: p}", "also: [{", "tags: []", "10.0.0.500", "'10.0.0.5:99999'", "10.0.0.5]", "'api-('"),
    *("'name.('", "colour: pool", "./check", "'['", "verify: false}}", "'tcp://{vip}'", "version: v", "connect: vip"),
    *("http://x/", "10.0.0.1:80", "[50, 10, 100]", "shift: 50", "{server}", "sqlite:////", "colour: member", "members"),
    *("static", "health: {}", "{vip}", ".nan", "8d"),
)


def tree(text: str) -> Any:
    return yaml.load(text, Loader=_Plain)


class _Plain(yaml.SafeLoader):
    """Dates stay text, as in JSON."""


_Plain.yaml_implicit_resolvers = {
    key: [(tag, regex) for tag, regex in found if tag != "tag:yaml.org,2002:timestamp"]
    for key, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("text", [GOOD, FULL, "services: {api: {cloud: c}}"])
def test_what_the_loader_takes_the_schema_takes(text: str) -> None:
    parse(dedent(text).encode(), PATH, ENVIRON)
    assert [error.message for error in VALIDATOR.iter_errors(tree(text))] == []


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([key for key in KEYS if key != "<<"]), TREES, max_size=5))
def test_any_service_that_the_loader_takes_the_schema_takes(service: dict[str, Any]) -> None:
    text = yaml.safe_dump({"services": {"api": {"cloud": "c"} | service}})
    try:
        parse(text.encode("utf-8", "surrogatepass"), PATH, ENVIRON)
    except ConfigError:
        return
    assert [error.message for error in VALIDATOR.iter_errors(tree(text))] == []


WRONG = [
    *(f"services: {{api: {{cloud: c, {text}}}}}" for text, *_ in IN_SERVICE if not text.startswith("cloud")),
    *(f"services: {{api: {{cloud: c, {text}}}}}" for text, *_ in IMPOSSIBLE),
    *(f"services: {{api: {{cloud: c, rotation: {{kind: power}}, {text}}}}}" for text, *_ in WORKERS),
    *(f"services: {{api: {{cloud: c}}}}\n{text}" for text, *_ in AT_TOP),
]


@pytest.mark.parametrize("text", [text for text in WRONG if not any(part in text for part in BEYOND)])
def test_what_the_schema_can_refuse_it_refuses(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text.encode(), PATH, ENVIRON)
    assert not VALIDATOR.is_valid(tree(text)), text


def test_most_mistakes_are_seen_by_an_editor() -> None:
    seen = sum(not any(part in text for part in BEYOND) for text in WRONG)
    assert seen > len(WRONG) / 2


def test_every_key_has_a_description() -> None:
    service = json_schema()["properties"]["services"]["additionalProperties"]
    assert service["required"] == ["cloud"]
    assert all(key["description"] for key in service["properties"].values())
