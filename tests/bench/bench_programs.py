"""Programs that the bench opens in a terminal: `empty`, an empty Textual app; `scene SIZE`, the console on facts.

The scene is one service of SIZE instances of each colour, for ever the same moment. SIGUSR1 changes three cells of it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

PAINTED = "painted"


def empty() -> None:
    """The least that Textual paints."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Empty(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(PAINTED)

    Empty().run()


def scene(size: int) -> None:
    """The console over facts made by hand."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tui"))
    import tuikit

    from console.model.colour import Colour
    from console.model.service import Service

    now = time.time()

    def changed(facts: Service, count: int) -> Service:
        """The first three instances with another weight."""
        three = (
            replace(one, member=replace(one.member, weight=90 + count % 10))
            for one in facts.blue.instances[:3]
            if one.member is not None
        )
        return tuikit.with_instances(facts, Colour.BLUE, *three, *facts.blue.instances[3:])

    first = tuikit.service(now, size=size)
    app, watcher, _ = tuikit.make_app(first, settings=tuikit.config("api"), clock=lambda: now)
    counted = 0

    def change() -> None:
        nonlocal counted
        counted += 1
        watcher.show(changed(first, counted))

    app.call_later(lambda: asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, change))
    app.run()


if __name__ == "__main__":
    if sys.argv[1] == "scene":
        scene(int(sys.argv[2]))
    else:
        empty()
