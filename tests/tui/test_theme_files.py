"""Themes of one's own: worn when they are written, shown with file and line when they are wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from screen_text import shows, until
from tuikit import make_app, service

from console.errors import ConfigError
from screens import themes, theming
from screens.themes import Catalogue

WIDE = (240, 30)  # the path of a temporary folder, however long, stays in one line


def write(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.yaml"
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    return fresh.replace(path)  # at once: the console may look at any moment


def test_a_theme_says_only_what_differs(tmp_path: Path) -> None:
    write(tmp_path, 'extends: light\nbase: {background: "#ffffff"}\nroles: {blue: "bold #0000aa"}\n')
    found = Catalogue([tmp_path]).load("mine")
    assert not found.theme.dark
    assert found.theme.background == "#ffffff"
    assert found.style("blue").bold
    assert found.style("bad") == themes.load("light").style("bad")


def test_an_empty_file_is_the_usual_theme(tmp_path: Path) -> None:
    write(tmp_path, "")
    assert Catalogue([tmp_path]).load("mine").style("warn") == themes.load("dark").style("warn")


def test_the_nearer_folder_counts_and_covers_a_theme_of_the_package(tmp_path: Path) -> None:
    far, near = tmp_path / "far", tmp_path / "near"
    for folder, colour in ((far, "#111111"), (near, "#222222")):
        folder.mkdir()
        write(folder, f'base: {{background: "{colour}"}}\n', "light")
    catalogue = Catalogue([far, near, tmp_path / "nowhere"])
    assert catalogue.load("light").theme.background == "#222222"
    assert set(catalogue.names()) == set(themes.names())


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("roles:\n  blu: red\n", 2, "did you mean 'blue'?"),
        ("extends: drak\n", 1, "did you mean 'dark'?"),
        ("colors: {}\n", 1, "unknown key 'colors'"),
        ('roles:\n  bad: "bold of #zzz"\n', 2, "is no style"),
        ('base:\n  background: "#12"\n', 2, "is no colour"),
        ("dark: maybe\n", 1, "true or false"),
        ("- roles\n", 1, "expected keys"),
        ('roles:\n  bad: red\n  bad: "bold red"\n', 3, "twice"),
        ('roles:\n  bad: "red link https://example.org"\n', 2, "no links"),
        ("roles:\n  bad: [red]\n", 2, "expected a word"),
        ("roles: {\n", 2, "no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        Catalogue([tmp_path]).load("mine")
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"roles: {}\n" * 20000, b"a: " + b"[" * 5000])
def test_what_is_no_theme_at_all_is_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"mine\.yaml"):
        Catalogue([tmp_path]).load("mine")


def test_the_config_folder_and_the_users_own_hold_themes(tmp_path: Path) -> None:
    found = themes.folders(Path("/etc/bluegreen/config.yaml"), {"XDG_CONFIG_HOME": str(tmp_path)})
    assert found == (Path("/etc/bluegreen/themes"), tmp_path / "bluegreen" / "themes")


async def test_a_theme_is_worn_again_when_its_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theming, "_EVERY", 0.05)
    write(tmp_path, 'base: {background: "#101010"}\n')
    app, _, _ = make_app(service(time.time()), catalogue=Catalogue([tmp_path]), theme="mine")
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "LB ACTIVE")
        assert app.screen.styles.background.hex == "#101010"
        write(tmp_path, 'base: {background: "#203040"}\nroles: {strong: "italic #ffffff"}\n')
        await until(pilot, lambda: app.screen.styles.background.hex == "#203040")
        await until(pilot, lambda: bool(app.look.style("strong").italic))
        write(tmp_path, "roles:\n  strng: red\n")
        await shows(pilot, "mine.yaml:2: unknown key", "did you mean 'strong'")
        assert app.screen.styles.background.hex == "#203040"  # the colours of before are kept
        write(tmp_path, 'base: {background: "#304050"}\n')
        await until(pilot, lambda: app.screen.styles.background.hex == "#304050")
        await until(pilot, lambda: not app.theme_problem)


async def test_a_broken_theme_does_not_keep_the_console_from_opening(tmp_path: Path) -> None:
    write(tmp_path, "roles: 7\n")
    app, _, _ = make_app(service(time.time()), catalogue=Catalogue([tmp_path]), theme="mine")
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, "mine.yaml:1: expected keys", "LB ACTIVE")
        assert app.theme == themes.DEFAULT


async def test_a_theme_of_ones_own_is_found_by_name(tmp_path: Path) -> None:
    write(tmp_path, 'base: {background: "#203040"}\n')
    app, _, _ = make_app(service(time.time()), catalogue=Catalogue([tmp_path]))
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("colon", *"theme mine", "enter")
        await until(pilot, lambda: app.screen.styles.background.hex == "#203040")
