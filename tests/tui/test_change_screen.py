"""The change screen: read the plan, confirm it by typing, follow it, stop it, settle it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from rollouts import cutover, events, rollout, seen
from screen_text import line_with, shows, text_of, until
from shipped import shipped
from tuikit import config, instance, make_app, service, with_instances

from console.config.gate import Gate, SignOff
from console.config.model import Config, Release
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.record import Record, Undone
from console.model.service import Service
from console.plan.plan import Action
from console.rollout.records import DecisionKind, EventKind, RolloutState
from screens.arming import Arming
from screens.messages import Begun, Decided
from screens.widgets.form import Form, Stop


def armed() -> Arming:
    return Arming().arm(time.time(), "")


async def test_the_plan_is_shown_with_its_call_and_its_shares() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api")
        await pilot.press("down")
        await shows(
            pilot, "1 write, 6 members", "step 2 of 4", "additive_only=true", "openstack loadbalancer member set"
        )


async def test_read_only_says_so_and_opens_no_dialog() -> None:
    app, _, desk = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter")
        await shows(pilot, "press o to arm")
        assert len(app.screen_stack) == 2
        assert desk.begun == []


async def test_typing_the_name_and_a_reason_starts_the_plan_that_was_shown() -> None:
    app, _, desk = make_app(service(time.time()), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter")
        await shows(pilot, "Cancel")
        assert isinstance(app.focused, Form)
        assert app.focused.stop is Stop.CANCEL
        await pilot.press(*"api", "enter", *"why", "enter")
        await until(pilot, lambda: [(plan.target, reason) for plan, reason in desk.begun] == [(Colour.GREEN, "why")])


@pytest.mark.parametrize(
    "keys", [["enter"], ["escape"], [*"ap", "enter", "escape"], [*"api", "enter", "enter", "escape"]]
)
async def test_whatever_is_not_a_full_confirmation_starts_nothing(keys: list[str]) -> None:
    app, _, desk = make_app(service(time.time()), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter", *keys)
        await shows(pilot, "nothing was changed")
        assert desk.begun == []


async def test_outside_production_a_y_is_enough() -> None:
    app, _, desk = make_app(service(time.time()), settings=config(environment="stage"), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter", "y", "enter")
        await until(pilot, lambda: len(desk.begun) == 1)


async def test_a_plan_that_changes_while_one_types_is_not_started() -> None:
    now = time.time()
    app, watcher, desk = make_app(service(now), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter")
        one_less = [instance(Colour.BLUE, number, now) for number in (1, 2)]
        watcher.show(with_instances(service(now), Colour.BLUE, *one_less))
        await until(pilot, lambda: len(app.service("api").blue.instances) == 2)  # type: ignore[union-attr]
        await pilot.press(*"api", "enter", *"why", "enter")
        await shows(pilot, "plan has changed")
        assert desk.begun == []


async def test_an_arming_that_ends_while_one_types_starts_nothing() -> None:
    moment = [time.time()]
    soon = armed()._replace(until=moment[0] + 5)
    app, _, desk = make_app(service(moment[0]), arming=soon, clock=lambda: moment[0])
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter", *"api", "enter", *"why")
        moment[0] += 10
        await pilot.press("enter")
        await shows(pilot, "step 1 of 4", "READ-ONLY", "read-only")
        assert desk.begun == []


async def test_a_rollback_from_an_unarmed_console_is_one_typed_dialog() -> None:
    app, _, desk = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("r", "enter", *"api", "enter")
        await until(pilot, lambda: [plan.action for plan, _ in desk.begun] == [Action.ROLLBACK])
        assert not app.arming.armed(time.time())


async def test_a_console_that_can_not_be_armed_rolls_nothing_back() -> None:
    app, _, desk = make_app(service(time.time()), arming=Arming("it was started with --read-only"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("r", "enter")
        await shows(pilot, "--read-only")
        assert len(app.screen_stack) == 2
        assert desk.begun == []


async def test_a_refusal_names_the_instance_and_the_reason() -> None:
    now = time.time()
    sick = instance(Colour.GREEN, 1, now, status="ERROR")
    app, _, _ = make_app(with_instances(service(now), Colour.GREEN, sick), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "REFUSED", "api-green-1")
        await pilot.press("enter")
        await shows(pilot, "start: refused")


async def test_instances_that_nobody_recorded_can_be_taken_in() -> None:
    now = time.time()
    green = instance(Colour.GREEN, 1, now)
    assert isinstance(green.member, Member)
    unrecorded = replace(green, member=replace(green.member, tags=()))
    blue = instance(Colour.BLUE, 1, now)
    facts = with_instances(with_instances(service(now), Colour.GREEN, unrecorded), Colour.BLUE, blue)
    app, _, _ = make_app(facts, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "REFUSED", "press t to take them in")
        await pilot.press("t")
        await shows(pilot, "step 1 of 4")


async def test_a_rollout_that_was_begun_is_followed_step_by_step() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        desk.post(Begun(rollout(plan, now)))
        told = events(now, (EventKind.BEGUN, "reconcile", "x"), (EventKind.PASSED, "reconcile", "x", {"seconds": 0.4}))
        told += events(now, (EventKind.BEGUN, "shift", "x"), (EventKind.INTENT, "shift", "PUT /v2/lbaas, 6 members"))
        desk.post(seen(rollout(plan, now), told))
        await shows(pilot, "done 0.4 s")
        assert "done 0.4 s" in line_with(app, "look again")
        assert "of 900 s" in line_with(app, " 2 to GREEN ")
        assert "PUT /v2/lbaas, 6 members" in text_of(app)
        assert 'alice@jump1 "release 2026.2"' in text_of(app)
        desk.post(seen(rollout(plan, now, RolloutState.DONE, "GREEN carries all traffic"), told))
        await shows(pilot, "DONE: GREEN carries all traffic")


async def test_an_abort_asks_what_then_and_starts_on_going_on() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(seen(rollout(plan, now)))
        await shows(pilot, "press f to follow it")
        await pilot.press("f", "a")
        await shows(pilot, "let it go on")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        assert desk.aborted == []
        await pilot.press("a", "g", "enter")
        await pilot.press("a", "h", "enter")
        await until(pilot, lambda: desk.aborted == [("a1b2c3", "", False), ("a1b2c3", "", True)])


async def test_while_a_rollout_is_under_way_nothing_else_can_be_started() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(seen(rollout(plan, now)))
        await shows(pilot, "press f to follow it")
        await pilot.press("c")
        await shows(pilot, "cut over: rollout a1b2c3 is under way")


async def test_an_unfinished_rollout_is_offered_its_ends() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(seen(rollout(plan, now), orphan=True))
        await shows(pilot, "unfinished")
        await pilot.press("f")
        await shows(pilot, "UNFINISHED")
        await pilot.press("u")
        await shows(pilot, "finish", "go back", "leave", "not now")
        await pilot.press("f", "enter")
        await pilot.press(*"api", "enter")
        await until(pilot, lambda: desk.settled == [("a1b2c3", DecisionKind.FINISH)])


async def test_what_is_settled_is_the_plan_that_was_shown() -> None:
    now = time.time()
    facts = service(now)
    app, watcher, desk = make_app(facts, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(seen(rollout(cutover(facts, config().services["api"], now), now), orphan=True))
        await shows(pilot, "unfinished")
        await pilot.press("f", "u")
        await shows(pilot, "finish", "go back", "leave", "not now")
        await pilot.press("f", "enter", *"api")
        fewer = replace(facts, green=replace(facts.green, instances=facts.green.instances[:-1]))
        watcher.show(fewer)
        await until(pilot, lambda: app.service("api") is not None and len(_green(app.service("api"))) == 2)
        await pilot.press("enter")
        await shows(pilot, "the plan has changed while you were typing")
        assert desk.settled == []


def _green(found: Service | None) -> tuple[Instance, ...]:
    return found.green.instances if found is not None else ()


@pytest.mark.parametrize("named", ["", "drops a column"])
async def test_after_a_way_back_the_bad_commit_is_asked_for_until_it_is_named(named: str) -> None:
    now = time.time()
    taken = tuple(Undone((f"{number:040}",), "x", "9be04d7", "a1b2c3", now, named) for number in range(3))
    app, _, desk = make_app(replace(service(now), record=Record(undone=taken)), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        desk.post(Begun(rollout(plan, now)))
        desk.post(seen(rollout(plan, now, RolloutState.ROLLED_BACK, "errors through the VIP")))
        await shows(pilot, "errors through the VIP")
        asked = "3 commits held back: m opens the commits, x there names the bad one" in text_of(app)
        assert asked is not bool(named)


async def test_however_much_is_wrong_keys_notes_and_the_last_word_stay_on_a_small_screen() -> None:
    now = time.time()
    record = Record(problem="the database of the journal does not answer, " * 3)
    facts = replace(shipped(now), record=record)
    app, _, desk = make_app(facts, arming=armed())
    plan = cutover(facts, config().services["api"], now)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "does not answer", "enter start", "? help", "All traffic moves from")
        desk.post(Begun(rollout(plan, now)))
        told = events(now, *((EventKind.OUTCOME, "shift", f"accepted {number}") for number in range(20)))
        desk.post(seen(rollout(plan, now, RolloutState.DONE, "GREEN carries all traffic, " * 4), told))
        await shows(pilot, "does not answer", "DONE: GREEN", "accepted 19", "through the VIP", "? help")


async def test_what_the_journal_refuses_is_said() -> None:
    app, _, desk = make_app(service(time.time()), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        desk.post(Decided("the journal cannot be written: disk full; check the disk's space", failed=True))
        await shows(pilot, "disk full")


async def test_leaving_the_screen_leaves_the_rollout_alone() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.post(seen(rollout(plan, now)))
        await shows(pilot, "rollout a1b2c3")
        await pilot.press("f")
        await until(pilot, lambda: desk.followed == "a1b2c3")
        await pilot.press("escape")
        await until(pilot, lambda: desk.followed is None)
        assert desk.aborted == []
        await shows(pilot, "rollout a1b2c3")


def gated(*gates: Gate) -> Config:
    """The usual config, with gates."""
    usual = config()
    service_config = usual.services["api"]._replace(release=Release(gates=gates))
    return usual._replace(services={"api": service_config})


async def test_what_a_failed_gate_printed_is_one_key_away() -> None:
    now = time.time()
    settings = gated(Gate(name="smoke", run=("smoke",)))
    plan = cutover(service(now), settings.services["api"], now)
    told = events(
        now,
        (EventKind.BEGUN, "reconcile", "x"),
        (EventKind.PASSED, "reconcile", "x", {"seconds": 0.4}),
        (EventKind.BEGUN, "gate-1", "x"),
        (EventKind.GATE, "gate-1", "gate smoke: failed: exit 1", {"verdict": "failed", "output": "x"}),
    )
    app, _, desk = make_app(service(now), settings=settings, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        desk.post(seen(rollout(plan, now), told))
        await shows(pilot, "press f to follow it")
        await pilot.press("f")
        await shows(pilot, "gate: smoke", "gate smoke: failed: exit 1")
        await pilot.press("d")
        await shows(pilot, "no gate of this rollout has printed anything")
        printed = ("== gate smoke: failed: exit 1", *(f"line {n}" for n in range(60)), "\x1b[2Jcursed [b]last[/b]")
        failed = rollout(plan, now, RolloutState.FAILED, "gate smoke: failed: exit 1")
        desk.post(seen(failed, told, printed=printed))
        await shows(pilot, "output", "FAILED")
        await pilot.press("d")
        await shows(pilot, "what the gates printed", "cursed [b]last[/b]", "line 59")
        assert "line 3 " not in text_of(app)
        await pilot.press(*["backspace"] * 9)
        await shows(pilot, "line 3 ")
        await pilot.press("d")
        await shows(pilot, "A command tests GREEN")


async def test_a_signature_is_asked_for_with_its_checklist() -> None:
    now = time.time()
    sign = SignOff(by=("alice",), checklist=("the dashboards are green", "support knows"))
    settings = gated(Gate(sign=sign))
    plan = cutover(service(now), settings.services["api"], now)
    told = events(now, (EventKind.BEGUN, "gate-1", "x"))
    app, _, desk = make_app(service(now), settings=settings, arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        desk.post(seen(rollout(plan, now), told))
        await shows(pilot, "is under way")
        await pilot.press("f")
        await shows(pilot, "WAITS FOR YOU", "n sign")
        await pilot.press("n")
        await shows(pilot, "Sign: api", "the dashboards are green", "support knows")
        await pilot.press(*"api", "enter", "enter", "enter")
        await until(pilot, lambda: desk.words == [("a1b2c3", "gate-1", "")])
