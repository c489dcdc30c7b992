"""A network between us and a server that fails half-way, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from forge import Forge, served
from forge_github import GitHub
from repositories import Repository
from starlette.requests import Request
from starlette.responses import Response

from console.commits.compare import compare
from console.commits.web import client as web
from console.config.model import CommitSource

BODY = json.dumps({"sha": "a" * 40, "commit": {"message": "one"}}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def saying(answer: bytes, *, hold: bool = False) -> Iterator[str]:
    """A server that writes these bytes to whoever connects, and closes or holds the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.recv(65536)
                    connection.sendall(answer)
                    held.append(connection)
                    if not hold:
                        connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in held:
            connection.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY[:20], "the answer broke off or is none of HTTP"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n" + BODY[:8], "the answer broke off or is none of HTTP"),
        (HEAD, "the answer broke off or is none of HTTP"),
        (b"", "the answer broke off or is none of HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the answer broke off or is none of HTTP"),
        (HEAD + b"Content-Length: 20\r\n\r\n" + BODY[:20], "answers something else in place of JSON"),
    ],
)
def test_an_answer_that_breaks_off(tmp_path: Path, answer: bytes, said: str) -> None:
    with saying(answer) as url:
        source = CommitSource(github=url, project="a/b")
        seen = compare(source, "a" * 40, None, {"XDG_STATE_HOME": str(tmp_path)})
    assert seen.live is None
    assert said in seen.problem


def test_an_answer_that_never_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_TIMEOUTS", 0.2)
    with saying(HEAD + b"Content-Length: 1000\r\n\r\n{", hold=True) as url:
        source = CommitSource(github=url, project="a/b")
        seen = compare(source, "a" * 40, "b" * 40, {"XDG_STATE_HOME": str(tmp_path)})
    assert f"{url[7:]} did not answer: timeout" in seen.problem


def test_a_server_that_dies_between_two_questions_leaves_what_is_known(tmp_path: Path) -> None:
    repository, environ = Repository(tmp_path / "nova"), {"XDG_STATE_HOME": str(tmp_path / "state")}
    live, idle = repository.commit("one"), repository.commit("two")
    forge = Forge(repository)
    routes = GitHub(forge).routes()

    def dying(_: Request) -> Response:
        raise ConnectionResetError

    with served(forge, routes | {"/api/v3/repos/example/nova/compare/{both}": dying}) as url:
        seen = compare(CommitSource(github=url, project="example/nova"), live, idle, environ)
    assert seen.live is not None
    assert seen.idle is not None
    assert [commit.subject for commit in seen.recent] == ["one"]
    assert seen.would_ship is None
    assert "it answered 500" in seen.problem


def test_the_proxy_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    with saying(answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        source = CommitSource(github="http://forge.invalid", project="a/b")
        seen = compare(source, "a" * 40, None, {"XDG_STATE_HOME": str(tmp_path)})
    assert seen.live is not None
    assert seen.live.subject == "one"
