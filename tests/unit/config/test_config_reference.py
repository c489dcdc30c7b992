from __future__ import annotations

import pytest
from config_cases import ENVIRON, PATH

from console.config.loader import parse
from console.config.reference import SECTIONS, paths, reference
from console.config.sections import Section

# fields that no key of the file sets: the name stands before the colon, the others describe the file itself
NOT_KEYS = {"ServiceConfig": {"name"}, "Config": {"path", "writable_by_others"}}


@pytest.mark.parametrize(("path", "section"), SECTIONS)
def test_every_field_of_the_model_is_a_key_and_every_key_a_field(path: str, section: Section) -> None:
    fields = set(section.model._fields) - NOT_KEYS.get(section.model.__name__, set())
    assert {key.name for key in section.keys} == fields


@pytest.mark.parametrize(("path", "section"), SECTIONS)
def test_every_key_has_a_help_and_every_optional_one_a_default(path: str, section: Section) -> None:
    for key in section.keys:
        row = next(line for line in reference().splitlines() if line.startswith(f"| `{path}{key.name}` |"))
        _, _, help_cell, kind, default, _ = (
            row.split(" | ") if row.count(" | ") == 5 else ("", *row[2:-2].split(" | "), "")
        )
        assert help_cell
        assert kind
        assert (default == "required") is key.required
        assert default not in ("``", "`None`", "")


def test_all_sections_are_in_the_reference() -> None:
    known = {id(section) for _, section in SECTIONS}
    nested = {id(key.kind) for _, section in SECTIONS for key in section.keys if isinstance(key.kind, Section)}
    assert nested <= known
    assert len(list(paths())) == len(set(paths()))


def test_the_defaults_of_the_reference_are_those_of_the_loader() -> None:
    config = parse(b"services: {api: {cloud: c, health: {}, vip: {url: 'http://{vip}/'}}}", PATH, ENVIRON)
    service = config.services["api"]
    assert service.health is not None
    assert service.vip is not None
    text = reference()
    for shown in (
        f"| `interval` | time between two looks at the cloud while a console watches | a time from 1s to 1h"
        f" (`5`, `60s`, `10m`) | `{config.interval:g}s` |",
        f"| `services.NAME.health.expect` | the HTTP statuses of a healthy instance | a list of HTTP statuses, or one"
        f" | `[{service.health.expect[0]}]` |",
        f"| `{service.foreign}` |",
        f"| `{service.vip.rate:g}` |",
    ):
        assert shown in text
