"""The soak: `python tests/soak/soak.py --minutes 30`. A fleet on the drill, faults that come and go, one console on it.

Every few seconds a key is pressed and its echo timed, and memory, threads and sockets of the console are counted. Ends
with 1 when they grow, when a key is answered late, or when the console does not leave as it should.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "bench")]

from bench_ground import api_url, drill, fresh_home, ground  # noqa: E402
from bench_pty import Timed  # noqa: E402
from bench_table import Row, document, measured, table  # noqa: E402

from console.drill.settings import Fault  # noqa: E402

BEAT = 5.0  # seconds between two samples
KEPT = 200_000  # bytes of what was sent that are kept: enough to look for what is on the screen
GROWTH_BAR = 5.0  # percent that memory may grow by from the second quarter to the last
ECHO_BAR, LATE_BAR = 50.0, 250.0  # ms: the median, and 19 of 20
QUIT_BAR = 1000.0  # ms
# Ways through the screens, as keys; each ends on the fleet again.
WALKS = (b"jjkk", b"\rll\x1b\x1b", b"\r\r\x1b\x1b", b"p\x1b", b"?\x1b", b"j\r\t\x1bk", b"/nova\r\x1b", b":fleet\r")
# Faults of one object, besides the scenarios: method, path, body.
ODDITIES: tuple[tuple[str, str, object], ...] = (
    ("PUT", "instances/{instance}", {"mode": "unhealthy"}),
    ("PUT", "instances/{instance}", {"mode": "ok"}),
    ("PUT", "members/{instance}", {"operating_status": "ERROR"}),
    ("PUT", "members/{instance}", {"operating_status": "auto"}),
    ("PUT", "load-balancer", {"provisioning_status": "PENDING_UPDATE"}),
    ("PUT", "load-balancer", {"provisioning_status": "ACTIVE"}),
    ("POST", "tokens/revoke", {}),
    ("POST", "change", {}),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """The console at one moment: `at` seconds after its first picture."""

    at: float
    rss: float  # MiB
    threads: int
    sockets: int
    cpu: float  # seconds so far
    sent: int  # bytes so far
    echo: float  # ms
    fault: str


class Trainer:
    """Makes things happen on the drill."""

    def __init__(self, client: httpx.Client, seed: int) -> None:
        self._client = client
        self._chance = random.Random(seed)
        names = [each["name"] for each in client.get("").json()["instances"]]
        self._names = names or ["nova-api-blue-1"]
        self.fault = ""

    def next(self) -> None:
        """Another scenario, or none, and something odd about one object."""
        self.fault = "" if self.fault else self._chance.choice(list(Fault)).value
        self._do("PUT", "fault", {"fault": self.fault or None})
        for method, path, body in self._chance.sample(ODDITIES, 2):
            self._do(method, path.format(instance=self._chance.choice(self._names)), body)

    def all_well(self) -> None:
        """No scenario any more."""
        self.fault = ""
        self._do("PUT", "fault", {"fault": None})
        self._do("PUT", "load-balancer", {"provisioning_status": "ACTIVE"})

    def _do(self, method: str, path: str, body: object) -> None:
        try:
            self._client.request(method, path, json=body)
        except httpx.HTTPError:
            time.sleep(1.0)  # the drill is busy; another time


def samples(program: Timed, trainer: Trainer, minutes: float) -> Iterator[Sample]:
    """Walk through the screens for so long, and look at the console on the way."""
    chance = random.Random(1)
    began, sent, beats = time.monotonic(), 0, 0
    while (at := time.monotonic() - began) < 60 * minutes:
        if program.ended:
            print(_tail(program), file=sys.stderr, flush=True)
        assert not program.ended, f"the console ended with {program.exit_code}: what it wrote last is above"
        if beats % 4 == 0:
            trainer.next()
        for key in chance.choice(WALKS):
            program.send(bytes([key]))
            program.pump(0.4)
        for _ in range(2):  # on a busy machine a key may overtake the dialog that it was to close
            program.send(b"\x1b")
            program.pump(0.3)
        echo = 1000 * program.echo(b":", within=60)
        program.pump(0.3)
        program.send(b"\x1b")
        program.pump(BEAT)
        sent += max(len(program.sent) - KEPT, 0)
        del program.sent[:-KEPT]
        beats += 1
        yield Sample(
            at,
            program.rss,
            program.threads,
            program.sockets,
            program.cpu,
            sent + len(program.sent),
            echo,
            trainer.fault,
        )


def soak(folder: Path, minutes: float, services: int, instances: int, found: list[Sample]) -> Iterator[Row]:
    """Run it; the rows that came of it."""
    with drill(folder, "--services", str(services), "--instances", str(instances)) as cloud:
        with (
            httpx.Client(base_url=f"{api_url(cloud)}/drill/", timeout=30, trust_env=False) as client,
            Timed(cloud.argv, env={**fresh_home(folder), **cloud.env}) as program,
        ):
            program.until(b"quit")
            program.pump(20.0)
            trainer = Trainer(client, seed=7)
            for sample in samples(program, trainer, minutes):
                found.append(sample)
                print(_progress(sample), flush=True)
            trainer.all_well()
            program.send(b"\x1b\x1b")
            program.pump(1.0)
            program.send(b"q")
            leaving = 1000 * program.ends(30)
            code, last = program.exit_code, bytes(program.sent)
        yield from judged(found, minutes)
        yield Row("leaving", leaving, "ms", QUIT_BAR)
        yield Row("exit code", float(code if code is not None else -1), "", 0.0)
        yield Row("tracebacks", float(last.count(b"Traceback")), "", 0.0)


def judged(found: Sequence[Sample], minutes: float) -> Iterator[Row]:
    """What the samples say: the last quarter against the second one; the first is the start."""
    quarter = max(len(found) // 4, 1)
    early, late = found[quarter : 2 * quarter] or found, found[-quarter:]

    def medians(name: str) -> tuple[float, float]:
        first, last = (statistics.median(getattr(each, name) for each in part) for part in (early, late))
        return first, last

    before, after = medians("rss")
    note = f"{before:.1f} to {after:.1f} MiB, over {minutes:g} min"
    yield Row("memory grew", 100 * (after - before) / before, "%", GROWTH_BAR, note)
    for name in ("threads", "sockets"):
        # how many are in use varies with what is asked just then; what leaks is there at the quietest moment as well
        before, after = (min(getattr(each, name) for each in part) for part in (early, late))
        most = max(getattr(each, name) for each in found)
        yield Row(f"{name} grew", after - before, "", 2.0, f"fewest {before:g} to {after:g}, at most {most}")
    echoes = sorted(each.echo for each in found)
    yield Row("a key is answered, median", statistics.median(echoes), "ms", ECHO_BAR)
    yield Row(
        "a key is answered, 19 of 20", echoes[int(len(echoes) * 0.95)], "ms", LATE_BAR, f"at most {echoes[-1]:.0f}"
    )
    seconds = found[-1].at - found[0].at or 1.0
    yield Row("processor", 100 * (found[-1].cpu - found[0].cpu) / seconds, "%")
    yield Row("sent to the terminal", (found[-1].sent - found[0].sent) / seconds, "B/s", note="with keys and faults")


def _tail(program: Timed) -> str:
    """The last that it wrote: a traceback, if it has died of one."""
    return bytes(program.sent[-6000:]).decode("utf-8", "replace")


def _progress(sample: Sample) -> str:
    return (
        f"{sample.at / 60:6.1f} min  {sample.rss:6.1f} MiB  {sample.threads:3} threads  {sample.sockets:3} sockets  "
        f"echo {sample.echo:5.0f} ms  {sample.fault}"
    )


def main() -> int:
    """Soak, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--instances", type=int, default=10, help="of each colour")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows and every sample there as well")
    args = parser.parse_args()
    found: list[Sample] = []
    with ground() as folder:
        rows = measured("soak", lambda: soak(folder, args.minutes, args.services, args.instances, found))
    print(table(rows))
    if args.json is not None:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        whole = {**document(rows), "samples": [asdict(each) for each in found]}
        args.json.write_text(json.dumps(whole, indent=1) + "\n")
    return 0 if all(row.state in ("kept", "") for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
