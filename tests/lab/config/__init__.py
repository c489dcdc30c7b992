"""The configuration files of the services."""

from __future__ import annotations

from . import compute, core, octavia


def write_all() -> None:
    """Write every service's files; called by each `up`, so that changed LAB_* variables take effect."""
    core.write()
    compute.write()
    octavia.write()
