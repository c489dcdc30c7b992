"""What a commit message says besides its subject: trailers, and which commits it reverts."""

from __future__ import annotations

import re

MOST = 40  # trailers, and reverts, kept of one message
LONGEST = 500  # characters kept of a subject, an author or a trailer
_READ = 100_000  # characters of a message that are looked at: its first half, and its last, where trailers stand
NOT_ALL = ("Rollback-Safe", "unknown, the message is too long to be read whole")  # what a cut message says of itself

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
PICKED = "Cherry-Picked-From"  # the name under which that is kept
_PICKED = re.compile(rf"^{re.escape(_CHERRY)}([0-9a-f]{{7,64}})\)[ \t]*$", re.MULTILINE)
# a line that means to be a `Rollback-Safe` trailer, however it is written
_ALIKE = re.compile(
    r"^[ \t>*_#-]*rollback[ _-]?safe[ \t\u00a0*_]*(?:[:\uff1a=]|-[ \t]|(?:yes|no|true|false|unknown)\b).*$",
    re.IGNORECASE | re.MULTILINE,
)
_IN_SUBJECT = re.compile(r"\brollback[ _-]?safe\b[ \t]*[:=]|\brollback-safe\b", re.IGNORECASE)


def subject(message: str) -> str:
    """The first paragraph on one line, as git has it."""
    first = re.split(r"\n[ \t]*\n", _read(message).strip(), maxsplit=1)[0]
    return " ".join(line.strip() for line in first.splitlines())[:LONGEST]


def body(message: str) -> str:
    """What follows the first paragraph."""
    parts = re.split(r"\n[ \t]*\n", _lines(message).strip(), maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def trailers(text: str, subject: str = "") -> tuple[tuple[str, str], ...]:
    """Those of a body; a subject that speaks of going back is no trailer, and says that somebody has to read it."""
    told = _trailers(text)
    if not _IN_SUBJECT.search(subject):
        return told
    return (*told, (NOT_ALL[0], f"unknown, its subject says `{subject[:60]}`"))


def _trailers(text: str) -> tuple[tuple[str, str], ...]:
    """`Key: value` lines of a message's body: those of its last paragraph, and each paragraph of nothing else.

    Git takes the last paragraph alone. A squashed merge has the messages of its commits one after the other, and what
    one of them says of going back must not be lost: a line of that counts in every paragraph. What is left out of a
    long message may have been such a word: NOT_ALL stands for it.
    """
    if ":" not in text and not _ALIKE.search(text):
        return ()  # most messages, of thousands
    paragraphs = [lines for part in re.split(r"\n[ \t]*\n", _read(text)) if (lines := _unfolded(part))]
    found = []
    for at, lines in enumerate(paragraphs):
        matches = [_TRAILER.fullmatch(line) for line in lines]
        whole = at == len(paragraphs) - 1 or all(
            match or line.startswith(_CHERRY) for match, line in zip(matches, lines, strict=True)
        )
        found += [
            (match[1], match[2].strip()[:LONGEST])
            for match in matches
            if match and (_is_word(match[1]) or (whole and not match[2].startswith("//")))  # `https://...` is none
        ]
    read = _read(text)
    found += [(PICKED, picked[1]) for picked in _PICKED.finditer(read)]
    found += [
        (NOT_ALL[0], f"unknown, written as `{alike[0].strip()[:60]}`")
        for alike in _ALIKE.finditer(read)
        if not ((match := _TRAILER.fullmatch(alike[0].strip())) and _is_word(match[1]))
    ]
    kept = list(dict.fromkeys(found))
    if len(text) > _READ or len(kept) > MOST:
        return (*kept[: MOST - 1], NOT_ALL)
    return tuple(kept)


def reverts(text: str) -> tuple[str, ...]:
    """What a message's body says is reverted, in its order: SHAs, perhaps short, and changes like `#12` and `!12`."""
    found = (match[1] or match[2] or match[3] for match in _REVERTS.finditer(_read(text)))
    return tuple(dict.fromkeys(name.lower() for name in found))[:MOST]


def _is_word(key: str) -> bool:
    """Whether it is the trailer on going back."""
    return key.casefold() == NOT_ALL[0].casefold()


def _lines(text: str) -> str:
    """With the line ends that git has: servers hand on those of browsers."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _read(text: str) -> str:
    text = _lines(text)
    return text if len(text) <= _READ else f"{text[: _READ // 2]}\n\n{text[-_READ // 2 :]}"


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
    found = re.search(r"^See merge request \S{0,300}?(![0-9]{1,12})$", _read(text), re.MULTILINE)
    return found[1] if found is not None else ""
