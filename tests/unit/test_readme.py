"""The README tells what the code does: its generated parts are as generated, and what it names is there."""

from __future__ import annotations

import re

from readme_sections import README, with_sections

from console.cli.main import VERBS


def test_the_generated_parts_are_up_to_date() -> None:
    assert with_sections(README.read_text()) == README.read_text(), "run `make docs`"


def test_every_command_it_shows_exists() -> None:
    named = set(re.findall(r"`bluegreen ([a-z]+)", README.read_text()))
    assert named <= set(VERBS), named - set(VERBS)


def test_every_picture_it_shows_exists() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README.read_text()):
        assert (README.parent / path).exists(), path


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (README.parent / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", README.read_text())) <= targets
