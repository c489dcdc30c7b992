"""The README's picture: `python tests/readme_picture.py` looks at a drill with the console and draws what it shows."""

from __future__ import annotations

import asyncio
import os
import re
import time
from pathlib import Path

from console.config import load
from console.config.model import Config
from console.drill.server import running_drill
from console.watch.poller import Poller
from screens.arming import Arming
from screens.desk import JournalDesk
from screens.ports import Publish, Watcher
from screens.program import BluegreenApp

PICTURE = Path(__file__).parent.parent / "docs" / "service.svg"
SIZE = (120, 34)
SECONDS = 20.0  # of traffic to show


def watched(config: Config, publish: Publish) -> Watcher:
    """The cloud itself, nothing remembered."""
    return Poller(config, list(config.services), publish)


async def drawn(app: BluegreenApp) -> str:
    """The screen as SVG, without the font that it would fetch and the address of its maker."""
    async with app.run_test(size=SIZE) as pilot:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            await pilot.pause(0.5)
        picture = re.sub(r"@font-face \{.*?\}\s*", "", app.export_screenshot(title="bluegreen"), flags=re.DOTALL)
        return re.sub(r"\s*<!--.*?-->", "", picture, flags=re.DOTALL)


def main() -> None:
    """Draw it."""
    with running_drill() as drill:
        os.environ["OS_CLIENT_CONFIG_FILE"] = str(drill.clouds_file)
        # records of way backs that others made on this host do not belong in the picture
        os.environ["XDG_RUNTIME_DIR"] = str(drill.dir)
        config = load(drill.config_file, os.environ)
        app = BluegreenApp(config, watch=watched, desk=JournalDesk(config, read_only=True), arming=Arming(""))
        PICTURE.write_text(asyncio.run(drawn(app)))


if __name__ == "__main__":
    main()
