"""The clipboard of the terminal that the user sits at, wherever the console runs: tmux's own command, or OSC 52.

Whether the terminal obeys cannot be known, so what is said names the way that was used. What is too long for it, or
meets a terminal that has no such thing, goes into a file that only the user can read.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from console.config.places import make_private
from console.terminal import has_clipboard

# Bytes before encoding: terminals cut a sequence at 100,000 bytes, prefix and base64 included (as k9s and xterm do).
MOST = 74_994
_SCREEN_PIECE = 76  # bytes of one pass-through string of GNU screen, which has room for 768 in all versions
_TMUX_WITHIN = 1.0  # seconds; it answers within milliseconds, or hangs


@dataclass(frozen=True, slots=True)
class Way:
    """How a text gets out: the bytes for the terminal (empty: none, use a file) and how this is called."""

    sequence: str
    words: str


def way(text: str, environ: Mapping[str, str]) -> Way:
    """How to copy this text in a terminal of this environment."""
    term = environ.get("TERM", "")
    size = len(text.encode("utf-8", "replace"))
    if size > MOST:
        return Way("", f"{size:,} bytes are more than terminals take ({MOST:,})")
    if not has_clipboard(environ):
        return Way("", f"a terminal of type {term or 'unknown'} has no clipboard")
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    plain = f"\x1b]52;c;{encoded}\x07"
    if environ.get("TMUX"):
        # tmux takes the bare one where set-clipboard is on, and hands on the wrapped one (every escape doubled) where
        # allow-passthrough is, or before 3.3; a terminal that gets both has the same text twice
        wrapped = "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        return Way(plain + wrapped, "OSC 52 through tmux")
    if environ.get("STY") or term.startswith("screen"):
        pieces = [plain[at : at + _SCREEN_PIECE] for at in range(0, len(plain), _SCREEN_PIECE)]
        return Way("".join(f"\x1bP{piece}\x1b\\" for piece in pieces), "OSC 52 through screen")
    return Way(plain, "OSC 52")


def copy(text: str, environ: Mapping[str, str], write: Callable[[str], object], folder: Path) -> str:
    """Copy the text by the best way there is. Returns the sentence that says which."""
    size = len(text)
    chosen = way(text, environ)
    if chosen.sequence and environ.get("TMUX") and _tmux_takes(text, environ):
        return f"copied {size:,} characters to tmux's buffer, and sent to the terminal's clipboard through it"
    if chosen.sequence:
        write(chosen.sequence)
        return f"sent {size:,} characters to the terminal's clipboard ({chosen.words}); if it refuses, copy to a file"
    return f"{chosen.words}: {to_file(text, folder)}"


def _tmux_takes(text: str, environ: Mapping[str, str]) -> bool:
    """Whether tmux (3.2 or later) has taken it; with its default settings it takes no OSC 52 of a program."""
    try:
        done = subprocess.run(
            ("tmux", "load-buffer", "-w", "-"),  # noqa: S607 the one that the user runs
            input=text.encode("utf-8", "replace"),
            env=dict(environ),
            capture_output=True,
            timeout=_TMUX_WITHIN,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def to_file(text: str, folder: Path) -> str:
    """Put the text into a file of its own (0600). Returns the sentence that says where, or why not."""
    try:
        make_private(folder)
        handle, name = tempfile.mkstemp(dir=folder, prefix="copied-", suffix=".txt")  # 0600 whatever the umask
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        return f"not copied: {folder} can not be written: {error.strerror or error}"
    return f"copied {len(text):,} characters to {name}"
