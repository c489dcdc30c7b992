"""One run of the fault matrix: a drill of its own, a runner with a mishap, an operator who does what anybody would."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import oracle
import pytest
import yaml
from drill_stage import DrillStage
from hooked_runner import AFTER, Trigger, start
from mishaps import CHANGES, EDGES, LEASES, OUTCOMES, Mishap
from orphans import Belongings, no_orphans, nobody_else_deleted
from scene import Scene
from stage import WHO, environment

from console.config.model import Config
from console.drill.octavia import provisioning
from console.drill.server import Drill, running_drill
from console.drill.world import Entrance
from console.errors import BluegreenError
from console.plan.plan import Plan, Refusal
from console.plan.planner import plan as make_plan
from console.rollout import pace, request, second_place
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, Event, EventKind, Rollout, RolloutState
from console.rollout.waiting import waiting

SPEED = 20.0
TTL = 120.0  # seconds of the rollout's clock: 6 of ours
PENDING = 0.15  # seconds of ours
LIMIT = 100.0  # seconds of ours until a run hangs
PATIENCE = 40.0  # seconds of ours for a look at the cloud that is good enough, on a busy machine
API_TIMEOUT = 2  # seconds of ours

# refusals for something that is so in the world, and that a person can mend
_IN_THE_WORLD = ("names", "unhealthy", "unproven", "floor", "which", "untagged", "none", "foreign", "live")


@dataclass
class Play:
    """A scene on a drill, with what happened in it."""

    scene: Scene
    drill: Drill
    stage: DrillStage
    place: Path
    forks: ForkServerContext
    started: list[BaseProcess] = field(default_factory=list)
    rows: int = 0
    plan: Plan | None = None
    rollout_id: str = ""

    # -- arranging

    def ready(self) -> None:
        """The plan is confirmed; its runner has not begun."""
        self.scene.prepare(self.drill)
        self.drill.control.post("beat")
        self.plan = self.planned()
        self.rollout_id = self.stage.record(self.plan)

    def planned(self) -> Plan:
        """The plan of the scene's intent on a fresh look."""
        end = time.monotonic() + PATIENCE
        while True:
            made = self.made()
            if isinstance(made, Plan):
                return made
            assert time.monotonic() < end, made
            time.sleep(0.2)

    def made(self) -> Plan | Refusal:
        """The plan on what is seen now, or why there is none."""
        service, config = self.stage.look(), self.stage.config.services[self.scene.service]
        intent = self.scene.asked(service, config)
        return intent if isinstance(intent, Refusal) else make_plan(service, config, intent, time.time())

    # -- running

    def start(self, rollout_id: str, *, elsewhere: bool = False, trigger: Trigger | None = None) -> BaseProcess:
        """A runner."""
        argv = [rollout_id, "--config", str(self.stage.config_file), *(["--second-place"] if elsewhere else [])]
        child = start(self.forks, self.stage.environ, argv, trigger, self.place)
        self.started.append(child)
        return child

    def start_runner(self, config: Config, rollout_id: str, *, elsewhere: bool = False) -> None:
        """In the place of request.start_runner."""
        self.start(rollout_id, elsewhere=elsewhere)

    def attend(self, child: BaseProcess) -> None:
        """Say the words that it waits for, until it ends; wake it up when it was stopped, after somebody took over."""
        end = time.monotonic() + LIMIT
        said: set[tuple[str, str, int]] = set()
        seen = 0
        with self.journal() as journal:
            while child.is_alive():
                if time.monotonic() > end:
                    child.kill()
                    raise oracle.Violation(f"it hangs: {[event.text for event in self.events()][-3:]}")
                if _is_stopped(child):
                    self.sleep_through(child)
                with suppress(BluegreenError):
                    if seen != (changed := journal.changed()):
                        self._say_words(journal, said)
                        seen = changed
                child.join(0.1)

    def _say_words(self, journal: Journal, said: set[tuple[str, str, int]]) -> None:
        rollout, events = journal.rollout(self.rollout_id), journal.events(self.rollout_id)
        began = max((event.seq for event in events if event.kind is EventKind.BEGUN), default=0)
        found = waiting(rollout, events)
        if found is None or (found.digest, found.step.id, began) in said:
            return
        request.say_word(journal, self.rollout_id, WHO, step=found.step.id)
        said.add((found.digest, found.step.id, began))

    def sleep_through(self, child: BaseProcess) -> None:
        """It is stopped: somebody else takes its lease over, if it has one, and it wakes up."""
        assert self.plan is not None
        taken = False
        for protected in self.plan.basis.protected:
            lease, wanted = self.stage.lease(pace.real(TTL), protected=protected)
            if (found := lease.find()) is not None:
                lease.acquire(wanted, take_over=found.owner)
                taken = True
        assert child.pid is not None
        self.woken_at = time.time() if taken else 0.0
        os.kill(child.pid, signal.SIGCONT)

    woken_at: float = 0.0  # when who slept while somebody else took its lease over was woken; 0: nobody did

    # -- looking

    def place_of_record(self) -> str:
        """Where the record of the rollout is."""
        return second_place.url_of(self.rollout_id, self.stage.config.journal)

    def journal(self) -> Journal:
        """That journal, to be closed by the caller."""
        return Journal.open(self.place_of_record())

    def rollout(self) -> Rollout:
        """The rollout, as it is recorded."""
        with self.journal() as journal:
            return journal.rollout(self.rollout_id)

    def events(self) -> list[Event]:
        """Its events."""
        with self.journal() as journal:
            return journal.events(self.rollout_id)

    # -- ending

    def lift(self) -> None:
        """Whatever went wrong is over; what others have done to the world stays."""
        control = self.drill.control
        control.delete("mischief")
        control.delete("neighbour")
        self.drill.world.troubles.clear()
        self.drill.world.compute.troubles.clear()
        if "other" in str(oracle.leases(self.drill.world)):
            control.delete("leases")
        for instance in self.drill.world.instances:
            if "error-rate" in instance.mode:
                control.put(f"instances/{instance.name}", json={"mode": "ok"})
        control.post("release")
        for entrance in self.drill.world.entrances:
            self._fail_over(entrance)
        (Path(self.stage.config.journal.removeprefix("sqlite:///")).parent / "rubbish").unlink(missing_ok=True)
        control.post("beat")

    def _fail_over(self, entrance: Entrance) -> None:
        """As an administrator would where it is in ERROR or locked: a new amphora runs what the database says."""
        if entrance.balancer.provisioning_status == "ACTIVE":
            return
        said = {"provisioning_status": "ACTIVE", "name": entrance.balancer.name}
        self.drill.control.put("load-balancer", json=said)
        for pool in entrance.balancer.pools:
            for member in pool.members:
                member.provisioning_status = "ACTIVE"
        provisioning.apply(self.drill.world, entrance)

    def settle_it(self, prefer: DecisionKind, *, meddled: bool) -> None:
        """Take one of the offers to its end. Raises Violation where none works.

        `meddled`: somebody else has changed the world. Then neither way may be left: a server that is gone for good
        cannot be put back, and its member is nobody's. The record is closed, if the refusals say why.
        """
        config = self.stage.config
        with suppress(BluegreenError), Journal.open(config.journal) as journal:
            second_place.bring_home(journal)
        end = time.monotonic() + PATIENCE
        with self.journal() as journal:
            while not (found := [one for one in request.to_resume(journal) if one.id == self.rollout_id]):
                if time.monotonic() > end:
                    raise oracle.Violation(f"nothing is offered for {journal.rollout(self.rollout_id).state}")
                time.sleep(0.1)
            rollout = found[0]
            request.wait_until_judged(request.judged_after(journal, rollout, config.lease.ttl), lambda _left: None)
            offer = self._open_offer(config, rollout, prefer, end, meddled=meddled)
            request.resume(config, journal, rollout, offer, WHO, reason="resumed")
        if offer.kind is DecisionKind.LEAVE:
            return
        self.attend(self.started[-1])
        ended = self.rollout()
        wanted = RolloutState.DONE if offer.kind is DecisionKind.FINISH else RolloutState.ROLLED_BACK
        if ended.state is not wanted:
            raise oracle.Violation(f"the offer to {offer.kind} ended in {ended.state}: {ended.sentence}")
        assert offer.plan is not None
        if offer.plan.action.moves_traffic:
            oracle.carries(self.drill.world, self.scene, offer.plan.target, offer.plan.notes)

    def _open_offer(
        self, config: Config, rollout: Rollout, prefer: DecisionKind, end: float, *, meddled: bool
    ) -> request.Offer:
        while True:
            offers = request.offers(config, rollout, self.stage.look(), time.time())
            ways = sorted((one for one in offers if one.plan is not None), key=lambda one: one.kind is not prefer)
            if ways:
                return ways[0]
            if time.monotonic() > end:
                refusals = [one.refusal for one in offers if one.refusal is not None]
                if meddled and refusals and all(one.code in _IN_THE_WORLD for one in refusals):
                    return next(one for one in offers if one.kind is DecisionKind.LEAVE)
                raise oracle.Violation(f"no offer is open: {[(one.code, one.reason) for one in refusals]}")
            time.sleep(0.2)

    def plans_anew(self) -> None:
        """Nothing was changed: whoever asks for the same again gets a plan, or a reason that is in the world."""
        made: Plan | Refusal | None = None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            made = self.made()
            if isinstance(made, Plan):
                return
            time.sleep(0.2)
        assert isinstance(made, Refusal)
        if made.code not in _IN_THE_WORLD:
            raise oracle.Violation(f"no new plan: {made.code}: {made.reason}")

    def stop(self) -> None:
        """End what is left."""
        for child in self.started:
            if child.is_alive():
                child.kill()
            child.join(10)
        self.stage.stop_children()


