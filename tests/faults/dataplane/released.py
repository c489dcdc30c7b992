"""A service of the lab that is released while clients use it: its set, its journal, and how often it was written to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from lab.dataplane.haproxy import Amphora, existing
from lab.process import log_file
from lab.settings import CLOUDS_YAML
from lab.testing import lab

from console.rollout.journal import Journal
from console.rollout.records import Event, Rollout
from console.rollout.standing import records

# A line of the load balancer API's own log: when, method, path, status, how long.
_LINE = re.compile(r"^\S+ \S+ (POST|PUT|DELETE|PATCH) (/v2\S*) (\d{3}) \d+ ms$", re.MULTILINE)


@dataclass
class Released:
    """One seeded set. `directory` has its config and journal."""

    name: str
    directory: Path
    ids: dict[str, Any]

    @classmethod
    def seed(cls, name: str, servers: int, directory: Path) -> Released:
        """Make the set: blue in rotation, green warm beside it."""
        made = lab(
            "seed", name, "--servers", str(servers), "--weight", "10", "--green-in-pool", "--dir", str(directory)
        )
        return cls(name, directory, json.loads(made))

    @classmethod
    def seed_blue(cls, name: str, servers: int, directory: Path, *more: str) -> Released:
        """The same without a green colour: a release is to make it."""
        made = lab(
            "seed", name, "--servers", str(servers), "--weight", "10", "--blue-only", *more, "--dir", str(directory)
        )
        return cls(name, directory, json.loads(made))

    @classmethod
    def seed_pools(cls, name: str, servers: int, directory: Path) -> Released:
        """The same with a pool for each colour, and the standing preview that keeps both checked."""
        made = lab("seed", name, "--servers", str(servers), "--weight", "10", "--two-pools", "--dir", str(directory))
        released = cls(name, directory, json.loads(made))
        path = Path(released.ids["config"])
        config = yaml.safe_load(path.read_text())
        balancer = config["services"][name]["rotation"]["load_balancer"]
        pools = {colour: released.ids["pools"][colour] for colour in ("blue", "green")}
        config["services"][name]["rotation"] = {"kind": "pools", "load_balancer": balancer, "pools": pools}
        path.write_text(yaml.safe_dump(config, sort_keys=False))
        attached = released.bluegreen("preview", "--yes", "--reason", "data-plane test")
        assert attached.returncode == 0, attached.stdout + attached.stderr
        return released

    def delete(self) -> None:
        """Delete the set."""
        lab("seed", self.name, "--delete")

    @property
    def url(self) -> str:
        """What the clients ask."""
        return f"http://{self.ids['vip_address']}/version"

    def configure(self, **sections: Any) -> None:
        """Put sections into the service's part of the config; those that are there are replaced."""
        path = Path(self.ids["config"])
        config = yaml.safe_load(path.read_text())
        config["services"][self.name].update(sections)
        path.write_text(yaml.safe_dump(config, sort_keys=False))

    @property
    def environ(self) -> dict[str, str]:
        """What an operator's script has."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("OS_", "BLUEGREEN", "XDG_"))}
        return kept | {"OS_CLIENT_CONFIG_FILE": str(CLOUDS_YAML), "HOME": str(self.directory)}

    def command(self, verb: str, *words: str) -> list[str]:
        """The words of one verb."""
        program = Path(sys.executable).with_name("bluegreen")
        return [str(program), verb, "--config", self.ids["config"], self.name, *words]

    def bluegreen(self, verb: str, *words: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
        """Run one verb as an operator's script would."""
        return subprocess.run(
            self.command(verb, *words),
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def last_rollout(self) -> tuple[Rollout, list[Event]]:
        """The newest rollout and its events, from the journal."""
        with Journal.open(f"sqlite:///{self.directory}/journal.db", read_only=True) as journal:
            rollout, *_ = journal.rollouts(self.name, limit=1)
            return rollout, journal.events(rollout.id)

    @property
    def rolled_back(self) -> str:
        """The version that was rolled back last, from the journal."""
        with Journal.open(f"sqlite:///{self.directory}/journal.db", read_only=True) as journal:
            return records(journal, [self.name])[self.name].barred[0].version

    def wait_warm(self, seconds: float = 60) -> None:
        """Wait until the console calls both colours healthy: a new member is checked some heartbeats after it came."""
        end = time.monotonic() + seconds
        while (planned := self.bluegreen("plan")).returncode:
            assert time.monotonic() < end, planned.stdout + planned.stderr
            time.sleep(1)


class Marks:
    """How often the load balancer was written to, and its haproxy reloaded, since this was made."""

    def __init__(self, released: Released) -> None:
        self._balancer = released.ids["load_balancer"]
        self._api = log_file("octavia").stat().st_size
        self._reloads = _reloads(self._balancer)

    def writes(self) -> list[str]:
        """Every write that Octavia was sent since, whatever it answered."""
        with log_file("octavia").open("rb") as log:
            log.seek(self._api)
            return [" ".join(found) for found in _LINE.findall(log.read().decode(errors="replace"))]

    def reloads(self) -> int:
        """How often the haproxy of the load balancer was reloaded since."""
        return _reloads(self._balancer) - self._reloads


def _reloads(balancer_id: str) -> int:
    for amphora in map(Amphora, existing()):
        if amphora.config.exists() and balancer_id in amphora.config.read_text():
            return log_file(amphora.name).read_text(errors="replace").count("Reloading HAProxy")
    raise AssertionError(f"load balancer {balancer_id} has no haproxy")
