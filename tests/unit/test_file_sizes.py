"""Files of a few screens, functions of one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAB = ROOT / "tests" / "lab"
LONGEST_FILE, LONGEST_FUNCTION = 400, 60  # lines


def sources() -> list[Path]:
    """All modules but those of the lab, which runs other people's programs."""
    found = (path for folder in ("console", "screens", "tests") for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if LAB not in path.parents]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {f"{node.name}, line {node.lineno}": (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_the_modules_are_found() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in sources()}
    assert names == {"console", "screens", "tests"}
