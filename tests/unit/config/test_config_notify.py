"""`notify:`: whom to tell of rollouts, and what is wrong with it."""

from __future__ import annotations

import pytest
from config_cases import ENVIRON, PATH

from console.config.loader import parse
from console.config.notice import Notice
from console.errors import ConfigError


def parsed(notify: str) -> tuple[Notice, ...]:
    return parse(f"services: {{api: {{cloud: c}}}}\nnotify: {notify}\n".encode(), PATH, ENVIRON).notify


def test_in_full() -> None:
    text = "{url: CHAT, format: mattermost, events: [done, back], services: api, texts: {done: '{service} is done'}}"
    assert parsed(text) == (Notice("CHAT", "mattermost", ("done", "back"), ("api",), {"done": "{service} is done"}),)


@pytest.mark.parametrize(
    ("notify", "sentence"),
    [
        ("{url: 'https://hooks.example.org/s3cr3t'}", "expected the name of an environment variable"),
        ("{url: CHAT, events: [finished]}", "expected `start`, `human`, `done`, `back` or `failed`"),
        ("{url: CHAT, services: [apo]}", "there is no service `apo`"),
        ("{url: CHAT, texts: {done: '{servce}'}}", "found `{servce}`"),
        ("{url: CHAT, texts: {done: '{service.__class__}'}}", "found `{service.__class__}`"),
        ("{url: CHAT, texts: {done: '{service!r}'}}", "found `{service}`"),
        ("{url: CHAT, texts: {done: 'a { brace'}}", "expected one line of text"),
        ("{url: CHAT, texts: {never: x}}", "expected an event as the key"),
        ("{events: start}", "expected the key `url`, found none"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(notify: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(notify)
    assert f"{PATH}:2: " in caught.value.message
    assert sentence in caught.value.message
