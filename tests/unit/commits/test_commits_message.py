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
    assert message.trailers(body) == (("Rollback-Safe", "no"), ("Signed-off-by", "A <a>"))


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
