"""A command as a health check: exit code 0 is healthy. It gets the instance in its environment, and nothing of ours."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence

from console.model.instance import Probe
from console.model.text import clipped

KEPT = 4096  # characters of its output that an operator may look at
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME")
_LEFTOVERS = 0.2  # seconds that its children may take to let go of the output after they were killed


async def run(argv: Sequence[str], told: Mapping[str, str], within: float) -> Probe:
    """Run the command once, without a shell, in a process group of its own that is killed at the end: `within`
    seconds, or when the command itself has ended. `told` are the variables that say which instance it is about.

    Credentials of this process (OS_*, and all else that is not in a short list) do not reach it. Never raises for
    what the command does.
    """
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict(told)
    at, started = time.time(), time.perf_counter()
    output = bytearray()
    try:
        code = await _run(argv, environment, within, output)
    except FileNotFoundError:
        return Probe(False, at, error="no such command")
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else str(problem)
        return Probe(False, at, error=str(why).lower())
    error = "timeout" if code is None else _said(code)
    body = output.decode("utf-8", errors="replace")[-KEPT:]
    last = next((line for line in reversed(body.splitlines()) if line.strip()), "")
    took = (time.perf_counter() - started) * 1000
    reasons = (clipped(last, 200),) if error and last else ()
    ended = code if code is not None and code >= 0 else None
    return Probe(not error, at, took, error=error, body=body, reasons=reasons, exit_code=ended)


async def _run(argv: Sequence[str], environment: Mapping[str, str], within: float, output: bytearray) -> int | None:
    """Its exit code, minus the signal that killed it; None: it took too long. Raises OSError or ValueError where it
    could not be started.
    """
    # a pipe of our own: asyncio's process would wait for every child that holds on to the output
    reading_end, writing_end = os.pipe()
    with os.fdopen(reading_end, "rb", buffering=0) as pipe:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing_end,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            os.close(writing_end)
        stream = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
        reading = asyncio.ensure_future(_read(stream, output))
        try:
            async with asyncio.timeout(within):
                return await process.wait()
        except TimeoutError:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reading, _LEFTOVERS)
            transport.close()


async def _read(stream: asyncio.StreamReader, into: bytearray) -> None:
    """Everything, so that the command never waits for us; the end of it is kept."""
    while piece := await stream.read(KEPT):
        into += piece
        del into[:-KEPT]


def _said(code: int) -> str:
    if code == 0:
        return ""
    if code > 0:
        return f"exit {code}"
    return f"killed by {signal.Signals(-code).name}" if -code in set(signal.Signals) else f"killed by signal {-code}"
