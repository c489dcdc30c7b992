"""docs/faults.md has every fault of the drill, as it looks at 80 x 24."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.drill.settings import Fault

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"


@pytest.mark.parametrize("fault", list(Fault))
def test_each_fault_has_its_screen_and_what_is_read_there(fault: Fault) -> None:
    _, found, rest = PAGE.read_text().partition(f"\n## {fault.value}\n")
    assert found, "write the page anew: tests/fault_pictures.py"
    words, screen, reads = rest.partition("\n## ")[0].split("```")
    assert words.strip().lower() == f"{fault.words.lower()}."
    lines = screen.removeprefix("text\n").rstrip("\n").split("\n")
    assert len(lines) <= 24
    assert max(len(line) for line in lines) <= 80
    assert "nova-api" in screen
    assert len(reads.strip()) > 40
