"""What the tests of the config share."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from console.config.loader import parse
from console.config.model import Config
from console.errors import ConfigError

PATH = Path("/etc/bluegreen/config.yaml")
ENVIRON = {"HOME": "/home/alice"}


def parsed(text: str) -> Config:
    return parse(dedent(text).encode(), PATH, ENVIRON)


def fault(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return caught.value
