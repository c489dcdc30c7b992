"""Keys that do not go together: each is an error on the line of the key that is too much."""

from __future__ import annotations

import pytest
from config_cases import fault, parsed

from console.config.mistakes import Mistake, Mistakes

# what stands in the service, a part of the message, a part of the hint
IMPOSSIBLE = [
    ("rotation: {kind: pools}", "kind: `pools` needs the key `pools`", ""),
    ("rotation: {kind: pools, pools: {blue: a}}", "rotation.pools: expected a mapping of `blue` and `green`", ""),
    ("rotation: {kind: pools, pools: {blue: a, green: a}}", "`a` is of both colours", "its own"),
    ("rotation: {kind: pools, pool: a, pools: {blue: a, green: b}}", "`pool` means nothing with `kind: pools`", ""),
    ("rotation: {pools: {blue: a, green: b}}", "`pools` means nothing with `kind: weights`", ""),
    ("rotation: {kind: power, load_balancer: x}", "`load_balancer` means nothing with `kind: power`", ""),
    ("rotation: {kind: power, also: [{load_balancer: x}]}", "`also` means nothing with `kind: power`", ""),
    ("rotation: {kind: pools, pools: {blue: a, red: b}}", "unknown key `red`, expected one of: blue, green", ""),
    ("rotation: {also: [{}]}", "also[0]: expected `pool` or `pools`, or another `load_balancer`", ""),
    ("rotation: {also: [{pools: {blue: a, green: b}}]}", "expected `pool` in each entry, as in `kind: weights`", ""),
    ("rotation: {load_balancer: l, pool: p, also: {pool: p}}", "the same pool stands there twice", ""),
    ("rotation: {listeners: []}", "expected a list of listeners", ""),
    ("instances: {tags: [], members: true}", "`tags: []` means every server", "leave it out"),
    ("instances: {tags: [], static: {blue: 10.0.0.5}}", "`tags: []` means every server", "leave it out"),
    ("instances: {static: {blue: 10.0.0.5, green: [10.0.0.6, 10.0.0.5]}}", "`10.0.0.5` is of both colours", ""),
    ("instances: {static: {}}", "expected a mapping of `blue` and `green`", ""),
    ("instances: {static: {blue: 10.0.0.500}}", "expected an address like `10.0.0.5`", ""),
    ("instances: {static: {blue: '10.0.0.5:99999'}}", "expected an address like", "from 1 to 65535"),
    ("instances: {static: {blue: api.example.org}}", "expected an address like", ""),
    ("instances: {name: 'api-('}", "instances.name: expected a regular expression", "unterminated"),
    ("instances: {colour: 'name.('}", "instances.colour: expected a regular expression", "unterminated"),
    ("instances: {colour: pool}", "`colour: pool` means nothing with `kind: weights`", "kind: pools"),
    ("health: {run: 'check me'}", "expected a command as a list", "[check, me]"),
    ("health: {run: []}", "expected a command as a list", ""),
    ("health: {run: [./check]}", "expected a program of PATH, or its absolute path", "current folder"),
    ("health: {run: [check], path: /x}", "health.path: `path` means nothing beside `run`", "of its own"),
    ("health: {scheme: tcp, expect: 200}", "`expect` means nothing with `scheme: tcp`", ""),
    ("health: {tls: {verify: true}}", "`tls` means nothing with `scheme: http`: it is for `scheme: https`", ""),
    ("health: {scheme: https, tls: {cert: a.pem}}", "tls.cert: expected `key` beside `cert`", ""),
    ("health: {scheme: https, tls: {key: a.pem}}", "tls.key: expected `cert` beside `key`", ""),
    ("health: {scheme: https, tls: {ca: a, verify: false}}", "`ca` means nothing beside `verify: false`", ""),
    ("health: {body: '['}", "health.body: expected a regular expression", ""),
    ("health: {proxy: envirnment}", "expected `environment`, or a proxy's URL", "did you mean `environment`?"),
    ("health: {proxy: 'http://u:p@proxy:3128'}", "expected a URL without user and password", ""),
    ("health: {headers: {'X Y': a}}", "expected the name of an HTTP header as the key", ""),
    ("health: {quorum: 0}", "expected a number above 0 and up to 1", ""),
    ("vip: {url: 'tcp://{vip}'}", "expected `tcp://HOST:PORT` and nothing more", "tcp://{vip}:5672"),
    ("vip: {url: 'tcp://{vip}:1', version: v}", "`version` means nothing with a URL of `tcp://`", ""),
    ("vip: {url: 'http://x/', tls: {verify: false}}", "`tls` means nothing with a URL of `http://`", ""),
    ("vip: {url: 'https://{vip}/', connect: vip}", "`connect` means nothing with `{vip}`", "Host and SNI"),
    ("vip: {url: 'https://x/', connect: vip, proxy: environment}", "means nothing beside `proxy`", ""),
    ("vip: {url: 'https://x/', connect: '10.0.0.1:80'}", "expected `vip`, an IP address", "that of the URL"),
    ("commits: {}", "expected the key `git` or `gerrit` or `github` or `gitlab`, found none", "git: /PATH"),
    ("commits: {git: a, gerrit: 'https://x'}", "expected `project` beside `gerrit`", "openstack/nova"),
    ("commits: {gitlab: 'https://x', gerrit: 'https://x', project: b}", "`gitlab` means nothing beside `gerrit`", ""),
    ("commits: {git: a, project: b}", "expected `gerrit` or `github` or `gitlab` or `ci` beside `project`", ""),
    ("commits: {git: a, token: b}", "expected `gerrit` or `github` or `gitlab` or `ci` beside `token`", ""),
    ("commits: {git: a, gitiles: 'https://x'}", "expected `gerrit` beside `gitiles`", ""),
    ("commits: {gerrit: 'https://x', project: b, fetch: true}", "expected `git` beside `fetch`", ""),
    ("commits: {git: a, ci: {zuul: 'https://x'}}", "expected `project` beside `ci`", "openstack/nova"),
    ("commits: {git: a, project: c, ci: {tenant: b}}", "expected `zuul` beside `tenant`", "https://zuul"),
    ("commits: {github: 'https://github.com'}", "expected `project` beside `github`", "openstack/nova"),
    ("release: {shift: [50, 10, 100]}", "expected rising percentages up to 100", "[10, 50, 100]"),
    ("release: {shift: 50}", "expected rising percentages up to 100", ""),
    ("release: {shift: []}", "expected a list of percentages", ""),
    ("release: {gates: [{}]}", "gates[0]: expected the key `run` or `http`", ""),
    ("release: {gates: [{run: a, expect: 200}]}", "`expect` means nothing beside `run`", ""),
    ("release: {gates: {http: 'http://{server}/'}}", "no word in braces but {instance} and {vip}", ""),
    ("release: {bake: 8d}", "expected a time from 0 to 7d", ""),
]
WORKERS = [
    ("instances: {static: {blue: 10.0.0.5}}", "`static` means nothing with `kind: power`"),
    ("instances: {members: true}", "`members` means nothing with `kind: power`"),
    ("instances: {colour: member.tag.c=}", "workers are no members"),
    ("health: {}", "workers have no member that tells a port"),
    ("vip: {url: 'http://{vip}/'}", "workers stand behind no load balancer"),
]


