"""The configuration, typed. `loader` makes it from YAML; each default is the one the README's reference shows.

Named tuples, because the first paint waits for these classes: a data class takes eight times as long to make.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # only named here: the first paint does not wait for what few files use
    from console.config.gate import BeforeStop, Gate
    from console.config.notice import Notice
    from console.config.train import Train

_NONE: Mapping[str, Any] = {}


def names_production(environment: str) -> bool:
    """Whether the word means production: `production`, `prod`, `prod-eu`; not `preprod`."""
    return re.match(r"prod(uction)?(?![a-z])", environment, re.IGNORECASE) is not None


class Kind(StrEnum):
    """How instances are put in and out of service (DESIGN: rotation)."""

    WEIGHTS = "weights"  # both colours in one pool, told apart by weight
    POOLS = "pools"  # a pool per colour; the listeners' default pool says which one serves
    POWER = "power"  # workers behind no load balancer: what runs, serves


class Attached(NamedTuple):
    """One load balancer's part of a rotation: names or ids.

    `pool` is the one pool of rotation `weights`, `pools` those of the colours (`blue`, `green`) of rotation `pools`.
    `listeners`: those that carry the service, in the order in which a cutover changes them; empty: every listener of
    the load balancer that sends to these pools.
    """

    load_balancer: str
    pool: str = ""
    pools: Mapping[str, str] = _NONE
    listeners: tuple[str, ...] = ()


class Rotation(NamedTuple):
    """How instances are put in and out of service. Load balancer and pool are names or ids.

    In the file `load_balancer` defaults to the service's name, and `pool` to what `load_balancer` says. `pools`,
    `listeners`: see `Attached`. `also`: further pools, on this or other load balancers, with the same instances.
    `cloud` and `region` say where the load balancers are, if not where the service is (None: as the service).
    `before_stop`: a command that lets a worker finish or hand back its work before it is stopped.
    """

    load_balancer: str
    pool: str
    kind: str = Kind.WEIGHTS
    pools: Mapping[str, str] = _NONE
    listeners: tuple[str, ...] = ()
    also: tuple[Attached, ...] = ()
    cloud: str | None = None
    region: str | None = None
    before_stop: BeforeStop | None = None

    @property
    def attached(self) -> tuple[Attached, ...]:
        """Every load balancer's part, the first one first; none for `power`."""
        if self.kind == Kind.POWER:
            return ()
        return (Attached(self.load_balancer, self.pool, self.pools, self.listeners), *self.also)


class Selection(NamedTuple):
    """Which servers belong to the service, and what tells their colour.

    `tags`: server tags, all required; `metadata`: key and value, all required; `name`: a regular expression that the
    server's whole name must match. `members`: every member of the service's pools is an instance, a Nova server or
    not. `static`: addresses (`10.0.0.5`, `10.0.0.5:8774`, `[fd00::5]:8774`) of each colour that are no Nova servers.
    `colour` is `metadata.KEY`, `tag.PREFIX` (server tag PREFIX + colour), `member.tag.PREFIX` (the same on the pool
    member), `name.REGEX` (its first group, or the whole match, is the colour; a server's or a member's name), or
    `pool` (rotation `pools`: the pool that it is in).
    A file that has no way of selecting means the tag `service=NAME`; `tags: []` means every server, except with
    `members` or `static`, which alone select no further server.
    `cloud` and `region`: where the instances are, if not where the service is (None: as the service).
    """

    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = _NONE
    colour: str = "metadata.color"
    name: str = ""
    members: bool = False
    static: Mapping[str, tuple[str, ...]] = _NONE
    cloud: str | None = None
    region: str | None = None


class Tls(NamedTuple):
    """How a probe checks and shows certificates. Paths of PEM files; `ca` None: what clouds.yaml trusts.

    `name` is the host name for SNI and for checking the certificate, where the URL has only an address.
    """

    verify: bool = True
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    name: str = ""


class HealthCheck(NamedTuple):
    """A direct probe of each instance at its member's address. `port` None: the member's own port.

    `scheme`: `http`, `https`, or `tcp` (the connection alone). `expect`: the HTTP statuses of a healthy instance;
    `body`: a regular expression that must be found in the answer. `run`: a command instead, its exit code 0 is
    healthy; it gets the instance in its environment. `proxy`: a URL, or `environment` for the proxy variables, which
    otherwise do not apply. `reachable` False: these instances are not probed from here, which is unknown, not healthy.
    `quorum`: the share of a colour's instances that must be healthy for the colour to count as well.
    """

    path: str = "/healthcheck"
    port: int | None = None
    expect: tuple[int, ...] = (200,)
    scheme: str = "http"
    timeout: float = 3.0  # seconds
    headers: Mapping[str, str] = _NONE
    body: str = ""
    tls: Tls = Tls(verify=False)
    run: tuple[str, ...] = ()
    proxy: str = ""
    reachable: bool = True
    quorum: float = 1.0


