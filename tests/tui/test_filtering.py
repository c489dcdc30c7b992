"""Filter and sort: which rows, in what order; and that what is typed goes where it belongs."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest
from screen_text import lines_of, shows, text_of, until
from tuikit import config, instance, make_app, service, with_instances

from console.model.colour import Colour
from screens.filtering import Order, ordered, sifted
from screens.habits import Habits
from screens.view.line import line
from screens.view.table import Column, Row
from screens.widgets.table import Table

COLUMNS = (Column("", 1), Column("name", 10), Column("up", 5))


def row(name: str, up: str = "", note: str = "") -> Row:
    return Row(name, (("", ""), (name, ""), (up, "")), (line(note),) if note else ())


def names(rows: tuple[Row, ...]) -> list[str]:
    return [each.key for each in rows]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("", ["api-1", "API-2", "web-1"]),
        ("api", ["api-1", "API-2"]),
        ("api 2", ["API-2"]),
        ("!api", ["web-1"]),
        ("refused", ["web-1"]),
        ("nothing", []),
        ("!", []),
    ],
)
def test_rows_must_hold_every_word(words: str, left: list[str]) -> None:
    assert names(sifted((row("api-1"), row("API-2"), row("web-1", note="probe refused")), words)) == left


def test_numbers_and_durations_are_sorted_by_size_and_what_is_empty_comes_last() -> None:
    rows = (row("a-10", "3d"), row("a-9", ""), row("a-1", "just now"), row("a-2", "over 5m"))
    assert names(ordered(rows, COLUMNS, Order("name"))) == ["a-1", "a-2", "a-9", "a-10"]
    assert names(ordered(rows, COLUMNS, Order("up"))) == ["a-1", "a-2", "a-10", "a-9"]
    assert names(ordered(rows, COLUMNS, Order("up", backwards=True))) == ["a-10", "a-2", "a-1", "a-9"]
    assert names(ordered(rows, COLUMNS, Order("no such column"))) == names(rows)


def test_sorting_goes_through_every_column_and_back_to_need() -> None:
    order, seen = Order(), []
    for _ in range(5):
        order = order.after(COLUMNS)
        seen.append((order.column, order.backwards))
    assert seen == [("name", False), ("name", True), ("up", False), ("up", True), ("", False)]


async def test_letters_typed_right_after_the_slash_are_letters() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "cinder"), service(now, "quota"), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        # q would leave and s would go elsewhere
        await pilot.press("slash", *"quo:/s", "backspace", "backspace", "backspace")
        await shows(pilot, "/quo", "1 of 3 rows")
        assert app.is_running
        assert "cinder" not in text_of(app)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "quota" in lines_of(app)[0])
        await pilot.press("escape")
        await shows(pilot, "1 of 3 rows")
        # hidden rows are said as long as they are hidden; esc shows them, before it goes anywhere
        await pilot.press("escape")
        await shows(pilot, "cinder", "nova")
        assert "rows" not in text_of(app)


async def test_a_row_of_the_colour_that_is_not_in_sight_is_not_called_missing() -> None:
    app, _, _ = make_app(service(time.time(), size=12))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ACTIVE", "api-blue-1 ")
        await pilot.press("slash", *"green-12")
        await shows(pilot, "0 of 12 rows; 1 in GREEN: tab")
        await pilot.press("enter", "tab")
        await shows(pilot, "api-green-12", "1 of 12 rows")


async def test_a_label_that_is_clicked_while_a_filter_is_typed_is_done() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "cinder"), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well")
        await pilot.press("slash", *"nov")
        await shows(pilot, "1 of 2 rows")
        bar = next(y for y, text in enumerate(lines_of(app)) if "? help" in text)
        await pilot.click(offset=(lines_of(app)[bar].index("? help") + 1, bar))
        await shows(pilot, "keys on the fleet screen")


async def test_the_filter_holds_for_both_colours_and_for_facts_to_come() -> None:
    now = time.time()
    app, watcher, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("slash", *"-2", "enter")
        await shows(pilot, "2 of 6 rows", "api-blue-2", "api-green-2")
        more = with_instances(service(now), Colour.BLUE, *(instance(Colour.BLUE, n, now) for n in (1, 2, 12, 20)))
        watcher.show(more)
        await shows(pilot, "3 of 7 rows", "api-blue-20")
        assert "api-blue-1 " not in text_of(app)


async def test_the_order_is_remembered_for_the_next_console(tmp_path: Path) -> None:
    now = time.time()
    file = tmp_path / "state" / "habits.json"
    app, _, _ = make_app(service(now, "cinder"), service(now, "aodh"))
    app.habits = Habits(file)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "all well", "sorted by need")
        await pilot.press("S")
        await shows(pilot, "sorted by service")
        assert names(app.screen.query_one("#services", Table).rows) == ["aodh", "cinder"]
        await until(pilot, file.exists)
    assert json.loads(file.read_text()) == {"sort": {"fleet": ["service", False]}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = Habits(file)
    again.read()
    assert again.order("fleet") == Order("service")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"sort": 3}', '{"sort": {"fleet": ["a"]}}', '{"sort": {"fleet": [1, 2]}}']
)
def test_a_broken_file_of_habits_is_no_habit(tmp_path: Path, text: str) -> None:
    file = tmp_path / "habits.json"
    file.write_text(text)
    habits = Habits(file)
    habits.read()
    assert habits.order("fleet") == Order()


async def test_sorting_says_by_what_and_a_name_does_it_too() -> None:
    now = time.time()
    app, _, _ = make_app(service(now), settings=config())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ACTIVE")
        await pilot.press("colon", *"sort instance backwards", "enter")
        await shows(pilot, "sorted by instance, backwards")
        assert names(app.screen.query_one("#blue", Table).rows)[0] == "server-blue-3"
        await pilot.press("colon", *"filter -1", "enter")
        await shows(pilot, "2 of 6 rows")


def test_a_row_that_sums_up_goes_with_its_rows_and_is_not_counted() -> None:
    rows = [
        Row("group:api", (("api: 2 regions", ""),), sums=2),
        Row("east", (("east", ""),)),
        Row("west", (("west", ""),)),
        Row("keystone", (("keystone", ""),)),
    ]

    def left(words: str) -> list[str]:
        return [row.key for row in sifted(rows, words)]

    assert left("east") == ["group:api", "east"], "with what it belongs to"
    assert left("api !west") == ["group:api", "east"], "what is said of the group is said of each"
    assert left("keystone") == ["keystone"]
    assert left("nothing") == []


async def test_sorting_goes_by_what_is_shown_and_says_so_of_another_column() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "nova"), service(now, "glance"))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "all well")
        assert " env " not in text_of(app)
        for _ in range(40):
            await pilot.press("S")
            await pilot.pause()
            assert "by env" not in text_of(app)
        await pilot.press("colon", *"sort env", "enter")
        await shows(pilot, "sorted by env, a column for which there is no room here")
