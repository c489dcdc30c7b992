from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from config_cases import ENVIRON, PATH, fault, parsed

from console.config.loader import parse
from console.config.mistakes import Mistakes


@dataclass(frozen=True)
class Action:
    id: str
    keys: tuple[str, ...]
    places: tuple[str, ...]


ACTIONS = (
    Action("cutover", ("c",), ("service",)),
    Action("commits", ("m",), ("service",)),
    Action("abort", ("a",), ("change",)),
)


def keys(text: str) -> object:
    return parsed(f"services: {{api: {{cloud: c}}}}\nkeys: {{{text}}}").keys


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("x", "x"),
        ("X", "X"),
        ("1", "1"),
        ("'?'", "question_mark"),
        ("':'", "colon"),
        ("/", "slash"),
        ("'+'", "plus"),
        ("ctrl+r", "ctrl+r"),
        ("ctrl+/", "ctrl+slash"),
        ("f5", "f5"),
        ("shift+tab", "shift+tab"),
    ],
)
def test_keys_have_the_names_of_the_terminal_library(written: str, named: str) -> None:
    assert keys(f"cutover: {written}") == {"cutover": named}


@pytest.mark.parametrize("written", ["''", "cc", "f99", "'a b'", "ctrl+", "[a]", "ctrl+c", '"\\x1b"', "escpe"])
def test_what_is_no_key(written: str) -> None:
    assert (
        "keys.cutover: expected a key"
        in fault(f"services: {{api: {{cloud: c}}}}\nkeys: {{cutover: {written}}}").message
    )


def checked(text: str) -> tuple[str, ...]:
    data = f"services: {{api: {{cloud: c}}}}\nkeys:\n  {text}\n".encode()
    with pytest.raises(Mistakes if "\n" in text else Exception) as caught:
        parse(data, PATH, ENVIRON, actions=lambda: ACTIONS)
    return tuple(str(each) for each in caught.value.all)  # type: ignore[attr-defined]


def test_an_action_that_there_is_not() -> None:
    (said,) = checked("cutovr: x")
    assert said.startswith("/etc/bluegreen/config.yaml:3: keys.cutovr: there is no action `cutovr`")
    assert "did you mean `cutover`?" in said


def test_a_key_that_another_action_has_in_the_same_place() -> None:
    (said,) = checked("cutover: m")
    assert "the key is that of `commits` already, in: service" in said


def test_the_same_key_in_other_places_and_two_that_change_places_are_well() -> None:
    data = b"services: {api: {cloud: c}}\nkeys: {cutover: a, abort: c}\n"
    assert parse(data, PATH, ENVIRON, actions=lambda: ACTIONS).keys == {"cutover": "a", "abort": "c"}
    data = b"services: {api: {cloud: c}}\nkeys: {cutover: m, commits: c}\n"
    assert parse(data, PATH, ENVIRON, actions=lambda: ACTIONS).keys == {"cutover": "m", "commits": "c"}


def test_the_console_has_such_actions() -> None:
    from screens.keys import ACTIONS as REAL

    parse(b"services: {api: {cloud: c}}\nkeys: {quit: f12}\n", PATH, ENVIRON, actions=lambda: REAL)


@pytest.mark.parametrize("file", ["README.md", "screens/keys.py"])
def test_the_example_that_is_given_works(file: str) -> None:
    from screens.keys import ACTIONS as REAL

    found = re.search(r"`(?:keys: )?(\{refresh: [^`]*\})`", (Path(__file__).parents[3] / file).read_text())
    assert found is not None
    data = f"services: {{api: {{cloud: c}}}}\nkeys: {found[1]}\n"
    assert "refresh" in parse(data.encode(), PATH, ENVIRON, actions=lambda: REAL).keys
