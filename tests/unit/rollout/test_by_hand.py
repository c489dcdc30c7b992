"""What is left of a rollout as commands: right at every point of the record, and safe to type."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import replace
from itertools import product
from pathlib import Path

import msgspec
import pytest
from life_worlds import BLUE, ordered, planned, settings
from plan_rotations import power_config, power_service
from plan_worlds import NOW, config, instance, service, usual

from console.cli.show_markdown import markdown
from console.config.model import Release
from console.model.call import COMPUTE_LEVEL
from console.model.colour import Colour
from console.model.instance import Instance
from console.plan.backwards import back as way_home
from console.plan.lifecycle.ordering import Wish
from console.plan.orders import RetireOrder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.by_hand import by_hand, transcript
from console.rollout.records import Decision, DecisionKind, Event, EventKind, Rollout, RolloutState
from console.rollout.who import Who


def rollout() -> Rollout:
    made = plan(usual(), config(release=Release(shift=(50, 100))), Intent(Action.CUTOVER, unattended=True), NOW)
    assert isinstance(made, Plan)
    return Rollout("a1b2c3", "nova-api", made, Who("alice", "jump1"), "why | not", NOW, RolloutState.RUNNING)


def told(*rows: tuple[EventKind, str]) -> list[Event]:
    return [Event(n, NOW + n, kind, step, "text") for n, (kind, step) in enumerate(rows, 1)]


FIRST = ((EventKind.INTENT, "shift-50"), (EventKind.VERIFIED, "shift-50"))
SECOND = ((EventKind.INTENT, "shift"), (EventKind.VERIFIED, "shift"))


@pytest.mark.parametrize(
    ("rows", "finish", "undone", "in_doubt"),
    [
        ((), 2, 0, False),
        (FIRST[:1], 2, 3, True),
        (FIRST, 1, 3, False),
        ((*FIRST, SECOND[0]), 1, 6, True),
        ((*FIRST, *SECOND), 0, 6, False),
    ],
)
def test_what_is_left(rows: tuple[tuple[EventKind, str], ...], finish: int, undone: int, in_doubt: bool) -> None:
    found = by_hand(rollout(), told(*rows))
    assert len(found.finish) == finish
    assert sum(len(call.body["members"]) for call in found.undo if call.body) == undone
    assert found.in_doubt is in_doubt


def test_undoing_restores_the_weights_of_the_start_and_gives_before_it_takes() -> None:
    found = by_hand(rollout(), told(*FIRST, *SECOND))
    (undo,) = found.undo
    assert undo.body is not None
    weights = {item["name"]: item["weight"] for item in undo.body["members"]}
    assert weights == {f"api-blue-{n}": 100 for n in (1, 2, 3)} | {f"api-green-{n}": 0 for n in (1, 2, 3)}
    given = [int(shlex.split(line)[6]) for line in undo.commands]
    assert given == sorted(given, reverse=True)


def test_every_line_is_a_comment_or_one_command() -> None:
    for line in transcript(rollout(), told(*FIRST)):
        words = shlex.split(line, comments=True)
        assert line.startswith("#") or words[0] in ("openstack", "curl"), line


def test_a_version_of_several_lines_stays_in_its_comment() -> None:
    begun = rollout()
    evil = replace(begun, plan=replace(begun.plan, summary="to GREEN b\ntouch pwned"))
    assert not any(line.startswith("touch") for line in "\n".join(transcript(evil, [])).splitlines())


def test_the_request_for_nova_names_the_level_that_it_relies_on() -> None:
    workers = power_service([on(Colour.BLUE)], [on(Colour.GREEN)])
    intent = Intent(Action.CUTOVER, Colour.GREEN, unattended=True)
    made = plan(workers, power_config(), intent, NOW)
    assert isinstance(made, Plan)
    sent = [line for line in transcript(replace(rollout(), plan=made), []) if line.startswith("curl")]
    assert sent
    for line in sent:
        assert f"OpenStack-API-Version: compute {COMPUTE_LEVEL}" in shlex.split(line)
    members = [line for line in transcript(rollout(), []) if line.startswith("curl")]
    assert not any("API-Version" in line for line in members), "Octavia knows none"


CLOUD = """
openstack() {
    case "$*" in
        "server start "*) echo starts >> said; rm -f runs ;;
        "server stop "*) echo stops >> said ;;
        *"show -f value"*) [ -e runs ] && echo ACTIVE | tee -a said || echo BUILD; touch runs ;;
    esac
}
curl() { :; }
sleep() { :; }
"""


@pytest.mark.parametrize("began", [False, True], ids=["to finish", "to put back"])
def test_typed_as_it_is_nothing_stops_before_what_was_started_runs(began: bool, tmp_path: Path) -> None:
    """Nova answers a start before the server runs."""
    blue, green = ([instance(colour, number, 0) for number in (1, 2)] for colour in Colour)
    off = [replace(one, server=replace(one.server, status="SHUTOFF", power_state=4)) for one in green if one.server]
    workers = power_service(blue, off)
    made = plan(workers, power_config(), Intent(Action.CUTOVER, Colour.GREEN, unattended=True), NOW)
    assert isinstance(made, Plan)
    rows = [
        Event(number, NOW, kind, step.id, "text", {"write": write.key})
        for number, (step, write) in enumerate((step, write) for step in made.steps for write in step.writes)
        for kind in (EventKind.INTENT, EventKind.VERIFIED)
    ]
    lines = [*transcript(replace(rollout(), plan=made), rows if began else [])]
    subprocess.run(["sh", "-c", "\n".join([CLOUD, *lines])], cwd=tmp_path, timeout=20, check=True)
    assert (tmp_path / "said").read_text().split() == ["starts", "ACTIVE"] * 2 + ["stops"] * 2
    last_wait = max(number for number, line in enumerate(lines) if line.startswith("until "))
    first_stop = next(number for number, line in enumerate(lines) if line.startswith("openstack server stop"))
    assert any(line.startswith("# ") and "see that each works" in line for line in lines[last_wait:first_stop])


def on(colour: Colour) -> Instance:
    return instance(colour, 1, 0)


def test_markdown_survives_what_people_write() -> None:
    decision = Decision(1, NOW, DecisionKind.CONFIRM, "", "d", Who("alice", "jump1"), "a | b\n`c` \x1b[31m")
    text = "\n".join(markdown(rollout(), [decision], told(*FIRST)))
    assert "\x1b" not in text
    row = next(line for line in text.splitlines() if "confirm" in line)
    assert row.count(" | ") == 3
    assert "```sh" in text


def test_a_way_back_is_what_is_under_way() -> None:
    begun = rollout()
    back = plan(usual(), config(), Intent(Action.ROLLBACK, Colour.BLUE), NOW)
    assert isinstance(back, Plan)
    made = Event(9, NOW, EventKind.PLANNED, "", "going back", {"plan": msgspec.to_builtins(back)})
    found = by_hand(begun, [*told(*FIRST), made])
    assert len(found.finish) == back.writes, "the plan made on the way counts from its own beginning"
    assert found.undo


def test_what_was_written_stays_written_where_a_wait_is_taken_up() -> None:
    """Earlier versions recorded it with the plan under way."""
    begun = rollout()
    again = Event(9, NOW + 9, EventKind.PLANNED, "", "continue", {"plan": msgspec.to_builtins(begun.plan)})
    found = by_hand(begun, [*told(*FIRST, *SECOND, (EventKind.STARTED, "")), again])
    assert (found.finish, found.in_doubt, found.way_back) == ((), False, None)
    assert "# Every write of it was made." in said(begun, [*told(*FIRST, *SECOND), again])


def test_what_was_added_is_put_back_without_a_client_lost_and_by_names_only() -> None:
    blue = [replace(one, server=replace(one.server, image_id="image-3")) for one in BLUE if one.server]
    there = service(blue, [])
    intent = Intent(Action.SCALE, Colour.BLUE, order=ordered(there, Wish(Colour.BLUE, adding=1)))
    begun = replace(rollout(), plan=planned(there, intent))
    sent = [(step.id, write.key) for step in begun.plan.steps for write in step.writes]
    rows = [
        Event(number, NOW + number, kind, step, "text", {"write": key} if key else {})
        for number, (kind, (step, key)) in enumerate(product((EventKind.INTENT, EventKind.VERIFIED), sent), 1)
    ]
    pool, name = "pool-1", "nova-api-blue-1"
    undone = [command for call in by_hand(begun, rows).undo for command in call.commands]
    assert undone == [
        f"openstack loadbalancer member set --wait --weight 0 {pool} {name}",
        f"openstack loadbalancer member delete --wait {pool} {name}",
        f"openstack server delete {name}",
        "openstack server group delete bluegreen-nova-api-blue",
    ]
    assert not [line for line in transcript(begun, rows) if line.startswith("curl")], "no id of them is known"


def launched(**launch: object) -> Rollout:
    """Two of GREEN, in two zones, with user data."""
    with_ = settings(zones=("az1", "az2"), **launch)
    there = service(BLUE, [])
    wish = Wish(Colour.GREEN, count=2, user_data="0123456789abcdef" * 4)
    return replace(
        rollout(),
        plan=planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, wish, with_)), with_),
    )


def test_a_launch_is_finished_with_all_that_its_servers_are_made_with() -> None:
    lines = [*transcript(launched(), [])]
    first, second = (shlex.split(line) for line in lines if " server create " in line)
    assert [words[words.index("--availability-zone") + 1] for words in (first, second)] == ["az1", "az2"]
    files = [words[words.index("--user-data") + 1] for words in (first, second)]
    assert files == ["nova-api-green-1.user-data", "nova-api-green-2.user-data"]
    noted = [number for number, line in enumerate(lines) if "launch.user_data" in line]
    assert len(noted) == 1, "once"
    assert lines[noted[0]].startswith("# NAME.user-data is the file of launch.user_data in the config (sha256 012345")
    assert noted[0] < next(number for number, line in enumerate(lines) if " server create " in line)
    assert sum("`openstack server show NAME`" in line for line in lines) == 1


def test_the_group_of_a_launch_is_named_as_the_client_takes_it_and_how_an_older_one_does() -> None:
    lines = [*transcript(launched(), [])]
    words = [shlex.split(line) for line in lines if " server create " in line]
    assert [one[one.index("--server-group") + 1] for one in words] == ["bluegreen-nova-api-green"] * 2
    (older,) = (line for line in lines if "--hint" in line)
    assert older.startswith("# a client before 6.5")
    assert "--hint group=ID" in older, "Nova takes no name there"
    assert "`openstack server group show bluegreen-nova-api-green`" in older


def test_a_launch_without_user_data_zones_or_group_has_no_word_of_them() -> None:
    there, with_ = service(BLUE, []), settings(spread=False)
    made = planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, Wish(Colour.GREEN), with_)), with_)
    text = "\n".join(transcript(replace(rollout(), plan=made), []))
    assert not [word for word in ("-group", "user-data", "user_data", "--availability-zone") if word in text]


def retired(*, to: str) -> tuple[Rollout, list[Event]]:
    """BLUE is deleted; `to`: the last step whose writes are made, of "delete" only those of the first two servers."""
    there = service(
        [instance(Colour.BLUE, n, 0) for n in (1, 2, 3)],
        [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)],
    )
    made = planned(there, Intent(Action.RETIRE, Colour.BLUE, order=RetireOrder()))
    rows: list[Event] = []
    for step in made.steps:
        for write in step.writes[: 2 if step.id == "delete" else None]:
            data = {"write": write.key} if write.key else {}
            rows += [
                Event(len(rows), NOW, kind, step.id, "text", data) for kind in (EventKind.INTENT, EventKind.VERIFIED)
            ]
        if step.id == to:
            break
    return replace(rollout(), plan=made), rows


def test_what_was_done_to_a_server_that_is_deleted_is_not_put_back_and_that_it_is_gone_is_said() -> None:
    begun, events = retired(to="delete")
    found = by_hand(begun, events)
    assert found.gone == ("api-blue-1", "api-blue-2")
    undone = [command for call in found.undo for command in call.commands]
    assert len(undone) == 2
    assert undone[0] == "openstack server start server-blue-3"
    assert "member create" in undone[1]
    assert "--name api-blue-3" in undone[1]
    assert said(begun, events)[-3:-1] == [
        "# Deleted: api-blue-1, api-blue-2. No command brings them back: launch again, `bluegreen launch nova-api`.",
        "# To put back the rest:",
    ]


def test_before_anything_is_deleted_all_of_it_is_put_back() -> None:
    begun, events = retired(to="stop")
    found = by_hand(begun, events)
    assert found.gone == ()
    assert len(found.undo) == 6
    assert "# To put back what was:" in said(begun, events)
    assert not [line for line in said(begun, events) if line.startswith("# Deleted")]


def test_where_all_is_deleted_nothing_is_offered_to_be_put_back() -> None:
    begun, events = retired(to="delete")
    last = begun.plan.steps[-1].writes[-1]
    kinds = (EventKind.INTENT, EventKind.VERIFIED)
    events += [Event(90, NOW, kind, "delete", "text", {"write": last.key}) for kind in kinds]
    assert by_hand(begun, events).undo == ()
    first, second = said(begun, events)[-2:]
    assert first == "# Every write of it was made."
    assert second.startswith("# Deleted: api-blue-1, api-blue-2, api-blue-3. No command")


def taken_back(state: RolloutState, *rows: tuple[EventKind, str], left: int = 1) -> tuple[Rollout, list[Event]]:
    """A rollout that goes back after its first share; `left`: of how many of BLUE a weight was lowered."""
    begun = replace(rollout(), state=state)
    blue = [instance(Colour.BLUE, n, 50 if n <= left else 100) for n in (1, 2, 3)]
    there = service(blue, [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)])
    back = plan(there, config(), way_home(begun.plan, there), NOW)
    assert isinstance(back, Plan)
    made = Event(8, NOW + 8, EventKind.PLANNED, "", "going back", {"plan": msgspec.to_builtins(back)})
    later = [Event(9 + n, NOW + 9 + n, kind, step, "text") for n, (kind, step) in enumerate(rows)]
    return begun, [*told(*FIRST), made, *later]


def said(begun: Rollout, events: list[Event]) -> list[str]:
    """The comments, without those that belong to a call."""
    found = [line for line in transcript(begun, events) if line.startswith("# ")]
    return [line for line in found if not line.startswith("# or at once")]


def test_on_the_way_back_each_block_says_what_it_does() -> None:
    begun, events = taken_back(RolloutState.RUNNING)
    head, way, finish, *_ = said(begun, events)
    assert head.startswith("# rollout a1b2c3: All traffic moves from BLUE")
    assert way.startswith("# Then its way back was begun, and it is not at its end: All traffic goes back from GREEN")
    assert finish == "# To finish that way, after which BLUE aaaaaaa carries all traffic:"
    assert "# To finish it:" not in said(begun, events)


def test_what_has_gone_back_has_nothing_left_to_type_and_never_made_every_write() -> None:
    begun, events = taken_back(RolloutState.ROLLED_BACK, (EventKind.INTENT, "shift"), (EventKind.VERIFIED, "shift"))
    lines = said(begun, events)
    assert lines[1].startswith("# Then its way back was begun, and it is done: All traffic goes back from GREEN")
    assert "# Every write of that way was made: nothing of it is left to type." in lines
    assert "# To put back what was when the rollout began, if it is not so:" in lines
    assert not any("Every write of it was made" in line for line in lines)
    text = "\n".join(markdown(begun, [], events))
    assert "Then its way back was begun, and it is done: All traffic goes back from GREEN" in text
    assert "## Steps of the way that was taken then" in text


def test_blocks_that_are_the_same_are_printed_once() -> None:
    begun, events = taken_back(RolloutState.STOPPED, left=0)
    lines = [*transcript(begun, events)]
    assert lines[-1] == "# That puts back what was when the rollout began, too."
    assert sum(line.startswith("curl") for line in lines) == 1
