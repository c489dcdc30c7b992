"""The commits screen: both buttons with their verdicts, every commit, every file, and each commit whole."""

from __future__ import annotations

import time
from dataclasses import replace

from screen_text import line_with, shows, text_of
from shipped import FAILED, NO, commit, shipped, with_commits
from tuikit import instance, make_app, service, with_instances

from console.model.colour import Colour
from console.model.commit import Behind
from console.model.service import Service
from console.rollout.delivery import WEEKS, Delivery, Week
from screens.copy_dialog import pieces_of
from screens.facts_screen import FactsScreen
from screens.messages import JournalSeen, JournalView
from screens.view.glyphs import ASCII, UNICODE


async def test_both_buttons_say_whether_there_is_a_way_back() -> None:
    now = time.time()
    facts = with_commits(service(now), commit(1, "Add retry", now, trailers=NO), undone=(commit(2, "Old fix", now),))
    app, _, _ = make_app(facts)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "cut over: safe no", "roll back: safe no")
        await pilot.press("m")
        await shows(pilot, "cut over to GREEN ships 1 commit", "going back afterwards is safe: no, 0000001 Add retry")
        # nobody knows of a rollout in which GREEN carried all traffic: going there is as good as a release of it
        await shows(pilot, "roll back to GREEN undoes 1 commit", "that is safe: no, for the same reason")
        assert line_with(app, "Old fix").lstrip("│ ").startswith("undone")


async def test_every_commit_with_its_marks_at_80_columns() -> None:
    app, _, _ = make_app(shipped(time.time()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "0000002 Drop deprecated columns", "migration, Rollback-Safe: no, drops columns")
        await shows(pilot, "tests failed: zuul check", "reverted by 0000004", "▲ config")


async def test_a_filter_finds_subjects_authors_files_and_trailers() -> None:
    app, _, _ = make_app(shipped(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m", "slash", *"0042_drop", "enter")
        await shows(pilot, "1 of 7")
        assert "Drop deprecated columns" in text_of(app)
        assert "0000003" not in text_of(app).split("commits", 1)[1].split("│ what", 1)[1]


async def test_enter_shows_the_whole_commit_and_y_copies_it() -> None:
    now = time.time()
    told = commit(3, "Cache flavors", now, ci=FAILED, link="https://review.example.org/3", change="3")
    app, _, _ = make_app(with_commits(service(now), told))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m", "enter")
        await shows(pilot, told.sha, "tests failed", FAILED.link, told.link, "nova/compute/part3.py", "p.okafor")
        await pilot.press("escape")
        await shows(pilot, "whole commit")
        assert isinstance(app.screen, FactsScreen)
        pieces = {piece.label: piece.text for piece in pieces_of(app.screen)}
        assert (pieces["commit"], pieces["link"], pieces["tests"]) == (told.sha, told.link, FAILED.link)
        await pilot.press("y")
        await shows(pilot, "Copy to the clipboard", told.sha)


async def test_by_path_and_from_a_path_to_its_commits() -> None:
    app, _, _ = make_app(shipped(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m", "tab")
        await shows(pilot, "files that differ", "etc/nova/policy.yaml")
        assert "▲ migration" in line_with(app, "0042_drop.py")
        assert "▲" not in line_with(app, "models.py")
        await pilot.press("enter")
        await shows(pilot, "0000006 List the new policy", "1 of 7")


async def test_mixed_versions_are_loud() -> None:
    now = time.time()
    mixed = [instance(Colour.GREEN, 1, now), instance(Colour.GREEN, 2, now, version="9" * 40)]
    facts = with_instances(shipped(now), Colour.GREEN, *mixed)
    app, _, _ = make_app(facts)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "GREEN RUNS 2 VERSIONS", "8be41d07f... on 1", "999999999... on 1")


async def test_how_far_live_is_behind_its_branch() -> None:
    now = time.time()
    facts = shipped(now)
    assert facts.commits is not None
    head = commit(8, "Newest of all", now)
    behind = replace(
        facts.commits, behind=Behind("master", head, 12, since=now - 3 * 86400), limits="59 calls are left"
    )
    app, _, _ = make_app(replace(facts, commits=behind))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "live is 12 commits behind master, the oldest waits for 3d", "59 calls are left")


async def test_what_is_not_known_is_said() -> None:
    now = time.time()
    facts = service(now)
    assert facts.commits is not None
    unknown = replace(facts.commits, would_ship=None, would_undo=None, problem="the version names no commit")
    app, _, _ = make_app(replace(facts, commits=unknown, shipping=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "the version names no commit")


async def test_what_is_remembered_has_an_age_and_a_project_that_moved_is_named() -> None:
    now = time.time()
    facts = with_commits(service(now), commit(1, "Add retry", now))
    assert facts.commits is not None
    seen = replace(facts.commits, cached_at=now - 7300, note="nova is now [b]nova2[/b]", limits="12 of 60 calls left")
    app, _, _ = make_app(replace(facts, commits=seen))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "remembered from 2 h ago: the server does not answer now")
        await shows(pilot, "nova is now [b]nova2[/b]", "12 of 60 calls left")


async def test_without_commits_the_key_says_why() -> None:
    facts: Service = replace(service(time.time()), commits=None, shipping=None)
    app, _, _ = make_app(facts)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "commits: no commits were seen")


async def test_from_the_fleet_and_from_a_change() -> None:
    now = time.time()
    app, _, _ = make_app(shipped(now), replace(service(now, "web"), name="web"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        await pilot.press("m")
        await shows(pilot, "cut over to GREEN ships 6 commits")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api")
        await pilot.press("m")
        await shows(pilot, "going back afterwards is safe: no")


async def test_the_pace_is_read_from_the_journal_and_plotted() -> None:
    weeks = tuple(Week(n % 4, int(n == 7)) for n in range(WEEKS))
    told = Delivery(weeks, 18, 1, 1.5, lead=3 * 86400.0, commits=44, recovery=300.0)
    for glyphs, bar in ((UNICODE, "█"), (ASCII, "#")):
        app, _, desk = make_app(shipped(time.time()), glyphs=glyphs)
        async with app.run_test(size=(80, 24)) as pilot:
            await shows(pilot, "LB ")
            await pilot.press("m", "tab", "tab")
            await shows(pilot, "reading the journal")
            assert desk.measured == ["api"]
            desk.post(JournalSeen(JournalView(deliveries={"api": told})))
            await shows(pilot, "1.5 a week", "3 days (median of 44 commits)", "6%, 1 of 18 taken back", "5 min", "-11w")
            assert bar in text_of(app)
            await pilot.press("tab")
            await shows(pilot, "Drop deprecated columns")


async def test_a_service_that_was_never_released_says_so() -> None:
    app, _, desk = make_app(shipped(time.time()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m", "tab", "tab")
        desk.post(JournalSeen(JournalView(deliveries={"api": Delivery()})))
        await shows(pilot, "no release in the last 12 weeks")
