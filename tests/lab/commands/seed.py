"""Make a blue/green set, or put it right: blue in rotation, green not.

N blue and N green servers (tags service=NAME and color=, metadata color, version, git_commit), the load balancer
NAME-lb with the listener NAME-http and the pool NAME-pool with a health monitor. Its members are the blue servers
(weight W, tags server=<id>, color=blue, bluegreen:weight=W) and, with --green-in-pool, the green ones at weight 0.
Also the network bluegreen-lease without a subnet. Prints the ids as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from ..inside import connect
from ..seed import Options, Seed, write_config

INSIDE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name, size and form of the set."""
    parser.add_argument("name", nargs="?", default="api", help="service, and prefix of all names (api)")
    parser.add_argument("-n", "--servers", type=int, default=3, help="of each colour (3)")
    parser.add_argument("--weight", type=int, default=1, help="of an instance in rotation (1)")
    parser.add_argument("--green-in-pool", action="store_true", help="green is in the pool, at weight 0")
    parser.add_argument("--two-pools", action="store_true", help="also a pool of the green servers, not in use")
    parser.add_argument("--blue-only", action="store_true", help="no green servers: a release is to make them")
    parser.add_argument("--unlabelled", action="store_true", help="no tags and metadata, as if made by hand")
    parser.add_argument("--dir", type=Path, help="write a bluegreen config.yaml there; its journal is there, too")
    parser.add_argument("--delete", action="store_true", help="delete the set")


def run(given: argparse.Namespace) -> int:
    """Make or delete it."""
    options = Options(given.name, given.servers, given.weight, given.green_in_pool, given.two_pools,
                      given.blue_only, given.unlabelled)  # fmt: skip
    begun = time.monotonic()
    seed = Seed(connect(), options)
    if given.delete:
        seed.delete()
        done = "deleted"
    else:
        ids = seed.make()
        if given.dir:
            ids["config"] = str(write_config(options, given.dir))
        print(json.dumps(ids, indent=1))
        done = f"{len(options.colours) * given.servers} servers and a load balancer ACTIVE"
    print(f"{given.name}: {done} after {time.monotonic() - begun:.1f} s", file=sys.stderr)
    return 0
