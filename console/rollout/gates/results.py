"""Test results that a gate's command left: JUnit XML (pytest and most others) or subunit (tempest, stestr).

Whatever was tested may have a hand in these files, so XML is read by a parser that takes no entities and no DTD.
"""

from __future__ import annotations

import glob
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.model.text import clipped

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LARGEST = 50_000_000  # bytes of one file
_SUBUNIT_2 = b"\xb3"  # the first byte of every packet of version 2
_SUBUNIT_1 = (b"time: ", b"test: ", b"test ", b"testing", b"tags: ", b"progress: ")  # how version 1 begins
_BAD = frozenset({"failure", "error"})  # elements of JUnit XML
_SUITES = frozenset({"testsuite", "testsuites"})
_NAMED = 5  # failed tests that a sentence names
_FINAL = {"success": "passed", "xfail": "passed", "skip": "skipped", "fail": "failed", "uxsuccess": "failed"}


class Unreadable(Exception):
    """There are no results, or they cannot be read; says why."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How the tests went. `names`: those that failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    names: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`39 of 41 tests passed, 1 skipped, failed: a, b`."""
        text = f"{self.passed} of {self.passed + self.failed} tests passed"
        text += f", {self.skipped} skipped" if self.skipped else ""
        if self.names:
            more = f" and {len(self.names) - _NAMED} more" if len(self.names) > _NAMED else ""
            text += f", failed: {', '.join(clipped(name, 120) for name in self.names[:_NAMED])}{more}"
        return text


def summary_of(pattern: str, since: float) -> Summary:
    """What all files that fit the pattern and were written at or after `since` (Unix seconds) say. Raises Unreadable.

    Older files are of another run: they say nothing of this one.
    """
    found = [path for path in map(Path, sorted(glob.glob(pattern))) if path.is_file() and _changed(path) >= since]  # noqa: PTH207 an absolute pattern
    if not found:
        raise Unreadable(f"no test results: nothing new fits {pattern}")
    outcomes = [outcome for path in found for outcome in _outcomes(path)]
    return Summary(
        passed=sum(word == "passed" for _, word in outcomes),
        failed=sum(word == "failed" for _, word in outcomes),
        skipped=sum(word == "skipped" for _, word in outcomes),
        names=tuple(name for name, word in outcomes if word == "failed"),
    )


def _changed(path: Path) -> float:
    return path.stat().st_mtime


def _outcomes(path: Path) -> Iterable[tuple[str, str]]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise Unreadable(f"test results {path}: {error.strerror}") from error
    if len(data) > _LARGEST:
        raise Unreadable(f"test results {path}: larger than {_LARGEST} bytes")
    if data.lstrip()[:1] == b"<":
        return _junit(data, path)
    if data[:1] == _SUBUNIT_2 or data.startswith(_SUBUNIT_1):
        return _subunit(data, path)
    raise Unreadable(f"test results {path}: neither JUnit XML nor subunit")


def _junit(data: bytes, path: Path) -> list[tuple[str, str]]:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 only where a gate has results
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415

    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable(f"test results {path}: no XML that may be read: {clipped(str(error), 200)}") from error
    outcomes = [_case(case) for case in root.iter("testcase")]
    failed, untold = _besides(root)
    outcomes += [(sentence, "failed") for sentence in failed]
    if untold and all(word != "failed" for _, word in outcomes):
        raise Unreadable(f"test results {path}: {untold[0]}")
    return outcomes


def _case(case: Element) -> tuple[str, str]:
    name = ".".join(filter(None, (case.get("classname"), case.get("name")))) or "a test without a name"
    parts = {part.tag for part in case}
    return name, "failed" if parts & _BAD else "skipped" if "skipped" in parts else "passed"


def _besides(root: Element) -> tuple[list[str], list[str]]:
    """What suites say that their cases do not: what failed, and how many tests are not told of. Raises Unreadable.

    A suite may have an error of its own, as where it could not be set up. Its counts include those of suites inside.
    """
    everything = list(root.iter())
    above = {inner: outer for outer in everything for inner in outer}
    shown = dict.fromkeys(everything, (0, 0))  # cases, and failures and errors, in and below it
    failed, untold = list[str](), list[str]()
    for one in reversed(everything):  # what is inside comes before what it is in
        cases, bad = shown[one]
        cases += one.tag == "testcase"
        bad += one.tag in _BAD
        if one.tag in _SUITES:
            suite = f"suite {one.get('name')}" if one.get("name") else "a suite without a name"
            failed += [suite] * any(part.tag in _BAD for part in one)
            wrong, tests = _count(one, "failures") + _count(one, "errors"), _count(one, "tests")
            if wrong > bad:
                failed.append(f"{suite} counts {wrong} failures and errors, and shows {bad}")
            if tests > cases:
                untold.append(f"{suite} counts {tests} tests, and shows {cases}")
            cases, bad = max(cases, tests), max(bad, wrong)  # told once, not for each suite around it
        if (outer := above.get(one)) is not None:
            shown[outer] = (shown[outer][0] + cases, shown[outer][1] + bad)
    return failed, untold


def _count(suite: Element, name: str) -> int:
    said = suite.get(name, "").strip() or "0"
    if not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise Unreadable(f"a suite of the test results counts {clipped(said, 40)} {name}")
    return int(said)


def _subunit(data: bytes, path: Path) -> list[tuple[str, str]]:
    """The last word on each test; one that began and did not end has failed. stestr still stores version 1."""
    from subunit import ByteStreamToStreamResult, ProtocolTestCase  # noqa: PLC0415 only where a gate has results
    from testtools import ExtendedToStreamDecorator, StreamResult  # noqa: PLC0415

    class Words(StreamResult):
        """Gathers what is said of each test."""

        def __init__(self) -> None:
            super().__init__()
            self.known: dict[str, str] = {}

        def status(self, test_id: str | None = None, test_status: str | None = None, *more: Any, **named: Any) -> None:
            if test_id is not None and test_status not in (None, "exists"):
                self.known[test_id] = _FINAL.get(str(test_status), "failed")

    words = Words()
    try:
        if data[:1] == _SUBUNIT_2:
            ByteStreamToStreamResult(io.BytesIO(data), non_subunit_name="stdout").run(words)
        else:
            ProtocolTestCase(io.BytesIO(data), passthrough=io.BytesIO()).run(ExtendedToStreamDecorator(words))
    except (ValueError, AssertionError, OSError) as error:
        raise Unreadable(f"test results {path}: no subunit stream: {clipped(str(error), 200)}") from error
    return list(words.known.items())
