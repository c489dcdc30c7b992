from __future__ import annotations

import time

import pytest

from console.commits import message

SHA = "9ab3e07d41c8f25607be3d9014a7c5f8e62d0b13"


def test_subject_and_body_as_git_has_them() -> None:
    text = "\n\nFix the\n  race\n \nA body.\n\nSigned-off-by: A\n"
    assert message.subject(text) == "Fix the race"
    assert message.body(text) == "A body.\n\nSigned-off-by: A"
    assert (message.subject(""), message.body("one line")) == ("", "")


def test_trailers_of_the_last_paragraph() -> None:
    body = "Note: this is prose, and so is\nthe rest.\n\nRollback-Safe: no\nChange-Id: I1\n  folded\nCloses #5\n"
    assert message.trailers(body) == (("Rollback-Safe", "no"), ("Change-Id", "I1 folded"))


def test_trailers_of_squashed_messages_are_not_lost() -> None:
    body = f"* one\n\nRollback-Safe: no\n\n* two\n\nSigned-off-by: A <a>\n(cherry picked from commit {SHA})\n"
    picked = (message.PICKED, SHA)
    assert message.trailers(body) == (("Rollback-Safe", "no"), ("Signed-off-by", "A <a>"), picked)


@pytest.mark.parametrize(
    "written",
    ["* Rollback-Safe: no", "> rollback-safe: no", "**Rollback-Safe:** no", "rollback_safe: no", "Rollback-Safe - no"],
)
def test_a_word_on_going_back_that_is_written_otherwise_is_no_yes(written: str) -> None:
    (found,) = (value for key, value in message.trailers(f"Why.\n\n{written}\n") if key == "Rollback-Safe")
    assert found.startswith("unknown, written as `")


def test_line_ends_of_browsers() -> None:
    text = "Drop columns (#12)\r\n\r\nlong text\r\n\r\nRollback-Safe: no\r\n"
    assert message.subject(text) == "Drop columns (#12)"
    assert message.trailers(message.body(text)) == (("Rollback-Safe", "no"),)


def test_a_word_on_going_back_counts_in_every_paragraph() -> None:
    body = "It drops a column.\nRollback-safe: no, drops columns\nNote: prose\n\nCo-authored-by: A <a>\n"
    assert message.trailers(body) == (("Rollback-safe", "no, drops columns"), ("Co-authored-by", "A <a>"))


def test_a_word_on_going_back_at_the_end_of_a_long_message_is_read() -> None:
    found = message.trailers("prose\n" * 100_000 + "\nRollback-Safe: no")
    assert found == (("Rollback-Safe", "no"), message.NOT_ALL)


def test_a_message_that_is_not_read_whole_is_not_called_safe() -> None:
    middle = message.trailers("prose\n" * 50_000 + "\nRollback-Safe: no\n\n" + "prose\n" * 50_000)
    many = message.trailers("\n\n".join(f"Signed-off-by: {number}" for number in range(100)))
    twice = message.trailers("Signed-off-by: A\n\n" * 100)
    assert middle == (message.NOT_ALL,)
    assert len(many) == message.MOST
    assert many[-1] == message.NOT_ALL
    assert twice == (("Signed-off-by", "A"),)


@pytest.mark.parametrize(
    "body", ["", "see https://example.org/x", "a line: of prose\nand another\n\nend", ": x", "a b: c"]
)
def test_no_trailers(body: str) -> None:
    assert message.trailers(body) == ()


@pytest.mark.parametrize(
    ("body", "reverted"),
    [
        (f"This reverts commit {SHA}.\n\nReason for revert: broken\n", (SHA,)),
        (f"This reverts commit {SHA[:12]}, reversing\nchanges made to {SHA}.", (SHA[:12],)),
        (f"Why.\n\nThis reverts commit {SHA.upper()}\nThis reverts commit abcdef0.", (SHA, "abcdef0")),
        ("Reverts example/nova#12", ("#12",)),
        ("This reverts merge request !345", ("!345",)),
        ("This reverts merge request group/nova!345", ("!345",)),
        ("It reverts nothing of abcdef0", ()),
        (f"Revert {SHA[:9]} was discussed; it stays in.", ()),
        ("This reverts commit abcdef1 only in part", ()),
        ("Reverts #12 partly", ()),
    ],
)
def test_reverts(body: str, reverted: tuple[str, ...]) -> None:
    assert message.reverts(body) == reverted


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000, "a: b\n" * 200_000, "reverts " * 125_000]
)
def test_a_megabyte_takes_no_time(text: str) -> None:
    began = time.process_time()
    for read in (message.subject, message.body, message.trailers, message.reverts):
        read(text)
    assert time.process_time() - began < 1
    assert len(message.trailers(text)) <= message.MOST


@pytest.mark.parametrize("written", ["Rollback-Safe no, drops columns", "rollback safe: no", "Rollback-Safe unknown"])
def test_a_word_on_going_back_without_its_colon_or_in_the_subject_is_no_yes(written: str) -> None:
    assert any(key == "Rollback-Safe" for key, _ in message.trailers(f"Body.\n\n{written}"))
    (told,) = message.trailers("", subject=f"Drop columns {written.replace(' no', ': no')}")
    assert told[0] == "Rollback-Safe"
    assert told[1].startswith("unknown, its subject says")


def test_a_subject_about_something_else_says_nothing() -> None:
    assert message.trailers("", subject="Make the rollback safer for operators") == ()
