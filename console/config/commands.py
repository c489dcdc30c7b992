"""Commands of the config: they run with production credentials, so nobody else may be able to change them."""

from __future__ import annotations

from collections.abc import Iterator

from console.config.mistakes import Mistake
from console.config.nodes import Value

_WHERE = (("health",), ("release", "gates"))


def mistakes_in(document: Value, others: str) -> Iterator[Mistake]:
    """Each command of the file that `others`, in words, could change; none where that is empty."""
    if not others:
        return
    services = document.readable_entries().get("services")
    for service in services.readable_entries().values() if services is not None else ():
        for steps in _WHERE:
            for section in _at(service, steps):
                if "run" in section.readable_entries():
                    yield section.readable_entries()["run"].fault(
                        f"commands are run only from a file that nobody else can change: {others}",
                        "take the others' right to write away (`chmod go-w`), or leave the command out",
                    )


def _at(value: Value, steps: tuple[str, ...]) -> list[Value]:
    if not steps:
        return value.items() if value.kind == "seq" else [value]
    inner = value.readable_entries().get(steps[0])
    return _at(inner, steps[1:]) if inner is not None else []
