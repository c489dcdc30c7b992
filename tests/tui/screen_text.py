"""What stands on the screen of a program under test, as text."""

from __future__ import annotations

from textual.app import App


def lines_of(app: App[int]) -> list[str]:
    """The visible screen, a string a line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(app.size)
    return ["".join(segment.text for segment in strip).ljust(width) for strip in strips][:height]


def text_of(app: App[int]) -> str:
    """The visible screen."""
    return "\n".join(lines_of(app))


def line_with(app: App[int], part: str) -> str:
    """The first line that holds `part`; fails, showing the screen, where there is none."""
    found = next((line for line in lines_of(app) if part in line), None)
    assert found is not None, f"{part!r} is not on the screen:\n{text_of(app)}"
    return found
