from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate

from console.cli import doctor
from console.cli.doctor_apis import Answer, skew
from console.cli.doctor_cloud import clouds_file, identity, proxies, release_seconds
from console.cli.finding import Finding, Level
from console.cli.main import main
from console.cloud.session import Identity
from console.config.gate import Gate
from console.config.model import Release, Rotation, ServiceConfig

CONFIG = """\
services:
  api:
    cloud: test
    environment: staging
    rotation: {{load_balancer: api, pool: api}}
    instances: {{tags: [service=api]}}
    vip: {{url: "{url}/vip"}}
journal: sqlite:///{folder}/journal.db
"""


@pytest.fixture
def config(cloud: FakeOpenStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cloud.clouds_yaml(tmp_path).chmod(0o600)
    populate(cloud)
    cloud.faults["/vip"] = (200, {"git_commit": "blue-commit"})
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path, url=cloud.url))
    path.chmod(0o600)
    return path


def examine(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Exit code, and the findings by level."""
    code = main(["doctor", "--config", str(config), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["exit_code"]) == (1, code)
    found: dict[str, list[dict[str, Any]]] = {level.value: [] for level in Level}
    for finding in document["findings"]:
        found[finding["level"]].append(finding)
    return code, found


def texts(findings: list[dict[str, Any]]) -> str:
    return " | ".join(f"{finding['text']} > {finding['means']} > {finding['mend']}" for finding in findings)


def test_a_sound_installation(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = examine(config, capsys)
    assert code == 0
    assert (found["problem"], found["warning"]) == ([], [])
    assert {finding["area"] for finding in found["ok"]} == {
        "terminal",
        "runner",
        "state",
        "config",
        "journal",
        "cloud",
        "api",
        "service",
        "lease",
    }
    assert "user deployer in project ops" in texts(found["ok"])


def test_for_people_each_finding_is_a_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert "load balancer api, pool api, 6 members, 3 BLUE, 3 GREEN" in out
    assert " checks: 0 problems, 0 warnings" in out
    assert "it goes on when this console or its connection is closed" in out
    assert "A reboot ends it" in out


def test_a_missing_config_is_a_finding_and_exit_code_2(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = examine(config.with_name("gone.yaml"), capsys)
    assert code == 2
    assert "gone.yaml" in texts(found["problem"])


def test_a_config_that_others_can_write(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.chmod(0o666)
    code, found = examine(config, capsys)
    assert code == 1
    assert "everyone can write" in texts(found["problem"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "changed"}, "credentials were refused"),
        ({"catalog": ("compute",)}, "no load-balancer service"),
        ({"balancers": []}, "there is no load balancer api"),
        ({"pools": []}, "there is no pool api"),
    ],
)
def test_a_cloud_in_trouble_is_exit_code_4(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], words: str
) -> None:
    for name, value in change.items():
        setattr(cloud, name, value)
    code, found = examine(config, capsys)
    assert code == 4
    assert words in texts(found["problem"])


def test_an_old_octavia_cannot_batch(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.versions = ("v2.0", "v2.9", "v2.10")
    code, found = examine(config, capsys)
    assert code == 1
    assert "v2.10" in texts(found["problem"])


def test_ovn_ignores_weights(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.balancers[0]["provider"] = "ovn"
    code, found = examine(config, capsys)
    assert code == 1
    assert "ignores them" in texts(found["problem"])
    assert "kind: pools" in texts(found["problem"])


def test_a_reader_can_look_and_is_told_so(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.roles = ("reader",)
    code, found = examine(config, capsys)
    assert code == 0
    assert "it can look, not change" in texts(found["warning"])


def test_instances_that_nothing_checks(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del cloud.pools[0]["healthmonitor_id"]
    code, found = examine(config, capsys)
    assert code == 1
    assert "none of them is ever known to be healthy" in texts(found["problem"])


@pytest.mark.parametrize(
    ("networks", "level", "words"),
    [
        ([{"id": "n", "name": "lease", "project_id": "p1"}], "ok", "the project's own"),
        ([{"id": "n", "name": "lease", "tenant_id": "p1"}], "ok", "the project's own"),
        ([{"id": "n", "name": "lease", "project_id": "p2"}], "problem", "belongs to another project"),
        ([], "problem", "no network lease"),
    ],
)
def test_the_lease_network(
    cloud: FakeOpenStack,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    networks: list[dict[str, Any]],
    level: str,
    words: str,
) -> None:
    cloud.networks = networks
    config.write_text(config.read_text() + "lease: {network: lease}\n")
    _, found = examine(config, capsys)
    assert words in texts(found[level])


def test_a_lease_in_the_journal_is_worth_a_word_in_production(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text().replace("staging", "production"))
    _, found = examine(config, capsys)
    assert "the lease is in the journal" in texts(found["warning"])


def test_the_verb_only_reads(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examine(config, capsys)
    assert {line.split()[0] for line in cloud.log if "/identity" not in line} == {"GET"}
    assert not (config.parent / "journal.db").exists()


WHO = Identity("u", "u", "p", "p", ("member",), 1000.0, 4600.0, "http://k/v3", "c", "r")


def levels(findings: list[Finding]) -> list[Level]:
    return [finding.level for finding in findings]


def test_a_clock_that_agrees() -> None:
    assert levels(list(identity(WHO, 1000.4, 1000.9, 600))) == [Level.OK] * 3


@pytest.mark.parametrize(
    ("before", "words"), [(1030.0, "29 s ahead of"), (1100.0, "99 s ahead of"), (900.0, "99 s behind")]
)
def test_a_clock_that_does_not(before: float, words: str) -> None:
    assert words in list(identity(WHO, before, before + 1, 600))[-1].text


def test_a_token_that_ends_before_a_release_could() -> None:
    once = replace(WHO, renewable=False)
    for needed, level in ((3000.0, Level.OK), (4000.0, Level.WARNING)):
        found = {one.check: one for one in identity(once, 1000.0, 1000.5, needed)}
        assert found["cloud.token"].level is level
    assert "1 hour and cannot be renewed" in found["cloud.token"].text
    assert "1 hour and 7 minutes" in found["cloud.token"].text
    renewed = {one.check: one for one in identity(WHO, 1000.0, 1000.5, 9999.0)}
    assert renewed["cloud.token"].level is Level.OK


def test_a_release_with_gates_and_a_long_bake_needs_longer() -> None:
    bare = ServiceConfig("api", "prod", Rotation("api", "api"))
    gates = (Gate(run=("x",), timeout=1200),)
    long = bare._replace(release=Release(shift=(10, 50, 100), bake=600, gates=gates))
    assert release_seconds(long) - release_seconds(bare) == 600 + 1200 + 2 * 960


def test_a_login_without_a_token_says_nothing_of_clocks() -> None:
    now = time.time()
    assert levels(list(identity(replace(WHO, issued_at=0.0, expires_at=0.0), now, now, 600))) == [Level.OK]


def test_clouds_yaml_from_the_current_folder_is_a_trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text("clouds: {}")
    path.chmod(0o600)
    assert levels(list(clouds_file(str(path), tmp_path))) == [Level.OK], "named in OS_CLIENT_CONFIG_FILE"
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE")
    assert levels(list(clouds_file(str(path), tmp_path))) == [Level.WARNING]
    assert levels(list(clouds_file(str(path), tmp_path / "elsewhere"))) == [Level.OK]
    assert levels(list(clouds_file("", tmp_path))) == [Level.OK]


def test_clouds_yaml_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text("clouds: {}")
    path.chmod(0o644)
    assert "chmod 600" in list(clouds_file(str(path), tmp_path))[-1].mend


# -- every finding


def test_what_is_not_well_says_what_it_means_and_how_to_mend_it(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The worst installation that one run can show."""
    config.write_text(config.read_text().replace("staging", "production") + "lease: {network: gone}\nread_only: true\n")
    (config.parent / "clouds.yaml").chmod(0o644)
    cloud.versions, cloud.nova_newest, cloud.roles = ("v2.0", "v2.4"), "2.60", ("reader",)
    cloud.balancers[0] |= {"provider": "ovn", "provisioning_status": "ERROR"}
    del cloud.pools[0]["healthmonitor_id"]
    cloud.pools[0]["session_persistence"] = {"type": "HTTP_COOKIE"}
    cloud.servers[0]["metadata"], cloud.servers[2]["metadata"] = {}, {"color": "blue"}
    del cloud.members["api-p"][1]
    cloud.members["api-p"].append(
        {"id": "x", "name": "stranger", "address": "10.9.9.9", "protocol_port": 1, "weight": 1}
    )
    cloud.faults["/vip"] = (500, {})
    _, found = examine(config, capsys)
    bad = found["problem"] + found["warning"]
    checks = {one["check"] for one in bad}
    assert checks == {
        "config.read-only",
        "cloud.file-mode",
        "cloud.roles",
        "api.compute",
        "api.load-balancer",
        "api.tags",
        "lease.network",
        "service.colour",
        "service.version",
        "service.foreign",
        "service.members",
        "service.health",
        "service.provider",
        "service.balancer",
        "service.sessions",
        "service.vip",
    }
    for one in bad:
        assert one["means"], one
        assert one["mend"], one
        assert one["text"], one
        assert one["check"].startswith(f"{one['area']}.")
        assert one["area"] not in ("cloud", "api", "service") or one["subject"]


def test_the_document_is_described(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--config", str(config), "--json"])
    document = json.loads(capsys.readouterr().out)
    described = doctor.__doc__ or ""
    for name in (*document, *document["findings"][0]):
        assert f"    {name}  " in described, name


def test_offline_asks_no_cloud(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--offline", "--config", str(config)]) == 0
    assert cloud.log == []
    assert "journal" in capsys.readouterr().out


def test_hostile_names_cannot_draw(cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.servers[0] |= {"metadata": {}, "name": "\x1b[2Jevil\nname"}
    main(["doctor", "--config", str(config)])
    out = capsys.readouterr().out
    assert "\x1b[2J" not in out
    assert "\\x1b[2Jevil" in out


# -- APIs


@pytest.mark.parametrize(
    ("newest", "tags", "level", "words"),
    [
        ("2.96", "[service=api]", "ok", "compute API 2.96"),
        ("2.60", "[service=api]", "warning", "vanish from the list"),
        ("2.25", "[]", "warning", "no server tags"),
        ("", "[service=api]", "ok", "without naming its version"),
    ],
)
def test_what_a_nova_lacks(
    cloud: FakeOpenStack,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    newest: str,
    tags: str,
    level: str,
    words: str,
) -> None:
    cloud.nova_newest = newest
    config.write_text(config.read_text().replace("[service=api]", tags))
    _, found = examine(config, capsys)
    assert words in texts([one for one in found[level] if one["check"] == "api.compute"])


def test_an_api_that_does_not_answer_leaves_the_others(
    cloud: FakeOpenStack, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.faults["/compute"] = (403, {"forbidden": {"message": "Policy doesn't allow it"}})
    code, found = examine(config, capsys)
    assert code == 4
    assert "Policy doesn't allow it" in texts(found["problem"])
    assert "load balancer API v2.30" in texts(found["ok"])


def test_apis_whose_clock_differs() -> None:
    def answer(date: float | None) -> Answer:
        return Answer({}, 1000.0, 1000.2, date)

    (found,) = skew([("compute", answer(1000.0)), ("load-balancer", answer(940.0)), ("image", answer(None))])
    assert "59 s ahead of that of the load-balancer API" in found.text
    (found,) = skew([("compute", answer(1000.0)), ("load-balancer", answer(999.0))])
    assert found.level is Level.OK
    assert list(skew([("compute", answer(None))])) == []


def test_proxies_are_named_without_what_may_be_in_them() -> None:
    (found,) = proxies({"HTTPS_PROXY": "http://u:hunter2@proxy:3128", "no_proxy": "x", "http_proxy": ""})
    assert found.text.startswith("https_proxy set")
    assert "hunter2" not in found.text
