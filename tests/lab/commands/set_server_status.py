"""Set a server's state by Nova's os-resetState (an admin's API)."""

from __future__ import annotations

import argparse

from ..inside import connect
from ..settings import say

INSIDE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """The server and its status."""
    parser.add_argument("server", help="id or name")
    parser.add_argument("status", choices=["ERROR", "ACTIVE"])


def run(given: argparse.Namespace) -> int:
    """Ask Nova, and show what it made of it."""
    nova = connect("lab-admin").compute
    server = nova.find_server(given.server, ignore_missing=False, all_projects=True)
    nova.reset_server_state(server, given.status.lower())
    say(f"{server.id} {server.name}: {server.status} -> {nova.get_server(server.id).status}")
    return 0
