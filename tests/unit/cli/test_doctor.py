from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate

from console.cli.doctor_cloud import clouds_file, identity
from console.cli.finding import Finding, Level
from console.cli.main import main
from console.cloud.session import Identity

CONFIG = """\
services:
  api:
    cloud: test
    environment: staging
    rotation: {{load_balancer: api, pool: api}}
    instances: {{tags: [service=api]}}
    vip: {{url: "http://{{vip}}/"}}
journal: sqlite:///{folder}/journal.db
"""


@pytest.fixture
def config(cloud: FakeOpenStack, tmp_path: Path) -> Path:
    cloud.clouds_yaml(tmp_path).chmod(0o600)
    populate(cloud)
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path))
    path.chmod(0o600)
    return path


def examine(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Exit code, and the findings by level."""
    code = main(["doctor", "--config", str(config), "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    found: dict[str, list[dict[str, Any]]] = {level.value: [] for level in Level}
    for finding in document["findings"]:
        found[finding["level"]].append(finding)
    return code, found


def texts(findings: list[dict[str, Any]]) -> str:
    return " | ".join(f"{finding['text']} > {finding['mend']}" for finding in findings)


def test_a_sound_installation(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = examine(config, capsys)
    assert code == 0
    assert (found["problem"], found["warning"]) == ([], [])
    assert {finding["area"] for finding in found["ok"]} == {
        "terminal",
        "runner",
        "config",
        "journal",
        "cloud",
        "service",
        "lease",
    }
    assert "user deployer in project ops" in texts(found["ok"])


def test_for_people_each_finding_is_a_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert "load balancer api, pool api, 6 members, 6 servers selected" in out
    assert "it survives a closed terminal, a dropped SSH session" in out
    assert "does not survive a reboot" in out


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
    assert "none is ever healthy" in texts(found["problem"])


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
    assert levels(list(identity(WHO, 1000.4, 1000.9))) == [Level.OK] * 3


@pytest.mark.parametrize(
    ("before", "words"), [(1030.0, "29 s ahead of"), (1100.0, "99 s ahead of"), (900.0, "99 s behind")]
)
def test_a_clock_that_does_not(before: float, words: str) -> None:
    assert words in list(identity(WHO, before, before + 1))[-1].text


def test_a_token_that_ends_soon() -> None:
    found = list(identity(replace(WHO, expires_at=1300.0), 1000.0, 1000.5))
    assert Level.WARNING in levels(found)
    assert "5 minutes" in found[1].text


def test_a_login_without_a_token_says_nothing_of_clocks() -> None:
    now = time.time()
    assert levels(list(identity(replace(WHO, issued_at=0.0, expires_at=0.0), now, now))) == [Level.OK]


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
