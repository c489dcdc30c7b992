"""Runs git: fixed words, a clean environment, no locks, no prompts, no network, bounded in time and output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from console.commits.source import SourceFailed
from console.model.text import clipped, visible

TIMEOUT = 5.0  # seconds for one call
LARGEST = 4_000_000  # bytes of output that are read


class GitFailed(SourceFailed):
    """Git is not there, or could not do what was asked; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What git printed. `cut`: there was more of it than is read."""

    code: int
    output: str
    errors: str
    cut: bool = False


def run(repository: Path, *words: str, network: float = 0.0) -> Answer:
    """Run `git -C repository words...`; undecodable bytes are replaced.

    `network`: seconds for a command that may ask other hosts; 0: it may not.

    Raises:
        GitFailed: git is not installed, cannot be started, or takes longer than TIMEOUT, or than `network`.
    """
    argv = ["git", "--no-pager", "-C", str(repository), *words]
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 a list of fixed words and of names that `names` has checked
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(repository) | (_networked() if network else {}),
                cwd="/",
                start_new_session=True,
            )
        except FileNotFoundError:
            raise GitFailed("git is not installed on this host, so no commits can be shown") from None
        except (OSError, ValueError) as error:
            raise GitFailed(f"git could not be started: {error}") from None
        output, cut = _read(process, repository, network or TIMEOUT)
        errors.seek(0)
        said = errors.read(4000).decode("utf-8", "replace")
    return Answer(process.returncode, output, said, cut)


def checked(repository: Path, *words: str, network: float = 0.0) -> Answer:
    """Like `run`, for what must succeed.

    Raises:
        GitFailed: also where git ends with an error; what it means is said.
    """
    answer = run(repository, *words, network=network)
    if answer.code != 0 and not answer.cut:
        raise GitFailed(_meaning(answer.errors, repository))
    return answer


def _read(process: subprocess.Popen[bytes], repository: Path, within: float) -> tuple[str, bool]:
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(within, stop)
    timer.daemon = True
    timer.start()
    try:
        with _output_of(process) as stream:
            data = stream.read(LARGEST + 1)
        cut = len(data) > LARGEST
        if cut:
            _kill(process)
        process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            _kill(process)
            process.wait()
    if late.is_set():
        raise GitFailed(f"git did not answer within {within:g} s in {visible(str(repository))}")
    return data[:LARGEST].decode("utf-8", "replace"), cut


def _output_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _kill(process: subprocess.Popen[bytes]) -> None:
    # the group, because git may have started helpers that hold the pipe open
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _environment(repository: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CONFIG_HOME") if name in os.environ}
    return kept | {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        # a partial clone would fetch what it lacks: nothing is fetched without being told to
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        # the folder itself, not a repository that happens to lie around it
        "GIT_CEILING_DIRECTORIES": str(repository.parent),
    }


def _networked() -> dict[str, str]:
    """What a fetch needs: proxies, an agent, and nobody to ask for a password."""
    names = ("SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "KRB5CCNAME")
    kept = {name: value for name, value in os.environ.items() if name in names or name.lower().endswith("_proxy")}
    return {
        **kept,
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
        "GIT_ASKPASS": "true",  # the program of that name: it says nothing, so that git gives up
        "SSH_ASKPASS_REQUIRE": "never",
    }


def _meaning(errors: str, repository: Path) -> str:
    shown = visible(str(repository))
    if "dubious ownership" in errors:
        return (
            f"git does not trust {shown}, because it belongs to another user: "
            f"`git config --global --add safe.directory {shown}` makes it"
        )
    if "cannot change to" in errors:
        reason = "cannot be entered" if "Permission denied" in errors else "is no folder on this host"
        return f"{shown} {reason}: look at `commits: {{git: ...}}` in the config"
    if "not a git repository" in errors:
        return f"{shown} is not a git repository: look at `commits: {{git: ...}}` in the config"
    lines = [line for line in errors.splitlines() if line.strip()]
    return f"git failed in {shown}: {clipped(lines[-1], 200) if lines else 'it did not say why'}"
