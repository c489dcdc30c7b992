"""The health body of oslo.middleware: `{"detailed": false, "reasons": [...]}`, when it is asked for JSON."""

from __future__ import annotations

from typing import Any

from console.model.text import clipped

_MOST, _LONGEST = 10, 200


def reasons(body: Any) -> tuple[str, ...]:
    """What each backend says. Without details they are words; with them `{class, reason, details}`. Empty for any
    other body (oslo.middleware: healthcheck/__init__.py _make_json_response).
    """
    found = body.get("reasons") if isinstance(body, dict) else None
    texts = (_text(one) for one in (found if isinstance(found, list) else [])[:_MOST])
    return tuple(clipped(text, _LONGEST) for text in texts if text)


def _text(reason: Any) -> str:
    if isinstance(reason, str):
        return reason.strip()
    if not isinstance(reason, dict):
        return ""
    parts = [reason.get(key) for key in ("reason", "details")]
    texts = [part.strip() for part in parts if isinstance(part, str) and part.strip()]
    if not texts:
        return ""
    name = reason.get("class")
    return f"{name}: {', '.join(texts)}" if isinstance(name, str) and name else ", ".join(texts)
