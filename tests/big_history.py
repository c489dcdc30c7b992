"""Git repositories of any size: a main line with side branches that are merged into it, made by one fast-import."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS, FILES = 40, 50  # of the tree, and in each folder
BEGAN = 1_500_000_000
_ENVIRON = {"PATH": os.environ.get("PATH", os.defpath), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass
class History:
    """Commits by number, from 1; `parents` and `files` of each. `main`: those of the main line, the oldest first,
    `aside` the others."""

    path: Path
    parents: dict[int, list[int]] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)
    main: list[int] = field(default_factory=list)
    aside: set[int] = field(default_factory=set)
    shas: dict[int, str] = field(default_factory=dict)

    def pack(self) -> None:
        """What `git gc` does for walks: a graph of all commits."""
        _git("-C", str(self.path), "commit-graph", "write", "--reachable")

    def reached(self, number: int) -> set[int]:
        """The commit and all that it was made from."""
        found, todo = set[int](), [number]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self.parents[one]
        return found


def make(path: Path, count: int, seed: int = 1) -> History:
    """A bare repository of `count` commits, a quarter of the steps of its main line merges."""
    made = History(path)
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(path))
    marks = path.with_name("marks")
    process = subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet", "--force", f"--export-marks={marks}"],
        stdin=subprocess.PIPE,
        env=_ENVIRON,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        for piece in _stream(made, count, random.Random(seed)):
            stdin.write(piece.encode())
    assert process.wait() == 0
    made.shas = {int(mark[1:]): sha for mark, sha in (line.split() for line in marks.read_text().splitlines())}
    _git("-C", str(path), "pack-refs", "--all")
    return made


def _stream(made: History, count: int, dice: random.Random) -> Iterator[str]:
    yield from _commit(made, 1, [], "main", "".join(_file(f"f{a}/{b}") for a in range(FOLDERS) for b in range(FILES)))
    made.main.append(1)
    number = 1
    while number < count:
        side: list[int] = []
        if dice.random() < 0.25 and number + 4 < count:
            fork = made.main[-min(len(made.main), dice.randint(1, 30))]
            for _ in range(dice.randint(1, 3)):
                number += 1
                yield from _commit(made, number, [side[-1] if side else fork], "side", _change(made, number, dice))
                side.append(number)
                made.aside.add(number)
        number += 1
        change = "" if side else _change(made, number, dice)
        yield from _commit(made, number, [made.main[-1], *side[-1:]], "main", change)
        made.main.append(number)


def _commit(made: History, number: int, parents: list[int], branch: str, change: str) -> Iterator[str]:
    made.parents[number] = parents
    subject = f"Merge {number}" if len(parents) > 1 else f"number {number}"
    body = f"{subject}\n\nA body of a few words, as people write them.\n\nChange-Id: I{number:040x}\n"
    yield f"commit refs/heads/{branch}\nmark :{number}\ncommitter P <p> {BEGAN + number * 60} +0000\n"
    yield f"data {len(body)}\n{body}"
    yield "".join(f"{'from' if at == 0 else 'merge'} :{parent}\n" for at, parent in enumerate(parents))
    if len(parents) > 1:
        # a merge has the files of both sides; where they differ, its own side's, as the last one has written them
        yield "".join(_file(made.files[one], str(one)) for one in _merged(made, parents))
    yield change


def _merged(made: History, parents: list[int]) -> list[int]:
    """The commits of the side that is merged, the oldest first."""
    found, one = [], parents[1]
    while one in made.aside:
        found.append(one)
        one = made.parents[one][0]
    return list(reversed(found))


def _change(made: History, number: int, dice: random.Random) -> str:
    made.files[number] = f"f{dice.randrange(FOLDERS)}/{dice.randrange(FILES)}"
    return _file(made.files[number], str(number))


def _file(path: str, content: str = "0") -> str:
    return f"M 100644 inline {path}\ndata {len(content)}\n{content}\n"


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, env=_ENVIRON, capture_output=True)
