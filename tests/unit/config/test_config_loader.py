from __future__ import annotations

import os
from pathlib import Path

import pytest
from config_cases import ENVIRON, PATH, parsed

from console.config import load
from console.config.gate import Gate
from console.config.loader import parse
from console.config.model import (
    Attached,
    CommitSource,
    Config,
    HealthCheck,
    LeaseConfig,
    Release,
    Rotation,
    Selection,
    ServiceConfig,
    Tls,
    VipCheck,
)
from console.errors import ConfigError

SMALLEST = """\
services:
  api:
    cloud: prod
    rotation: {load_balancer: api-lb, pool: api-pool}
"""


def test_the_smallest_file_has_four_lines() -> None:
    assert parsed(SMALLEST) == Config(
        path=PATH,
        services={
            "api": ServiceConfig(
                "api", "prod", Rotation("api-lb", "api-pool"), instances=Selection(tags=("service=api",))
            )
        },
        journal="sqlite:////home/alice/.local/state/bluegreen/journal.db",
    )


def test_every_key() -> None:
    config = parsed(
        """
        services:
          nova-api:
            cloud: prod
            region: RegionOne
            environment: staging
            rotation: {kind: weights, load_balancer: lb, pool: pool}
            instances: {tags: [a=1, b], metadata: {role: api, build: 1.10}, colour: member.tag.colour=}
            version: [metadata.git_commit, image.git_commit, "http./version#git_commit"]
            health: {path: "/health?full=1", port: 8774, expect: 204, scheme: https, timeout: 500ms}
            vip: {url: "https://{vip}:8774/version", version: sha, timeout: 2, rate: 0.5}
            commits: {git: /srv/nova}
            release: {min_ratio: 0.5, weight: 256}
            foreign: ignore
        lease: {network: bluegreen-lease, ttl: 2m}
        journal: postgresql+psycopg://db/bluegreen
        interval: 10s
        read_only: true
        theme: mono
        """
    )
    assert config == Config(
        path=PATH,
        services={
            "nova-api": ServiceConfig(
                name="nova-api",
                cloud="prod",
                rotation=Rotation("lb", "pool", "weights"),
                region="RegionOne",
                environment="staging",
                instances=Selection(("a=1", "b"), {"role": "api", "build": "1.10"}, "member.tag.colour="),
                version=("metadata.git_commit", "image.git_commit", "http./version#git_commit"),
                health=HealthCheck("/health?full=1", 8774, (204,), "https", 0.5),
                vip=VipCheck("https://{vip}:8774/version", "sha", 2.0, 0.5),
                commits=CommitSource(Path("/srv/nova")),
                release=Release(0.5, 256),
                foreign="ignore",
            )
        },
        journal="postgresql+psycopg://db/bluegreen",
        lease=LeaseConfig("bluegreen-lease", 120.0),
        interval=10.0,
        read_only=True,
        theme="mono",
    )


def test_names_of_balancer_and_pool_default_to_the_service_and_to_each_other() -> None:
    services = parsed(
        """
        services:
          a: {cloud: c}
          b: {cloud: c, rotation: {load_balancer: lb}}
          c: {cloud: c, rotation: {pool: p}}
        """
    ).services
    assert [service.rotation for service in services.values()] == [
        Rotation("a", "a"),
        Rotation("lb", "lb"),
        Rotation("c", "p"),
    ]


@pytest.mark.parametrize(
    ("instances", "tags"),
    [
        ("{colour: tag.colour=}", ("service=api",)),
        ("{metadata: {role: api}}", ()),
        ("{tags: []}", ()),
        ("{tags: only}", ("only",)),
    ],
)
def test_every_server_belongs_to_a_service_only_on_purpose(instances: str, tags: tuple[str, ...]) -> None:
    config = parsed(f"services: {{api: {{cloud: c, instances: {instances}}}}}")
    assert config.services["api"].instances.tags == tags


def test_empty_sections_mean_their_defaults() -> None:
    api = parsed("services: {api: {cloud: c, health: {}, release: {}, version: image.v}}").services["api"]
    assert (api.health, api.release, api.version) == (HealthCheck(), Release(), ("image.v",))