class VipCheck(NamedTuple):
    """Proof from the client's side. `{vip}` in the URL is the load balancer's address; `tcp://` only connects.

    `version` is the key of the answer's JSON that names what answered; it is compared with the instances' versions.
    `expect`: the HTTP statuses of a good answer; empty: every 2xx.
    `connect`: an address to connect to in place of the URL's host, which still goes out as Host and SNI; `vip` is the
    load balancer's. `proxy` as in `HealthCheck`.
    """

    url: str
    version: str = "git_commit"
    timeout: float = 3.0  # seconds
    rate: float = 4.0  # requests per second of the watching console
    connect: str = ""
    headers: Mapping[str, str] = _NONE
    tls: Tls = Tls()
    proxy: str = ""
    expect: tuple[int, ...] = ()

    @property
    def tells_version(self) -> bool:
        """Whether an answer can say what answered: a TCP connection cannot."""
        return not self.url.startswith("tcp://")

    def at(self, address: str) -> str:
        """The URL with the load balancer's address in it, IPv6 in brackets; empty while the address is not known."""
        if "{vip}" not in self.url:
            return self.url
        return self.url.replace("{vip}", f"[{address}]" if ":" in address else address) if address else ""


class ImageChoice(NamedTuple):
    """Which image instances boot: the one of a name, one id, or the newest with all these properties."""

    name: str = ""
    id: str = ""
    newest: Mapping[str, str] = _NONE


class Launch(NamedTuple):
    """How instances are made. Names or ids; times in seconds.

    `count` None: as many as serve. `name` may hold `{service}`, `{colour}` and `{number}`. `at_once`: builds under way
    at the same time. `retries`: for each instance, after a build that ended in ERROR or took too long. `spread`: a
    soft-anti-affinity group of each colour. `user_data`: a file whose `{{words}}` are filled in. `lock`: what serves is
    locked against deletion when the other colour is retired. `cost_per_hour` of one instance, in whatever currency it
    is counted; 0: not shown.
    """

    image: ImageChoice | None = None
    flavor: str = ""
    networks: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    key: str = ""
    user_data: Path | None = None
    zones: tuple[str, ...] = ()
    count: int | None = None  # type: ignore[assignment] # nobody counts in it as in a tuple
    name: str = "{service}-{colour}-{number}"
    port: int | None = None
    at_once: int = 4
    boot_timeout: float = 600.0
    retries: int = 2
    spread: bool = True
    metadata: Mapping[str, str] = _NONE
    tags: tuple[str, ...] = ()
    lock: bool = False
    cost_per_hour: float = 0.0


class Release(NamedTuple):
    """What a cutover must keep to. `min_ratio`: healthy capacity in rotation, against now. Times in seconds.

    `shift`: percent of the capacity, step by step; the last one is 100. `bake`: how long the old colour stays warm and
    watched after the last step. `confirm_within`: it goes back by itself unless it is confirmed again; 0: it does not.
    `retire_after`: age of a finished release after which deleting the old colour is shown as due; 0: never.
    """

    min_ratio: float = 1.0
    weight: int | None = None  # weight of an instance in rotation that has none recorded; None: as the live ones have
    shift: tuple[int, ...] = (100,)
    bake: float = 0.0
    confirm_within: float = 0.0
    gates: tuple[Gate, ...] = ()
    retire_after: float = 0.0


# Flags that commits get for the files they change, where the config says nothing else. `*` matches `/` as well, and a
# pattern may begin in any folder; what a pattern with `!` matches is left out.
FLAGS: Mapping[str, tuple[str, ...]] = {
    "migration": (
        "migrations/*", "*migration*/versions/*", "alembic/versions/*", "migrate_repo/versions/*", "db/migrate/*",
        "*.sql", "!tests/*", "!test/*",
    ),
    "api": (
        "api-ref/*", "api_samples/*", "api/schemas/*", "api_version_request.py", "openapi*.yaml", "openapi*.json",
        "*.proto", "*.graphql", "!tests/*", "!test/*",
    ),
    "config": ("etc/*", "conf/*", "config/*", "*.conf", "*.conf.sample", "policies/*", "!tests/*", "!test/*"),
}  # fmt: skip
ROLLBACK_SAFE: Mapping[str, str] = {"migration": "unknown"}


