"""Who signs: what the system says of the process, whatever the environment claims."""

from __future__ import annotations

import os
import pwd

import pytest

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
