"""What this terminal can do, told by its environment. Imports no Textual: it is asked before Textual is imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress

LEAST = 80, 24  # columns and rows that every screen fits
# Consoles whose fonts lack the circles, ticks and arrows of the unicode table.
_POOR_TERMS = frozenset({"linux", "dumb", "vt52", "vt100", "vt102", "vt220", "ansi"})
# Names of TERM, or their endings, for those that have no colours, whatever a terminfo entry of that name may say.
_COLOURLESS = ("", "dumb", "unknown", "vt52", "vt100", "vt102", "vt220", "vt320")
_MANY = ("kitty", "ghostty", "alacritty", "foot", "wezterm", "iterm", "iterm2")  # 256 at the least

TRUE_COLOUR = 1 << 24
_SYSTEMS = ((TRUE_COLOUR, "truecolor"), (256, "256"), (8, "standard"))


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set Textual's switches where the user has not.

    Nothing ever moves or blinks by itself: no animation, no smooth scrolling. Over SSH no more than 15 frames a
    second. The colours are those that the terminal has: Textual's guess knows a few names only, and takes a dumb
    terminal for one with all of them. Old consoles are not asked for a keyboard protocol that they print. Where there
    are no colours NO_COLOR says so to Textual, which counts an empty one as set: the convention does not.
    """
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if "SSH_CONNECTION" in environ or "SSH_TTY" in environ:
        environ.setdefault("TEXTUAL_FPS", "15")
    if not environ.get("NO_COLOR"):
        environ.pop("NO_COLOR", None)
    found = colours(environ)
    if found == 0:
        environ["NO_COLOR"] = "1"
    system = next((name for least, name in _SYSTEMS if found >= least), "standard")
    environ.setdefault("TEXTUAL_COLOR_SYSTEM", system)
    if environ.get("TERM", "dumb") in _POOR_TERMS:
        environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")


def can_draw(environ: Mapping[str, str]) -> bool:
    """Whether screens can be drawn at all: not where the cursor cannot be moved."""
    return environ.get("TERM", "") not in ("", "dumb", "unknown")


def wants_no_colour(environ: Mapping[str, str]) -> bool:
    """The NO_COLOR convention (present and not empty), or a terminal that has no colours."""
    return bool(environ.get("NO_COLOR")) or colours(environ) == 0


def is_ascii_only(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Whether the terminal's font or the output's encoding cannot show more than ASCII."""
    utf8 = (encoding or "").lower().replace("-", "") == "utf8"
    return not utf8 or environ.get("TERM", "dumb") in _POOR_TERMS


def terminfo_colours(term: str) -> int | None:
    """How many colours this host's terminfo says that the terminal has; None where it has no such entry.

    curses reads one entry per process: the answer of the first call is every call's.
    """
    with suppress(Exception):  # no curses (Windows), no entry, no file descriptor: all mean that nothing is known
        import curses  # noqa: PLC0415 only where the name does not tell

        curses.setupterm(term, 1)
        return max(curses.tigetnum("colors"), 0)
    return None


def colours(environ: Mapping[str, str], lookup: Callable[[str], int | None] = terminfo_colours) -> int:
    """How many colours the terminal has: 0, 8 or 16, 88, 256 or 16 million.

    COLORTERM counts most (sshd rarely lets it through), then the name, then terminfo.
    """
    term = environ.get("TERM", "").lower()
    if term in _COLOURLESS or term.endswith(("-m", "-mono")):
        return 0
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        return TRUE_COLOUR
    if term.endswith("256color") or term.partition("-")[2] in _MANY or term.partition("-")[0] in _MANY:
        return 256
    known = lookup(term)
    return 16 if known is None else known


def has_clipboard(environ: Mapping[str, str]) -> bool:
    """Whether a terminal of this kind may take OSC 52: old ones print it, or ignore it."""
    kind = environ.get("TERM", "").lower().partition("-")[0]
    return kind not in (*_POOR_TERMS, "unknown", "")


def multiplexer(environ: Mapping[str, str]) -> str:
    """`tmux`, `screen`, or nothing: what stands between the program and the terminal."""
    return "tmux" if environ.get("TMUX") else "screen" if environ.get("STY") else ""
