"""What this terminal can do, told by its environment. Imports no Textual: it is asked before Textual is imported."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

# Consoles whose fonts lack the circles, ticks and arrows of the unicode table.
_POOR_TERMS = frozenset({"linux", "dumb", "vt100", "vt102", "vt220", "ansi"})


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set Textual's switches where the user has not: no animation, and over SSH no more than 15 frames a second."""
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if "SSH_CONNECTION" in environ or "SSH_TTY" in environ:
        environ.setdefault("TEXTUAL_FPS", "15")


def wants_no_colour(environ: Mapping[str, str]) -> bool:
    """The NO_COLOR convention: present and not empty."""
    return bool(environ.get("NO_COLOR"))


def is_ascii_only(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Whether the terminal's font or the output's encoding cannot show more than ASCII."""
    utf8 = (encoding or "").lower().replace("-", "") == "utf8"
    return not utf8 or environ.get("TERM", "dumb") in _POOR_TERMS
