"""What ships is seen on the change screen before anybody confirms, however small the terminal is."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from rollouts import rollout, seen
from screen_text import lines_of, shows, text_of, until
from shipped import NO, commit, shipped, with_commits
from tuikit import config, make_app, service

from console.model.commit import Ci, CiState
from console.model.shipping import Safe
from console.plan.plan import Action, Plan
from screens.arming import Arming
from screens.change import ChangeScreen
from screens.widgets.form import Form


def armed() -> Arming:
    return Arming().arm(time.time(), "")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (120, 24), (80, 40)])
async def test_a_migration_and_a_commit_that_failed_its_tests_are_both_seen_before_the_confirmation(
    size: tuple[int, int],
) -> None:
    app, _, desk = make_app(shipped(time.time()), arming=armed())
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api", "ships 6 commits", "safe to go back after: no")
        lines = lines_of(app)
        migration = next(line for line in lines if "0000002 Drop" in line)
        assert "migration, Rollback-Safe: no" in migration
        failed = next(line for line in lines if "0000003 Cache flavors" in line)
        assert "tests failed" in failed
        assert "tests: 5 of 6 passed, 1 failed" in text_of(app)
        assert "enter start" in text_of(app)
        assert desk.begun == []


async def test_however_many_cannot_be_undone_the_untested_one_is_seen() -> None:
    now = time.time()
    many = [commit(number, f"Drop table {number}", now, trailers=NO) for number in range(1, 9)]
    untested = commit(9, "Nobody tested this", now, ci=Ci(CiState.NONE))
    app, _, _ = make_app(with_commits(service(now), *many, untested), arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "Drop table 1", "Nobody tested this", "no tests", "and 7 more to look at: press m")


async def test_tests_that_nobody_tells_of_are_no_blank() -> None:
    now = time.time()
    silent = Ci(CiState.UNKNOWN, why="zuul.example.org did not answer: timed out")
    app, _, _ = make_app(with_commits(service(now), commit(1, "Add retry", now, ci=silent)), arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "tests: not known of 1 commit")
        (note,) = (one for one in _notes(app.screen) if "tests of 1 of 1 commits" in one)
        assert note.endswith("zuul.example.org did not answer: timed out")


def _notes(screen: object) -> tuple[str, ...]:
    assert isinstance(screen, ChangeScreen)
    assert isinstance(screen.forecast, Plan)
    return screen.forecast.shipment.notes


async def test_the_mark_of_failed_tests_never_gives_way_to_a_long_reason() -> None:
    now = time.time()
    words = (("Rollback-Safe", f"no, {'because of the old columns ' * 4}"),)
    both = commit(1, "Drop columns", now, trailers=words, ci=Ci(CiState.FAILED, "zuul gate"))
    undone = tuple(commit(number, f"Drop table {number}", now, trailers=NO) for number in range(2, 9))
    facts = with_commits(service(now), both, commit(9, "Untested", now, ci=Ci(CiState.NONE)), undone=undone)
    app, _, _ = make_app(facts, arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "Drop table 2", "tests failed: zuul gate", "1 without tests")


async def test_what_is_not_rollback_safe_wants_a_longer_word_and_a_reason() -> None:
    app, _, desk = make_app(shipped(time.time()), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter")
        await shows(pilot, "Type override api to cut over", "going back afterwards is NOT safe")
        await pilot.press(*"api", "enter")
        await shows(pilot, "that is not override api")
        assert isinstance(app.focused, Form)
        await pilot.press("ctrl+u", *"override", "space", *"api", "enter", *"why", "enter")
        await until(pilot, lambda: len(desk.begun) == 1)
        assert desk.begun[0][1] == "why"
        assert desk.overridden == ["why"]


async def test_a_rollback_that_undoes_what_cannot_be_undone_is_one_dialog_away() -> None:
    now = time.time()
    facts = with_commits(service(now), undone=(commit(7, "Drop columns", now, trailers=NO),))
    app, _, desk = make_app(facts)  # not armed
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("r")
        await shows(pilot, "ROLL BACK api", "undoes 1 commit", "safe to undo: no", "0000007 Drop columns")
        await pilot.press("enter")
        await shows(pilot, "override api")
        await pilot.press(*"override", "space", *"api", "enter", *"fire", "enter")
        await until(pilot, lambda: desk.overridden == ["fire"])
        assert desk.begun[0][0].action is Action.ROLLBACK


async def test_a_plan_that_becomes_unsafe_while_one_types_is_not_started() -> None:
    now = time.time()
    safe = with_commits(service(now), commit(1, "Add retry to RPC", now))
    app, watcher, desk = make_app(safe, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter", *"api", "enter", *"why")
        watcher.show(shipped(now))
        change = app.screen_stack[-2]
        assert isinstance(change, ChangeScreen)
        await until(pilot, lambda: _verdict(change) is Safe.NO)
        await pilot.press("enter")
        await shows(pilot, "the plan has changed while you were typing (rollback safety: no)")
        assert desk.begun == []


async def test_an_age_that_grows_while_one_types_is_no_other_plan() -> None:
    now = time.time()
    facts = with_commits(service(now), commit(1, "Add retry to RPC", now))
    assert facts.shipping is not None
    remembered = replace(facts, shipping=replace(facts.shipping, remembered_at=now - 600))
    older = replace(facts, shipping=replace(facts.shipping, remembered_at=now - 1200))
    app, watcher, desk = make_app(remembered, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c", "enter", *"api", "enter", *"why")
        change = app.screen_stack[-2]
        assert isinstance(change, ChangeScreen)
        watcher.show(older)
        await until(pilot, lambda: "20 min ago" in _reason(change))
        await pilot.press("enter")
        await until(pilot, lambda: len(desk.begun) == 1)


def _reason(screen: ChangeScreen) -> str:
    return screen.forecast.shipment.safety.reason if isinstance(screen.forecast, Plan) else ""


def _verdict(screen: ChangeScreen) -> Safe | None:
    return screen.forecast.shipment.safety.verdict if isinstance(screen.forecast, Plan) else None


async def test_without_a_source_of_commits_there_is_no_block() -> None:
    facts = replace(service(time.time()), commits=None, shipping=None)
    settings = config()
    bare = settings._replace(services={"api": settings.services["api"]._replace(commits=None)})
    app, _, _ = make_app(facts, settings=bare, arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api")
        assert "what ships" not in text_of(app)
        assert "safe to go back" not in text_of(app)


async def test_a_rollout_under_way_has_room_for_what_happens() -> None:
    now = time.time()
    app, _, desk = make_app(shipped(now))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "ships 6 commits")
        change = app.screen
        assert isinstance(change, ChangeScreen)
        assert isinstance(change.forecast, Plan)
        running = rollout(change.forecast, now)
        desk.post(seen(running))
        change.begun(running)
        await shows(pilot, "what happened")
        await until(pilot, lambda: "ships 6 commits" not in text_of(app))
