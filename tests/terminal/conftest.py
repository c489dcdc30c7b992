"""Consoles that are ended when their test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ttykit import ON_FAKES, Console

Open = Callable[..., Console]


@pytest.fixture
def open_console(tmp_path: Path) -> Iterator[Open]:
    """Opens consoles: on facts made by hand, or with other arguments for the interpreter."""
    opened: list[Console] = []

    def opener(*argv: str, **options: Any) -> Console:
        env = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), **options.pop("env", {})}
        console = Console(argv or [ON_FAKES], env=env, **options)
        opened.append(console)
        return console

    yield opener
    for console in opened:
        console.close()
