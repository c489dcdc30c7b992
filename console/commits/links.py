"""Addresses that servers tell: shown and copied, never followed by us."""

from __future__ import annotations

_LONGEST = 2000  # characters that are kept; longer ones are none that could be opened


def web(link: str | None) -> str:
    """The address of a web page; empty where it is none."""
    return link if link and link.startswith(("https://", "http://")) and len(link) <= _LONGEST else ""