class TestRotations:
    def test_pools(self) -> None:
        api = parsed(
            """
            services:
              api:
                cloud: c
                rotation:
                  kind: pools
                  pools: {blue: api-b, green: api-g}
                  listeners: [https, http]
                  also: {load_balancer: second, pools: {blue: b2, green: g2}}
                  cloud: lbs
                  region: north
                instances: {colour: pool, cloud: vms}
                group: api
            """
        ).services["api"]
        pools = {"blue": "api-b", "green": "api-g"}
        further = Attached("second", pools={"blue": "b2", "green": "g2"})
        assert api.rotation == Rotation("api", "", "pools", pools, ("https", "http"), (further,), "lbs", "north")
        assert (api.balancer_place, api.server_place, api.group) == (("lbs", "north"), ("vms", None), "api")
        assert api.instances == Selection(("service=api",), colour="pool", cloud="vms")

    def test_several_pools_by_weight(self) -> None:
        text = (
            "services: {api: {cloud: c, rotation: {load_balancer: l, pool: p, also: [{pool: q}, {load_balancer: m}]}}}"
        )
        rotation = parsed(text).services["api"].rotation
        assert rotation.attached == (Attached("l", "p"), Attached("l", "q"), Attached("m", "m"))

    def test_workers(self) -> None:
        api = parsed("services: {api: {cloud: c, rotation: {kind: power}, health: {run: [check, --all]}}}").services[
            "api"
        ]
        assert api.rotation == Rotation("", "", "power")
        assert api.rotation.attached == ()
        assert api.health == HealthCheck(run=("check", "--all"))


@pytest.mark.parametrize(
    ("instances", "selection"),
    [
        ("{members: true}", Selection(members=True)),
        ("{name: 'api-(blue|green)-.*'}", Selection(name="api-(blue|green)-.*")),
        (
            "{static: {blue: [10.0.0.5, '[fd00::0:5]:80'], green: '10.0.0.6:080'}}",
            Selection(static={"blue": ("10.0.0.5", "[fd00::5]:80"), "green": ("10.0.0.6:80",)}),
        ),
        ("{members: false}", Selection(("service=api",))),
        (
            "{colour: 'name.-(b|g)-', cloud: d, region: r}",
            Selection(("service=api",), colour="name.-(b|g)-", cloud="d", region="r"),
        ),
    ],
)
def test_what_selects_instances(instances: str, selection: Selection) -> None:
    assert parsed(f"services: {{api: {{cloud: c, instances: {instances}}}}}").services["api"].instances == selection


def test_probes_and_proof_in_full() -> None:
    api = parsed(
        """
        services:
          api:
            cloud: c
            health:
              scheme: https
              expect: [200, 204]
              headers: {X-Probe: "1", Accept: application/json}
              body: "^ok"
              tls: {ca: ca.pem, cert: /tls/c.pem, key: /tls/k.pem, name: api.example.org}
              proxy: environment
              reachable: false
              quorum: 0.5
            vip: {url: "https://api.example.org/version", connect: vip, tls: {verify: false}, headers: {X-A: b}}
        """
    ).services["api"]
    tls = Tls(True, Path("/etc/bluegreen/ca.pem"), Path("/tls/c.pem"), Path("/tls/k.pem"), "api.example.org")
    headers = {"X-Probe": "1", "Accept": "application/json"}
    assert api.health == HealthCheck(
        scheme="https",
        expect=(200, 204),
        headers=headers,
        body="^ok",
        tls=tls,
        proxy="environment",
        reachable=False,
        quorum=0.5,
    )
    url = "https://api.example.org/version"
    assert api.vip == VipCheck(url, connect="vip", tls=Tls(False), headers={"X-A": "b"})


def test_certificates_of_instances_are_checked_where_the_file_says_with_what() -> None:
    def verify(tls: str) -> bool:
        health = (
            parsed(f"services: {{api: {{cloud: c, health: {{scheme: https, tls: {tls}}}}}}}").services["api"].health
        )
        assert health is not None
        return health.tls.verify

    assert [
        verify(each) for each in ("{}", "{cert: a, key: b}", "{ca: a}", "{name: a}", "{name: a, verify: false}")
    ] == [*(False, False, True, True, False)]


def test_release_and_commits_in_full() -> None:
    api = parsed(
        """
        services:
          api:
            cloud: c
            commits: {gerrit: "https://review.example.org", project: openstack/nova, branch: master}
            release:
              shift: [10, 50, 100]
              bake: 10m
              confirm_within: 5m
              gates:
                - {run: [tempest, run, --smoke], timeout: 20m}
                - {http: "http://{instance}:8774/", expect: [200, 300]}
              retire_after: 24h
        """
    ).services["api"]
    assert api.release == Release(
        shift=(10, 50, 100),
        bake=600.0,
        confirm_within=300.0,
        gates=(
            Gate(run=("tempest", "run", "--smoke"), timeout=1200.0),
            Gate(http="http://{instance}:8774/", expect=(200, 300)),
        ),
        retire_after=86400.0,
    )
    assert api.commits == CommitSource(gerrit="https://review.example.org", project="openstack/nova", branch="master")
    assert api.commits.server == "gerrit"


def test_lease_in_the_journal() -> None:
    assert parsed("services: {api: {cloud: c}}\nlease: journal").lease == LeaseConfig(None)


def test_a_relative_repository_is_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("services: {api: {cloud: c, commits: {git: src/nova}}}")
    assert load(path, ENVIRON).services["api"].commits == CommitSource(tmp_path / "src/nova")