@pytest.mark.parametrize(("text", "message", "hint"), IMPOSSIBLE)
def test_what_does_not_go_together_is_named_with_its_line(text: str, message: str, hint: str) -> None:
    error = fault(f"services:\n  api:\n    cloud: c\n    {text}\n")
    assert error.message.startswith("/etc/bluegreen/config.yaml:4: services.api")
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(("text", "message"), WORKERS)
def test_what_workers_can_not_have(text: str, message: str) -> None:
    error = fault(f"services:\n  api:\n    cloud: c\n    rotation: {{kind: power}}\n    {text}\n")
    assert error.message.startswith("/etc/bluegreen/config.yaml:5: services.api")
    assert message in error.message


def test_pools_have_no_partial_shift() -> None:
    rotation = "rotation: {kind: pools, pools: {blue: a, green: b}}"
    assert (
        "one default pool" in fault(f"services: {{a: {{cloud: c, {rotation}, release: {{shift: [10, 100]}}}}}}").message
    )
    assert parsed(f"services: {{a: {{cloud: c, {rotation}, release: {{shift: [100], bake: 1m}}}}}}")


def test_the_value_of_a_header_is_never_repeated() -> None:
    error = fault('services: {a: {cloud: c, health: {headers: {X-Token: "hunter2\\u00e9"}}}}')
    assert "headers.X-Token: expected the value of an HTTP header, found something else" in error.message
    assert "hunter2" not in str(error)


