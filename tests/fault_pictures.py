"""docs/faults.md: breaks a drill in every way that it knows, and draws what is shown.

`PYTHONPATH=tests/terminal python tests/fault_pictures.py` writes it.
With names of faults it draws only those anew.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
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
    told: tuple[str, ...] = ()
    happens: Callable[[Drill], None] = lambda drill: None
    first: str = ""  # what is on the screen before the keys
    keys: str = ""
    then: float = 4.0  # seconds from then to the picture


def change(drill: Drill) -> None:
    """Somebody else changes the load balancer."""
    drill.control.post("change").raise_for_status()


def moved(drill: Drill) -> None:
    """All traffic goes to green; no rollout is under way."""
    for member in drill.control.get("").json()["members"]:
        weight = 100 if "-green-" in member["name"] else 0
        drill.control.put(f"members/{member['name']}", json={"weight": weight}).raise_for_status()


def cutover(drill: Drill) -> None:
    """A cutover to green, by the command; it goes on by itself."""
    words = [sys.executable, "-m", "console", "cutover", "--config", str(drill.config_file)]
    with (drill.dir / "cutover.log").open("wb") as log:
        subprocess.Popen([*words, "--yes", "--reason", "practice"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)


PICTURES = (
    Picture(
        Fault.GREEN_UNHEALTHY,
        "GREEN is one short: `2/3`, and `rollback partial`. The problem line names the instance and who says "
        "so: the load balancer's check fails (member ERROR), and the direct probe got 503. Traffic is "
        "untouched, for all of it is on BLUE.",
        ("nova-api-green-3  ", "nova-api-green-3:", "2/3"),
        first="2/3",
        keys="\t",
    ),
    Picture(
        Fault.GREEN_BAD_AFTER_SWITCH,
        "Every check is green, and clients get errors: `lost` counts them, the ribbon marks each second with "
        "an `x` or `±`, and the problem line says how many failed, with what status, and when last. `rollback "
        "ready` says what going back would take.",
        ("GREEN live", "lost", "500"),
        moved,
    ),
    Picture(
        Fault.BLUE_DEAD,
        "A live instance is gone: Nova says ERROR and why, the probe is refused, the member is ERROR as soon "
        "as the load balancer has noticed. The other two carry all traffic, and no request was lost.",
        ("NOT WELL", "refused", "2/3"),
    ),
    Picture(
        Fault.LB_STUCK,
        "The load balancer applies a change that is nobody's rollout, and does not come to an end: "
        "`PENDING_UPDATE`. The weights on the screen may not be those in use, so roles are `changing`, and "
        "every action waits for the lock.",
        ("PENDING_UPDATE", "not a rollout of ours"),
        change,
    ),
    Picture(
        Fault.LB_ERROR,
        "The change ended in ERROR: the load balancer takes no further one until its operators have mended "
        "it, so the way back is `blocked`. Traffic still flows as before, which the VIP's panel proves.",
        ("LB ERROR", "in doubt"),
        change,
    ),
    Picture(
        Fault.CONFLICT_STORM,
        "A cutover whose write gets 409, as if somebody were always faster: the step shows the answer and waits "
        "for the load balancer, up to its deadline; nothing was applied, and the same is sent again.",
        ("409",),
        cutover,
        first="under way",
        keys="f",
        then=0.0,
    ),
    Picture(
        Fault.SECOND_OPERATOR,
        "Somebody else is at work: the load balancer is PENDING_UPDATE and nobody holds the lease. GREEN has "
        "a weight that no rollout of ours gave it.",
        ("PENDING_UPDATE", "not a rollout of ours"),
        then=0.0,
    ),
    Picture(
        Fault.SLOW_API,
        "Nothing: facts that come 2 s later are still fresh, and no key waits for them.",
        then=15.0,
    ),
    Picture(
        Fault.TOKEN_EXPIRY,
        "Nothing: the console logs in again by itself, and no fact grows old meanwhile.",
        then=15.0,
    ),
    Picture(
        Fault.LOGIN_REFUSED,
        "Nothing can be read from the cloud: the credentials are refused. The last facts stay on the screen "
        "with their age, each marked `?`; probes and VIP go on, since they need no login. No colour counts as "
        "healthy on old facts.",
        ("STALE", "refused"),
    ),
    Picture(
        Fault.API_DOWN,
        "Only Nova is gone: the servers' facts are STALE, with the cause and when it is tried again. The load "
        "balancer, the probes and the traffic are still fresh.",
        ("STALE", "servers"),
    ),
    Picture(
        Fault.API_FORBIDDEN,
        "Only Octavia refuses: its facts are STALE, the answer is quoted, and the hint says whose matter that "
        "is. Servers, probes and traffic are still fresh.",
        ("STALE", "403"),
    ),
    Picture(
        Fault.RATE_LIMITED,
        "Octavia asks to slow down; the console does, says for how long, and shows the age of what it last knew.",
        ("STALE", "429"),
    ),
    Picture(
        Fault.NAMES_LOST,
        "The cloud's names cannot be resolved any more: each source says so as it grows STALE; probes and "
        "traffic, which are asked by address, go on.",
        ("STALE", "not known"),
    ),
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
            console.wait_for("nova-api", "LB ACTIVE", "  fresh", "ok ~", within=WITHIN)  # the facts from before it
            console.pump(10.0)
            drill.control.put("fault", json={"fault": picture.fault.value}).raise_for_status()
            picture.happens(drill)
            if picture.keys:
                console.wait_for(picture.first, within=WITHIN)
                console.child.send(picture.keys)
            with contextlib.suppress(AssertionError):
                console.wait_for(*picture.told, within=WITHIN)
            console.pump(picture.then)
            return "\n".join(line.rstrip() for line in console.screen.display)


def section(picture: Picture) -> str:
    """One fault of the page."""
    name, words = picture.fault.value, picture.fault.words
    return f"## {name}\n\n{words[0].upper()}{words[1:]}.\n\n```text\n{drawn(picture)}\n```\n\n{picture.reads}\n"


def main(wanted: list[str]) -> None:
    """Draw these faults anew, or all of them."""
    text = PAGE.read_text() if PAGE.exists() else ""
    known = {one.partition("\n")[0]: one.rstrip("\n") for one in text.split("\n## ")[1:]}
    for picture in PICTURES:
        if not wanted or picture.fault in wanted:
            known[picture.fault] = section(picture).removeprefix("## ").rstrip("\n")
    sections = [f"## {known[picture.fault]}\n" for picture in PICTURES]
    PAGE.write_text("\n".join([HEAD, *sections]))


if __name__ == "__main__":
    main(sys.argv[1:])