def test_merge_keys_share_what_services_have_in_common() -> None:
    services = parsed(
        """
        services:
          a: &common {cloud: prod, region: one, foreign: ignore}
          b: {<<: *common, region: two}
          c: {region: three, <<: [{cloud: stage}, *common]}
        """
    ).services
    assert (services["b"].cloud, services["b"].region, services["b"].foreign) == ("prod", "two", "ignore")
    assert (services["c"].cloud, services["c"].region, services["c"].foreign) == ("stage", "three", "ignore")


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + SMALLEST.encode(), PATH, ENVIRON).services


@pytest.mark.parametrize(
    ("environment", "production"),
    [
        ("production", True),
        ("PROD", True),
        ("prod-eu", True),
        ("preprod", False),
        ("staging", False),
        ("product", False),
    ],
)
def test_what_counts_as_production(environment: str, production: bool) -> None:
    assert ServiceConfig("api", "c", Rotation("a", "a"), environment=environment).is_production is production


class TestFinding:
    def write(self, path: Path, theme: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"services: {{api: {{cloud: c}}}}\ntheme: {theme}\n")
        return path

    def test_the_explicit_one_comes_before_all(self, tmp_path: Path) -> None:
        explicit = self.write(tmp_path / "a.yaml", "explicit")
        variable = self.write(tmp_path / "b.yaml", "variable")
        config = load(explicit, {"BLUEGREEN_CONFIG": str(variable)})
        assert (config.theme, config.path) == ("explicit", explicit)

    def test_the_variable_comes_before_the_users(self, tmp_path: Path) -> None:
        variable = self.write(tmp_path / "b.yaml", "variable")
        self.write(tmp_path / ".config/bluegreen/config.yaml", "user")
        assert load(None, {"BLUEGREEN_CONFIG": str(variable), "HOME": str(tmp_path)}).theme == "variable"

    def test_the_users_own(self, tmp_path: Path) -> None:
        self.write(tmp_path / ".config/bluegreen/config.yaml", "user")
        assert load(None, {"HOME": str(tmp_path)}).theme == "user"

    def test_the_users_own_where_xdg_says(self, tmp_path: Path) -> None:
        self.write(tmp_path / "xdg/bluegreen/config.yaml", "xdg")
        assert load(None, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}).theme == "xdg"

    def test_the_systems(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        system = self.write(tmp_path / "etc/config.yaml", "system")
        monkeypatch.setattr("console.config.places.SYSTEM_CONFIG", system)
        assert load(None, {"HOME": str(tmp_path)}).theme == "system"

    def test_never_the_current_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.config.places.SYSTEM_CONFIG", tmp_path / "none.yaml")
        for place in ("config.yaml", "bluegreen.yaml", "bluegreen/config.yaml", ".config/bluegreen/config.yaml"):
            self.write(tmp_path / "here" / place, "here")
        monkeypatch.chdir(tmp_path / "here")
        for environ in ({"HOME": str(tmp_path)}, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "."}):
            with pytest.raises(ConfigError):
                load(None, environ)

    def test_a_relative_path_becomes_absolute(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.write(tmp_path / "c.yaml", "relative")
        monkeypatch.chdir(tmp_path)
        assert load(Path("c.yaml"), ENVIRON).path == tmp_path / "c.yaml"

    def test_a_missing_file_says_where_it_looked_and_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.config.places.SYSTEM_CONFIG", tmp_path / "etc.yaml")
        with pytest.raises(ConfigError) as caught:
            load(None, {"HOME": str(tmp_path)})
        assert f"{tmp_path}/.config/bluegreen/config.yaml or {tmp_path}/etc.yaml" in caught.value.message
        assert "--config" in caught.value.hint
        assert caught.value.exit_code == 2

    def test_the_example_of_the_hint_is_a_config(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            parse(b"", PATH, ENVIRON)
        assert parse(caught.value.hint.split("`")[1].encode(), PATH, ENVIRON).services["NAME"].cloud == "CLOUD"

    @pytest.mark.parametrize("named", ["--config", "BLUEGREEN_CONFIG"])
    def test_a_named_file_that_is_missing_is_not_replaced_by_another(self, tmp_path: Path, named: str) -> None:
        self.write(tmp_path / ".config/bluegreen/config.yaml", "user")
        gone = tmp_path / "gone.yaml"
        environ = {"HOME": str(tmp_path)} | ({named: str(gone)} if named.isupper() else {})
        with pytest.raises(ConfigError, match=r"gone\.yaml: there is no such file") as caught:
            load(None if named.isupper() else gone, environ)
        assert named in caught.value.hint

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
            load(tmp_path, ENVIRON)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_an_unreadable_file_of_the_user_is_not_passed_over(self, tmp_path: Path) -> None:
        self.write(tmp_path / ".config/bluegreen/config.yaml", "user").chmod(0)
        with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
            load(None, {"HOME": str(tmp_path)})

    def test_a_huge_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.yaml"
        path.write_bytes(b"#" * 1_000_001)
        with pytest.raises(ConfigError, match="larger than 1000000 bytes"):
            load(path, ENVIRON)
