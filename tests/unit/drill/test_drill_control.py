"""The trainer's door, the record of writes, and the files of a drill."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.drill import git_history


def test_every_write_is_recorded_with_its_answer(cloud: Any) -> None:
    mark = cloud.drill.control.get("writes").json()["mark"]
    cloud.swap()
    cloud.viewer.delete("/network/v2.0/ports/nobody")
    cloud.members()
    told = cloud.drill.control.get("writes", params={"since": mark}).json()
    assert told["count"] == 2
    batch, port = told["writes"]
    assert (batch["service"], batch["method"], batch["status"], batch["user"]) == (
        "load-balancer",
        "PUT",
        202,
        "operator",
    )
    assert batch["path"].endswith("/members?additive_only=true")
    assert len(json.loads(batch["body"])["members"]) == 4
    assert (port["status"], port["user"]) == (403, "viewer")
    only = cloud.drill.control.get("writes", params={"since": mark, "service": "network"}).json()
    assert only["count"] == 1


def test_no_password_is_in_what_the_door_shows(still: Any) -> None:
    shown = still.drill.control.get("writes").text + still.drill.control.get("").text
    for user in still.drill.world.users:
        assert user.password not in shown
        assert user.password not in repr(still.drill.world)


def test_somebody_else_changes_a_weight(cloud: Any) -> None:
    cloud.drill.control.put("members/nova-api-green-1", json={"weight": 5, "tags": ["x"]})
    green = cloud.members()["green-1"]
    assert (green["weight"], green["tags"], green["provisioning_status"]) == (5, ["x"], "ACTIVE")
    assert "green" in cloud.answers(60)


def test_a_forced_status_holds_until_auto(cloud: Any) -> None:
    cloud.drill.control.put("members/nova-api-blue-1", json={"operating_status": "ERROR"})
    assert cloud.members()["blue-1"]["operating_status"] == "ERROR"
    cloud.drill.control.put("members/nova-api-blue-1", json={"operating_status": "auto"})
    from drill_cloud import until

    until(lambda: cloud.members()["blue-1"]["operating_status"] == "ONLINE")


def test_nova_s_view_can_be_changed(cloud: Any) -> None:
    cloud.drill.control.put("servers/nova-api-blue-1", json={"status": "ERROR", "vm_state": "error"})
    (server,) = cloud.operator.get("/compute/v2.1/servers/detail?name=blue-1").json()["servers"]
    assert server["status"] == "ERROR"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "instances/nobody", {"mode": "ok"}, 404),
        ("PUT", "instances/nova-api-blue-1", {"mode": "broken"}, 400),
        ("PUT", "members/nobody", {}, 404),
        ("PUT", "members/nova-api-blue-1", {"bogus": 1}, 400),
        ("PUT", "settings", {"pending": "long"}, 400),
        ("POST", "trouble", {"kind": "bogus"}, 400),
        ("PUT", "load-balancer", {"provisioning_status": "bogus"}, 400),
    ],
)
def test_wrong_words_at_the_door(still: Any, method: str, path: str, body: dict[str, Any], status: int) -> None:
    answer = still.drill.control.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_files_are_private_and_name_each_other(still: Any) -> None:
    for path in (still.drill.clouds_file, still.drill.config_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    clouds = yaml.safe_load(still.drill.clouds_file.read_text())["clouds"]
    service = yaml.safe_load(still.drill.config_file.read_text())["services"]["nova-api"]
    assert service["cloud"] in clouds


def test_the_repository_holds_both_commits_and_more(still: Any) -> None:
    import subprocess

    config = yaml.safe_load(still.drill.config_file.read_text())
    path = config["services"]["nova-api"]["commits"]["git"]
    listed = subprocess.run(
        ["git", "-C", path, "log", "--format=%H"], capture_output=True, text=True, check=True
    ).stdout
    blue, green, waiting = (image.properties["git_commit"] for image in still.drill.world.images)
    shas = listed.split()
    assert len(shas) == 20
    assert shas.index(waiting) < shas.index(green) < shas.index(blue)


def test_without_git_there_are_no_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.drill.files import config_text
    from console.drill.scene import build, choose_network
    from console.drill.settings import Settings

    monkeypatch.setenv("PATH", str(tmp_path))
    history = git_history.make(tmp_path)
    assert history.path is None
    text = config_text(tmp_path, history, build(Settings(instances=1), history, choose_network(Settings())))
    assert "No git on this machine" in text
    assert "commits" not in yaml.safe_load(text)["services"]["nova-api"]


def test_a_folder_can_be_used_again(tmp_path: Path) -> None:
    first, second = git_history.make(tmp_path), git_history.make(tmp_path)
    assert first.path == second.path is not None


def test_the_tests_of_its_commits_are_told_as_github_does(still: Any) -> None:
    """One that ships failed, and one had no tests; a migration ships as well."""
    from console.commits.compare import compare
    from console.config.loader import load
    from console.model.commit import CiState

    source = load(still.drill.config_file, {}).services["nova-api"].commits
    assert source is not None
    blue, green = (image.properties["git_commit"] for image in still.drill.world.images[:2])
    seen = compare(source, blue, green, {"XDG_STATE_HOME": str(still.drill.dir)})
    assert seen.problem == ""
    assert seen.would_ship is not None
    states = [commit.ci.state for commit in seen.would_ship]
    assert states.count(CiState.FAILED) == states.count(CiState.NONE) == 1
    assert states.count(CiState.PASSED) == len(states) - 2
    failed = next(commit for commit in seen.would_ship if commit.ci.state is CiState.FAILED)
    assert (failed.subject, failed.ci.label) == ("Fix the race between rebuild and delete", "github: functional")
    assert still.drill.control.get(failed.ci.link).text.endswith("tests: failure\n")
    assert "nova/db/main/migrations/versions/0042_volume_mapping.py" in (seen.ship_files or ())
    assert seen.behind is not None
    assert (seen.behind.branch, seen.behind.commits) == ("master", 8)
    assert seen.behind.head.ci.state is CiState.RUNNING
