"""The keys that edit a line of text, as terminals have them."""

from __future__ import annotations

from textual import events


def edited(typed: str, event: events.Key) -> str | None:
    """The text after the key; None where the key edits nothing."""
    if event.key in ("backspace", "ctrl+h"):
        return typed[:-1]
    if event.key == "ctrl+w":
        return typed.rstrip().rpartition(" ")[0]
    if event.key == "ctrl+u":
        return ""
    if event.is_printable and event.character:
        return typed + event.character
    return None


def pasted(typed: str, event: events.Paste) -> str:
    """Pasted text is typed text; only its first line."""
    return typed + "".join(char for char in event.text.split("\n")[0] if char.isprintable())
