"""Calls as commands to type: what the cloud or the config says stays one word, and the client knows every option."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from console.model.balancer import HOLD_TAG, WEIGHT_TAG, Member
from console.model.colour import Colour
from console.plan import desired as states
from console.plan.basis import Basis, ListenerBasis, PoolBasis, ServerBasis
from console.plan.desired import Desired, MemberChange, MemberState, Standing, StandingChange
from console.plan.kinds.registry import kind_of
from console.plan.kinds.servers import Labelled
from console.plan.kinds.typed import member_set, option

EVIL = "x $(touch pwned) `touch pwned` ; touch pwned # ' \" \\"
GREEN = Colour.GREEN
HELD = Standing(0, admin_state_up=True, held_by=EVIL)
FREE = Standing(100, admin_state_up=True)


def member(*tags: str) -> Member:
    return Member(EVIL, EVIL, EVIL, 80, 0, tags=(f"{HOLD_TAG}{EVIL}", *tags), subnet_id=EVIL, monitor_address=EVIL)


def basis(*tags: str) -> Basis:
    return Basis(
        pools=(PoolBasis(EVIL, "lb-1", (member(*tags),)),),
        listeners=(ListenerBasis(EVIL, "lb-1", EVIL, EVIL),),
        servers=(ServerBasis(EVIL, None, on=True),),
    )


def server_body() -> dict[str, object]:
    return {
        "imageRef": EVIL, "flavorRef": EVIL, "tags": [EVIL], "metadata": {"a": EVIL}, "key_name": EVIL,
        "networks": [{"uuid": EVIL}], "security_groups": [{"name": EVIL}],
    }  # fmt: skip


EVERY: list[Desired] = [
    states.Weights(EVIL, (MemberChange(EVIL, EVIL, GREEN, 0, 100),)),
    states.Weights(EVIL, (MemberChange(EVIL, EVIL, GREEN, 0, 100),), single=True),
    states.DefaultPool(EVIL, EVIL, EVIL, EVIL),
    states.Power(EVIL, EVIL, on=True, colour=GREEN),
    MemberState(EVIL, (StandingChange(EVIL, EVIL, GREEN, HELD, FREE),)),
    states.PreviewPolicy(EVIL, EVIL, EVIL, GREEN),
    states.PreviewRule(EVIL, EVIL, GREEN),
    states.PolicyGone(EVIL, EVIL, EVIL),
    states.ServerMade(EVIL, GREEN, server_body(), group=EVIL, zones=(EVIL,), user_data="0123456789abcdef"),
    states.GroupMade(EVIL, EVIL),
    states.GroupGone(EVIL),
    states.MembersEntered(EVIL, (EVIL,), GREEN, 80, EVIL, tags=(EVIL,)),
    states.MembersRaised(EVIL, (EVIL,), GREEN),
    states.MembersLabelled(EVIL, {EVIL: (EVIL,)}),
    states.MemberGone(EVIL, EVIL, EVIL),
    states.ServerLabelled(EVIL, EVIL, {"a": EVIL}),
    states.ServerTagged(EVIL, EVIL, EVIL),
    states.ServerLocked(EVIL, EVIL, locked=True, reason=EVIL),
    states.ServerStopped(EVIL, EVIL),
    states.ServerGone(EVIL, EVIL, GREEN),
]


def commands_of(desired: Desired, found: Basis) -> list[str]:
    kind = kind_of(desired)
    undo = kind.undo(desired, found)
    calls = [kind.call(desired, found), *([undo] if undo is not None else []), *kind.restore([desired], found)]
    return [command for call in calls for command in call.commands]


def typed(command: str, folder: Path) -> list[str]:
    """The words that the client gets from a shell."""
    looked, _, _ = command.removeprefix("until ").partition(" | grep ")  # a loop gets the words of its condition
    script = "openstack() { printf '%s\\0' openstack \"$@\"; }\n" + looked
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, env={"SECRET": EVIL}, capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.split("\0")[:-1]


def plain(command: str) -> list[str]:
    """The words of the command, which quotes them; of a loop those of the command that it asks."""
    words = shlex.split(command)
    return words[1 : words.index("|")] if words[0] == "until" else words


@pytest.mark.parametrize("desired", EVERY, ids=lambda one: type(one).__name__)
def test_a_hostile_value_stays_one_word_whichever_kind_says_it(desired: Desired, tmp_path: Path) -> None:
    found = commands_of(desired, basis())
    assert found
    for command in found:
        words = typed(command, tmp_path)
        assert not list(tmp_path.iterdir()), command
        assert [EVIL if word == "$SECRET" else word for word in plain(command)] == words
        assert "touch" not in {part for word in words if EVIL not in word for part in word.split()}
        assert "--remove-tag" not in words, "the client has no such option"


def test_every_kind_is_looked_at() -> None:
    assert {type(one) for one in EVERY} == {*Desired.__args__}


def only(commands: Sequence[str]) -> list[str]:
    (command,) = commands
    return shlex.split(command)


def test_a_hold_is_taken_away_by_saying_all_tags_that_stay() -> None:
    unhold = MemberState(EVIL, (StandingChange(EVIL, EVIL, GREEN, HELD, replace(HELD, held_by=None)),))
    found, kind = basis("team=compute", f"{WEIGHT_TAG}50"), kind_of(unhold)
    words = only(kind.call(unhold, found).commands)
    assert words[4:-2] == ["--wait", "--no-tag", "--tag", f"{WEIGHT_TAG}50", "--tag", "team=compute"]
    undo = kind.undo(unhold, found)
    assert undo is not None
    assert only(undo.commands)[4:-2] == ["--wait", "--tag", f"{HOLD_TAG}{EVIL}"], "one more is only added"


@pytest.mark.parametrize("single", [True, False])
def test_the_weight_that_a_write_records_is_recorded_by_hand_as_well(*, single: bool) -> None:
    enters = states.Weights(EVIL, (MemberChange(EVIL, EVIL, GREEN, 0, 100, 100),), single=single)
    found, kind = basis("team=compute"), kind_of(enters)
    assert only(kind.call(enters, found).commands)[4:-2] == ["--wait", "--weight", "100", "--tag", f"{WEIGHT_TAG}100"]
    recorded = basis("team=compute", f"{WEIGHT_TAG}100")
    assert only(kind.call(enters, recorded).commands)[4:-2] == ["--wait", "--weight", "100"], "it is there"
    (back,) = kind.restore([enters], recorded)
    assert only(back.commands)[4:-2] == ["--wait", "--weight", "0"], "what others have tagged meanwhile stays"


def test_putting_back_by_hand_says_weight_state_and_tags() -> None:
    evicted = Standing(0, admin_state_up=False, held_by=EVIL)
    evict = MemberState(EVIL, (StandingChange(EVIL, EVIL, GREEN, HELD, evicted),))
    (call,) = kind_of(evict).restore([evict], basis("team=compute"))
    assert only(call.commands)[4:-2] == [
        "--wait", "--weight", "0", "--enable", "--no-tag", "--tag", f"{HOLD_TAG}{EVIL}", "--tag", "team=compute",
    ]  # fmt: skip


def test_labels_are_taken_away_again() -> None:
    labelled = states.MembersLabelled(EVIL, {EVIL: ("bluegreen:colour=green", f"{WEIGHT_TAG}7")})
    found = basis(f"{WEIGHT_TAG}50")
    words = only(kind_of(labelled).call(labelled, found).commands)
    assert words[4:-2] == ["--wait", "--tag", "bluegreen:colour=green"], "a recorded weight stays"
    undo = kind_of(labelled).undo(labelled, found)
    assert undo is not None
    assert only(undo.commands)[4:-2] == ["--wait", "--no-tag", "--tag", f"{HOLD_TAG}{EVIL}", "--tag", f"{WEIGHT_TAG}50"]


def test_a_member_that_is_made_again_is_the_same_one() -> None:
    before = replace(member(), weight=7, backup=True, admin_state_up=False, monitor_port=81, tags=("a", "b"))
    found = Basis(pools=(PoolBasis("pool-1", "lb-1", (before,)),))
    undo = kind_of(gone := states.MemberGone("pool-1", EVIL, EVIL)).undo(gone, found)
    assert undo is not None
    words = only(undo.commands)
    for name, value in {"--weight": "7", "--monitor-port": "81", "--subnet-id": EVIL, "--name": EVIL}.items():
        assert words[words.index(name) + 1] == value
    assert {"--enable-backup", "--disable"} <= set(words)
    assert words[-5:] == ["--tag", "a", "--tag", "b", "pool-1"]


def test_a_value_that_begins_with_a_dash_is_no_option() -> None:
    assert option("--tag", "--no-tag") == ("--tag=--no-tag",)
    assert member_set("pool-1", member(), member()) == "", "nothing to say"


@pytest.mark.parametrize("one", [states.ServerTagged("s", "s", "a"), states.GroupMade("g", "soft-anti-affinity")])
def test_what_needs_a_newer_nova_says_so(one: Desired) -> None:
    for command in commands_of(one, Basis())[:1]:
        assert shlex.split(command)[1:3] == ["--os-compute-api-version", "2.73"]


def test_the_words_of_a_label_hide_what_names_a_secret() -> None:
    labelled = states.ServerLabelled("s1", "api-1", {"color": "blue", "admin_password": "hunter2secret"})
    assert Labelled().words(labelled) == ("api-1  color=blue, admin_password=(hidden)",)
