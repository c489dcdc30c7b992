"""Stages for fault tests: a fast drill each, and the lab where it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from drill_stage import TTL, DrillStage
from stage import environment

from console.drill.server import running_drill


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    with running_drill(instances=3, pending=0.3, heartbeat=0.2) as drill:
        config = yaml.safe_load(drill.config_file.read_text())
        config["lease"]["ttl"] = TTL
        drill.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        environ = environment(drill.clouds_file, tmp_path)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        made = DrillStage(drill.config_file, environ, drill=drill)
        yield made
        made.stop_children()
