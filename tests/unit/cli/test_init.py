"""`bluegreen init` on a cloud: what it writes loads, and says what was there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack, populate

from console.cli.main import main
from console.config import load
from console.config.model import Selection
from console.drill.server import running_drill
from console.watch.observe import Observer


@pytest.fixture
def test(cloud: FakeOpenStack, tmp_path: Path) -> FakeOpenStack:
    """A cloud whose clouds.yaml has only it."""
    cloud.clouds_yaml(tmp_path)
    return cloud


def init(path: Path, *words: str) -> int:
    return main(["init", "--output", str(path), *words])


def test_what_is_written_loads_and_is_for_its_owner_only(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    populate(test)
    path = tmp_path / "folder" / "config.yaml"
    assert init(path) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{path}: 1 service proposed: api\n")
    api = load(path, {"HOME": "/"}).services["api"]
    assert (api.cloud, api.environment) == ("test", "production")
    assert (api.rotation.load_balancer, api.rotation.pool) == ("api", "api")
    assert api.instances == Selection(("service=api",), colour="metadata.color")
    assert api.version == ("metadata.git_commit",)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "# seen: 3 BLUE, 3 GREEN" in path.read_text()


def test_it_only_looks(test: FakeOpenStack, tmp_path: Path) -> None:
    populate(test)
    assert init(tmp_path / "c.yaml") == 0
    assert {line.split()[0] for line in test.log if "/identity" not in line} == {"GET"}


def test_a_file_that_is_there_is_not_touched_and_the_cloud_not_asked(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("mine")
    assert init(path) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert test.log == []


def test_a_link_to_nowhere_is_there_as_well(test: FakeOpenStack, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.symlink_to(tmp_path / "elsewhere")
    assert init(path) == 2
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_found_says_what_was_looked_at(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    populate(test)
    for server in test.servers:
        server["metadata"], server["name"] = {}, server["id"][-1]
    test.members["api-p"] = [member | {"name": "", "tags": []} for member in test.members["api-p"]]
    assert init(tmp_path / "c.yaml") == 4
    said = capsys.readouterr().err
    assert "6 servers, 1 load balancers, 6 members were looked at" in said
    assert "nothing tells the colours" in said
    assert not (tmp_path / "c.yaml").exists()


def test_standard_output_has_the_file_and_nothing_else(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    populate(test)
    assert main(["init", "--output", "-"]) == 0
    (tmp_path / "c.yaml").write_text(capsys.readouterr().out)
    assert list(load(tmp_path / "c.yaml", {"HOME": "/"}).services) == ["api"]


def test_without_octavia_workers_are_still_proposed(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    populate(test)
    test.faults["/load-balancer"] = (403, {"faultstring": "Policy does not allow this"})
    assert init(tmp_path / "c.yaml") == 0
    assert "! cloud test:" in capsys.readouterr().err
    api = load(tmp_path / "c.yaml", {"HOME": "/"}).services["api"]
    assert api.rotation.kind == "power"
    assert "# Not looked at: cloud test:" in (tmp_path / "c.yaml").read_text()


def test_a_cloud_that_does_not_answer(test: FakeOpenStack, tmp_path: Path) -> None:
    test.faults["/compute"] = test.faults["/load-balancer"] = (500, "<html>oh</html>")
    assert init(tmp_path / "c.yaml") == 4
    assert not (tmp_path / "c.yaml").exists()


def test_which_cloud_is_asked_where_there_are_several(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = test.clouds_yaml(tmp_path)
    clouds = json.loads(path.read_text())
    clouds["clouds"]["other"] = clouds["clouds"]["test"]
    path.write_text(json.dumps(clouds))
    assert init(tmp_path / "c.yaml") == 2
    assert "--cloud NAME; clouds.yaml has other, test" in capsys.readouterr().err
    populate(test)
    assert init(tmp_path / "c.yaml", "--cloud", "other") == 0


def test_hostile_names_break_neither_the_file_nor_the_terminal(
    test: FakeOpenStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    populate(test)
    evil = 'x\x1b[2J": {a: [b]}\n  evil: {cloud: c} # \u202e'
    for thing in (test.balancers[0], test.pools[0]):
        thing["name"] = evil
    for server in test.servers:
        server["tags"], server["metadata"] = [evil], {"color": server["metadata"]["color"], evil: evil}
        server["name"] = evil + server["name"]
    assert init(tmp_path / "c.yaml") == 0
    text = (tmp_path / "c.yaml").read_text()
    said = capsys.readouterr()
    assert all(char.isprintable() or char == "\n" for char in text + said.out + said.err)
    (api,) = load(tmp_path / "c.yaml", {"HOME": "/"}).services.values()
    assert (api.rotation.load_balancer, api.rotation.pool) == ("api-l", "api-p")
    assert api.instances.members


def test_what_it_proposes_for_the_drill_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_drill(instances=1, services=7) as drill:
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(drill.clouds_file))
        path = tmp_path / "proposed.yaml"
        assert init(path, "--cloud", "drill") == 0
        found, theirs = load(path, {"HOME": "/"}), load(drill.config_file, {"HOME": "/"})
        assert found.services.keys() == theirs.services.keys()
        kinds = {name: (one.rotation.kind, one.rotation.attached) for name, one in theirs.services.items()}
        assert {name: (one.rotation.kind, one.rotation.attached) for name, one in found.services.items()} == kinds
        assert found.lease == theirs.lease
        seen = Observer(found, ["cinder-api", "keystone", "placement-api"]).observe()
    for service in seen.services.values():
        assert [len(side.instances) for side in service.colours] == [1, 1], service.name
