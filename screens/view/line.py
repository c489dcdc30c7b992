"""A line of text as spans, each with the roles that say how a theme draws it.

Spans are plain strings from end to end, so that nothing from the cloud is ever parsed as markup.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

Span = tuple[str, str]  # text, and roles separated by blanks ("bad strong")
Line = tuple[Span, ...]

BLANK: Line = ()
GAP: Span = ("   ", "")  # between the parts of a line that can do without the last of them
_WORTH_IT = 12  # cells that are left on a line from which a long word is begun there


def line(*parts: Span | str) -> Line:
    """A line of these parts; a bare string has no role. Empty parts vanish."""
    spans = ((part, "") if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span[0])


def plain(spans: Line) -> str:
    """The text alone."""
    return "".join(text for text, _ in spans)


def width(spans: Line) -> int:
    """Cells that the line takes."""
    return sum(cell_len(text) for text, _ in spans)


def fit(spans: Line, cells: int, ellipsis: str = "") -> Line:
    """The line in exactly `cells` cells: padded with blanks, or cut with the ellipsis at its end."""
    wide = width(spans)
    if wide <= cells:
        return (*spans, (" " * (cells - wide), "")) if wide < cells else spans
    room = max(cells - cell_len(ellipsis), 0)
    kept: list[Span] = []
    for text, role in spans:
        taken = min(cell_len(text), room)
        if taken:
            kept.append((set_cell_size(text, taken), role))
        room -= taken
        if room == 0:
            break
    role = kept[-1][1] if kept else ""
    return (*kept, (set_cell_size(ellipsis, min(cell_len(ellipsis), cells)), role)) if ellipsis else tuple(kept)


def fit_parts(spans: Line, cells: int, ellipsis: str = "") -> Line:
    """The line in at most `cells` cells: parts after a GAP go whole, for half a count is none, then as `fit` cuts."""
    if width(spans) <= cells:
        return spans
    kept = spans
    while GAP in kept:
        kept = kept[: len(kept) - 1 - kept[::-1].index(GAP)]
        marked = (*kept, (f" {ellipsis}", ""))
        if width(marked) <= cells:
            return marked
    return fit(spans, cells, ellipsis)


def spread(left: Line, right: Line, cells: int, ellipsis: str = "") -> Line:
    """Left and right aligned in one line; the left part gives way."""
    room = cells - width(right)
    if room <= 0:
        return fit(right, cells, ellipsis)
    return (*fit(left, room, ellipsis), *right)


def flow(parts: Sequence[Line], cells: int, gap: int = 3) -> list[Line]:
    """The parts side by side with a gap, broken between parts where the next one does not fit."""
    lines: list[Line] = []
    current: Line = ()
    for part in parts:
        if not part:
            continue
        if current and width(current) + gap + width(part) > cells:
            lines.append(current)
            current = part
        else:
            current = (*current, (" " * gap, ""), *part) if current else part
    return [*lines, current] if current else lines


def wrap(spans: Line, cells: int) -> list[Line]:
    """The line broken at blanks to fit `cells`; where its first span is a `label`, all lines stand right of that."""
    hang = _hang(spans, cells)
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    words = deque(_words(spans))
    while words:
        text, role = words.popleft()
        if cell_len(text) > cells - hang:
            text, rest = _chopped(text, cells - used, cells - hang)
            words.appendleft((rest, role))
        # a blank that would end or begin a line is dropped with the break
        if used + cell_len(text) > cells and current:
            lines.append(_stripped(current))
            current, used = ([(" " * hang, "")] if hang else []), hang
            if text == " ":
                continue
        current.append((text, role))
        used += cell_len(text)
    return [*lines, _stripped(current)]


def _hang(spans: Line, cells: int) -> int:
    size = cell_len(spans[0][0]) if spans and "label" in spans[0][1].split() else 0
    return size if size * 2 <= cells else 0


def _chopped(word: str, left: int, whole: int) -> tuple[str, str]:
    """The part of a word too long for any line that goes onto this one, or the next where little is left; the rest."""
    head = set_cell_size(word, left if left >= _WORTH_IT else max(whole, 1)).rstrip() or word[0]
    return head, word[len(head) :]


def _words(spans: Line) -> Iterable[Span]:
    for text, role in spans:
        for number, word in enumerate(text.split(" ")):
            if number:
                yield " ", role
            if word:
                yield word, role


def _stripped(spans: list[Span]) -> Line:
    while spans and spans[-1][0].isspace():
        spans.pop()
    return _joined(spans)


def _joined(spans: list[Span]) -> Line:
    joined: list[Span] = []
    for text, role in spans:
        if joined and joined[-1][1] == role:
            joined[-1] = (joined[-1][0] + text, role)
        else:
            joined.append((text, role))
    return tuple(joined)


def cut(lines: list[Line], most: int, cells: int, ellipsis: str) -> list[Line]:
    """The first `most` lines; where that leaves some out, an ellipsis says so at the end of the last one."""
    if len(lines) <= most or most <= 0:
        return lines[: max(most, 0)]
    last = lines[most - 1]
    kept = fit(last, min(width(last), max(cells - cell_len(ellipsis), 0)))
    return [*lines[: most - 1], (*kept, (ellipsis, last[-1][1] if last else ""))]


def styled(spans: Line, role: str) -> Line:
    """The line with one more role under each span: what a span says of itself counts."""
    return tuple((text, f"{role} {was}" if was else role) for text, was in spans)
