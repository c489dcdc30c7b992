"""One message for each mistake: where it is, what was expected, what was found, and the nearest valid word."""

from __future__ import annotations

import pytest
from config_cases import fault

# the mistake, its line, what the message must say, what the hint must say
MISTAKES = [
    ("servces: {}", 1, ("expected one of: services, lease", "unknown key `servces`"), "did you mean `services`?"),
    ("services:\n  api:\n    clod: x", 3, ("services.api: ", "unknown key `clod`"), "did you mean `cloud`?"),
    ("services:\n  api:\n    zzz: x", 3, ("expected one of: cloud, region", "unknown key `zzz`"), ""),
    ("services:\n  api:\n    region: x", 2, ("services.api: expected the key `cloud`, found none",), "clouds.yaml"),
    ("services: {}", 1, ("services: expected a mapping of service names, one at least, found an empty mapping",), ""),
    ("services:", 1, ("found nothing",), ""),
    ("lease: journal", 1, ("expected the key `services`",), "services by name"),
    ("services: [a]", 1, ("found a list",), ""),
    ("- a\n- b", 1, ("expected a mapping with services", "found a list"), ""),
    ("just words", 1, ("found `just words`",), ""),
    ("services:\n  api: prod", 2, ("services.api: expected a mapping with cloud", "found `prod`"), ""),
    ("services:\n  a b: {cloud: c}", 2, ("expected a name of letters",), "typed to confirm"),
    ("services:\n  -x: {cloud: c}", 2, ("expected a name of letters",), "typed to confirm"),
    ("services:\n  null: {cloud: c}", 2, ("a word as the key",), ""),
    ("services:\n  ? [a]\n  : {cloud: c}", 2, ("a word as the key, found a list",), ""),
    (
        "services:\n  api: {cloud: c}\n\n  api: {cloud: d}",
        4,
        ("the key `api` stands here twice",),
        "first one is on line 2",
    ),
]
IN_SERVICE = [
    ("cloud: ''", ("services.api.cloud", "found nothing"), ""),
    ("cloud: [c]", ("found a list",), ""),
    ('cloud: "a\\x1b[2J"', ("found `a\\x1b[2J`",), ""),
    ("region: no", ("found `no`, which YAML reads as yes or no",), 'to make it text: "no"'),
    ("environment: prodction", ("expected `production`, or",), "did you mean `production`?"),
    (
        "rotation: {kind: wieghts}",
        ("rotation.kind: expected `weights`, `pools` or", "`wieghts`"),
        "did you mean `weights`?",
    ),
    ("rotation: {loadbalancer: x}", ("unknown key `loadbalancer`",), "did you mean `load_balancer`?"),
    (
        "instances: {colour: metdata.color}",
        ("expected `metadata.KEY`, `tag.PREFIX`, `member",),
        "did you mean `metadata`?",
    ),
    ("instances: {colour: metadata}", ("found `metadata`",), "it is written `metadata.KEY`"),
    ("instances: {colour: [metadata.a]}", ("found a list",), ""),
    ("instances: {color: metadata.a}", ("unknown key `color`",), "did you mean `colour`?"),
    ("instances: {tags: ['a,b']}", ("instances.tags[0]: expected a server tag", "found `a,b`"), ""),
    ("instances: {tags: {a: b}}", ("expected a list of server tags, or one, found a mapping",), ""),
    ("instances: {metadata: {a: [b]}}", ("instances.metadata.a: expected one line of text, found a list",), ""),
    ("version: []", ("expected a list of version sources, or one, found an empty list",), ""),
    ("version: [metadata.v, imag.v]", ("version[1]: expected `metadata.KEY`, `image.KEY`", "`imag.v`"), "`image`"),
    ("version: http./version", ("found `http./version`",), "it is written `http.PATH#KEY`"),
    ("health: {port: 0}", ("health.port: expected a whole number from 1 to 65535, found `0`",), ""),
    ("health: {port: '80'}", ("expected a whole number",), ""),
    ("health: {port: 0x50}", ("found `0x50`",), ""),
    ("health: {expect: 99}", ("from 100 to 599",), ""),
    ("health: {path: healthcheck}", ("expected a path that begins with `/`, found `healthcheck`",), ""),
    ("health: {scheme: htps}", ("expected `http`, `https` or `tcp`, found `htps`",), "did you mean `https`?"),
    ("health: {timeout: 2 weeks}", ("expected a time from 100ms to 1m", "found `2 weeks`"), ""),
    ("health: {timeout: .inf}", ("found `.inf`",), ""),
    ("health: {timeout: 0}", ("found `0`",), ""),
    ("health:", ("expected a mapping with path", "found nothing"), ""),
    ("vip: {}", ("services.api.vip: expected the key `url`",), "what to ask"),
    ("vip: {url: '{vip}/version'}", ("expected a URL that begins with `http://`",), "http://{vip}/version"),
    ("vip: {url: 'htp://{vip}/'}", ("found `htp://{vip}/`",), "did you mean `http://`?"),
    ("vip: {url: 'http://{host}/'}", ("expected no word in braces but {vip}",), ""),
    ("vip: {url: 'http://{vip/'}", ("expected a URL",), "{vip} alone"),
    ("vip: {url: 'http://[::1/'}", ("expected a URL",), ""),
    ("vip: {url: 'http://{vip}:99999/'}", ("expected a URL",), ""),
    ("vip: {url: 'http:///version'}", ("expected a URL",), ""),
    ("vip: {url: 'http://{vip}/', rate: 0}", ("vip.rate: expected a number from 0.1 to 100, found `0`",), ""),
    ("commits: {}", ("expected the key `git`",), ""),
    ("commits: {gerit: x}", ("unknown key `gerit`, expected one of: git",), "did you mean `gerrit`?"),
    ("commits: {gerrit: x}", ("commits.gerrit: expected a URL", "found `x`"), "https://review.example.org"),
    ("release: {min_ratio: 0}", ("release.min_ratio: expected a number above 0 and up to 1, found `0`",), ""),
    ("release: {min_ratio: 1.1}", ("found `1.1`",), ""),
    ("release: {min_ratio: .nan}", ("found `.nan`",), ""),
    ("release: {weight: 0}", ("release.weight: expected a whole number from 1 to 256, found `0`",), ""),
    ("release: {weight: 257}", ("found `257`",), ""),
    ("foreign: ignored", ("expected `refuse` or `ignore`, found `ignored`",), "did you mean `ignore`?"),
    ("foreign: !!python/name:os.system x", ("found the tag `python/name:os.system`",), ""),
    ("health: !thing {}", ("found the tag `!thing`",), ""),
    ("release: {weight: 1, weight: 2}", ("release: the key `weight` stands here twice",), "line 4; keep one"),
]
AT_TOP = [
    ("lease: jurnal", ("lease: expected `journal`, or a mapping", "found `jurnal`"), "did you mean `journal`?"),
    ("lease: {ttl: 60s}", ("expected the key `network`",), "Neutron network"),
    ("lease: {network: n, ttl: 5}", ("lease.ttl: expected a time from 6s to 1h", "found `5`"), ""),
    ("lease: [journal]", ("found a list",), ""),
    ("journal: postgres://db/x", ("found the scheme `postgres`",), "did you mean `postgresql`?"),
    ("journal: redis://db/x", ("found the scheme `redis`",), ""),
    ("journal: /var/lib/j.db", ("found no URL",), "did you mean `sqlite:////var/lib/j.db`?"),
    ("journal: sqlite:///j.db", ("absolute path",), "four slashes"),
    ("journal: sqlite://", ("expected a URL",), ""),
    ("journal: sqlite:////", ("absolute path",), ""),
    ("interval: 500ms", ("interval: expected a time from 1s to 1h", "found `500ms`"), ""),
    ("interval: 1:30", ("found `1:30`",), ""),
    ("read_only: perhaps", ("expected true or false, found `perhaps`",), ""),
    ("theme: ../x", ("expected a theme's name",), ""),
]


