"""The bench: `python tests/bench/bench.py [--json FILE] [--quick] [--only PART ...]`. Ends with 1 when a bar is missed.

Parts are `paint`, `truth`, `wire`, `hang`, `calls`, `ui`, `memory`, `read` and `commits`. Figures of a busy machine are
worth little; the ratios are taken pair by pair, so that they hold there as well.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

import bench_commits
import bench_load
import bench_read
import bench_start
import bench_wire
from bench_ground import ground
from bench_table import Row, document, measured, table

Work = Callable[[], Iterable[Row]]


def parts(folder: Path, *, quick: bool) -> dict[str, tuple[Work, ...]]:
    """What is measured, in order; a `quick` bench repeats less."""
    rounds, seconds, settle = (3, 10.0, 10.0) if quick else (15, 60.0, 75.0)
    return {
        "paint": (partial(bench_start.first_paint, folder, rounds),),
        "truth": (partial(bench_start.first_truth, folder, 2 if quick else 7),),
        "wire": (partial(bench_wire.idle, folder, seconds, settle), partial(bench_wire.three_cells, folder, rounds)),
        "hang": (partial(bench_wire.hanging, folder, 2 if quick else 5),),
        "calls": (partial(bench_load.calls, folder, 6 if quick else 12),),
        "ui": (partial(bench_load.ui_thread, rounds),),
        "memory": (partial(bench_load.memory, folder),),
        "read": (_read_lane, partial(bench_load.recalling, folder, rounds)),
        "commits": (partial(bench_commits.ranges, folder, 3 if quick else 9),),
    }


def _read_lane() -> Iterator[Row]:
    """What the poller's thread thinks before the UI thread gets a snapshot."""
    for count in (1_000, 10_000):
        decode, whole, judged = bench_read.measure(count)
        bar = bench_read.BAR_MS if count == 1_000 else None
        yield Row(f"decode, parse and join {count:,} instances", decode + whole, "ms", bar)
        yield Row(f"verdict on {count:,} instances", judged, "ms")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it works")
    parser.add_argument("--only", nargs="+", metavar="PART", default=None)
    args = parser.parse_args()
    rows: list[Row] = []
    with ground() as folder:
        for name, works in parts(folder, quick=args.quick).items():
            if args.only is None or name in args.only:
                found = [row for work in works for row in measured(name, work)]
                print(table(found), flush=True)
                rows += found
    if args.json is not None:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(document(rows), indent=1) + "\n")
    missed = [row.what.strip() for row in rows if row.state == "MISSED"]
    print(f"\n{len(missed)} bars missed{': ' if missed else ''}{'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
