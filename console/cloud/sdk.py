"""openstacksdk without what the console never uses of it.

`import openstack` also imports the proxies of thirty services: half a second of processor time before the first look
at the cloud, and 30 MiB. Only `openstack.config` and `openstack.exceptions` are needed here.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any


def prepare() -> None:
    """Make imports from inside the package `openstack` cheap. Whoever asks the package itself gets all of it.

    Does nothing where it is imported already, or is not there: then the import that follows says so.
    """
    if "openstack" in sys.modules:
        return
    spec = importlib.util.find_spec("openstack")
    if spec is None or spec.loader is None:
        return
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def whole(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if importlib.util.find_spec(f"openstack.{name}") is not None:  # `from openstack import exceptions`
            return importlib.import_module(f"openstack.{name}")
        package.__dict__.pop("__getattr__", None)
        loader.exec_module(package)
        return getattr(package, name)

    package.__dict__["__getattr__"] = whole
    sys.modules.setdefault("openstack", package)
