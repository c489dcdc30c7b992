"""What a commit message says besides its subject: trailers, and which commits it reverts."""

from __future__ import annotations

import re

MOST = 40  # trailers, and reverts, kept of one message
LONGEST = 500  # characters kept of a subject, an author or a trailer
_READ = 100_000  # characters of a message that are looked at

_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,99})[ \t]*:[ \t]*(.*)")
# What `git revert` and the buttons of Gerrit, GitHub (`Reverts OWNER/NAME#12`) and GitLab write: a line of its own. In
# a sentence (`Revert abc1234 was discussed`) it may mean anything.
_ENDS = r"\b(?=[.;]?[ \t]*$|,[ \t]*reversing\b)"
_CHANGE = r"(?:merge request [^\s!]{0,200}(![0-9]{1,12})|[^\s#]{0,200}(#[0-9]{1,12}))"
_REVERTS = re.compile(
    rf"^[ \t]*(?:This )?reverts?(?: commit)?[ \t]+([0-9a-f]{{7,64}}){_ENDS}"
    rf"|^[ \t]*(?:This )?reverts?[ \t]+{_CHANGE}{_ENDS}",
    re.IGNORECASE | re.MULTILINE,
)
_CHERRY = "(cherry picked from commit "


def subject(message: str) -> str:
    """The first paragraph on one line, as git has it."""
    first = re.split(r"\n[ \t]*\n", message[:_READ].strip(), maxsplit=1)[0]
    return " ".join(line.strip() for line in first.splitlines())[:LONGEST]


def body(message: str) -> str:
    """What follows the first paragraph."""
    parts = re.split(r"\n[ \t]*\n", message[:_READ].strip(), maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def trailers(text: str) -> tuple[tuple[str, str], ...]:
    """`Key: value` lines of a message's body: those of its last paragraph, and each paragraph of nothing else.

    Git takes the last paragraph alone. A squashed merge has the messages of its commits one after the other, and what
    one of them says of going back must not be lost.
    """
    if ":" not in text:
        return ()  # most messages, of thousands
    paragraphs = [lines for part in re.split(r"\n[ \t]*\n", text[:_READ]) if (lines := _unfolded(part))]
    found = [
        (match[1], match[2].strip()[:LONGEST])
        for at, lines in enumerate(paragraphs)
        if at == len(paragraphs) - 1 or all(_TRAILER.fullmatch(line) or line.startswith(_CHERRY) for line in lines)
        for line in lines
        if (match := _TRAILER.fullmatch(line)) and not match[2].startswith("//")  # `https://...` is no trailer
    ]
    return tuple(found[:MOST])


def reverts(text: str) -> tuple[str, ...]:
    """What a message's body says is reverted, in its order: SHAs, perhaps short, and changes like `#12` and `!12`."""
    found = (match[1] or match[2] or match[3] for match in _REVERTS.finditer(text[:_READ]))
    return tuple(dict.fromkeys(name.lower() for name in found))[:MOST]


def _unfolded(paragraph: str) -> list[str]:
    """The lines, those that begin with a space joined to the one before."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        if line[:1] in {" ", "\t"} and lines:
            lines[-1] += " " + line.strip()
        elif line.strip():
            lines.append(line.strip())
    return lines


def pull_request(text: str) -> str:
    """GitHub's pull request, `#12`, as its merge buttons write it into the message; empty where they did not."""
    first = subject(text)
    found = re.match(r"Merge pull request (#[0-9]{1,12}) ", first) or re.search(r"\((#[0-9]{1,12})\)$", first)
    return found[1] if found is not None else ""


def merge_request(text: str) -> str:
    """GitLab's merge request, `!12`, as its merge button writes it into the message; empty where it did not."""
    found = re.search(r"^See merge request \S{0,300}?(![0-9]{1,12})$", text[:_READ], re.MULTILINE)
    return found[1] if found is not None else ""
