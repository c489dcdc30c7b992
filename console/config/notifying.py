"""The keys that say whom to tell of rollouts."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Any

from console.config.formats import NAME
from console.config.gating import VARIABLE
from console.config.kinds import Choice, Text
from console.config.nodes import Value, nearest
from console.config.notice import PLACES, Format, Notice, Occasion
from console.config.sections import Key, Pairs, Section, Several

_OCCASIONS = tuple(Occasion)


@dataclass(eq=False, repr=False)
class Template:
    """A text with places in braces: names alone, no attributes, indexes, conversions or formats."""

    words: str = "one line of text, with " + ", ".join(f"`{{{place}}}`" for place in PLACES)

    def read(self, value: Value) -> str:
        """The text, checked."""
        text = Text(self.words, r".{1,1000}").read(value)
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise value.wrong(self.words, hint=f"{error}; a brace by itself is written twice") from None
        for _, name, form, conversion in parts:
            if name is not None and (name not in PLACES or form or conversion):
                raise value.wrong(self.words, f"`{{{name}}}`", nearest(name, PLACES))
        return text

    def show(self, default: Any) -> str:
        """The text."""
        return str(default) or "none"

    def json(self) -> dict[str, Any]:
        """Text."""
        return {"type": ["string", "number"], "minLength": 1, "maxLength": 1000}


NOTICE = Section(
    Notice,
    (
        Key("url", VARIABLE, "the environment variable that holds the webhook's URL: it is a secret", required=True),
        Key("format", Choice(tuple(Format)), "what the webhook takes"),
        Key("events", Several(Choice(_OCCASIONS), "events", least=1), "what it is told"),
        Key("services", Several(NAME, "services"), "of which services", default="all"),
        Key(
            "texts",
            Pairs(Template(), "texts by event", Text("an event", "|".join(_OCCASIONS))),
            "what is said, in place of the usual",
            default="the usual",
        ),
    ),
)
NOTICES = Several(NOTICE, "webhooks")