def test_all_mistakes_are_found_and_the_first_one_is_the_error() -> None:
    error = fault(
        """\
        services:
          api: {cloud: c, forein: ignore, health: {port: 0}}
          db: {cloud: [c]}
        interval: 1ms
        """
    )
    assert isinstance(error, Mistakes)
    assert [each.line for each in error.all] == [2, 2, 3, 4]
    assert "(3 more: `bluegreen config check` lists them all)" in error.hint


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("rotation: {kind: powr, before_stop: {run: [drain]}}", "rotation.kind: expected `weights`"),
        ("rotation: {knd: power, before_stop: {run: [drain]}}", "unknown key `knd`"),
        ("rotation: {kind: pools, pols: {blue: a, green: b}}", "unknown key `pols`"),
        ("rotation: {also: [{pol: x}]}", "unknown key `pol`"),
        ("health: {schem: https, tls: {verify: true}}", "unknown key `schem`"),
        ("health: {scheme: https, tls: {cert: a.pem, kye: b.pem}}", "unknown key `kye`"),
        ("vip: {ulr: 'https://x/', connect: vip}", "unknown key `ulr`"),
        ("vip: {url: 5, tls: {verify: false}}", "vip.url: expected"),
        ("commits: {gti: /x}", "unknown key `gti`"),
        ("release: {bake: soon, gates: [{run: [a], at: bake}]}", "release.bake: expected a time"),
        ("release: {bkae: 10m, gates: [{run: [a], at: bake}]}", "unknown key `bkae`"),
        ("release: {gates: [{prometheus: {url: 'http://p/', query: up, mn: 1}}]}", "unknown key `mn`"),
    ],
)
def test_what_hangs_on_a_wrong_value_or_a_misspelt_key_is_no_mistake_of_its_own(text: str, only: str) -> None:
    error = fault(f"services: {{api: {{cloud: c, {text}}}}}")
    assert isinstance(error, Mistake)
    assert len(error.all) == 1
    assert only in error.message


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("release: {bake: soon, shift: [10, 5]}", ("release.bake: expected", "release.shift: expected rising")),
        ("health: {port: 0, scheme: tcp, path: /x}", ("health.port: expected", "`path` means nothing")),
        ("health: {prt: 1, scheme: tcp, path: /x}", ("unknown key `prt`", "`path` means nothing")),
        (
            "health: {port: 0}, instances: {colour: pool}, rotation: {kind: weights}",
            ("health.port: expected", "`colour: pool` means nothing"),
        ),
    ],
)
def test_what_does_not_go_together_is_told_beside_a_wrong_value(text: str, both: tuple[str, ...]) -> None:
    error = fault(f"services: {{api: {{cloud: c, {text}}}}}")
    assert isinstance(error, Mistakes)
    assert len(error.all) == len(both)
    assert all(any(part in each.message for each in error.all) for part in both)


def test_a_service_that_is_wrong_is_there_for_trains_and_notices() -> None:
    error = fault("services: {api: {cloud: []}}\ntrains: {a: {services: [api]}}\nnotify: {url: X, services: [apy]}\n")
    assert isinstance(error, Mistakes)
    assert ["cloud" in error.all[0].message, "`apy`" in error.all[1].message, len(error.all)] == [True, True, 2]


WEB = "rotation: {load_balancer: l, pool: p}"
BOTH = "rotation: {kind: pools, load_balancer: l, pools: {blue: b, green: g}"
TAKEN = [
    (WEB, WEB, "web.rotation.pool: pool `p` of load balancer `l` is that of `api` as well"),
    ("rotation: {load_balancer: l}", "rotation: {load_balancer: l}", "web.rotation.load_balancer: pool `l`"),
    (WEB, "rotation: {load_balancer: x, also: [{load_balancer: l, pool: p}]}", "web.rotation.also: pool `p`"),
    (BOTH + "}", BOTH.replace("b,", "other,") + "}", "web.rotation.pools: pool `g`"),
    (BOTH + ", listeners: [a]}", BOTH + ", listeners: [b, a]}", "web.rotation.pools: pool `b`"),
    ("rotation: {load_balancer: l, pool: b}", BOTH + "}", "web.rotation.pools: pool `b`"),
    ("rotation: {load_balancer: web}", "environment: lab", "web: pool `web` of load balancer `web`"),
]


@pytest.mark.parametrize(("first", "second", "message"), TAKEN)
def test_a_pool_of_two_services_is_named_with_its_line(first: str, second: str, message: str) -> None:
    error = fault(f"services:\n  api: {{cloud: c, {first}}}\n  web: {{cloud: c, {second}}}\n")
    assert error.message.startswith(f"/etc/bluegreen/config.yaml:3: services.{message}")
    assert "is one service" in error.hint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (WEB, WEB.replace("p}", "q}")),
        (WEB, WEB.replace("l,", "m,")),
        (WEB, f"region: r, {WEB}"),
        (WEB, WEB.replace("p}", "p, cloud: d}")),
        ("rotation: {kind: power}", "rotation: {kind: power}"),
        (BOTH + ", listeners: [a]}", BOTH + ", listeners: [b]}"),
    ],
)
def test_two_services_on_one_load_balancer_have_pools_of_their_own(first: str, second: str) -> None:
    assert parsed(f"services:\n  api: {{cloud: c, {first}}}\n  web: {{cloud: c, {second}}}\n")
