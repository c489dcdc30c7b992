"""What `bluegreen init` proposes for a cloud is what the config of that cloud says, seen with the role reader alone."""

from __future__ import annotations

from pathlib import Path

from ground import Ground

from console.cli.init_look import look
from console.cli.init_propose import propose
from console.cli.init_write import text_of
from console.cloud.reader import Reader
from console.config.loader import parse


def test_the_service_is_proposed_as_it_is(ground: Ground) -> None:
    seen = look(Reader(ground.viewer))
    assert seen.problems == ()
    found = parse(text_of(propose(seen), seen, ground.viewer.cloud, None).encode(), Path("/c.yaml"), {"HOME": "/"})
    proposed, real = found.services[ground.service.name], ground.service
    assert proposed.rotation == real.rotation
    assert proposed.instances == real.instances
    assert proposed.version[0] == "metadata.git_commit"
    assert proposed.health is not None
    assert proposed.health.path == "/healthcheck"
    assert found.lease == ground.config.lease
