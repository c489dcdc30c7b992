"""Whom to tell of rollouts, as the config says it; `rollout.notices` tells them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Occasion(StrEnum):
    """What a rollout tells of; the value is the word in the file."""

    START = "start"
    HUMAN = "human"  # nothing goes on without a person
    DONE = "done"
    BACK = "back"
    FAILED = "failed"  # or refused


class Format(StrEnum):
    """What the webhook takes: the first two are chats' `{"text": ...}`, each with its own signs."""

    SLACK = "slack"
    MATTERMOST = "mattermost"
    JSON = "json"


# What stands in braces in a text.
PLACES = ("service", "environment", "event", "action", "blue_green", "sentence", "who", "reason", "rollout")
USUAL: Mapping[str, str] = {
    Occasion.START: "{environment} {service}: {action} {blue_green} begun by {who}: {reason}. {sentence}",
    Occasion.HUMAN: "{environment} {service}: {action} {blue_green} NEEDS A HUMAN: {sentence} (rollout {rollout})",
    Occasion.DONE: "{environment} {service}: {action} {blue_green} done: {sentence}",
    Occasion.BACK: "{environment} {service}: {action} {blue_green} ROLLED BACK: {sentence} (rollout {rollout})",
    Occasion.FAILED: "{environment} {service}: {action} {blue_green} did not happen: {sentence} (rollout {rollout})",
}


class Notice(NamedTuple):
    """A webhook. `url`: the environment variable that holds its URL, which is a secret. `services`: empty for all.

    `texts`: by occasion, what is said in place of the usual.
    """

    url: str
    format: str = Format.SLACK
    events: tuple[str, ...] = tuple(Occasion)
    services: tuple[str, ...] = ()
    texts: Mapping[str, str] = {}

    def text(self, occasion: str) -> str:
        """The text, its places still in braces."""
        return self.texts.get(occasion) or USUAL[occasion]
