"""What is measured on: folders of its own, clouds that refuse or hang, the drill, the `openstack` command."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from console.drill import READY

ROOT = Path(__file__).parents[2]
PROGRAMS = str(Path(__file__).with_name("bench_programs.py"))
CONFIG = """\
services:
  api:
    cloud: away
    rotation: {kind: weights, load_balancer: api, pool: api}
    vip: {url: "http://{vip}/version"}
journal: sqlite:///%s/journal.db
"""
CLOUDS = """\
clouds:
  away:
    auth: {auth_url: "http://127.0.0.1:%d/v3", username: u, password: p, project_name: p,
           user_domain_name: Default, project_domain_name: Default}
    region_name: R
"""


@dataclass(frozen=True)
class Cloud:
    """A cloud to open the console on. `env` points the console, and any other client, at it."""

    dir: Path
    env: Mapping[str, str]
    name: str = "away"

    @property
    def argv(self) -> list[str]:
        """The console on this cloud, as arguments of the interpreter."""
        return ["-m", "console", "--config", str(self.dir / "config.yaml")]


@contextmanager
def ground() -> Iterator[Path]:
    """A folder for everything; compiled modules are kept there, as an installation has them."""
    with tempfile.TemporaryDirectory(prefix="bluegreen-bench-") as name:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{name}/compiled"
        os.environ["PYTHONPATH"] = str(ROOT)
        yield Path(name)


def fresh_home(folder: Path) -> dict[str, str]:
    """The variables of a user who has never run the console."""
    home = Path(tempfile.mkdtemp(dir=folder))
    return {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config")}


@contextmanager
def away(folder: Path, *, hangs: bool) -> Iterator[Cloud]:
    """A cloud that accepts connections and never answers, or one that refuses them."""
    place = Path(tempfile.mkdtemp(dir=folder))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if not hangs:
            server.close()
        (place / "clouds.yaml").write_text(CLOUDS % port)
        config = place / "config.yaml"
        config.write_text(CONFIG % place)
        config.chmod(0o600)
        yield Cloud(place, {"OS_CLIENT_CONFIG_FILE": str(place / "clouds.yaml")})


@contextmanager
def drill(folder: Path, *words: str) -> Iterator[Cloud]:
    """The drill in a process of its own. Raises RuntimeError when it does not start."""
    place = Path(tempfile.mkdtemp(dir=folder))
    argv = [sys.executable, "-m", "console", "drill", "--serve", "--dir", str(place), *words]
    said: list[str] = []
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        try:
            assert child.stdout is not None
            for line in child.stdout:
                said.append(line)
                if line.strip() == READY:
                    break
            else:
                raise RuntimeError(f"the drill did not start: {''.join(said).strip()}")
            yield Cloud(place, {"OS_CLIENT_CONFIG_FILE": str(place / "clouds.yaml")}, "drill")
        finally:
            child.kill()


def api_url(cloud: Cloud) -> str:
    """Where the drill's APIs are."""
    for line in (cloud.dir / "clouds.yaml").read_text().splitlines():
        if "auth_url" in line:
            return line.split(": ", 1)[1].strip().removesuffix("/identity/v3")
    raise RuntimeError("the drill's clouds.yaml names no URL")


def openstack_client() -> str | None:
    """The `openstack` command: $OPENSTACK, the PATH's, or the lab's; None where there is none."""
    named = os.environ.get("OPENSTACK") or shutil.which("openstack")
    if named:
        return named
    with suppress(ImportError):
        sys.path.insert(0, str(ROOT / "tests"))
        from lab.settings import in_venv

        lab = Path(in_venv("openstack"))
        return str(lab) if lab.exists() else None
    return None
