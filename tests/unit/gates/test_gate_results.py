"""Test results: pytest and stestr as they really write them, and files that want to mislead."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from carrying_out import judged
from subunit import StreamResultToBytes

from console.config.gate import Gate
from console.rollout.gates.outcome import Verdict
from console.rollout.gates.results import Unreadable, summary_of
from console.rollout.gates.subject import Subject

STESTR = str(Path(sys.executable).with_name("stestr"))
CASES = """
import os, unittest
class Smoke(unittest.TestCase):
    def test_knows_its_colour(self):
        self.assertEqual("green", os.environ["BLUEGREEN_COLOUR"])
    def test_answers(self):
        {answers}
    @unittest.skip("not here")
    def test_skipped(self):
        pass
"""


def project(folder: Path, answers: str) -> Path:
    (folder / "smoke").mkdir()
    (folder / "smoke" / "__init__.py").touch()
    (folder / "smoke" / "test_smoke.py").write_text(CASES.format(answers=answers))
    return folder


def by_pytest(folder: Path) -> Gate:
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml={results}/junit.xml", "smoke")
    return Gate(run=words, folder=folder, results="{results}/*.xml")


def by_stestr(folder: Path) -> Gate:
    words = (STESTR, "--test-path", "./smoke", "--top-dir", ".", "run", "--concurrency", "1")
    return Gate(run=words, folder=folder, results=".stestr/[0-9]*")


@pytest.mark.parametrize("tool", [by_pytest, by_stestr])
def test_a_tool_whose_tests_pass(tool: object, subject: Subject, tmp_path: Path) -> None:
    outcome = judged(tool(project(tmp_path, "pass")), subject)  # type: ignore[operator]
    assert outcome.verdict is Verdict.PASSED, outcome
    assert outcome.sentence == "2 of 2 tests passed, 1 skipped"


@pytest.mark.parametrize("tool", [by_pytest, by_stestr])
def test_a_tool_whose_tests_fail(tool: object, subject: Subject, tmp_path: Path) -> None:
    outcome = judged(tool(project(tmp_path, "self.fail('503 from green-2')")), subject)  # type: ignore[operator]
    assert outcome.verdict is Verdict.FAILED, outcome
    assert "1 of 2 tests passed" in outcome.sentence
    assert "test_answers" in outcome.sentence
    assert "503 from green-2" in outcome.output


def test_a_tool_that_finds_no_tests_does_not_pass(subject: Subject, tmp_path: Path) -> None:
    empty = project(tmp_path, "pass")
    (empty / "smoke" / "test_smoke.py").write_text("")
    outcome = judged(by_pytest(empty), subject)
    assert outcome.verdict is Verdict.UNJUDGED, outcome


def written(tmp_path: Path, text: str, code: int = 0) -> Gate:
    (tmp_path / "given").write_text(text)
    program = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2]); sys.exit(int(sys.argv[3]))"
    return Gate(
        run=(sys.executable, "-c", program, str(tmp_path / "given"), "{results}/r.xml", str(code)), results="*.xml"
    )


PASSED = "<testsuites><testsuite><testcase classname='a' name='b'/></testsuite></testsuites>"
ERROR = "<testsuite><testcase classname='a' name='b'><error/></testcase><testcase name='c'/></testsuite>"
SKIPPED = "<testsuite><testcase name='c'><skipped/></testcase></testsuite>"


@pytest.mark.parametrize(
    ("text", "code", "verdict", "sentence"),
    [
        (PASSED, 0, Verdict.PASSED, "1 of 1 tests passed"),
        (ERROR, 0, Verdict.FAILED, "1 of 2 tests passed, failed: a.b"),
        (PASSED, 2, Verdict.UNJUDGED, "exit 2, although 1 of 1 tests passed"),
        (SKIPPED, 0, Verdict.UNJUDGED, "exit 0, but no test was run (1 skipped)"),
        ("<testsuite><testcase", 0, Verdict.UNJUDGED, "no XML that may be read"),
        ("hello", 0, Verdict.UNJUDGED, "neither JUnit XML nor subunit"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><testsuite/>", 0, Verdict.UNJUDGED, "no XML that may be read"),
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite><testcase name='&x;'/></testsuite>",
            0,
            Verdict.UNJUDGED,
            "no XML that may be read",
        ),
    ],
)
def test_exit_code_and_results_must_agree(
    text: str,
    code: int,
    verdict: Verdict,
    sentence: str,
    *,
    subject: Subject,
    tmp_path: Path,
) -> None:
    outcome = judged(written(tmp_path, text, code), subject)
    assert outcome.verdict is verdict, outcome
    assert sentence in outcome.sentence


def test_results_of_an_earlier_run_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "old.xml").write_text(PASSED)
    with pytest.raises(Unreadable, match="nothing new fits"):
        summary_of(f"{tmp_path}/*.xml", time.time() + 10)


def test_a_stream_of_version_2_is_read_as_well(tmp_path: Path) -> None:
    with (tmp_path / "r").open("wb") as file:
        stream = StreamResultToBytes(file)
        for name, word in (("a", "success"), ("b", "fail"), ("c", "skip"), ("d", "inprogress")):
            stream.status(test_id=name, test_status=word)
    found = summary_of(f"{tmp_path}/r", 0)
    assert (found.passed, found.failed, found.skipped, found.names) == (1, 2, 1, ("b", "d"))


@pytest.mark.parametrize("data", [b"\xb3\x00\x00", b"test: a\nsuccess: b\n", b"time: never\n"])
def test_broken_subunit_is_no_pass(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(data)
    try:
        found = summary_of(f"{tmp_path}/r", 0)
    except Unreadable:
        return
    assert found.passed == 0


CASE = "<testcase name='a'/>"
BAD_CASE = "<testcase name='b'><failure/></testcase>"


@pytest.mark.parametrize(
    ("text", "verdict", "sentence"),
    [
        (
            f"<testsuite name='api' tests='1' failures='1'>{CASE}</testsuite>",
            Verdict.FAILED,
            "failed: suite api counts 1 failures and errors, and shows 0",
        ),
        (
            f"<testsuites errors='2'><testsuite name='api' errors='2'>{CASE}</testsuite></testsuites>",
            Verdict.FAILED,
            "1 of 2 tests passed, failed: suite api counts 2 failures and errors, and shows 0",
        ),
        (
            f"<testsuite name='api' failures='2'>{CASE}{BAD_CASE}</testsuite>",
            Verdict.FAILED,
            "failed: b, suite api counts 2 failures and errors, and shows 1",
        ),
        (f"<testsuite name='api'>{CASE}<error/></testsuite>", Verdict.FAILED, "1 of 2 tests passed, failed: suite api"),
        (f"<testsuite tests='1' errors='1'>{CASE}<error/></testsuite>", Verdict.FAILED, "failed: a suite without a"),
        (
            f"<testsuites><testsuite name='api' tests='3'>{CASE}</testsuite></testsuites>",
            Verdict.UNJUDGED,
            "suite api counts 3 tests, and shows 1",
        ),
        (f"<testsuite tests='3'>{CASE}{BAD_CASE}</testsuite>", Verdict.FAILED, "1 of 2 tests passed, failed: b"),
        (f"<testsuite failures='-1'>{CASE}</testsuite>", Verdict.UNJUDGED, "counts -1 failures"),
        (
            f"<testsuites tests='2'><testsuite tests='1' errors='0' failures=''>{CASE}</testsuite>"
            f"<testsuite tests='1'>{CASE}</testsuite></testsuites>",
            Verdict.PASSED,
            "2 of 2 tests passed",
        ),
    ],
)
def test_what_a_suite_counts_is_believed_as_well(
    text: str, verdict: Verdict, sentence: str, *, subject: Subject, tmp_path: Path
) -> None:
    outcome = judged(written(tmp_path, text), subject)
    assert outcome.verdict is verdict, outcome
    assert sentence in outcome.sentence


def test_suites_in_suites_take_no_time(tmp_path: Path) -> None:
    deep = 100_000
    (tmp_path / "r").write_text("<testsuite>" * deep + CASE + "</testsuite>" * deep)
    began = time.monotonic()
    assert summary_of(f"{tmp_path}/r", 0).passed == 1
    assert time.monotonic() - began < 10
