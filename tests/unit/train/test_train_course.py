"""What a train does next: any conductor, at any moment, does the same; and back is the other way round."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_worlds import NOW, config, usual

from console.config.gate import Gate
from console.config.model import Release
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.plan.waits import BARRIER_KEEP, BARRIER_SHIFT
from console.rollout.records import TAKES_UP, Event, EventKind, Rollout, RolloutState
from console.rollout.train.course import Do, Move, Part, next_move, passed, where
from console.rollout.who import Who

NAMES = ("conductor", "scheduler", "api")


def planned() -> Plan:
    made = plan(usual(), config(), Intent(Action.CUTOVER, train="upgrade"), NOW)
    assert isinstance(made, Plan)
    return made


PLAN = planned()


def part(name: str, state: RolloutState = RolloutState.RUNNING, **more: object) -> Part:
    made = Rollout(f"id-{name}", name, PLAN, Who("alice", "jump1"), "why", NOW, state, sentence=f"{name} said so")
    return Part(made, **more)  # type: ignore[arg-type]


def test_the_barriers_stand_after_the_gates_and_after_the_proof() -> None:
    release = Release(shift=(50, 100), bake=60.0, confirm_within=60.0, gates=(Gate(run=("smoke",)),))
    made = plan(usual(), config(release=release), Intent(Action.CUTOVER, unattended=True, train="upgrade"), NOW)
    assert isinstance(made, Plan)
    ids = [step.id for step in made.steps]
    assert ids[:4] == ["reconcile", "gate-1", BARRIER_SHIFT, "shift-50"]
    assert ids[-5:] == ["prove", BARRIER_KEEP, "confirm", "bake", "remember"]
    back = plan(usual(), config(release=release), Intent(Action.ROLLBACK, train="upgrade"), NOW)
    assert isinstance(back, Plan)
    assert not {BARRIER_SHIFT, BARRIER_KEEP} & {step.id for step in back.steps}


def test_what_has_passed_is_told_of_the_plan_under_way() -> None:
    told = [
        (EventKind.STARTED, ""), (EventKind.PASSED, "reconcile"), (EventKind.STARTED, ""), (EventKind.PASSED, "prove"),
    ]  # fmt: skip
    found = passed(part("a").rollout, [Event(n, NOW, kind, step, "x") for n, (kind, step) in enumerate(told)])
    assert found == {"prove"}


@pytest.mark.parametrize("recorded", ["with the plan", "by its step"])
def test_what_has_passed_stays_so_where_a_wait_is_taken_up(recorded: str) -> None:
    """Earlier versions recorded it with the plan under way."""
    a = part("a")
    told = [Event(n, NOW, EventKind.PASSED, step, "x") for n, step in enumerate((BARRIER_SHIFT, "shift", "prove"))]
    if recorded == "with the plan":
        told += [
            Event(8, NOW, EventKind.STARTED, "", "runner 2"),
            Event(9, NOW, EventKind.PLANNED, "", "continue", {"plan": msgspec.to_builtins(PLAN)}),
        ]
    else:
        told.append(Event(8, NOW, EventKind.STARTED, "", "runner 2", {TAKES_UP: BARRIER_KEEP}))
    told.append(Event(10, NOW, EventKind.BEGUN, BARRIER_KEEP, "waits"))
    done = passed(a.rollout, told)
    assert done == {BARRIER_SHIFT, "shift", "prove"}
    move = next_move([replace(a, passed=done, at=BARRIER_KEEP), part("b", at=BARRIER_SHIFT)], "")
    assert (move.do, move.step) == (Do.GO_ON, BARRIER_SHIFT)
    assert move.part is not None
    assert move.part.service == "b"
    other = Event(11, NOW, EventKind.PLANNED, "", "going back", {"plan": msgspec.to_builtins(replace(PLAN, goal="x"))})
    assert passed(a.rollout, [*told, other]) == frozenset()


def test_a_service_that_stopped_is_a_persons_decision() -> None:
    parts = [part("a", at=BARRIER_KEEP), part("b", RolloutState.STOPPED)]
    move = next_move(parts, "")
    assert (move.do, move.state, move.exit_code) == (Do.END, RolloutState.STOPPED, 7)
    assert "b needs a human: b said so" in move.sentence
    assert move.sentence.endswith("; a is on GREEN; as before: b")
    assert next_move(parts, "bob").do is Do.SETTLE
    tried = [parts[0], replace(parts[1], settled=True, asked=True)]
    assert next_move(tried, "bob").state is RolloutState.STOPPED


def test_a_runner_that_is_gone_stops_the_train() -> None:
    parts = [part("a", orphan=True), part("b", at=BARRIER_SHIFT)]
    assert next_move(parts, "").state is RolloutState.STOPPED
    assert [next_move(parts, "bob").do, next_move(parts, "bob").part] == [Do.ABORT, parts[1]]


@pytest.mark.parametrize("state", [RolloutState.ROLLED_BACK, RolloutState.FAILED, RolloutState.REFUSED])
def test_one_that_did_not_arrive_takes_the_others_back(state: RolloutState) -> None:
    parts = [part("a", RolloutState.DONE), part("b", at=BARRIER_KEEP), part("c", state)]
    move = next_move(parts, "")
    assert (move.do, move.part) == (Do.ABORT, parts[1])
    parts[1] = part("b", RolloutState.ROLLED_BACK, asked=True)
    move = next_move(parts, "")
    assert (move.do, move.part) == (Do.TAKE_BACK, parts[0])
    parts[0] = replace(parts[0], back=part("a", RolloutState.DONE).rollout)
    move = next_move(parts, "")
    assert (move.do, move.state, move.exit_code) == (Do.END, RolloutState.ROLLED_BACK, 6)


def test_one_that_a_person_left_in_the_middle_is_not_called_back() -> None:
    left = part("b", RolloutState.LEFT, wrote=True)
    for aborted in ("", "bob"):
        move = next_move([part("a", RolloutState.DONE), left], aborted)
        told = "b needs a human: b said so"
        assert (move.state, move.sentence.partition(";")[0]) == (RolloutState.STOPPED, told)
    assert where([left]) == "somewhere between, look at it: b"


def test_a_way_back_that_failed_stops_everything() -> None:
    lost = replace(part("b", RolloutState.DONE), back=part("b", RolloutState.STOPPED).rollout)
    move = next_move([part("a", RolloutState.DONE), lost], "bob")
    told = "b is not back: b said so; a is on GREEN; somewhere between, look at it: b"
    assert (move.state, move.sentence) == (RolloutState.STOPPED, told)


def test_who_is_where_is_told_of_each() -> None:
    shifting = frozenset({BARRIER_SHIFT})
    back = part("d", RolloutState.DONE).rollout
    parts = [
        part("a", RolloutState.DONE),
        part("b", at=BARRIER_KEEP, passed=shifting, orphan=True),
        part("c", RolloutState.STOPPED, passed=shifting, wrote=True),
        part("d", RolloutState.DONE, back=back),
        part("e", RolloutState.ROLLED_BACK, passed=shifting),
        part("f", at=BARRIER_SHIFT),
        part("g", at=BARRIER_KEEP, passed=shifting, asked=True, wrote=True),
        part("h", RolloutState.STOPPED, wrote=True),
        part("i", orphan=True),
    ]
    assert where(parts) == "a is on GREEN; b is on GREEN; as before: d, e, f, i; somewhere between, look at it: c, g, h"


def test_one_that_has_nothing_to_move_is_neither_waited_for_nor_taken_back() -> None:
    still = part("a", RolloutState.DONE)
    still = replace(still, rollout=replace(still.rollout, plan=replace(PLAN, steps=())))
    waiting = part("b", at=BARRIER_SHIFT)
    assert next_move([still, waiting], "") == Move(Do.GO_ON, waiting, BARRIER_SHIFT)
    assert next_move([still, part("b", RolloutState.ROLLED_BACK)], "bob").state is RolloutState.ROLLED_BACK


@dataclass
class Simulated:
    """A service whose runner takes one step at a time; `fails_at` ends it there."""

    name: str
    fails_at: str = ""
    step: int = -1
    state: RolloutState = RolloutState.WAITING
    word: bool = False
    asked: bool = False
    back: RolloutState | None = None
    log: list[str] = field(default_factory=list)

    STEPS = ("gate", BARRIER_SHIFT, "shift", BARRIER_KEEP, "bake")

    def tick(self) -> None:
        """The runner goes on, if it may."""
        if self.back is RolloutState.RUNNING:
            self.back = RolloutState.DONE
            self.log.append("back")
        if self.state is not RolloutState.RUNNING:
            return
        if self.asked:
            self.state = RolloutState.ROLLED_BACK
            self.log.append("back")
            return
        here = self.STEPS[self.step]
        if here.startswith("barrier") and not self.word:
            return
        self.word = False
        if here == self.fails_at:
            self.state = RolloutState.ROLLED_BACK if here != "gate" else RolloutState.FAILED
            self.log.append("back")
            return
        self.log.append(here)
        self.step += 1
        if self.step == len(self.STEPS):
            self.state = RolloutState.DONE

    def part(self) -> Part:
        here = self.STEPS[self.step] if 0 <= self.step < len(self.STEPS) else ""
        at = here if here.startswith("barrier") and not self.word and self.state is RolloutState.RUNNING else ""
        made = part(self.name, self.state, passed=frozenset(self.log), at=at, asked=self.asked)
        if self.back is not None:
            made = replace(made, back=part(self.name, self.back).rollout)
        return made

    def do(self, move: Move) -> None:
        match move.do:
            case Do.START if self.state is RolloutState.WAITING:
                self.state, self.step = RolloutState.RUNNING, 0
            case Do.START:
                self.back = RolloutState.RUNNING
            case Do.GO_ON:
                self.word = True
            case Do.ABORT:
                self.asked = True
            case Do.TAKE_BACK:
                self.back = RolloutState.WAITING


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    fails=st.sampled_from(["", *Simulated.STEPS]),
    who=st.integers(0, 2),
    abort_after=st.one_of(st.none(), st.integers(0, 60)),
)
def test_whatever_happens_the_order_is_kept(seed: int, fails: str, who: int, abort_after: int | None) -> None:
    chance = random.Random(seed)
    services = [Simulated(name, fails if number == who else "") for number, name in enumerate(NAMES)]
    for turn in range(600):
        aborted = "bob" if abort_after is not None and turn >= abort_after else ""
        move = next_move([one.part() for one in services], aborted)
        if move.do is Do.END:
            break
        if move.part is not None:
            next(one for one in services if one.name == move.part.service).do(move)
        chance.choice(services).tick()
        _ordered(services)
    else:
        raise AssertionError("it never ends")
    arrived = [one.state is RolloutState.DONE and one.back is None for one in services]
    assert move.state is (RolloutState.DONE if all(arrived) else RolloutState.ROLLED_BACK)
    assert all(arrived) or not any(arrived)


def _ordered(services: list[Simulated]) -> None:
    """No shift before all gates and before the shift of the one in front; back from the end."""
    if any("shift" in one.log for one in services):
        assert all("gate" in one.log for one in services)
    for one, following in pairwise(services):
        if "shift" in following.log:
            assert "shift" in one.log
        # whoever failed by itself came back alone; of the others, those behind are back first
        if "back" in one.log and not one.fails_at and "shift" in following.log:
            assert "back" in following.log