class CiSource(NamedTuple):
    """What tells of the tests of commits, where it is not the server of the commits itself.

    `zuul`: the URL of a Zuul server; `tenant` empty: a host that serves one tenant alone. `pipeline`: the one that
    counts; empty: each. `vote`: the label of Gerrit that says whether tests passed.
    """

    zuul: str = ""
    tenant: str = ""
    pipeline: str = ""
    vote: str = "Verified"


class CommitSource(NamedTuple):
    """Where the commits come from: a local git repository, the URL of a Gerrit, GitHub or GitLab server, or both.

    With both, the repository tells the ranges, the server links, reviews and tests. `project` is its name on that
    server, `branch` the one that is released; empty: the project's default branch. `fetch`: the repository is brought
    up to date from its `origin`. `gitiles`: where Gerrit's repositories are browsed; empty: its own plugin.
    `token`: the environment variable that holds the secret for the server; empty: netrc, or nobody's.
    `flags`: patterns of paths by the flag that a commit gets which changes such a file. `rollback_safe`: whether a
    commit with a flag can be undone once it has run (`yes`, `no`, `unknown`), where its trailers do not say.
    `most`: how many commits each way are looked at; where there are more, what is beyond is unknown.
    """

    git: Path | None = None
    gerrit: str = ""
    github: str = ""
    gitlab: str = ""
    project: str = ""
    branch: str = ""
    fetch: bool = False
    gitiles: str = ""
    token: str = ""
    tls: Tls = Tls()
    ci: CiSource = CiSource()
    flags: Mapping[str, tuple[str, ...]] = FLAGS
    rollback_safe: Mapping[str, str] = ROLLBACK_SAFE
    most: int = 2000

    @property
    def server(self) -> str:
        """`gerrit`, `github` or `gitlab`; empty for a local repository alone."""
        return next((name for name in ("gerrit", "github", "gitlab") if getattr(self, name)), "")


class ServiceConfig(NamedTuple):
    """One service. `environment: production` asks for typed confirmation.

    `version`: sources in order, the first that answers wins: `metadata.KEY`, `image.KEY`, `http.PATH#KEY`.
    `foreign: ignore` allows a cutover although a member of nobody's carries traffic in the pool.
    """

    name: str
    cloud: str
    rotation: Rotation
    region: str | None = None
    environment: str = "production"
    instances: Selection = Selection()
    version: tuple[str, ...] = ("metadata.git_commit", "image.git_commit")
    health: HealthCheck | None = None
    vip: VipCheck | None = None
    commits: CommitSource | None = None
    release: Release = Release()
    foreign: str = "refuse"
    launch: Launch = Launch()
    explain: Mapping[str, str] = _NONE  # words of a stage of a release, by its name
    group: str = ""  # services of one group are shown side by side: the same service in several regions

    @property
    def balancer_place(self) -> tuple[str, str | None]:
        """Cloud and region of its load balancers."""
        if self.rotation.cloud is not None:
            return self.rotation.cloud, self.rotation.region
        return self.cloud, self.rotation.region or self.region

    @property
    def server_place(self) -> tuple[str, str | None]:
        """Cloud and region of its instances."""
        if self.instances.cloud is not None:
            return self.instances.cloud, self.instances.region
        return self.cloud, self.instances.region or self.region

    @property
    def is_production(self) -> bool:
        """Whether changes ask for the service's name to be typed."""
        return names_production(self.environment)


class LeaseConfig(NamedTuple):
    """Where the exclusive right to change a service lives: a Neutron network by name or id, or the journal (None)."""

    network: str | None = None
    ttl: float = 60.0  # seconds


class Config(NamedTuple):
    """The whole file. `path` is where it came from; `writable_by_others` says who else could change it, in words.

    `interval` is seconds between two looks at the cloud while a console is watching. `keys` puts actions of the
    console (by their ids) on other keys, in the terminal library's names for them (`c`, `f5`, `question_mark`).
    """

    path: Path
    services: dict[str, ServiceConfig]
    journal: str
    lease: LeaseConfig = LeaseConfig()
    interval: float = 5.0
    read_only: bool = False
    theme: str = "dark"
    keys: Mapping[str, str] = _NONE
    notify: tuple[Notice, ...] = ()
    trains: Mapping[str, Train] = _NONE
    writable_by_others: str = ""
