"""Commits that mean harm, on every screen that has them: escapes, markup, lines of a megabyte, right-to-left."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from rich.cells import cell_len
from screen_text import lines_of, shows
from shipped import commit, with_commits
from tuikit import make_app, service

from console.model.commit import Behind, Ci, CiState
from console.model.service import Service
from screens.arming import Arming

EVIL = {
    "escapes": "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m\x9b31m\x90q\x1b\\",
    "markup": "[bold red]gone[/] [@click=app.quit]press[/] \\[x] {0} %s $(id) `id`",
    "endless": "A" * 1_000_000,
    "endless escapes": "\x1b[31m" * 200_000,
    "right to left": "safe \u202e\u2066yes\u2069 \u200f\u05d0\u05d1\u05d2 \u061c\u0645\u0631\u062d\u0628\u0627",
    "lines": "one\ntwo\r\nthree\u2028four\u2029five\x0bsix\x0cseven\x85eight\ttab\x00nul",
    "odd": "\ud800 \udfff \ufeff \u200b\u200d \ufffe \U000e0041 \u3164 e" + "\u0301" * 50,
    "wide": "\u6f22\u5b57" * 200 + "\U0001f469\u200d\U0001f692",
    "empty": "",
}
KEYS = ("", "m", "m tab", "m enter", "c", "c enter", "r", "y", "question_mark")


def evil(text: str, now: float) -> Service:
    """Every text of a commit that comes from outside is this one."""
    trailers = (("Rollback-Safe", f"no, {text}"), (text, text))
    bad = commit(
        1, text, now, author=text, trailers=trailers, files=(text, f"migrations/{text}"), link=text, change=text,
        ci=Ci(CiState.FAILED, text, text, text), reverts=("0000002", text),
    )  # fmt: skip
    facts = with_commits(service(now), bad, commit(2, text, now, author=text), undone=(replace(bad, sha="e" * 40),))
    assert facts.commits is not None
    told = replace(facts.commits, problem=text, limits=text, behind=Behind(text, bad, 3, since=now), live=bad, idle=bad)
    return replace(facts, commits=told)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "size"),
    [pytest.param(text, ((80, 24), (120, 40))[n % 2], id=name) for n, (name, text) in enumerate(EVIL.items())],
)
async def test_hostile_commits_are_shown_harmlessly_on_every_screen(text: str, size: tuple[int, int]) -> None:
    now = time.time()
    app, _, desk = make_app(evil(text, now), arming=Arming().arm(now, ""))
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LB ")
        for keys in KEYS if len(text) < 1000 else ("m enter", "c enter"):
            began = len(app.screen_stack)
            await pilot.press(*keys.split())
            await pilot.pause()
            for line in lines_of(app):
                assert line.isprintable(), (keys, line)
                assert cell_len(line.rstrip()) <= size[0], (keys, line)
            while len(app.screen_stack) > began:
                await pilot.press("escape")
        assert desk.begun == []


async def test_markup_is_text() -> None:
    now = time.time()
    app, _, _ = make_app(evil("[bold red]gone[/]", now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "[bold red]gone[/]")


async def test_a_megabyte_costs_no_time() -> None:
    now = time.time()
    facts = evil(EVIL["endless escapes"], now)
    app, _, _ = make_app(facts)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        began = time.process_time()
        await pilot.press("m")
        await shows(pilot, "cut over to GREEN ships")
        assert time.process_time() - began < 5
