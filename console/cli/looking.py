"""What most verbs begin with: the config, one look at the cloud, one service of it."""

from __future__ import annotations

import argparse
import os
import sys
import time

from console.config import load
from console.config.model import Config, ServiceConfig
from console.errors import CloudError, UsageError
from console.model.service import Service

PATIENT, HURRIED = 40.0, 3.0  # seconds for the commits: of a release they are wanted, of the way back hardly


def config_of(args: argparse.Namespace) -> Config:
    """The config that the command line, the environment or the usual places name. Raises ConfigError."""
    return load(args.config, os.environ)


def service_config(config: Config, name: str | None) -> ServiceConfig:
    """The named service, or the only one. Raises UsageError."""
    if name is None and len(config.services) == 1:
        return next(iter(config.services.values()))
    if name is None:
        raise UsageError("which service?", f"{config.path} has {', '.join(sorted(config.services))}")
    if name not in config.services:
        raise UsageError(f"there is no service {name}", f"{config.path} has {', '.join(sorted(config.services))}")
    return config.services[name]


def look(config: Config, name: str, *, patience: float = PATIENT) -> Service:
    """One complete look at one service, for a decision. Raises CloudError when the cloud did not show it.

    `patience`: seconds that are waited for the commits when all else is there; 0: they are not asked for.
    """
    from console.rollout.standing import with_record
    from console.watch.observe import Observer

    service = Observer(config, [name], patience=patience).observe().services[name]
    for source in reversed(service.decisive):
        state = service.source(source)
        if state.seen_at is None:
            raise CloudError(state.problem or f"{source} of {name} were not seen", state.hint)
    return with_record(config.journal, service)


def say(text: str = "") -> None:
    """A line for people, on standard output, at once: it may be read through a pipe.

    A reader that leaves (`| head`) silences the rest; the verb goes on, and so does its exit code.
    """
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def warn(text: str) -> None:
    """A line on standard error: standard output may be JSON."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def clock(at: float) -> str:
    """`14:03:22`, local time."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def date(at: float) -> str:
    """`2026-11-23 14:03:22`, local time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
