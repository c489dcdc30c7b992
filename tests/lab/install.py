"""Install what the lab runs: Debian's database, message bus and haproxy; OpenStack in a virtual environment."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from .process import run
from .settings import HOME, PYTHON, VENV, environment, fail, has_dataplane, in_venv

_PACKAGES = {
    "mariadb-server-core": "mariadbd",
    "rabbitmq-server": "rabbitmq-server",
    "openssl": "openssl",
    "haproxy": "haproxy",
}
_POLICY = Path("/usr/sbin/policy-rc.d")
_PLUGIN = HOME / "plugins" / "lab_plugins.py"
_HYPERVISOR = HOME / "plugins" / "nova_virt_lab.py"
_ENTRY_POINTS = """\
[neutron.ml2.mechanism_drivers]
lab = lab_plugins:LabMechanism

[octavia.amphora.drivers]
lab_amphora = lab_plugins:AmphoraDriver

[octavia.network.drivers]
lab_network = lab_plugins:NetworkDriver

[octavia.compute.drivers]
lab_compute = lab_plugins:ComputeDriver
"""


def debian_packages() -> None:
    """Install those that are missing; needs root only then."""
    path = environment()["PATH"] + ":/usr/lib/rabbitmq/bin"
    missing = [package for package, program in _PACKAGES.items() if not shutil.which(program, path=path)]
    if not has_dataplane() and "haproxy" in missing:
        missing.remove("haproxy")
    if not missing:
        return
    if os.geteuid():
        fail("not root, and missing: apt-get install " + " ".join(missing))
    # The packages must not start a daemon of their own: invoke-rc.d asks policy-rc.d.
    made_policy = not _POLICY.exists()
    if made_policy:
        _POLICY.write_text("#!/bin/sh\nexit 101\n")
        _POLICY.chmod(0o755)
    try:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update", "-qq"], "install", quiet)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], "install", quiet)
    finally:
        if made_policy:
            _POLICY.unlink()


def openstack() -> None:
    """Make the virtual environment, with the lab's plug-ins in it, unless it fits already."""
    sources = [HOME / "requirements.txt", HOME / "constraints.txt", _PLUGIN, _HYPERVISOR]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sources) + _ENTRY_POINTS.encode()).hexdigest()
    stamp = VENV / "lab.stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not Path(in_venv("python")).exists():
        run([PYTHON, "-m", "venv", str(VENV)], "install")
    run([in_venv("python"), "-m", "pip", "install", "-q", "uv==0.13.8"], "install")
    requirements = ["-r", str(HOME / "requirements.txt"), "-c", str(HOME / "constraints.txt")]
    run(
        [in_venv("uv"), "pip", "install", "-q", "--python", in_venv("python"), "--compile-bytecode", *requirements],
        "install",
        {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"},
    )
    _plugins()
    stamp.write_text(wanted)


def _plugins() -> None:
    """Put the plug-ins where the services find them; no file of OpenStack's is changed."""
    site = next((VENV / "lib").glob("python3*")) / "site-packages"
    shutil.copy(_PLUGIN, site)
    shutil.copy(_HYPERVISOR, site / "nova" / "virt" / "lab.py")  # Nova loads drivers only from below nova.virt
    info = site / "lab_plugins-0.1.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-plugins\nVersion: 0.1\n")
    (info / "INSTALLER").write_text("lab\n")
    (info / "RECORD").write_text("")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
