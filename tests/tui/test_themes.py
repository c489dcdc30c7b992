"""The themes of the package: complete, readable on every ground, and told apart by eyes that see fewer colours."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from colours import Rgb, contrast, distance, rgb
from rich.style import Style
from screen_text import shows
from tuikit import make_app, service

from screens import themes
from screens.themes import Palette

COLOURED = [name for name in themes.names() if name != themes.NO_COLOUR]
ROLES = frozenset(themes.built_in(themes.DEFAULT)["roles"])
NO_TEXT = frozenset(role for role in ROLES if role.startswith("frame") or role.endswith("-bar"))
TEXTS = sorted(ROLES - NO_TEXT - {"cursor", "live"})
# what must not be taken for each other: the two sides, what is wrong, what needs attention, and plain text
APART = ("blue", "green", "warn", "bad", "badge-well")
EYES = {"deuteranopia": ("deuteranopia", "protanopia"), "tritanopia": ("tritanopia",)}


def test_there_are_the_six() -> None:
    assert set(themes.names()) == {"dark", "light", "high-contrast", "deuteranopia", "tritanopia", "mono"}


@pytest.mark.parametrize("name", COLOURED)
def test_a_theme_has_every_role_and_no_other(name: str) -> None:
    assert set(themes.built_in(name)["roles"]) == ROLES
    assert set(themes.built_in(name)["variables"]) == set(themes.built_in(themes.DEFAULT)["variables"])


def test_every_role_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "themes.md").read_text()
    assert [role for role in ROLES if f"`{role}`" not in page] == []
    assert [name for name in themes.names() if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", COLOURED)
def test_every_text_can_be_read_on_every_ground(name: str) -> None:
    found, least = themes.load(name), 7.0 if name == "high-contrast" else 4.5
    low = [
        (role, under, round(contrast(*drawn), 2))
        for role in TEXTS
        for under in grounds(found)
        if contrast(*(drawn := colours(found, role, under))) < least
    ]
    assert low == []


@pytest.mark.parametrize("name", COLOURED)
def test_bars_and_frames_can_be_seen(name: str) -> None:
    found = themes.load(name)
    low = [
        (role, under)
        for role in sorted(NO_TEXT)
        for under in ("background",)
        # a frame is there to look past; what serves, and what is dangerous, is framed to be seen
        if contrast(*colours(found, role, under)) < (1.3 if role in ("frame", "rest-bar") else 3.0)
    ]
    assert low == []


@pytest.mark.parametrize("name", COLOURED)
@pytest.mark.parametrize("one", APART)
def test_states_look_different(name: str, one: str) -> None:
    found = themes.load(name)
    for eyes in EYES.get(name, ("none",)):
        for other in APART:
            if one != other:
                mine, theirs = colours(found, one, "background"), colours(found, other, "background")
                apart = max(distance(eyes, a, b) for a, b in zip(mine, theirs, strict=True))
                assert apart >= 25, f"{name} with {eyes}: {one} and {other} are {apart:.0f} apart"


def test_the_usual_colours_are_not_told_apart_by_all_eyes_so_the_others_are_needed() -> None:
    found = themes.load(themes.DEFAULT)
    near = [
        min(
            distance(eyes, colours(found, a, "background")[0], colours(found, b, "background")[0])
            for a, b in combinations(APART, 2)
        )
        for eyes in ("deuteranopia", "tritanopia")
    ]
    assert min(near) < 25


def test_mono_has_no_colour() -> None:
    found = themes.load(themes.NO_COLOUR)
    assert all(style.color is None and style.bgcolor is None for style in found.roles.values())


async def test_every_theme_can_be_worn() -> None:
    app, _, _ = make_app(service(0.0), clock=lambda: 0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ACTIVE")
        for name in themes.names():
            app.choose_theme(name)
            await pilot.pause()
            assert app.theme.startswith(name)
            await shows(pilot, "LB ACTIVE")


# -- what a role looks like


def grounds(found: Palette) -> tuple[str, ...]:
    """What texts stand on."""
    return ("background", "header", "dialog", "cursor")


def colours(found: Palette, role: str, under: str) -> tuple[Rgb, Rgb]:
    """Fore- and background of a text of this role on a ground, of the row under the cursor where it is that."""
    style: Style = found.style(f"cursor {role}" if under == "cursor" else role)
    plain = found.theme.background if under in ("background", "cursor") else found.theme.variables[under]
    assert plain is not None
    assert found.theme.foreground is not None
    front = _rgb(style.color.name) if style.color is not None else rgb(found.theme.foreground)
    back = _rgb(style.bgcolor.name) if style.bgcolor is not None else rgb(plain)
    return (back, front) if style.reverse else (front, back)


def _rgb(name: str) -> Rgb:
    assert name.startswith("#"), f"{name}: a colour of the terminal's own can not be judged"
    return rgb(name)
