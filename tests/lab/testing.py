"""The lab as tests use it: its commands as subprocesses, and a test that cannot run without it says so."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .settings import HOME, STATE, VENV, has_dataplane

COMMAND = (sys.executable, "-P", "-m", "lab")


def environ() -> dict[str, str]:
    """The environment in which COMMAND is found, and this lab by it, whatever a test makes of HOME."""
    return dict(os.environ) | {"PYTHONPATH": str(HOME.parent), "LAB_STATE": str(STATE), "LAB_VENV": str(VENV)}


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the lab, whatever it answers."""
    return subprocess.run([*COMMAND, *words], env=environ(), capture_output=True, text=True, timeout=900, check=False)


def lab(*words: str) -> str:
    """Run one command of the lab; what it printed."""
    done = command(*words)
    assert done.returncode == 0, f"lab {' '.join(words)}: {done.stderr}"
    return done.stdout


def require_lab(dataplane: bool = False) -> None:
    """Skip the test where no lab runs, or none with a data plane; fail it where LAB_REQUIRED says that there is one."""
    if command("status", "--quiet").returncode:
        missing = "not run: no lab (make lab starts one)"
    elif dataplane and not has_dataplane():
        missing = "not run: the lab has no data plane (it needs root)"
    else:
        return
    if os.environ.get("LAB_REQUIRED"):
        pytest.fail(missing)
    pytest.skip(missing)
