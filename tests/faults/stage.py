"""A service to roll out on, drill or lab, with a runner whose death the test chooses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.cloud.reader import Reader
from console.cloud.writer import Writer
from console.config import load
from console.config.model import Config
from console.model.colour import Colour
from console.model.lease import LeaseHolder
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan as make_plan
from console.plan.way_back import goes_back
from console.rollout import request, second_place
from console.rollout.journal import Journal
from console.rollout.lease.neutron import NeutronLease
from console.rollout.records import DecisionKind, EventKind, Rollout
from console.rollout.who import Who
from console.watch.observe import Observer

HERE = Path(__file__).parent
WHO = Who("alice", "jump1")


@dataclass
class Stage(ABC):
    """One service of one config. `environ` is what its commands run with."""

    config_file: Path
    environ: Mapping[str, str]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def config(self) -> Config:
        """The config as it is in the file."""
        return load(self.config_file, self.environ)

    @property
    def name(self) -> str:
        """The one service."""
        return next(iter(self.config.services))

    def look(self) -> Service:
        """Observe the service."""
        return Observer(self.config, [self.name]).observe().services[self.name]

    def plan(self, action: Action = Action.CUTOVER, target: Colour | None = None) -> Plan:
        """Plan on a fresh look, waiting while the load balancer is busy."""
        end = time.monotonic() + 60
        while True:
            service = self.look()
            made = make_plan(service, self.config.services[self.name], Intent(action, target), time.time())
            if isinstance(made, Plan):
                return made
            assert made.code in ("busy", "unhealthy"), made
            assert time.monotonic() < end, made
            time.sleep(0.3)

    def journal(self) -> Journal:
        """The journal, to be closed by the caller."""
        return Journal.open(self.config.journal)

    def record(self, plan: Plan, take_over: str = "") -> str:
        """Confirm a plan without starting a runner."""
        with self.journal() as journal:
            return journal.create(plan, WHO, "fault test", take_over)

    def start(self, program: str, *args: str) -> subprocess.Popen[bytes]:
        """Start one of the runners that misbehave, in a session of its own as the real one."""
        command = [sys.executable, str(HERE / program), *args, "--config", str(self.config_file)]
        with (self.config_file.parent / "runner.out").open("ab") as out:
            child = subprocess.Popen(
                command,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.children.append(child)
        return child

    def bluegreen(
        self, *words: str, home: Path | None = None, config: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command line as an operator would, in a pipeline."""
        environ = {**self.environ, "HOME": str(home)} if home is not None else dict(self.environ)
        verb, *rest = words
        command = [
            str(Path(sys.executable).with_name("bluegreen")),
            verb,
            "--config",
            str(config or self.config_file),
            *rest,
        ]
        return subprocess.run(
            command, check=False, env=environ, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL
        )

    def resume(self, rollout_id: str, kind: DecisionKind) -> Rollout:
        """Take one of the offers, and wait for the end."""
        config = self.config
        with self.journal() as journal:
            (rollout,) = request.to_resume(journal)
            assert rollout.id == rollout_id
            request.wait_until_judged(request.judged_after(journal, rollout, config.lease.ttl), lambda left: None)
            offer = self._open_offer(rollout, kind)
            request.resume(config, journal, rollout, offer, WHO, reason="resumed")
            return self.ended(journal, rollout_id)

    def _open_offer(self, rollout: Rollout, kind: DecisionKind) -> request.Offer:
        """The offer, once the load balancer is not busy any more."""
        end = time.monotonic() + 60
        while True:
            offers = request.offers(self.config, rollout, self.look(), time.time())
            back = {DecisionKind.GO_BACK} if goes_back(rollout.plan) else set()
            assert {offer.kind for offer in offers} == {DecisionKind.FINISH, DecisionKind.LEAVE} | back
            offer = next(offer for offer in offers if offer.kind is kind)
            if offer.plan is not None:
                return offer
            assert offer.refusal is not None
            assert offer.refusal.code in ("busy", "unhealthy"), offer.refusal
            assert time.monotonic() < end, offer.refusal
            time.sleep(0.3)

    @staticmethod
    def ended(journal: Journal, rollout_id: str, limit: float = 90.0) -> Rollout:
        """Wait until the rollout has ended."""
        end = time.monotonic() + limit
        while not (rollout := journal.rollout(rollout_id)).state.ended:
            assert time.monotonic() < end, [event.text for event in journal.events(rollout_id)]
            time.sleep(0.1)
        return rollout

    def weights(self) -> dict[str, int]:
        """Weight by instance."""
        return {one.name: one.weight for side in self.look().colours for one in side.instances if one.member}

    def weights_of(self, colour: Colour) -> list[int]:
        """The weights of one colour's instances."""
        return [one.weight for one in self.look().side(colour).instances]

    @abstractmethod
    def mark(self) -> int:
        """A mark in the record of what the load balancer was sent."""

    @abstractmethod
    def batches(self, since: int = 0) -> int:
        """How many batches of members the load balancer has been sent after the mark."""

    def carries(self, colour: Colour) -> bool:
        """Whether this colour, and only it, has weight."""
        service = self.look()
        return service.live is colour

    def home(self) -> None:
        """Bring the traffic back to BLUE, whatever happened."""
        if not self.carries(Colour.BLUE):
            plan = self.plan(Action.ROLLBACK, Colour.BLUE)
            rollout_id = request.begin(self.config, plan, WHO, "back to the start of the test")
            with self.journal() as journal:
                self.ended(journal, rollout_id)

    def lease(self, ttl: float, owner: str = "bob@jump2", protected: str = "") -> tuple[NeutronLease, LeaseHolder]:
        """Another console's lease, not taken yet, and what it would say of itself. On the pool, if not on another."""
        config = self.config
        session = Observer(config, [self.name]).session(self.name)
        if not protected:
            pool = self.look().pool
            assert pool is not None
            protected = pool.id
        assert config.lease.network is not None
        made = NeutronLease(
            Reader(session),
            Writer(session),
            network=config.lease.network,
            protected=protected,
            service=self.name,
            client_timeout=ttl / 4,
        )
        now = time.time()
        action = f"cutover {self.name} blue>green"
        return made, LeaseHolder("", owner, "other", action, "takeover", "start", now, now, ttl)

    def forget_lease(self) -> None:
        """Delete a lease that an earlier test has left."""
        made, _ = self.lease(1.0)
        made.held = made.find()
        made.release()

    def start_over(self) -> None:
        """An empty journal."""
        for path in self.config_file.parent.glob("journal.db*"):
            path.unlink()

    def stop_children(self) -> None:
        """Kill what is left."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        shutil.rmtree(second_place.folder(self.config.journal), ignore_errors=True)


def environment(clouds_file: Path, home: Path) -> dict[str, str]:
    """The environment of an operator of that cloud."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OS_", "XDG_", "BLUEGREEN"))}
    root = str(HERE.parent.parent)
    return {
        **kept,
        "OS_CLIENT_CONFIG_FILE": str(clouds_file),
        "HOME": str(home),
        "PYTHONPATH": root,
    }


def until(journal: Journal, rollout_id: str, kind: EventKind) -> None:
    """Wait for an event of this kind."""
    end = time.monotonic() + 30
    while not any(event.kind is kind for event in journal.events(rollout_id)):
        assert time.monotonic() < end
        time.sleep(0.02)
