"""The parts of the README that come from the code: `python tests/readme_sections.py` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from console.cli.main import EXIT_CODES, VERBS
from console.config.reference import reference as config_reference
from screens.key_reference import reference as keys_reference

README = Path(__file__).parent.parent / "README.md"


def commands_reference() -> str:
    """The verbs as a table, and the exit codes."""
    rows = "\n".join(f"| `bluegreen {verb}` | {line} |" for verb, (_, line) in VERBS.items())
    return f"| command | what it does |\n|---|---|\n{rows}\n\n```\n{EXIT_CODES.strip()}\n```"


SECTIONS: dict[str, Callable[[], str]] = {
    "config": config_reference,
    "keys": keys_reference,
    "commands": commands_reference,
}


def with_sections(text: str) -> str:
    """The README with every generated part as the code has it."""
    for name, make in SECTIONS.items():
        block = f"<!-- {name} -->\n{make().strip()}\n<!-- /{name} -->"
        text, found = re.subn(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, b=block: b, text, flags=re.DOTALL)  # type: ignore[misc]
        assert found == 1, f"the README has {found} sections {name}"
    return text


if __name__ == "__main__":
    README.write_text(with_sections(README.read_text()))
