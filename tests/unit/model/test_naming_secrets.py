"""Which keys name a secret."""

from __future__ import annotations

import pytest

from console.model.naming_secrets import HIDDEN, shown


@pytest.mark.parametrize(
    "key",
    [
        "admin_password", "DB_PASSWD", "secret", "clientSecret", "auth-token", "API_KEY", "apikey", "api key",
        "ssh_private_key", "privateKey", "aws_access_key", "passphrase",
    ],
)  # fmt: skip
def test_a_key_that_names_a_secret_shows_no_value(key: str) -> None:
    assert shown(key, "hunter2secret") == HIDDEN


@pytest.mark.parametrize("key", ["color", "colour", "git_commit", "version", "release", "key", "keypair", "bypass"])
def test_other_keys_show_theirs(key: str) -> None:
    assert shown(key, "blue") == "blue"


def test_an_empty_value_hides_nothing() -> None:
    assert shown("admin_password", "") == ""
