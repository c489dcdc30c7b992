"""Who signs: what the system says of the process, whatever the environment claims."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.cli import main as cli
from console.cli.show_markdown import markdown
from console.config.model import Config
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import who
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.records import Decision, DecisionKind, Event, EventKind, Rollout, RolloutState
from console.rollout.standing import service_decisions_of
from console.rollout.who import Who

CLAIMS = ("LOGNAME", "USER", "LNAME", "USERNAME")
NOBODY = 4_000_000_007  # a uid that no account has


def account() -> str:
    """Any account of this machine that is not root's."""
    return next(one.pw_name for one in pwd.getpwall() if one.pw_uid != 0)


def as_uid(monkeypatch: pytest.MonkeyPatch, uid: int) -> None:
    monkeypatch.setattr(os, "getuid", lambda: uid)


def test_what_the_environment_claims_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CLAIMS:
        monkeypatch.setenv(name, "mallory")
    assert Who.current().user == pwd.getpwuid(os.getuid()).pw_name != "mallory"


def test_a_uid_without_an_account_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    as_uid(monkeypatch, NOBODY)
    monkeypatch.setenv("LOGNAME", "mallory")
    assert Who.current().person == str(NOBODY)


def test_root_came_by_sudo_as_somebody_who_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    as_uid(monkeypatch, 0)
    monkeypatch.setenv("SUDO_USER", account())
    assert Who.current().sudo_user == Who.current().person == account()
    monkeypatch.setenv("SUDO_USER", "no-such-account")
    assert (Who.current().sudo_user, Who.current().person) == ("", pwd.getpwuid(0).pw_name)


@pytest.mark.parametrize("uid", [NOBODY, 1])
def test_who_is_not_root_cannot_sign_as_another_by_sudo(uid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    as_uid(monkeypatch, uid)
    monkeypatch.setenv("SUDO_USER", account())
    assert Who.current().sudo_user == ""


def processes(monkeypatch: pytest.MonkeyPatch, folder: Path, *environs: bytes | None) -> None:
    """The processes above this one, the nearest first, each with its environment; None: it cannot be read."""
    for number, environ in enumerate(environs):
        there = folder / str(100 + number)
        there.mkdir()
        parent = 101 + number if number + 1 < len(environs) else 1
        (there / "stat").write_text(f"{100 + number} (su do) x) S {parent} 1 1 0 -1")
        if environ is not None:
            (there / "environ").write_bytes(environ)
    monkeypatch.setattr(who, "_PROC", folder)
    monkeypatch.setattr(os, "getppid", lambda: 100)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)


SHELL = b"PATH=/bin\0SSH_CONNECTION=192.0.2.7 50022 10.0.0.1 22\0HOME=/home/alice\0"


def test_who_came_by_sudo_has_the_peer_of_the_shell_above_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processes(monkeypatch, tmp_path, b"PATH=/bin\0", SHELL, b"SSH_CONNECTION=203.0.113.9 1 2 3\0")
    assert Who.current().ssh_from == "192.0.2.7"
    monkeypatch.setenv("SSH_CONNECTION", "198.51.100.4 50022 10.0.0.1 22")
    assert Who.current().ssh_from == "198.51.100.4"


@pytest.mark.parametrize("environs", [(), (None, SHELL), (b"", b"PATH=/bin\0")])
def test_where_nothing_above_it_tells_there_is_no_peer(
    environs: tuple[bytes | None, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes(monkeypatch, tmp_path, *environs)
    assert Who.current().ssh_from == ""


CLOUDS = """
clouds:
  prod:
    auth: {auth_url: "http://127.0.0.1:9/v3", username: nova-ops, password: hunter2, project_name: compute}
  robot:
    auth_type: v3applicationcredential
    auth: {auth_url: "http://127.0.0.1:9/v3", application_credential_id: a1b2, application_credential_secret: hunter2}
  token:
    auth_type: v3token
    auth: {auth_url: "http://127.0.0.1:9/v3", token: hunter2, project_id: c0ffee}
"""


@pytest.fixture
def clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text(CLOUDS)
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))


def on(cloud: str) -> Config:
    return Config(Path("config.yaml"), {"nova-api": config()._replace(cloud=cloud)}, journal="")


@pytest.mark.usefixtures("clouds")
@pytest.mark.parametrize(
    ("cloud", "user"),
    [
        ("prod", "nova-ops in project compute"),
        ("robot", "application credential a1b2"),
        ("token", "somebody in project c0ffee"),
        ("nowhere", ""),
    ],
)
def test_who_decides_is_recorded_with_the_cloud_user_that_is_configured(cloud: str, user: str) -> None:
    deciding = Who.deciding(on(cloud), "nova-api")
    assert deciding == replace(Who.current(), cloud_user=user)
    assert "hunter2" not in repr(deciding)
    assert Who.deciding(on(cloud), "no-such-service").cloud_user == ""


def test_in_full_it_says_that_this_is_what_is_configured() -> None:
    alice = Who("alice", "jump1", cloud_user="nova-ops in project compute")
    assert alice.in_full == "alice@jump1, cloud user nova-ops in project compute (as configured)"
    assert (alice.words, Who("alice", "jump1").in_full) == ("alice@jump1", "alice@jump1")


@pytest.mark.usefixtures("clouds")
@pytest.mark.parametrize("verb", ["freeze", "pause", "abort"])
def test_each_decision_of_the_command_line_has_the_cloud_user(verb: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    journal_url = f"sqlite:///{tmp_path}/journal.db"
    path.write_text(
        f"services: {{nova-api: {{cloud: prod, rotation: {{load_balancer: a, pool: a}}}}}}\njournal: {journal_url}\n"
    )
    path.chmod(0o600)
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    with Journal.open(journal_url) as journal:
        ident = journal.create(made, Who("alice", "jump1"), "release")
        journal.claim(ident, runner_id())
        about = {"freeze": ["nova-api", "--reason", "x"], "pause": [ident], "abort": [ident, "--detach"]}[verb]
        assert cli.main([verb, "--config", str(path), *about]) == 0
        said = [one.who for one in journal.decisions(ident)[1:]]
        said += [one.who for one in service_decisions_of(journal)]
    assert said
    assert {one.cloud_user for one in said} == {"nova-ops in project compute"}


def test_the_record_for_people_names_both_cloud_users() -> None:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    alice = Who("alice", "jump1", cloud_user="nova-ops in project compute")
    rollout = Rollout("a1b2c3", "nova-api", made, alice, "release", NOW, RolloutState.RUNNING)
    decided = Decision(1, NOW, DecisionKind.CONFIRM, "", made.digest, alice, "release")
    login = Event(1, NOW, EventKind.AUTHENTICATED, "", "robot in project compute, roles member")
    text = "\n".join(markdown(rollout, [decided], [login]))
    assert text.count("cloud user nova-ops in project compute (as configured)") == 2
    assert "its runner logged in to the cloud as robot in project compute, roles member" in text
