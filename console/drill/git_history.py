"""A small git repository to compare commits in, made by one `git fast-import`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.drill import REPOSITORY

TIMEOUT = 30.0  # seconds
BLUE_AT, GREEN_AT = 12, 18  # which commit each colour was built from, counted from 1
HOUR = 3600

_PEOPLE = (
    ("Ana Ribeiro", "ana@example.org"),
    ("Bohdan Koval", "bohdan@example.org"),
    ("Chiara Lenz", "chiara@example.org"),
    ("Dev Anand", "dev@example.org"),
)
# what each commit says, and the file that it changes
_COMMITS = (
    ("Start the service from one entry point", "nova/cmd/api.py"),
    ("api: return 404, not 500, for an unknown flavor", "nova/api/flavors.py"),
    ("Document the order of an upgrade", "doc/upgrade.rst"),
    ("scheduler: weigh hosts by free memory first", "nova/scheduler/weights.py"),
    ("Remove the deprecated file injection", "nova/api/servers.py"),
    ("conductor: retry a build on the next cell", "nova/conductor/manager.py"),
    ("db: add an index on instances.deleted_at", "nova/db/main/migrations/versions/0041_index.py"),
    ("Answer /version with the commit that was built", "nova/api/version.py"),
    ("api: validate the length of server tags", "nova/api/tags.py"),
    ("compute: stop polling a guest that is gone", "nova/compute/manager.py"),
    ("Log the request id with each conflict", "nova/api/wsgi.py"),
    ("Release notes for the first quarter", "doc/notes.rst"),
    ("api: page the server list by created_at", "nova/api/servers.py"),
    ("db: make the volume mapping nullable (migration)", "nova/db/main/migrations/versions/0042_volume_mapping.py"),
    ("scheduler: do not count disabled hosts", "nova/scheduler/manager.py"),
    ("Fix the race between rebuild and delete", "nova/compute/manager.py"),
    ("api: send Retry-After with 429", "nova/api/wsgi.py"),
    ("conductor: close the connections of a removed cell", "nova/conductor/manager.py"),
    ("compute: report the time of the last sync", "nova/compute/manager.py"),
    ("Bump the minimum microversion of the client", "nova/client.py"),
)
# what the last check of a commit came to, where that was no success; empty: none ran
_TESTS = {16: "failure", 17: "", 20: "in_progress"}
_NO_GIT_BLUE = "4f0c1d6a2b7e93850c6d1fa4e2b98370d5c6e1f2"
_NO_GIT_GREEN = "9ab3e07d41c8f25607be3d9014a7c5f8e62d0b13"
_NO_GIT_NEXT = "c27f5a1e9d3b6480f1e25a7c93d0b86e4f71a25d"


@dataclass(frozen=True)
class History:
    """The commits that the two colours run, and that of the image that waits to be released (`next`).

    `path` is None where there is no git to make a repository with. `tests`: what the last check of each commit came to,
    in GitHub's words; empty where none ran.
    """

    blue: str
    green: str
    path: Path | None
    next: str = ""
    tests: Mapping[str, str] = field(default_factory=dict)


def make(directory: Path) -> History:
    """Make a bare repository in `directory`; without a working git the commits are names only."""
    path = directory / REPOSITORY
    marks = directory / "marks"
    try:
        _git("-c", "init.defaultBranch=master", "init", "--quiet", "--bare", f"--template={os.devnull}", str(path))
        stream = "".join(_commit(number, *each) for number, each in enumerate(_COMMITS, start=1))
        arguments = ("-C", str(path), "fast-import", "--quiet", "--force", f"--export-marks={marks}")
        _git(*arguments, text=stream)
        shas = dict(line.split() for line in marks.read_text().splitlines())
        marks.unlink()
        numbers = range(1, len(_COMMITS) + 1)
        tests = {shas[f":{number}"]: _TESTS.get(number, "success") for number in numbers}
        return History(shas[f":{BLUE_AT}"], shas[f":{GREEN_AT}"], path, shas[f":{len(_COMMITS)}"], tests)
    except (OSError, subprocess.SubprocessError, KeyError, ValueError):
        return History(_NO_GIT_BLUE, _NO_GIT_GREEN, None, _NO_GIT_NEXT)


def _commit(number: int, subject: str, path: str) -> str:
    name, email = _PEOPLE[number % len(_PEOPLE)]
    at = int(time.time()) - (len(_COMMITS) - number + 1) * 7 * HOUR
    content = f"{number}. {subject}\n"
    return (
        f"commit refs/heads/master\nmark :{number}\ncommitter {name} <{email}> {at} +0000\n"
        f"data {len(subject.encode())}\n{subject}\n"
        f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n"
    )


def _git(*arguments: str, text: str = "") -> None:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    subprocess.run(  # noqa: S603 fixed words, no shell
        ["git", *arguments],  # noqa: S607 git is wherever the user has it
        input=text.encode(),
        check=True,
        capture_output=True,
        timeout=TIMEOUT,
        env=environment,
    )
