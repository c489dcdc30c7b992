"""Nova's own fake hypervisor driver, with three things added.

- It remembers its guests over a restart of nova-compute (a file in state_path), as a real hypervisor does.
- It can be told to be slow or to fail when a server is built or rebuilt, by the server's metadata:
  lab_delay=SECONDS, lab_fail=MESSAGE.
- With a data plane ($LAB_GUESTS: the socket of dataplane/guests.py) a running server has an HTTP app on its fixed
  IP, which starts and stops with it.

Copied to nova/virt/lab.py of the lab's environment: Nova only loads drivers from below nova.virt.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nova.conf
from nova import exception
from nova.virt import fake

CONF = nova.conf.CONF
GUESTS = os.environ.get("LAB_GUESTS")


def _guest(operation: str, instance: Any, **more: Any) -> None:
    if not GUESTS:
        return
    request = {"op": operation, "uuid": instance.uuid, "host": CONF.host, **more}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(GUESTS)
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        raise exception.NovaException("guest app: " + answer["error"])


def _start(instance: Any, network_info: Any) -> None:
    """(Re)start its app, as a boot does; what runs is what the image holds."""
    metadata = instance.metadata
    # The API keeps the image's properties in the instance's system metadata.
    image = dict(instance.system_metadata)
    properties = {"version": "image_app_version", "git_commit": "image_git_commit"}
    info = {
        key: metadata.get("lab_" + key) or image.get(image_key) or metadata.get(key)
        for key, image_key in properties.items()
    }
    _guest(
        "start",
        instance,
        name=instance.display_name,
        info=info | {"color": metadata.get("color")},
        mode=metadata.get("lab_app", "ok"),
        boot=float(metadata.get("lab_boot", 0)),
        ips=[ip["address"] for vif in network_info or [] for ip in vif.fixed_ips()],
    )


class FakeDriver(fake.FakeDriverWithoutFakeNodes):
    """The driver; Nova finds it by this name."""

    def __init__(self, *more: Any, **options: Any) -> None:
        super().__init__(*more, **options)
        self._lock = threading.RLock()

    @property
    def _file(self) -> Path:
        return Path(CONF.state_path) / "guests.json"

    def init_host(self, host: str) -> None:
        super().init_host(host)
        if not self._file.exists():
            return
        known = json.loads(self._file.read_text())
        for uuid, (name, state, resources) in known["guests"].items():
            guest = self.instances[uuid] = fake.FakeInstance(name, state, uuid)
            guest.res = resources
            self.resources.claim(*resources)
        self._interfaces.update(dict.fromkeys(known["vifs"]))

    def save(self) -> None:
        """Note which guests there are."""
        with self._lock:
            guests = {
                uuid: (guest.name, guest.state, getattr(guest, "res", (0, 0, 0)))
                for uuid, guest in list(self.instances.items())
            }
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps({"vifs": list(self._interfaces), "guests": guests}))
            draft.rename(self._file)

    def spawn(
        self,
        context: Any,
        instance: Any,
        *more: Any,
        network_info: Any = None,
        power_on: bool = True,
        **options: Any,
    ) -> None:
        time.sleep(float(instance.metadata.get("lab_delay", 0)))
        reason = instance.metadata.get("lab_fail")
        if reason:
            raise exception.BuildAbortException(instance_uuid=instance.uuid, reason=reason)
        super().spawn(context, instance, *more, network_info=network_info, power_on=power_on, **options)
        flavor = instance.flavor
        self.instances[instance.uuid].res = (flavor.vcpus, flavor.memory_mb, flavor.root_gb)
        if power_on:
            _start(instance, network_info)

    def power_on(self, context: Any, instance: Any, network_info: Any, *more: Any, **options: Any) -> None:
        super().power_on(context, instance, network_info, *more, **options)
        _start(instance, network_info)  # a reboot comes here, too

    def power_off(self, instance: Any, *more: Any, **options: Any) -> None:
        super().power_off(instance, *more, **options)
        _guest("stop", instance)

    def destroy(self, context: Any, instance: Any, *more: Any, **options: Any) -> None:
        _guest("delete", instance)
        super().destroy(context, instance, *more, **options)

    def pause(self, instance: Any) -> None:
        _guest("pause", instance)

    def unpause(self, instance: Any) -> None:
        _guest("unpause", instance)

    def suspend(self, context: Any, instance: Any) -> None:
        _guest("pause", instance)

    def resume(self, context: Any, instance: Any, *more: Any, **options: Any) -> None:
        _guest("unpause", instance)

    def get_console_output(self, context: Any, instance: Any) -> str:
        lines = (
            "fake guest of nova.virt.fake, nothing boots here",
            f"hostname: {instance.hostname}",
            f"uuid: {instance.uuid}",
            f"image: {instance.image_ref}",
            f"metadata: {json.dumps(dict(instance.metadata), sort_keys=True)}",
            f"{instance.hostname} login: ",
        )
        return "".join(f"[{i:5}.{i * 37 % 10**6:06}] {line}\n" for i, line in enumerate(lines))


def _saving(name: str) -> Callable[..., Any]:
    original = getattr(FakeDriver, name)

    def method(self: FakeDriver, *more: Any, **options: Any) -> Any:
        try:
            return original(self, *more, **options)
        finally:
            self.save()

    method.__name__ = name
    return method


for _name in (
    "spawn",
    "destroy",
    "power_on",
    "power_off",
    "reboot",
    "unrescue",
    "finish_migration",
    "finish_revert_migration",
    "attach_interface",
    "detach_interface",
):
    if hasattr(FakeDriver, _name):
        setattr(FakeDriver, _name, _saving(_name))
