"""Screens drawn as SVG: what a console shows of a drill."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from textual.app import App

from console.config.model import Config
from console.drill.server import Drill
from console.watch.poller import Poller
from screens.ports import Publish, Watcher

DOCS = Path(__file__).parent.parent / "docs"


def at_home(drill: Drill) -> None:
    """Only this drill, and no records of others on this host: they do not belong in a picture."""
    mine: Mapping[str, str] = {
        "OS_CLIENT_CONFIG_FILE": str(drill.clouds_file),
        "XDG_RUNTIME_DIR": str(drill.dir),
        "XDG_STATE_HOME": str(drill.dir / "state"),
        "BLUEGREEN_CONFIG": str(drill.config_file),
    }
    os.environ.update(mine)


def watched(config: Config, publish: Publish) -> Watcher:
    """The cloud itself, nothing remembered."""
    return Poller(config, list(config.services), publish)


def drawn(app: App[int]) -> str:
    """The screen as SVG, without the font that it would fetch and the address of its maker."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", app.export_screenshot(title="bluegreen"), flags=re.DOTALL)
    return re.sub(r"\s*<!--.*?-->", "", picture, flags=re.DOTALL)
