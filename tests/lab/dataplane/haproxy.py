"""The amphorae: instead of a VM, each is a directory data/amp/<id> and a real haproxy on the loopback device.

It is run as the amphora agent runs it: `haproxy -Ws`, checked with -c, state saved, reloaded with SIGUSR2.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from typing import Any

from ..process import log_file, read_pid, spawn, stop
from ..settings import DATA, LOG, environment

_BASE = DATA / "amp"
_START_WAIT = 10  # seconds


class AmphoraError(Exception):
    """haproxy refused a configuration, or did not come up with it."""


class Amphora:
    """One amphora, by its Octavia id or the first 8 characters of it."""

    def __init__(self, amphora_id: str) -> None:
        self.short = amphora_id[:8]
        self.name = f"haproxy-{self.short}"
        self.home = _BASE / self.short
        self.config = self.home / "haproxy.cfg"
        self.socket = self.home / "haproxy.sock"
        self.broken = self.home / "broken"

    @property
    def running(self) -> bool:
        """Whether its haproxy runs."""
        return read_pid(self.name) is not None

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One change at a time, over all processes."""
        self.home.mkdir(parents=True, mode=0o700, exist_ok=True)
        with (self.home / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def upload(self, load_balancer: str, config: str) -> None:
        """Take over a configuration if `haproxy -c` says that it is good; else AmphoraError."""
        candidate = self.home / "haproxy.cfg.new"
        with self.lock():
            candidate.write_text(self._adapted(load_balancer, config))
            check = subprocess.run(
                ["haproxy", "-c", "-f", str(candidate), "-L", self.short],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment(),
                check=False,
            )
            if check.returncode:
                candidate.rename(self.home / "haproxy.cfg.new-failed")
                raise AmphoraError("haproxy -c: " + check.stdout)
            candidate.rename(self.config)

    def reload(self) -> None:
        """As the agent does; then wait until the new worker has taken over (a real agent does not wait)."""
        with self.lock():
            pid = read_pid(self.name)
            if not pid:
                self.start()
                return
            before, position = self._worker(), self._log_size()
            self._query().save_state(str(self.home / "servers-state"))
            os.kill(pid, signal.SIGUSR2)
            end = time.monotonic() + _START_WAIT
            while self._worker() in (None, before):
                if "[ALERT]" in self._log_from(position):
                    end = min(end, time.monotonic() + 0.5)
                if time.monotonic() > end:
                    raise AmphoraError("haproxy reload: " + self._log_from(position))
                time.sleep(0.01)

    def start(self) -> None:
        """Start it unless it runs; wait until it answers. The caller holds the lock."""
        position = self._log_size()
        config = ["haproxy", "-f", str(self.config), "-L", self.short]
        if not spawn(self.name, [*config, "-Ws", "-p", str(self.home / "haproxy.pid")]):
            return
        end = time.monotonic() + _START_WAIT
        while not self._worker():
            if time.monotonic() > end or not self.running:
                stop([self.name])
                raise AmphoraError("haproxy does not start: " + self._log_from(position))
            time.sleep(0.01)

    def stop(self) -> None:
        """End it, and forget its configuration."""
        with self.lock():
            stop([self.name], wait=3)
            for path in self.home.glob("haproxy.cfg*"):
                path.unlink()

    def remove(self) -> None:
        """End it for good."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _adapted(self, load_balancer: str, config: str) -> str:
        """Octavia's configuration, with what differs from the file system of a VM."""
        config = config.replace(f"/var/lib/octavia/{load_balancer}.sock", str(self.socket))
        config = config.replace(f"/var/lib/octavia/{load_balancer}/", f"{self.home}/")
        config = re.sub(r"^( *log) /run/rsyslog\S+", r"\1 stderr format raw", config, flags=re.MULTILINE)
        config = config.replace("\n    daemon\n", "\n    no strict-limits\n", 1)
        if os.geteuid():
            config = re.sub(r"^ *user nobody\n", "", config, flags=re.MULTILINE)
        return config + "\nbroken by break-lb\n" if self.broken.exists() else config

    def _query(self) -> Any:
        from octavia.amphorae.backends.utils import haproxy_query

        return haproxy_query.HAProxyQuery(str(self.socket))

    def _worker(self) -> str | None:
        """The pid of the worker that answers on the statistics socket."""
        try:
            return str(self._query().show_info()["Pid"])
        except Exception:  # noqa: BLE001 - octavia raises plain Exception while nobody answers
            return None

    def _log_size(self) -> int:
        path = log_file(self.name)
        return path.stat().st_size if path.exists() else 0

    def _log_from(self, position: int) -> str:
        with log_file(self.name).open("rb") as file:
            file.seek(position)
            return file.read().decode(errors="replace")[-2000:]


def tend(known: Collection[str]) -> None:
    """What systemd and Nova do: start a dead one again, clean up one that is not among the known ids."""
    known_short = {amphora_id[:8] for amphora_id in known}
    for short in existing():
        amphora = Amphora(short)
        if short not in known_short:
            amphora.remove()
        elif amphora.config.exists() and not amphora.running:
            with amphora.lock():
                amphora.start()


def existing() -> list[str]:
    """The short ids of the amphorae that have a directory."""
    return [path.name for path in _BASE.iterdir()] if _BASE.is_dir() else []


def reloads() -> int:
    """How often any haproxy of the lab was reloaded since its log began."""
    return sum(log.read_text(errors="replace").count("Reloading HAProxy") for log in LOG.glob("haproxy-*.log"))
