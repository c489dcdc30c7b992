"""What the last console saw is on the screen before the cloud has said a word."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ttykit import Console

from console.config import load
from console.model.snapshot import Snapshot
from console.watch.remembered import file_for, remember

sys.path.insert(0, str(Path(__file__).parent.parent / "tui"))

from tuikit import service

Open = Callable[..., Console]

CONFIG = """\
services:
  api:
    cloud: away
    rotation: {kind: weights, load_balancer: api, pool: api}
    vip: {url: "http://{vip}/version"}
journal: sqlite:///%s/journal.db
"""
CLOUDS = """\
clouds:
  away:
    auth: {auth_url: "http://127.0.0.1:%d/v3", username: u, password: p, project_name: p,
           user_domain_name: Default, project_domain_name: Default}
    region_name: R
"""
HOUR = 3600.0


@pytest.mark.parametrize("answers", [True, False], ids=["a cloud that hangs", "a cloud that is gone"])
def test_the_last_facts_come_first_and_stay(open_console: Open, tmp_path: Path, *, answers: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        clouds, path = tmp_path / "clouds.yaml", tmp_path / "config.yaml"
        clouds.write_text(CLOUDS % server.getsockname()[1])
        path.write_text(CONFIG % tmp_path)
        path.chmod(0o600)
        if not answers:
            server.close()
        env = {"OS_CLIENT_CONFIG_FILE": str(clouds)}
        home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
        seen = time.time() - HOUR
        settings = load(path, env | home)
        facts = replace(service(seen), environment="production")
        remember(Snapshot(seen, 3, {"api": facts}), file_for(settings, env | home), settings)

        bluegreen = str(Path(sys.executable).with_name("bluegreen"))
        console = open_console(bluegreen, "--config", str(path), env=env, cols=120, rows=40)
        console.wait_for("api-blue-1", "BLUE live 3f2a9c1", "STALE", "NOT WELL")
        console.pump(5.0)  # by now the watch has published that it saw nothing
        console.wait_for("api-blue-1", "BLUE live 3f2a9c1", "STALE", "NOT WELL")
        if not answers:
            console.wait_for("cannot connect")
        console.child.send("q")
        console.ends(10)
        assert console.exit_code == 0
