"""A stage on a drill of its own, whose record of writes can be counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from stage import Stage, environment

from console.drill.server import Drill, running_drill

TTL = 6.0  # seconds: the shortest that the config takes


@dataclass
class DrillStage(Stage):
    """A stage on a drill of its own."""

    drill: Drill | None = None

    def batches(self, since: int = 0) -> int:
        """How many batches of members the load balancer has been sent after mark `since`."""
        assert self.drill is not None
        writes = self.drill.control.get("writes", params={"since": since}).json()["writes"]
        return sum(write["method"] == "PUT" and "/members" in write["path"] for write in writes)

    def mark(self) -> int:
        """A mark in the record of writes."""
        assert self.drill is not None
        return int(self.drill.control.get("writes").json()["mark"])

    def trouble(self, path: str, **body: object) -> None:
        """Make something happen in the drill."""
        assert self.drill is not None
        answer = self.drill.control.request("POST" if path == "trouble" else "PUT", path, json=body)
        assert answer.is_success, answer.text


@contextmanager
def staged_on_drill(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, Any]], None] = lambda _: None,
    **options: Any,
) -> Iterator[DrillStage]:
    """A stage on a drill of its own, its config as `change` leaves it; `options` are the drill's."""
    with running_drill(**{"pending": 0.3, "heartbeat": 0.2} | options) as drill:
        config = yaml.safe_load(drill.config_file.read_text())
        config["lease"]["ttl"] = TTL
        change(config)
        drill.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        environ = environment(drill.clouds_file, folder)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        made = DrillStage(drill.config_file, environ, drill=drill)
        yield made
        made.stop_children()
