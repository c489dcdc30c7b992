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
# nearly every key, in a spelling that the loader takes
FULL = """\
services:
  api:
    cloud: prod
    region: 1
    group: api
    environment: staging
    rotation: {kind: pools, pools: {blue: b, green: g}, listeners: https, also: [{pools: {blue: c, green: d}}]}
    instances: {name: api-.*, members: yes, static: {blue: 10.0.0.5, green: ["[fd00::5]:80"]}, colour: pool}
    version: image.v
    health: {scheme: https, expect: [200, 204], headers: {X-A: 1}, tls: {cert: a, key: b}, proxy: environment}
    vip: {url: "https://api.example.org/", connect: vip, tls: {verify: false}}
    commits: {gitlab: "https://gitlab.com", project: a/b}
    release: {bake: 10m, gates: {run: smoke}, retire_after: 0}
  db: {cloud: c, rotation: {kind: power}, health: {run: [check, 5]}}
  x: {cloud: c, vip: {url: "tcp://{vip}:5672"}, health: {scheme: tcp, timeout: 1}, instances: {tags: []}}
lease: {network: n}
journal: mysql+pymysql://db/x
keys: {cutover: "?", commits: 1}
"""


def parsed(text: str) -> Config:
    return parse(dedent(text).encode(), PATH, ENVIRON)


def fault(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    return caught.value
