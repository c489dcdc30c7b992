"""Change what the HTTP app inside a server does, at once (data plane only).

set-app SERVER ok             as it should be
set-app SERVER unhealthy      /healthcheck 503, everything else is served
set-app SERVER error-rate=0.3 that share of the requests get 500
set-app SERVER slow=800       every answer (health checks too) 800 ms later
set-app SERVER hang           takes requests, answers nothing until changed
set-app SERVER refuse         port closed, open connections are served on
set-app SERVER crash          port closed, open connections cut
set-app SERVER latent=200     good for 200 requests (health checks do not count),
                              then error-rate=1; latent=200:crash, ...
Several with commas (unhealthy,slow=200). A boot (start, reboot, rebuild) ends it:
then it is as the metadata say. set-app alone lists all apps.
At create: server metadata lab_app=MODE, lab_boot=SECONDS (from ACTIVE to an open
port), lab_version / lab_git_commit (what the app says, whatever the image's
properties are).
"""

from __future__ import annotations

import argparse
from typing import Any

from ..dataplane import guests
from ..settings import fail, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """The server and its mode."""
    parser.add_argument("server", nargs="?", help="id or name")
    parser.add_argument("mode", nargs="?")


def run(given: argparse.Namespace) -> int:
    """Ask the process that holds the apps."""
    try:
        if given.server and given.mode:
            changed = guests.ask(op="mode", server=given.server, mode=given.mode)
            say("{name} {ips}: {old} -> {mode}".format(**changed))
        else:
            for guest in guests.ask(op="list"):
                if given.server in (None, guest["uuid"], guest["name"]):
                    say(_line(guest))
    except (ValueError, OSError) as error:
        fail(str(error))
    return 0


def _line(guest: dict[str, Any]) -> str:
    info = guest["info"]
    return (
        f"{guest['uuid']} {guest['name']:16} {','.join(guest['ips']):15} {info.get('color')!s:6} "
        f"{info.get('version')!s:8} {'listening' if guest['listening'] else 'closed':10} "
        f"served {guest['served']:<6} open {guest['connections']:<3} {guest['mode']}"
    )
