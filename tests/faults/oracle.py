"""What must be true of every run, judged from the drill's own record of writes, the journal, and the world."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.drill.picture import picture
from console.drill.world import World, Write
from console.model.colour import Colour
from console.rollout import pace
from console.rollout.lease.lease import settle_time
from console.rollout.records import Event, EventKind, Rollout, RolloutState

if TYPE_CHECKING:
    from mishaps import Mishap
    from playing import Play
    from scene import Scene

GAP = 2.0  # seconds of ours: between the runner's last look and its write, on a busy machine
AHEAD = 0.5  # seconds by which the look at everything else may come before the record of a write
REST = 5.0  # seconds of ours for what was asked of Nova before the end
HOLD = "bluegreen:hold="


class Violation(AssertionError):
    """A run that is not as it must be."""


@dataclass
class Told:
    """What a run was like. `fired`: the mishap took place, at Unix seconds `at`."""

    fired: bool
    at: float
    woken_at: float
    code: int | None
    met: list[Any]
    state: str = ""
    sentence: str = ""
    texts: list[str] = field(default_factory=list)


@dataclass
class Beginning:
    """The world before anything was done. `floor`: per way of clients, instances and weight that must be kept."""

    picture: dict[str, Any]
    floor: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, world: World, scene: Scene) -> Beginning:
        """Look at it."""
        seen = whole(world)
        sides = [serving(seen, scene, colour) for colour in ("blue", "green")]
        floor = {
            way: tuple(math.ceil(max(side[way][index] for side in sides) * scene.ratio) for index in (0, 1))
            for way in sides[0]
        }
        return cls(seen, floor)  # type: ignore[arg-type]  # each has two


def whole(world: World) -> dict[str, Any]:
    """Everything that a rollout may change."""
    return {**picture(world, "load-balancer"), **picture(world, "compute")}


def ours(name: str, scene: Scene) -> bool:
    """Whether it is an instance, or the member of one, of the service."""
    return re.fullmatch(rf"{scene.service}-(blue|green)-\d+", name) is not None


def colour_of(name: str) -> str:
    """By its name."""
    return "green" if "-green-" in name else "blue"


def in_rotation(seen: dict[str, Any], scene: Scene) -> dict[str, list[tuple[str, int]]]:
    """Who gets traffic, with the weight, in each way that clients come: the pool, each listener, the workers."""
    if scene.power:
        servers = [one for one in seen["servers"].values() if ours(one[0], scene)]
        return {
            "workers": [(name, 1) for name, _status, power, task in servers if power == 1 and task != "powering-off"]
        }
    pools: dict[str, list[tuple[str, int]]] = {}
    for member in seen["members"].values():
        if ours(member["name"], scene):
            found = pools.setdefault(member["pool_id"], [])
            if member["admin_state_up"] and member["weight"]:
                found.append((member["name"], member["weight"]))
    return {
        key: pools[one["default_pool_id"]] for key, one in seen["listeners"].items() if one["default_pool_id"] in pools
    }


def serving(seen: dict[str, Any], scene: Scene, colour: str = "") -> dict[str, tuple[int, int]]:
    """Instances of one colour or both that serve well, and their weight, in each way that clients come."""
    # one that answers errors to clients passes its checks: nobody can know before it has traffic
    passing = ("ok", "error-rate")
    well = {name for name, mode, powered in seen["instances"].values() if mode.startswith(passing) and powered}
    result = {}
    for way, members in in_rotation(seen, scene).items():
        found = [weight for name, weight in members if name in well and f"-{colour}" in name]
        result[way] = len(found), sum(found)
    return result


def leases(world: World) -> dict[str, Any]:
    """The leases that are held, by id."""
    return {key: json.loads(said) for key, said in picture(world, "network")["leases"].items()}


def sent(play: Play) -> list[Write]:
    """The writes of our runners to what serves."""
    return [
        write
        for write in play.drill.world.writes
        if write.service in ("load-balancer", "compute") and "rollout/" in write.agent
    ]


def done(write: Write) -> bool:
    """Whether the cloud did it: also where the client got to know of an error."""
    return write.before != write.after


def carries(world: World, scene: Scene, colour: Colour, notes: tuple[str, ...] = ()) -> None:
    """Raise Violation unless this colour, and only it, carries the traffic.

    The member of a server that somebody has deleted is of no colour any more: nobody touches it, if `notes` say so.
    """
    seen = whole(world)
    there = {name for name, *_ in seen["servers"].values()}
    said = set(re.findall(r"member (\S+) is no instance of \S+: not touched", "\n".join(notes)))
    for members in in_rotation(seen, scene).values():
        counted = [name for name, _ in members if name in there or name not in said]
        if {colour_of(name) for name in counted} != {str(colour)}:
            raise Violation(f"{colour.upper()} does not carry the traffic alone: {members}")


# -- right after the first runner has ended


def after_the_mishap(play: Play, mishap: Mishap, begin: Beginning, told: Told, rollout: Rollout) -> None:
    """What the record says is true."""
    world, plan = play.drill.world, play.plan
    assert plan is not None
    if not rollout.state.ended:
        if told.code == 0:
            raise Violation(f"the runner has ended well, and the record is open: {rollout.state}")
        return
    if not rollout.sentence or "\n" in rollout.sentence:
        raise Violation(f"no sentence: {rollout.sentence!r}")
    if "a fault of this program" in rollout.sentence:
        raise Violation(rollout.sentence)
    if re.search(r"server [0-9a-f]{8}-[0-9a-f]{4}-", rollout.sentence):
        raise Violation(f"a server is called by its id: {rollout.sentence}")
    touched = [write for write in sent(play) if done(write)]
    if re.search(r"nothing was (written|sent)|nothing has changed", rollout.sentence) and touched:
        raise Violation(f"untrue: {rollout.sentence!r} after {len(touched)} writes")
    if rollout.state in (RolloutState.REFUSED, RolloutState.FAILED) and touched:
        raise Violation(f"{rollout.state} after {len(touched)} writes: {rollout.sentence}")
    if rollout.state is RolloutState.DONE and not mishap.meddles:
        play.scene.goal(world, play.scene, plan)
    if plan.action.moves_traffic and rollout.state is RolloutState.ROLLED_BACK and not mishap.meddles:
        carries(world, play.scene, plan.source)
    if mishap.act.kind == "abort" and "has changed since" in rollout.sentence:
        raise Violation(f"its own writes are taken for somebody else's: {rollout.sentence}")
    if (
        rollout.state is RolloutState.STOPPED
        and mishap.words
        and not any(word in rollout.sentence for word in mishap.words)
    ):
        raise Violation(f"the sentence does not tell what is wrong: {rollout.sentence}")


def comes_to_rest(world: World) -> None:
    """What Nova was asked for is over. Who says that all is as before says so of what comes then, too."""
    end = time.monotonic() + REST
    while busy := [one[0] for one in picture(world, "compute")["servers"].values() if one[3] is not None]:
        if time.monotonic() > end:
            raise Violation(f"still being changed after the end: {busy}")
        time.sleep(0.05)


# -- at the very end


def at_the_end(play: Play, mishap: Mishap, begin: Beginning, told: Told) -> None:
    """Over all that was ever written."""
    for check in (_floor, _strangers, _recorded, _leased, _one_by_one, _opposites, _asleep, _quiet):
        check(play, begin, told)
    rollout = play.rollout()
    if not rollout.state.ended:
        raise Violation(f"it is still {rollout.state}")
    if rollout.state is RolloutState.ROLLED_BACK and not mishap.meddles:
        restored(play, begin)
    if rollout.state is RolloutState.DONE and not mishap.meddles:
        assert play.plan is not None
        play.scene.goal(play.drill.world, play.scene, play.plan)
    excused = told.met or any(word in mishap.name for word in ("lease", "stop", "kill", "login", "token", "connection"))
    if (left := leases(play.drill.world)) and not excused:  # one that could not be given back ends by itself
        raise Violation(f"a lease is left: {left}")


def restored(play: Play, begin: Beginning) -> None:
    """Everything is as it was."""
    now = whole(play.drill.world)
    for kind, names in _COMPARED.items():
        for key, was in begin.picture[kind].items():
            has = now[kind].get(key)
            if has is None or any(has[name] != was[name] for name in names) or _held(has) != _held(was):
                raise Violation(f"not restored: {kind} {has}, was {was}")


def _held(one: Any) -> list[str]:
    """Who holds it, where it is a member."""
    return [tag for tag in one["tags"] if tag.startswith(HOLD)] if isinstance(one, dict) and "tags" in one else []


_COMPARED: dict[str, tuple[Any, ...]] = {
    "members": ("weight", "admin_state_up", "backup", "name", "address"),
    "listeners": ("default_pool_id", "policies"),
    "servers": (2,),  # whether it is on
}


def _unseen(write: Write, told: Told, recorded: list[float]) -> bool:
    """Whether the mishap came after the looks that belong to this write, which is recorded right before them."""
    mine = max((at for at in recorded if at <= write.at + 0.001), default=0.0)
    return told.at >= mine - AHEAD


def _floor(play: Play, begin: Beginning, told: Told) -> None:
    recorded = [event.at for event in play.events() if event.kind is EventKind.INTENT]
    ways = {kind: begin.picture[kind] for kind in ("members", "listeners")}  # what Nova's own writes do not show
    for write in sent(play):
        if not done(write):
            continue
        pictures = [{**ways, **seen} for seen in (write.before, write.after)]
        before, after = (serving(seen, play.scene) for seen in pictures)
        ways = {kind: write.after.get(kind, was) for kind, was in ways.items()}
        if told.at and 0 <= write.at - told.at < GAP and _unseen(write, told, recorded):
            continue  # it happened between the last look and the write: found afterwards
        for way, least in begin.floor.items():
            if _only_added(way, begin, pictures, play.scene) and after.get(way, (0, 0))[0]:
                continue
            for index, what in enumerate(("instances", "weight")):
                had, has = before.get(way, (0, 0))[index], after.get(way, (0, 0))[index]
                if has < min(least[index], had):
                    raise Violation(f"below the floor: {what} {has} after a write, {had} before, floor {least}")


def _only_added(way: str, begin: Beginning, pictures: Sequence[dict[str, Any]], scene: Scene) -> bool:
    """Whether a write takes away nothing but what was added to those that served at first, and all serve as they did.

    Who of them is ill, or gone, came to that by itself.
    """
    first, before, after = (set(in_rotation(seen, scene).get(way, ())) for seen in (begin.picture, *pictures))
    seen = pictures[0]
    there = (
        {one[0] for one in seen["servers"].values()} if scene.power else {m["name"] for m in seen["members"].values()}
    )
    return {one for one in first if one[0] in there} <= after <= before


def _strangers(play: Play, begin: Beginning, told: Told) -> None:
    named = play.scene.full(play.scene.named)
    for write in sent(play):
        for was, now in _differences(write):
            one = was or now
            if not ours(one["name"], play.scene):
                raise Violation(f"a stranger was touched: {one['name']}")
            if named and one["name"] not in named:
                raise Violation(f"a member was touched that nobody named: {one['name']}")
            if one["name"] not in named and _held(one) and (was or {}).get("weight") != (now or {}).get("weight"):
                raise Violation(f"a held member was touched: {one['name']}")


def _differences(write: Write) -> Iterator[tuple[Any, Any]]:
    before, after = write.before.get("members", {}), write.after.get("members", {})
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        statuses = ("provisioning_status", "operating_status", "updated_at")
        if {k: v for k, v in (was or {}).items() if k not in statuses} != {
            k: v for k, v in (now or {}).items() if k not in statuses
        }:
            yield was, now


def _recorded(play: Play, begin: Beginning, told: Told) -> None:
    """Before each write there is a row that says so; in the order of the rows where clocks were set."""
    intents = [event for event in play.events() if event.kind is EventKind.INTENT]
    writes = sent(play)
    if len(writes) > len(intents):
        raise Violation(f"{len(writes)} writes, {len(intents)} records of them")
    if any("clock" in word for word in told.texts):
        return
    for number, write in enumerate(writes, start=1):
        before = [event for event in intents if event.at <= write.at + 0.001]
        if "-7200" in str(told):
            continue
        if len(before) < number:
            raise Violation(f"write {number} has no record before it")
        if not any(_is_of(event, write) for event in before):
            raise Violation(f"{write.method} {write.path} has no record before it")


def _is_of(event: Event, write: Write) -> bool:
    """Whether the row says this call."""
    call = event.data.get("call") or {}
    path = str(call.get("path", "")).partition("?")[0]
    return call.get("method") == write.method and bool(path) and write.path.partition("?")[0].endswith(path)


def _leased(play: Play, begin: Beginning, told: Told) -> None:
    """Each write is of the rollout that has the lease at that moment."""
    for write in sent(play):
        held = [json.loads(said) for said in write.before["leases"].values()]
        owners = {one["r"] for one in held}
        if play.rollout_id not in owners or f"rollout/{play.rollout_id} " not in write.agent:
            late = any(kind == "late" and hit.path == write.path for kind, hit in told.met)
            if not late:
                raise Violation(f"{write.agent} wrote while the lease was {owners or 'nobody'}'s")


def _one_by_one(play: Play, begin: Beginning, told: Told) -> None:
    """Of the processes that walk a rollout one after the other none writes once the next one has."""
    seen: list[str] = []
    for write in sent(play):
        if seen and write.agent != seen[-1] and write.agent in seen:
            raise Violation(f"two write in turns: {write.agent} after {seen[-1]}")
        seen.append(write.agent)


# What it was an answer to is read back; a 401 is said before anything is done, and a new token asks again.
_ANSWERED = ("garbage", "html", "refused")


def _opposites(play: Play, begin: Beginning, told: Told) -> None:
    """After a call whose answer was lost, nothing else is sent until it has settled."""
    writes = sent(play)
    least = pace.real(settle_time(play.stage.config.lease.ttl)) * 0.95
    for kind, hit in told.met:
        if kind in _ANSWERED:
            continue
        if not hit.path.startswith("/load-balancer") or hit.method == "GET":
            continue
        body = next((write.body for write in writes if abs(write.at - hit.at) < 0.05), None)
        for write in writes:
            if hit.at + 0.05 < write.at < hit.at + least and body is not None and write.body != body:
                raise Violation(f"the opposite was sent {write.at - hit.at:.2f} s after a lost call")


def _asleep(play: Play, begin: Beginning, told: Told) -> None:
    """Who slept while somebody else took over never writes."""
    first = play.started[0].pid
    if told.woken_at:
        for write in sent(play):
            if write.at > told.woken_at and write.agent.endswith(f":{first})"):
                raise Violation("a process wrote under somebody else's lease")


def _quiet(play: Play, begin: Beginning, told: Told) -> None:
    """No crash, no secret."""
    out = play.place / "runner.out"
    text = out.read_text() if out.exists() else ""
    if "Traceback" in text:
        raise Violation(f"the runner crashed: {text[-600:]}")
    with play.journal() as journal:
        record = text + repr(journal.copy(play.rollout_id))
    secrets = [user.password for user in play.drill.world.users] + list(play.drill.world.tokens)
    if any(secret in record for secret in secrets):
        raise Violation("a secret is in the record")
