"""docs/faults.md: breaks a drill in every way that it knows, and draws what is shown.

`PYTHONPATH=tests/terminal python tests/fault_pictures.py` writes it.
With names of faults it draws those only, on standard output.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ttykit import Console

from console.drill.server import Drill, running_drill
from console.drill.settings import Fault

PAGE = Path(__file__).parent.parent / "docs" / "faults.md"
HEAD = """# What each fault looks like

Every fault of `bluegreen drill`, as an operator sees it at 80 x 24 in a terminal without colours. Start one with
`bluegreen drill --fault NAME`, or while a drill runs: `curl -X PUT -d '{"fault": "NAME"}' URL/drill/fault`.
This page is made by `PYTHONPATH=tests/terminal python tests/fault_pictures.py`.
"""
COLUMNS, ROWS = 80, 24
WITHIN = 60.0  # seconds for a fault to be seen
PLAIN = {"NO_COLOR": "1", "TERM": "xterm"}


@dataclass(frozen=True)
class Picture:
    """How a fault comes to be seen. `told`: what must be on the screen; `reads`: what an operator reads there."""

    fault: Fault
    reads: str
    told: tuple[str, ...]
    happens: Callable[[Drill], None] = lambda drill: None
    keys: str = ""
    then: float = 4.0  # seconds from then to the picture


def change(drill: Drill) -> None:
    """Somebody else changes the load balancer."""
    drill.control.post("change").raise_for_status()


def cutover(drill: Drill) -> None:
    """A cutover to green, by the command; it goes on by itself."""
    words = [sys.executable, "-m", "console", "cutover", "--config", str(drill.config_file)]
    with (drill.dir / "cutover.log").open("wb") as log:
        subprocess.Popen([*words, "--yes", "--reason", "practice"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)


PICTURES = (
    Picture(Fault.GREEN_UNHEALTHY, "", ("nova-api-green-3  ", "nova-api-green-3:"), keys="\t"),
    Picture(Fault.GREEN_BAD_AFTER_SWITCH, "", ("GREEN live", "lost"), cutover),
    Picture(Fault.BLUE_DEAD, "", ("ERROR", "refused")),
    Picture(Fault.LB_STUCK, "", ("PENDING_UPDATE",), change),
    Picture(Fault.LB_ERROR, "", ("LB ERROR",), change),
    Picture(Fault.CONFLICT_STORM, "", ("409",), cutover, keys="f", then=0.5),
    Picture(Fault.SECOND_OPERATOR, "", ("PENDING",)),
    Picture(Fault.SLOW_API, "", ("STALE",)),
    Picture(Fault.TOKEN_EXPIRY, "", ("fresh",)),
    Picture(Fault.LOGIN_REFUSED, "", ("STALE",)),
    Picture(Fault.API_DOWN, "", ("STALE",)),
    Picture(Fault.API_FORBIDDEN, "", ("STALE",)),
    Picture(Fault.RATE_LIMITED, "", ("STALE",)),
    Picture(Fault.NAMES_LOST, "", ("STALE",)),
)


@contextlib.contextmanager
def looking(drill: Drill) -> Iterator[Console]:
    """The console on the drill, with a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environ = {**PLAIN, "HOME": home, "OS_CLIENT_CONFIG_FILE": str(drill.clouds_file)}
        console = Console(["-m", "console", "--config", str(drill.config_file)], cols=COLUMNS, rows=ROWS, env=environ)
        try:
            yield console
        finally:
            console.close()


def drawn(picture: Picture) -> str:
    """The screen once the fault is seen."""
    with running_drill(instances=3, pending=1.5, heartbeat=1.0) as drill:
        os.environ["OS_CLIENT_CONFIG_FILE"] = str(drill.clouds_file)
        with looking(drill) as console:
            console.wait_for("nova-api", "fresh", within=WITHIN)
            console.pump(3.0)
            drill.control.put("fault", json={"fault": picture.fault.value}).raise_for_status()
            picture.happens(drill)
            if picture.keys:
                console.pump(2.0)
                console.child.send(picture.keys)
            with contextlib.suppress(AssertionError):
                console.wait_for(*picture.told, within=WITHIN)
            console.pump(picture.then)
            return "\n".join(line.rstrip() for line in console.screen.display)


def section(picture: Picture) -> str:
    """One fault of the page."""
    name, words = picture.fault.value, picture.fault.words
    return f"## {name}\n\n{words[0].upper()}{words[1:]}.\n\n```text\n{drawn(picture)}\n```\n\n{picture.reads}\n"


if __name__ == "__main__":
    wanted = sys.argv[1:]
    if wanted:
        for picture in PICTURES:
            if picture.fault in wanted:
                began = time.monotonic()
                print(section(picture), f"{time.monotonic() - began:.0f} s", flush=True)
    else:
        PAGE.write_text("\n".join([HEAD, *(section(picture) for picture in PICTURES)]))
