"""What a server's console shows: a boot, and what the app wrote since; with the colours that systemd prints."""

from __future__ import annotations

from console.drill.instances import Instance
from console.drill.world import Server, stamp

OK = "[\x1b[0;32m  OK  \x1b[0m]"
FAILED = "[\x1b[0;1;31mFAILED\x1b[0m]"


def of(server: Server, instance: Instance | None) -> str:
    """The console of a server; `instance` is what runs in it."""
    service = server.name.rsplit("-", 2)[0]
    mode = instance.mode if instance is not None else "ok"
    lines = [
        "[    0.000000] Linux version 6.1.0-31-cloud-amd64 (debian-kernel@lists.debian.org)",
        "[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz root=UUID=7f ro console=ttyS0",
        f"[    1.204113] virtio_net virtio0 ens3: {server.mac}",
        f"[    2.118730] cloud-init[412]: Cloud-init v. 23.4 running 'init' at {stamp(server.created_at + 4)}",
        f"[    2.391002] cloud-init[412]: ci-info: |  ens3  | True | {server.address} |",
        f"{OK} Reached target network-online.target - Network is Online.",
        f"         Starting {service}.service - OpenStack {service}...",
        f"{OK} Started {service}.service - OpenStack {service}.",
        f"{stamp(server.created_at + 6)} INFO {service} [-] listening on {server.address}:8774",
    ]
    if mode != "ok":
        lines += [
            f"{stamp()} ERROR {service} [-] healthcheck: {mode}",
            f"{FAILED} {service}: the drill was told to make this instance {mode}",
        ]
    if server.status == "SHUTOFF":
        lines += [f"{OK} Stopped {service}.service - OpenStack {service}.", "[   99.100000] reboot: Power down"]
    else:
        lines.append(f"{server.name} login: ")
    return "\n".join(lines) + "\n"
