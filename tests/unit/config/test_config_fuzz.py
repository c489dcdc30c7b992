"""Whatever stands in the file: a Config, or a ConfigError that names a line. Never another exception."""

from __future__ import annotations

import re
from typing import Any

import yaml
from config_cases import ENVIRON, FULL, PATH
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.config.loader import parse
from console.config.model import Config
from console.config.reference import paths
from console.errors import ConfigError

KEYS = sorted({step for path in paths() for step in path.split(".")} | {"api", "a b", "<<", "1", "null", "~"})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(max_size=12),
    st.sampled_from(
        [
            *("weights", "refuse", "journal", "10m", "http://{vip}/", "sqlite:////j", "metadata.a", "tag.", "/"),
            *("pools", "power", "tcp", "pool", "name.(", "10.0.0.5", "[::1]:80", "environment", "vip", "check"),
        ]
    ),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=12,
)
YAML_PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "services",
                    "api",
                    "cloud",
                    "lease",
                    "journal",
                    "vip",
                    "url",
                    ": ",
                    ":",
                    "\n",
                    "\n  ",
                    "\n    ",
                    "- ",
                ),
                *("{", "}", "[", "]", ",", "&a ", "*a", "<<: ", "!!python/object/apply:os.system ", "!!binary ", "!x "),
                *("|", ">", "'", '"', "\\", "#", "---", "...", "%YAML 1.1", "? ", "\t", "0x", "1_0", "1:30", "=", "~"),
                *(
                    "\\x00",
                    "\\ud800",
                    '"\\U00110000"',
                    "2026-99-99",
                    ".inf",
                    "9" * 50,
                    "\x00",
                    "\ufeff",
                    "\x85",
                    "\u2028",
                ),
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=25,
).map("".join)


GOOD = """\
services:
  api: &api
    cloud: prod
    rotation: {load_balancer: lb, pool: pool}
    instances: {tags: [a=1], metadata: {role: api}, colour: tag.colour=}
    version: [image.v, http./version#git_commit]
    health: {port: 80, timeout: 500ms}
    vip: {url: "http://{vip}/", rate: 0.5}
    release: {min_ratio: 0.5, weight: 10}
  db: {<<: *api, foreign: ignore, rotation: {load_balancer: lb, pool: db}}
lease: {network: n, ttl: 60s}
journal: sqlite:////var/j.db
read_only: false
"""


def attempt(data: bytes) -> tuple[Config | None, ConfigError | None]:
    try:
        return parse(data, PATH, ENVIRON), None
    except ConfigError as error:
        return None, error


def outcome(data: bytes) -> None:
    config, error = attempt(data)
    if error is not None:
        assert re.match(r"/etc/bluegreen/config\.yaml:[1-9][0-9]*: \S", error.message), error.message
        breaks = sum(data.count(mark) for mark in (b"\n", b"\r", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9"))
        assert int(error.message.split(":")[1]) <= breaks + 1
        assert str(error).replace("\n  ", "", 1).isprintable()
    else:
        assert config is not None
        assert config.services
        for service in config.services.values():
            assert 0 < service.release.min_ratio <= 1
            assert service.release.weight is None or 1 <= service.release.weight <= 256
        assert 6 <= config.lease.ttl <= 3600


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=4))
def test_any_tree(tree: dict[str, Any]) -> None:
    outcome(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from([p.split(".")[2] for p in paths() if p.count(".") == 2]), TREES, max_size=5))
def test_any_service(tree: dict[str, Any]) -> None:
    outcome(yaml.safe_dump({"services": {"api": {"cloud": "c"} | tree}}).encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None)
@given(YAML_PIECES)
@example('? "\\ud800"\n: x')
@example("services: &a {b: *a}")
@example("services: {api: {cloud: c, instances: {metadata: {'\\x1b': a}}}}")
@example("services: {<<: {a: {cloud: c}}}")
def test_any_text(text: str) -> None:
    outcome(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    outcome(data)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([GOOD, FULL]),
    st.integers(0, len(FULL)),
    st.integers(0, 12),
    st.one_of(YAML_PIECES, st.sampled_from(KEYS)),
)
def test_any_change_of_a_good_file(good: str, at: int, length: int, put: str) -> None:
    outcome((good[:at] + put + good[at + length :]).encode("utf-8", "surrogatepass"))
