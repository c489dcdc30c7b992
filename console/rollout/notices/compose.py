"""What a webhook is sent. Names, versions and reasons are of others: no markup, no mentions, no control characters."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any

from console.config.notice import Format, Notice, Occasion
from console.model.text import clipped
from console.plan.plan import Plan
from console.rollout.records import Rollout

_LONGEST = 600  # characters of one place
_MARKUP = "\\`*_~[]()<>#|!>:-+"  # Mattermost's Markdown


def facts(rollout: Rollout, plan: Plan, occasion: Occasion, sentence: str) -> dict[str, str]:
    """What the places of a text stand for."""
    return {
        "service": rollout.service,
        "environment": plan.environment.upper(),
        "event": str(occasion),
        "action": str(plan.action),
        "blue_green": f"{plan.source.upper()} {plan.source_version} to {plan.target.upper()} {plan.target_version}",
        "sentence": sentence,
        "who": rollout.who.words,
        "reason": rollout.reason or "no reason given",
        "rollout": rollout.id,
    }


def body(notice: Notice, told: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of the request."""
    template = notice.text(told["event"])
    if notice.format == Format.JSON:
        plain = {name: clipped(value, _LONGEST) for name, value in told.items()}
        return {"schema": 1, **plain, "text": _filled(template, told, str)}
    if notice.format == Format.MATTERMOST:
        return {"text": _filled(template, told, _no_markdown)}
    return {"text": _filled(template, told, _no_mrkdwn), "mrkdwn": False}


def _filled(template: str, told: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    """The template's own signs are the operators'; what stands in its places is not."""
    parts = []
    for literal, name, _, _ in string.Formatter().parse(template):
        parts.append(literal)
        if name is not None:
            parts.append(escaped(clipped(told.get(name, ""), _LONGEST)))
    return "".join(parts)


def _no_mrkdwn(text: str) -> str:
    """Slack's three signs: mentions and links begin with one (https://api.slack.com/reference/surfaces/formatting)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _no_markdown(text: str) -> str:
    """Backslashes before Markdown's signs; an invisible character keeps `@all` from calling anybody."""
    return "".join(f"\\{sign}" if sign in _MARKUP else f"{sign}\u200b" if sign == "@" else sign for sign in text)