def check(text: str, line: int, message: tuple[str, ...], hint: str) -> None:
    error = fault(text)
    assert error.message.startswith(f"/etc/bluegreen/config.yaml:{line}: ")
    assert all(part in error.message for part in message), error.message
    assert hint in error.hint
    assert hint or not error.hint.startswith("did you mean"), error.hint


@pytest.mark.parametrize(("text", "line", "message", "hint"), MISTAKES)
def test_a_mistake_is_named_with_its_line(text: str, line: int, message: tuple[str, ...], hint: str) -> None:
    check(text, line, message, hint)


@pytest.mark.parametrize(("mistake", "message", "hint"), IN_SERVICE)
def test_a_mistake_in_a_service(mistake: str, message: tuple[str, ...], hint: str) -> None:
    cloud = "" if mistake.startswith("cloud") else "cloud: c"
    check(f"services:\n  api:\n    {cloud}\n    {mistake}\n", 4, message, hint)


@pytest.mark.parametrize(("mistake", "message", "hint"), AT_TOP)
def test_a_mistake_at_the_top(mistake: str, message: tuple[str, ...], hint: str) -> None:
    check(f"services: {{api: {{cloud: c}}}}\n\n{mistake}\n", 3, message, hint)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  api: {cloud: c\n", 3),
        ("services:\n\tapi: {}\n", 2),
        ("a: b: c\n", 1),
        ("services: *nowhere\n", 1),
        ("services: {}\n---\nservices: {}\n", 2),
        ('services:\n  "\\UFFFFFFFF": {}\n', 2),
        ("services: {}\n#\x01\n", 2),
        ("[" * 5000, 1),
        ("services: !<tag:\n", 1),
        ("%YAML 99999.1\n---\n", 1),
        (f"%YAML 1.{'9' * 5000}\n---\n", 1),
    ],
)
def test_what_is_no_yaml_is_named_with_its_line(text: str, line: int) -> None:
    error = fault(text)
    assert error.message.startswith(f"/etc/bluegreen/config.yaml:{line}: expected YAML, but: "), error.message
    assert error.hint


def test_tabs_are_called_tabs() -> None:
    assert "spaces, not with tabs" in fault("services:\n\tapi: {}\n").hint


@pytest.mark.parametrize("circle", ["&a {<<: *a}", "&a {<<: &b {<<: *a}}", "{<<: 1}", "{<<: [1]}"])
def test_merging_in_a_circle_or_nothing_is_an_error(circle: str) -> None:
    assert "to merge, found" in fault(f"services: {{api: {circle}}}").message


def test_a_wrong_value_is_repeated_in_short() -> None:
    assert len(fault(f"services: {{api: {{cloud: c}}}}\nlease: {'x' * 9999}").message) < 250


@pytest.mark.parametrize(
    "line", ["journal: postgres://u:hunter2@db/x", "journal: hunter2", "journal: sqlite:///hunter2.db"]
)
def test_what_may_be_a_password_is_never_repeated(line: str) -> None:
    assert "hunter2" not in str(fault(f"services: {{api: {{cloud: c}}}}\n{line}"))


@pytest.mark.parametrize("url", ["http://u:hunter2@{vip}/", "ftp://u:hunter2@{vip}/", "http://u:hunter2@{vip}:x/"])
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    assert "hunter2" not in str(fault(f"services: {{api: {{cloud: c, vip: {{url: '{url}'}}}}}}"))