def _is_stopped(child: BaseProcess) -> bool:
    try:
        return Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


@contextmanager
def playing(scene: Scene, place: Path, forks: ForkServerContext, *, disk: bool = False) -> Iterator[Play]:
    """A drill with this scene, arranged and confirmed."""
    with (
        pytest.MonkeyPatch.context() as patch,
        _disk(place) if disk else _folder(place) as journals,
        running_drill(**_settings(scene)) as drill,
    ):
        config = yaml.safe_load(drill.config_file.read_text())
        config["services"] = {scene.service: config["services"][scene.service]}
        config["services"][scene.service].pop("commits", None)
        if scene.release:
            config["services"][scene.service]["release"] = dict(scene.release)
        config["services"][scene.service].update(scene.config)
        config["lease"]["ttl"] = TTL
        config["journal"] = f"sqlite:///{journals}/journal.db"
        drill.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        clouds = yaml.safe_load(drill.clouds_file.read_text())
        clouds["clouds"]["drill"]["api_timeout"] = API_TIMEOUT
        drill.clouds_file.write_text(yaml.safe_dump(clouds))
        environ = {**environment(drill.clouds_file, place), pace.VARIABLE: f"{SPEED:g}"}
        for variable, value in environ.items():
            patch.setenv(variable, value)
        play = Play(scene, drill, DrillStage(drill.config_file, environ, drill=drill), place, forks)
        patch.setattr(request, "start_runner", play.start_runner)
        try:
            play.ready()
            yield play
        finally:
            play.stop()


