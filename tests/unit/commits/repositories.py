"""Real git repositories for the tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ENVIRON = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Alice",
    "GIT_AUTHOR_EMAIL": "alice@example.org",
    "GIT_COMMITTER_NAME": "Bob",
    "GIT_COMMITTER_EMAIL": "bob@example.org",
}


class Repository:
    """A repository whose commits are a minute apart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = 1_700_000_000
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, stdin: bytes = b"", **environ: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.path, env=ENVIRON | environ, input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def commit(self, subject: str | bytes, author: str = "Alice", parent: str | None = None) -> str:
        """An empty commit on the current branch, or on `parent`; returns its SHA."""
        self.clock += 60
        at = f"{self.clock} +0100"
        if parent is not None:
            self.git("checkout", "--quiet", "--detach", parent)
        message = subject if isinstance(subject, bytes) else subject.encode()
        words = ("commit", "--quiet", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "--file=-")
        self.git(*words, stdin=message, GIT_COMMITTER_DATE=at, GIT_AUTHOR_DATE=at, GIT_AUTHOR_NAME=author)
        return self.git("rev-parse", "HEAD")

    def change(self, subject: str, *paths: str) -> str:
        """A commit on the current branch that touches these files; returns its SHA."""
        for path in paths:
            file = self.path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(subject)
            self.git("add", "--", path)
        return self.commit(subject)

    def merge(self, other: str, subject: str = "Merge") -> str:
        """Merge a commit into the current branch; returns the merge's SHA."""
        self.clock += 60
        at = f"{self.clock} +0100"
        words = ("merge", "--quiet", "--no-ff", "-m", subject, other)
        self.git(*words, GIT_COMMITTER_DATE=at, GIT_AUTHOR_DATE=at)
        return self.git("rev-parse", "HEAD")

    def raw(self, committer: bytes, message: bytes) -> str:
        """A commit object as no well-behaved git would write it; returns its SHA."""
        tree = self.git("write-tree").encode()
        content = b"tree %s\nauthor A <a> 1 +0000\ncommitter %s\n\n%s\n" % (tree, committer, message)
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content)
