"""The README's picture: `python tests/readme_picture.py` looks at a drill with the console and draws what it shows."""

from __future__ import annotations

import asyncio
import os
import time

from pictures import DOCS, at_home, drawn, watched

from console.config import load
from console.drill.server import running_drill
from screens.arming import Arming
from screens.desk import JournalDesk
from screens.program import BluegreenApp

SIZE = (120, 34)
SECONDS = 20.0  # of traffic to show


async def shown(app: BluegreenApp) -> str:
    """The picture, once there was traffic to show."""
    async with app.run_test(size=SIZE) as pilot:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            await pilot.pause(0.5)
        return drawn(app)


def main() -> None:
    """Draw it."""
    with running_drill() as drill:
        at_home(drill)
        config = load(drill.config_file, os.environ)
        app = BluegreenApp(config, watch=watched, desk=JournalDesk(config, read_only=True), arming=Arming(""))
        (DOCS / "service.svg").write_text(asyncio.run(shown(app)))


if __name__ == "__main__":
    main()
