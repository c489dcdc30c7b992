"""The phrase for what went wrong on the way: by the kind of failure, not by the words of others in it."""

from __future__ import annotations

import socket

import httpx
import pytest

from console.commits.web.failures import words


@pytest.mark.parametrize(
    ("code", "said"), [(socket.EAI_NONAME, "no such host name"), (socket.EAI_AGAIN, "no name server answers")]
)
def test_a_name_that_is_not_found_is_told_in_whatever_words_the_system_has(code: int, said: str) -> None:
    problem = httpx.ConnectError("as httpx has it")
    problem.__cause__ = socket.gaierror(code, "in the words of this system")
    assert words(problem) == said


def test_a_failure_that_speaks_of_a_name_is_none_of_a_host() -> None:
    assert words(httpx.ConnectError("the proxy's user name is wrong")) == "cannot connect"
