"""`bluegreen drill`: practise on a simulated cloud, with or without the console on it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import importlib.util
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from console.errors import BluegreenError, UsageError

if TYPE_CHECKING:
    from console.drill.settings import Settings

START = 30.0  # seconds
LOG = "drill.log"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    from console.drill.settings import Fault

    scenarios = "\n".join(f"  {fault.value:<24}{fault.words}" for fault in Fault)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"faults to practise on:\n{scenarios}"
    parser.add_argument(
        "--serve", action="store_true", help="run the simulation only, without the console; needs --dir"
    )
    parser.add_argument("--dir", type=Path, help="where its files go; default: a temporary folder")
    parser.add_argument("--instances", type=int, default=3, metavar="N", help="of each colour; default: 3")
    parser.add_argument("--services", type=int, default=1, metavar="N", help="how many services; default: 1")
    parser.add_argument("--fault", choices=[fault.value for fault in Fault], metavar="FAULT", help="see below")
    parser.add_argument("--pending", type=float, default=1.5, metavar="S", help="seconds a change takes; default: 1.5")
    parser.add_argument("--heartbeat", type=float, default=3.0, metavar="S", help="seconds between checks; default: 3")
    parser.add_argument("--token-life", type=float, default=3600.0, metavar="S", help="seconds; default: 3600")
    parser.add_argument("--operate", action="store_true", help="open the console armed for changes")
    parser.add_argument("--empty", action="store_true", help="the idle colour is not there yet: launch it")
    parser.add_argument("--brownfield", action="store_true", help="one service without any labels: adopt it first")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Serve, or open the console on a drill of its own. Raises BluegreenError."""
    _ensure_extra()
    settings = _settings(args)
    if args.serve:
        if args.dir is None:
            raise UsageError("--serve needs a folder for clouds.yaml and config.yaml", "add --dir DIR")
        return _serve(args, settings)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the console needs a terminal", "`bluegreen drill --serve --dir DIR` runs the drill without it"
        )
    with contextlib.ExitStack() as stack:
        directory = args.dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluegreen-drill-")))
        stack.enter_context(_child(args, _private(directory)))
        return _console(directory, operate=args.operate)


def _settings(args: argparse.Namespace) -> Settings:
    from console.drill.settings import MOST_INSTANCES, MOST_SERVERS, Fault, Settings

    if not 1 <= args.instances <= MOST_INSTANCES:
        raise UsageError(f"--instances {args.instances} is out of range", f"1 to {MOST_INSTANCES} of each colour")
    most = max(1, MOST_SERVERS // (2 * args.instances))
    if not 1 <= args.services <= most:
        raise UsageError(
            f"--services {args.services} is out of range", f"1 to {most} with {args.instances} instances of each colour"
        )
    if min(args.pending, args.heartbeat, args.token_life) <= 0:
        raise UsageError("--pending, --heartbeat and --token-life are seconds, more than 0")
    fault = Fault(args.fault) if args.fault else None
    times = {"pending": args.pending, "heartbeat": args.heartbeat, "token_life": args.token_life}
    there = {"idle": not args.empty, "brownfield": args.brownfield}
    return Settings(instances=args.instances, services=args.services, fault=fault, **there, **times)


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    from console.drill.serve import serve

    asyncio.run(serve(settings, _private(args.dir), _say, args.parent))
    return 0


def _ensure_extra() -> None:
    for package in ("starlette", "uvicorn", "h11"):
        if importlib.util.find_spec(package) is None:
            raise UsageError(
                f"the drill needs the package {package}, which is not installed here",
                "install the extra: pip install 'bluegreen-console[drill]'",
            )


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 whoever started us waits for these lines


def _private(directory: Path) -> Path:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot use {directory} for the drill: {error}", "give another folder with --dir") from None
    return directory.resolve()


@contextlib.contextmanager
def _child(args: argparse.Namespace, directory: Path) -> Iterator[None]:
    """The simulation as a child process, from its `ready` until the block ends."""
    words = [
        "--instances",
        str(args.instances),
        "--services",
        str(args.services),
        "--pending",
        str(args.pending),
        "--heartbeat",
        str(args.heartbeat),
    ]
    words += ["--token-life", str(args.token_life), "--parent", str(os.getpid()), "--dir", str(directory), "--serve"]
    words += ["--fault", args.fault] if args.fault else []
    words += [f"--{flag}" for flag in ("empty", "brownfield") if getattr(args, flag)]
    with (directory / LOG).open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 our own program
            [sys.executable, "-m", "console", "drill", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # ctrl+c in the console's terminal is for the console
        )
    try:
        _wait_ready(child, directory / LOG)
        yield
    finally:
        child.kill()  # it has nothing to save, and leaving the console must not take a second
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _wait_ready(child: subprocess.Popen[str], log: Path) -> None:
    from console.drill import READY

    assert child.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_forward, args=(child.stdout, lines), daemon=True).start()
    with contextlib.suppress(queue.Empty):
        while line := lines.get(timeout=START):
            if line.strip() == READY:
                return
    said = log.read_text(errors="replace").strip().removeprefix("bluegreen: ")
    raise BluegreenError("the drill did not start", said or f"it said nothing within {START:.0f} s")


def _forward(stream: IO[str], lines: queue.Queue[str]) -> None:
    with contextlib.suppress(ValueError):  # closed at the end
        for line in stream:
            lines.put(line)
    lines.put("")


def _console(directory: Path, *, operate: bool) -> int:
    from console import config
    from console.drill import CLOUDS, CONFIG

    for name in [name for name in os.environ if name.startswith("OS_")]:
        del os.environ[name]  # nothing of a real cloud may leak into practice
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(directory / CLOUDS)
    loaded = config.load(directory / CONFIG, os.environ)
    screens = importlib.import_module("screens.app")  # only by name: the core knows no Textual
    code: int = screens.run(loaded, service=None, operate=operate, read_only=False)
    return code
