"""Smoke test of the APIs that the console uses: 20-40 s, and 60 s more where there is a data plane.

Makes and deletes its own servers and load balancers (verify-*).
"""

from __future__ import annotations

import argparse

from .. import checks_balancer, checks_compute, checks_dataplane
from ..checks import Checks
from ..inside import connect
from ..settings import has_dataplane, say

INSIDE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(given: argparse.Namespace) -> int:
    """All checks; exit code 1 if one failed."""
    cloud, check = connect(), Checks()
    checks_balancer.clean(cloud)
    checks_compute.clean(cloud)
    checks_compute.run(cloud, check)
    checks_balancer.run(cloud, check)
    checks_compute.clean(cloud)
    if has_dataplane():
        checks_dataplane.run(cloud, check)
    say(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0
