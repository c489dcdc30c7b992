"""The plan: an ordered list of steps from one snapshot to a goal. Immutable; made by `planner`, run by the runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from console.config.gate import GateKind
from console.model.call import Call
from console.model.capacity import Capacity
from console.model.colour import Colour
from console.model.commit import CiState
from console.model.shipping import NOT_KNOWN, Safety
from console.plan.basis import Basis
from console.plan.desired import Desired, MemberChange, ServerGone, Weights
from console.plan.orders import Order, SingleOrder


class Action(StrEnum):
    """What is asked for."""

    CUTOVER = "cutover"
    ROLLBACK = "rollback"
    DRAIN = "drain"  # take an instance out of rotation, held
    RESTORE = "restore"  # put it back
    HOLD = "hold"  # keep it as it is: no cutover moves it; one that serves goes out on a way back
    UNHOLD = "unhold"
    REPLACE = "replace"  # one in, another one out
    EVICT = "evict"  # disable the idle colour's members: clients with a session there are sent away
    ADMIT = "admit"  # enable them again, at weight 0
    PREVIEW = "preview"  # keep both pools attached, and checked, by L7 policies
    UNPREVIEW = "unpreview"
    ADOPT = "adopt"  # label what serves as a colour
    LAUNCH = "launch"  # make instances of the idle colour
    RETIRE = "retire"  # delete the idle colour
    SCALE = "scale"  # add instances to the live colour, or take some away
    TAKE_BACK = "take back"  # delete what a launch has made

    @property
    def moves_traffic(self) -> bool:
        """Whether it decides which colour serves."""
        return self in (Action.CUTOVER, Action.ROLLBACK)

    @property
    def is_undone(self) -> bool:
        """Whether the opposite action takes it back, wholly."""
        return self.moves_traffic or self.is_single or self in (Action.PREVIEW, Action.UNPREVIEW)

    @property
    def is_single(self) -> bool:
        """Whether it is about single instances, or the members of an idle colour."""
        return self in _SINGLE


_SINGLE = frozenset(
    {Action.DRAIN, Action.RESTORE, Action.HOLD, Action.UNHOLD, Action.REPLACE, Action.EVICT, Action.ADMIT}
)


@dataclass(frozen=True, slots=True)
class Intent:
    """The operator's goal: which colour is to carry the traffic.

    `target` None: the colour that does not carry it now. `take_in`: names or ids of members at weight 0 without a
    recorded weight, or that a way back would leave out, that belong in rotation ("all" for every one of the target);
    `leave_out`: those that do not.
    `source_fails`: the colour that carries the traffic fails for clients although its checks pass, so that it does not
    count as capacity to be kept. `unattended`: nobody is asked between two shares. `keep_on_proof`: the proof is
    confirmation enough, no second one is waited for. `unchecked`: what nothing checks (a pool that no policy attaches,
    a worker without a probe; of single instances whoever is not known to be dead) may serve all the same. `one_by_one`:
    a call for each member, where the cloud has no additive batch. `order`: what exactly, where a colour does not say
    it. `train`: the one that it is part of, which it waits for twice. `bakes`: what was moved before is watched all the
    same; its runner died before that was over. `undoes`: it is the way back out of a rollout. `began`: of what has
    begun already, what had to be kept when it did (as `Plan.floors`): whoever goes back need not find more than that.
    `drained`: keys of those that somebody set to weight 0 while the rollout ran that is taken back: they stay out,
    unless `drained_needed` says why that is too few. `no_before`: when it began the source did not carry all traffic,
    so that nothing of before could be put back. `stood`: of what has begun already, or is taken back, how its source
    stood when it did: the weight of each member, by its id, of a worker 1 if it ran, by its server's (see
    `plan.stood`). `needed`: keys of those that were out then, and come in because too few would serve without them.
    """

    action: Action
    target: Colour | None = None
    take_in: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    source_fails: bool = False
    unattended: bool = False
    keep_on_proof: bool = False
    unchecked: bool = False
    one_by_one: bool = False
    train: str = ""
    order: Order | None = None
    bakes: bool = False
    undoes: bool = False
    began: Mapping[str, Capacity] = field(default_factory=dict)
    drained: tuple[str, ...] = ()
    drained_needed: str = ""
    no_before: bool = False
    stood: Mapping[str, int] = field(default_factory=dict)
    needed: tuple[str, ...] = ()

    @property
    def is_return(self) -> bool:
        """Whether traffic goes where it was."""
        return self.action is Action.ROLLBACK and not self.no_before

    @property
    def is_way_back(self) -> bool:
        """Whether it takes back what another rollout did: neither a freeze nor a pause holds it up."""
        return self.undoes or self.action in (Action.ROLLBACK, Action.TAKE_BACK)


class StepKind(StrEnum):
    """The stages of a release that a shift of traffic needs. SHIFT and PROVE come once per share of the traffic."""

    RECONCILE = "reconcile"
    SHIFT = "shift"
    CHECK = "check"  # waits until what was started, or put into a pool, is seen to work
    PROVE = "prove"
    PAUSE = "pause"  # waits for an operator to go on with the next share
    CONFIRM = "confirm"  # goes back by itself unless an operator confirms in time
    BAKE = "bake"  # watches health and traffic for a while
    REMEMBER = "remember"  # notes on servers what became of their release; where that fails, it is said
    LAUNCH = "launch"  # makes servers, and waits until each is built
    WRITE = "write"  # writes that move no traffic: members that enter at weight 0 or leave, labels, locks
    HEALTH = "health"  # waits until instances are healthy where they stand
    DRAIN = "drain"  # lets requests and jobs under way finish
    REMOVE = "remove"  # takes members, servers away, one by one
    GATE = "gate"  # a test of the config that must pass, or people who must sign


@dataclass(frozen=True, slots=True)
class Share:
    """A colour in a pool before or after a step. `percent` is its share of all weight in rotation.

    `unseen`: of those in rotation who were neither seen healthy nor are known to be dead.
    """

    colour: Colour
    in_rotation: int
    healthy: int
    weight: int
    percent: float
    healthy_weight: int
    unseen: int = 0
    unseen_weight: int = 0

    @property
    def seen(self) -> str:
        """`3 healthy`, `2 healthy, 1 not seen`."""
        return f"{self.healthy} healthy" + (f", {self.unseen} not seen" if self.unseen else "")


@dataclass(frozen=True, slots=True)
class Way:
    """A way by which clients come, that is asked: a listener or a load balancer. `address`: what it listens on."""

    name: str
    url: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is asked through the VIP, and the versions of which one must answer: fixed when the plan is made.

    `count` new connections within `over` seconds, all to be answered by one of `versions`. With `others` the traffic is
    shared: each of the two sets must answer at least once, and both may; the share is shown, not judged.

    Where clients come by several ways: `name` is that of the one which `url` asks (empty where that is not known),
    `further` are asked as well, each so often, and `missed` names those that cannot be asked.
    """

    url: str
    versions: tuple[str, ...]
    count: int = 20
    over: float = 2.0
    others: tuple[str, ...] = ()
    name: str = ""
    further: tuple[Way, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def through(self) -> str:
        """`the VIP`; where there are several ways `the VIP of http and https`."""
        names = (self.name, *(way.name for way in self.further))
        return f"the VIP of {listed(names)}" if self.name else "the VIP"

    @property
    def words(self) -> str:
        """`proven through the VIP of http; not through https`."""
        return f"proven through {self.through}" + (f"; not through {listed(self.missed)}" if self.missed else "")


def listed(names: tuple[str, ...]) -> str:
    """`http, https and admin`."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


@dataclass(frozen=True, slots=True)
class Gating:
    """Which gate of the config a step carries out: `number` in `release.gates`, from 1, and its kind.

    `by`, `count` and `checklist` are those of a sign-off: who may sign, how many must, and what they say to have seen.
    """

    number: int
    kind: GateKind
    by: tuple[str, ...] = ()
    count: int = 0
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a step: the desired state, the call that brings it about, and the one that takes it back.

    `key` tells the writes of a step apart, in the journal as well; empty where there is only one.
    """

    desired: Desired
    call: Call
    undo: Call | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `words` explain it to someone who does it for the first time.

    `before`/`after` are predictions: BLUE, then GREEN. `way`: the listener that they are of, where one of several is
    moved; empty: they are of all clients. `deadline` in seconds; `outcome` says what happens at it.
    `writes` are sent one after another; of `at_once` of them the effect may be waited for at the same time, so each is
    seen to be done before the next where that is 1. `healthy`: keys of the instances that a check waits for; `names`:
    names of those that do not exist yet when the plan is made.
    """

    id: str
    kind: StepKind
    title: str
    words: str
    deadline: float
    outcome: str
    writes: tuple[Write, ...] = ()
    at_once: int = 1
    before: tuple[Share, Share] | None = None
    after: tuple[Share, Share] | None = None
    checks: tuple[str, ...] = ()
    proof: Proof | None = None
    healthy: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    gate: Gating | None = None
    way: str = ""

    @property
    def changes(self) -> tuple[MemberChange, ...]:
        """The members whose weight it changes."""
        return tuple(
            one for write in self.writes if isinstance(write.desired, Weights) for one in write.desired.changes
        )


@dataclass(frozen=True, slots=True)
class Carried:
    """A commit that a plan ships or undoes, as the journal keeps it. `at`: the committer's time, Unix seconds.

    `ids` are all names by which the change may be known elsewhere, its SHA first (see `Marked`). `tests`: what they
    came to, as `CiState` has it. `reverts` and `reverted_by` as in `Marked`.
    """

    sha: str
    subject: str
    at: float
    flags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tests: str = CiState.UNKNOWN
    reverts: tuple[str, ...] = ()
    reverted_by: str = ""

    @property
    def words(self) -> str:
        """`5c0d77a Drop deprecated columns`."""
        return f"{self.sha[:7]} {self.subject}"

    @property
    def untested(self) -> bool:
        """Whether it is known that no tests of it have passed."""
        return self.tests in (CiState.FAILED, CiState.NONE, CiState.RUNNING)


@dataclass(frozen=True, slots=True)
class Shipment:
    """What a plan makes live and what it takes out again, newest first; None where that is not known.

    `safety`: of a cutover, whether going back afterwards is safe; of a rollback, whether what it undoes can be undone.
    `more`: there are more commits than are kept here. `reverts`: ids of commits that are taken back by what ships.
    `notes`: those of the plan that are about it. It is an observation, and no part of the digest.
    """

    ships: tuple[Carried, ...] | None = None
    undoes: tuple[Carried, ...] | None = None
    safety: Safety = NOT_KNOWN
    more: bool = False
    reverts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan. `digest` is over intent, config, basis and versions: planning twice gives the same.

    `notes` must be read before confirming: who is held, what is not proven, what stays behind.
    `writes` is the number of calls that change something; `steps` without one prove that the goal is reached already.
    `goal` is what is true when it is done, in a clause: `GREEN 8be41d0 carries all traffic`. `floors`: what no write
    may go below, for each way by which clients come (`capacity.ways`), as it was when the plan was made.
    `unseen`: keys of single instances that serve, are changed, and were not seen healthy then; an observation as well.
    """

    service: str
    environment: str
    action: Action
    source: Colour
    target: Colour
    source_version: str
    target_version: str
    summary: str
    intent: Intent
    basis: Basis
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    digest: str
    goal: str = ""
    floors: Mapping[str, Capacity] = field(default_factory=dict)
    shipment: Shipment = Shipment()
    unseen: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """`cutover nova-api blue>green`, `drain nova-api api-1`: for a lease, and for lists."""
        if self.action.moves_traffic:
            return f"{self.action} {self.service} {self.source}>{self.target}"
        order = self.intent.order
        names = order.names if isinstance(order, SingleOrder) else ()
        return f"{self.action} {self.service} {', '.join(names)}".rstrip()

    @property
    def deleted(self) -> int:
        """Servers that it deletes."""
        return sum(isinstance(write.desired, ServerGone) for step in self.steps for write in step.writes)

    @property
    def writes(self) -> int:
        """Calls that change what clients and instances get; a note on servers is none."""
        return sum(len(step.writes) for step in self.steps if step.kind is not StepKind.REMEMBER)


class Enough(NamedTuple):
    """The `min_ratio` with which what was refused would be planned; `words`: `1 of 2 would serve`."""

    ratio: float
    words: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no plan. `code` is for programs: `untagged`, `unhealthy`, `floor`, `foreign`, `stale`, ...

    `names` are the instances it is about. `rule` is the number in DESIGN §6. `enough`: what an operator may say on
    purpose, so that it is planned all the same.
    """

    code: str
    reason: str
    hint: str
    rule: int
    names: tuple[str, ...] = ()
    enough: Enough | None = None