def _settings(scene: Scene) -> dict[str, Any]:
    """Of its drill."""
    return {
        "instances": scene.instances,
        "services": scene.services,
        "pending": PENDING,
        "heartbeat": 0.3,
        **scene.world,
    }


@contextmanager
def _folder(place: Path) -> Iterator[Path]:
    (place / "journals").mkdir()
    yield place / "journals"


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    """A small disk of its own."""
    (place / "disk").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=0700", "bluegreen-test", str(place / "disk")]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("not run: nobody but root can mount a disk to fill")
    try:
        yield place / "disk"
    finally:
        subprocess.run(["umount", "--lazy", str(place / "disk")], check=True)


def points(mishap: Mishap, events: list[Event]) -> list[tuple[int, str]]:
    """Where a mishap may be placed in a run that had these events: row and moment. The claim is row 1."""
    last = len(events) + 1
    intents = [row for row, event in enumerate(events, start=2) if event.kind is EventKind.INTENT]
    logins = [row for row, event in enumerate(events, start=2) if event.kind is EventKind.AUTHENTICATED]
    if mishap.where == CHANGES:
        return [(row, AFTER) for row in intents]
    if mishap.where == OUTCOMES:
        return [(row, AFTER) for row, event in enumerate(events, start=2) if event.kind is EventKind.OUTCOME]
    if mishap.where == LEASES:
        return [(row, AFTER) for row in (*logins, *intents, last)]
    if mishap.where == EDGES:
        return [(row, moment) for row in range(1, last + 1) for moment in ("before", AFTER)]
    return [(row, AFTER) for row in range(1, last + 1)]


def perform(
    scene: Scene, mishap: Mishap, point: tuple[int, str], *, place: Path, forks: ForkServerContext, prefer: DecisionKind
) -> oracle.Told:
    """One run, judged. Raises oracle.Violation."""
    row, moment = point
    with playing(scene, place, forks, disk=mishap.act.kind == "fill") as play:
        begin, belongings = oracle.Beginning.of(play.drill.world, scene), Belongings.of(play.drill.world)
        mark = place / "mark"
        database = play.stage.config.journal.removeprefix("sqlite:///")
        trigger = Trigger(
            row,
            moment,
            mishap.act.of(scene.service),
            str(play.drill.control.base_url),
            database,
            str(mark),
            play.rollout_id,
        )
        child = play.start(play.rollout_id, trigger=trigger)
        play.attend(child)
        told = oracle.Told(
            fired=mark.exists(),
            at=float(mark.read_text()) if mark.exists() else 0.0,
            woken_at=play.woken_at,
            code=child.exitcode,
            met=[(each.kind, hit) for each in play.drill.world.mischiefs for hit in each.hits],
        )
        rollout, events = play.rollout(), play.events()
        told.state, told.sentence = str(rollout.state), rollout.sentence
        told.texts = [f"{event.kind}: {event.text}" for event in events]
        if rollout.state is RolloutState.ROLLED_BACK:
            oracle.comes_to_rest(play.drill.world)
        oracle.after_the_mishap(play, mishap, begin, told, rollout)
        play.lift()
        if rollout.state in (RolloutState.REFUSED, RolloutState.FAILED):
            play.plans_anew()
        elif rollout.state not in (RolloutState.DONE, RolloutState.ROLLED_BACK):
            play.settle_it(prefer, meddled=mishap.meddles)
        oracle.at_the_end(play, mishap, begin, told)
        no_orphans(play, mishap, belongings)
        nobody_else_deleted(play, belongings)
        return told
