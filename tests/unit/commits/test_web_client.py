"""How a server is asked: the memory, conditions, limits, redirects, pages, and everything that goes wrong half-way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from console.commits.web import client as web
from console.commits.web.client import LASTING, Client, Page, Unanswered, Waiting
from console.commits.web.credentials import Credentials
from console.commits.web.memory import Memory

BASE = "https://api.example.org/v3"
SECRET = "s3cret-t0ken"
TOKEN = Credentials(f"Bearer {SECRET}", "$FORGE_TOKEN")
Handler = Callable[[httpx.Request], httpx.Response]


class Thing(msgspec.Struct):
    name: str


class World:
    """A server that answers as a test says, a clock, and the memory of one user."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_700_000_000.0
        self.memory = Memory(folder / "state" / "commits")
        self.requests: list[httpx.Request] = []
        self.answers: list[Handler | httpx.Response | Exception] = []

    def client(self, credentials: Credentials = TOKEN, base: str = BASE) -> Client:
        return Client(
            base, self.memory, credentials, clock=lambda: self.now, transport=httpx.MockTransport(self._answer)
        )

    def get(self, path: str = "thing", keep: float = 0.0, credentials: Credentials = TOKEN) -> Page[Thing] | None:
        return self.client(credentials).get(path, Thing, keep)

    def name(self) -> str:
        page = self.get()
        assert page is not None
        return page.value.name

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def thing(name: str = "one", status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"name": name}, headers={key.replace("_", "-"): headers[key] for key in headers})


class TestMemory:
    def test_the_same_is_asked_once_a_minute(self, world: World) -> None:
        world.answers = [thing("one"), thing("two")]
        assert world.name() == "one"
        world.now += 59
        assert world.name() == "one"
        world.now += 2
        assert world.name() == "two"
        assert len(world.requests) == 2

    def test_what_a_full_sha_says_is_not_asked_again(self, world: World) -> None:
        world.answers = [thing("one")]
        world.get(keep=LASTING)
        world.now += 86400
        assert world.get(keep=LASTING) is not None
        assert len(world.requests) == 1

    def test_a_condition_and_304(self, world: World) -> None:
        world.answers = [thing("one", ETag='W/"abc"'), httpx.Response(304), httpx.Response(304)]
        world.name()
        for _ in range(2):
            world.now += 61
            assert world.name() == "one"
        assert [request.headers.get("if-none-match") for request in world.requests] == [None, 'W/"abc"', 'W/"abc"']
        world.now += 59
        assert world.name() == "one"
        assert len(world.requests) == 3

    def test_a_condition_by_time_where_there_is_no_etag(self, world: World) -> None:
        at = "Tue, 14 Nov 2023 22:13:20 GMT"
        world.answers = [thing("one", Last_Modified=at), httpx.Response(304)]
        world.name()
        world.now += 61
        assert world.name() == "one"
        assert world.requests[1].headers["if-modified-since"] == at

    def test_what_is_not_there_is_remembered_for_a_minute_only(self, world: World) -> None:
        world.answers = [httpx.Response(404), thing("now")]
        assert world.get(keep=LASTING) is None
        assert world.get(keep=LASTING) is None
        world.now += 61
        assert world.get(keep=LASTING) is not None
        assert len(world.requests) == 2

    def test_files_are_this_users_alone_and_hold_no_secret(self, world: World) -> None:
        world.answers = [thing("one", ETag='"1"', X_RateLimit_Limit="60", X_RateLimit_Remaining="1", Set_Cookie="x=y")]
        world.name()
        folder = world.memory.folder
        assert folder is not None
        files = list(folder.iterdir())
        assert len(files) >= 2
        assert (folder.stat().st_mode & 0o777, {file.stat().st_mode & 0o777 for file in files}) == (0o700, {0o600})
        assert not [file for file in files if SECRET.encode() in file.read_bytes()]

    def test_another_answers_file_that_others_could_write_is_not_read(self, world: World) -> None:
        world.answers = [thing("one"), thing("two")]
        world.name()
        assert world.memory.folder is not None
        for file in world.memory.folder.glob("*.msgpack"):
            file.chmod(0o666)
        assert world.name() == "two"

    @pytest.mark.parametrize("content", [b"", b"\xff", b"\x81\xa3url\xa1x", b"\x87" * 100])
    def test_a_damaged_memory_is_none(self, world: World, content: bytes) -> None:
        world.answers = [thing("one"), thing("two")]
        world.name()
        assert world.memory.folder is not None
        for file in world.memory.folder.glob("*.msgpack"):
            file.write_bytes(content)
        assert world.name() == "two"

    def test_a_folder_that_cannot_be_written(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("a file")
        world.answers = [thing("one"), thing("two")]
        assert (world.name(), world.name()) == ("one", "two")

    def test_whoever_may_see_less_is_not_told_what_another_saw(self, world: World) -> None:
        world.answers = [thing("private"), httpx.Response(404)]
        world.name()
        assert world.get(credentials=Credentials()) is None

    def test_old_answers_are_deleted(self, world: World) -> None:
        world.answers = [thing("one")]
        world.name()
        folder = world.memory.folder
        assert folder is not None
        for file in [*folder.glob("*.msgpack"), folder / ".tidied"]:
            os.utime(file, (world.now - 40 * 86400,) * 2)
        world.memory.tidy(world.now)
        assert list(folder.glob("*.msgpack")) == []


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("failure", "said"),
        [
            (httpx.ConnectTimeout("x"), "did not answer: timeout"),
            (httpx.ReadTimeout("x"), "did not answer: timeout"),
            (httpx.RemoteProtocolError("peer closed connection without sending complete message body"), "broke off"),
            (httpx.ReadError("x"), "the connection broke"),
            (httpx.ProxyError("407"), "the proxy refuses"),
            (httpx.Response(500), "is left alone for 60 s: it answered 500"),
            (httpx.Response(503, headers={"Retry-After": "90"}), "is left alone for 90 s: it answered 503"),
            (httpx.Response(401), "refuses the credentials of $FORGE_TOKEN"),
            (httpx.Response(403), "forbids this to $FORGE_TOKEN"),
            (httpx.Response(200, text="<html>log in"), "answers a page, perhaps to log in, in place of JSON"),
            (httpx.Response(200, text="{"), "answers something else in place of JSON"),
            (httpx.Response(200, text="[" * 100_000), "answers in another form than its API has"),
            (httpx.Response(200, json={"title": 1}), "answers in another form than its API has"),
            (
                httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=iter([b"none"])),
                "broke off or is none of HTTP",
            ),
        ],
    )
    def test_is_said_and_the_last_answer_serves_with_its_age(
        self, world: World, failure: httpx.Response | Exception, said: str
    ) -> None:
        world.answers = [thing("one")]
        world.name()
        at, world.now = world.now, world.now + 7200
        world.answers = [failure]
        client = world.client()
        page = client.get("thing", Thing)
        assert page is not None
        assert page.value.name == "one"
        assert client.told.cached_at == at
        assert said in client.told.trouble
        assert client.told.trouble.startswith("api.example.org ")
        assert SECRET not in client.told.trouble

    def test_nothing_is_remembered(self, world: World) -> None:
        world.answers = [httpx.ConnectError("x")]
        with pytest.raises(Unanswered, match=r"api\.example\.org did not answer: cannot connect"):
            world.get()

    def test_after_one_silence_nothing_else_is_asked_by_anybody_for_a_while(self, world: World) -> None:
        world.answers = [httpx.ConnectTimeout("x")]
        client = world.client()
        for asker in (client, client, world.client()):
            with pytest.raises(Unanswered):
                asker.get("other", Thing)
        assert len(world.requests) == 1
        world.now += 31
        world.answers = [thing("back")]
        assert world.name() == "back"

    def test_an_answer_without_end(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "_LARGEST", 100_000)

        def endless() -> Iterator[bytes]:
            while True:
                yield b" " * 10_000

        world.answers = [httpx.Response(200, content=endless())]
        with pytest.raises(Unanswered, match="answers more than"):
            world.get()

    def test_an_answer_that_drips(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "ONE", -1.0)
        world.answers = [thing("one")]
        with pytest.raises(Unanswered, match="timeout"):
            world.get()

    def test_one_look_does_not_ask_without_end(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "MOST_ASKED", 3)
        world.answers = [thing("one")] * 3
        client = world.client()
        for number in range(3):
            client.get(f"thing/{number}", Thing)
        with pytest.raises(Waiting, match="not asked yet: in the next look"):
            client.get("thing/4", Thing, can_wait=True)
        with pytest.raises(Unanswered, match="as much as one look may ask"):
            client.get("thing/4", Thing)


class TestLimits:
    def limited(self, world: World, left: int, total: int = 5000) -> httpx.Response:
        resets = str(int(world.now) + 1800)
        return thing(X_RateLimit_Limit=str(total), X_RateLimit_Remaining=str(left), X_RateLimit_Reset=resets)

    def test_are_told(self, world: World) -> None:
        world.answers = [self.limited(world, 4812)]
        client = world.client()
        client.get("thing", Thing)
        assert client.told.limits.startswith("api.example.org answers 4,812 more of 5,000 requests until ")
        assert world.client().told.limits == client.told.limits

    def test_gitlabs_headers(self, world: World) -> None:
        headers = {"RateLimit-Limit": "600", "RateLimit-Remaining": "599", "RateLimit-Reset": str(int(world.now) + 60)}
        world.answers = [httpx.Response(200, json={"name": "one"}, headers=headers)]
        client = world.client()
        client.get("thing", Thing)
        assert "599 more of 600" in client.told.limits

    def test_none_left_means_none_asked_until_the_reset(self, world: World) -> None:
        world.answers = [self.limited(world, 0)]
        world.name()
        world.now += 1700
        client = world.client()
        page = client.get("thing", Thing)
        assert page is not None
        assert "left alone for 100 s more: its limit of requests is reached" in client.told.trouble
        world.now += 101
        world.answers = [thing("two")]
        assert world.name() == "two"

    @pytest.mark.parametrize(
        ("status", "headers", "wait"),
        [
            (429, {"Retry-After": "120"}, 120),
            (403, {"Retry-After": "120"}, 120),
            (429, {"Retry-After": "Tue, 14 Nov 2023 22:18:20 GMT"}, 300),
            (429, {}, 60),
            (429, {"Retry-After": "soon"}, 60),
            (429, {"Retry-After": "999999999"}, 3600),
            (403, {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000900"}, 900),
        ],
    )
    def test_a_refusal_is_obeyed(self, world: World, status: int, headers: dict[str, str], wait: int) -> None:
        world.answers = [httpx.Response(status, headers=headers)]
        with pytest.raises(Unanswered, match=f"left alone for {wait} s"):
            world.get()
        world.now += wait - 1
        with pytest.raises(Unanswered, match="left alone for 1 s more"):
            world.get()
        assert len(world.requests) == 1
        world.now += 2
        world.answers = [thing("one")]
        assert world.name() == "one"

    def test_a_limit_that_only_the_message_tells_of_is_obeyed(self, world: World) -> None:
        said = {"message": "You have exceeded a secondary rate limit. Please wait."}
        world.answers = [
            httpx.Response(403, json=said, headers={"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "50"})
        ]
        with pytest.raises(Unanswered, match="left alone for 60 s"):
            world.get()
        with pytest.raises(Unanswered, match="left alone for 60 s more"):
            world.get()
        assert len(world.requests) == 1

    def test_a_small_limit_is_not_spent_on_the_same_question(self, world: World) -> None:
        world.answers = [self.limited(world, 50, total=60)]
        world.name()
        world.now += 1100
        assert world.name() == "one"
        world.answers = [thing("two")]
        world.now += 200
        assert world.name() == "two"

    def test_what_can_wait_leaves_a_rest_of_the_limit(self, world: World) -> None:
        world.answers = [self.limited(world, 5, total=60)]
        world.name()
        with pytest.raises(Waiting, match="limit is spared"):
            world.client().get("tests", Thing, can_wait=True)

    def test_a_clock_that_was_set_back_locks_nobody_out(self, world: World) -> None:
        world.answers = [httpx.Response(429, headers={"Retry-After": "3600"}), thing("one")]
        with pytest.raises(Unanswered):
            world.get()
        world.now -= 86400
        assert world.name() == "one"


class TestTheWay:
    def test_a_renamed_project_is_followed_and_told(self, world: World) -> None:
        to = "https://api.example.org/v3/repositories/7/thing"
        world.answers = [httpx.Response(301, headers={"Location": to}), thing("one", ETag='"1"')]
        client = world.client()
        assert client.get("thing", Thing) is not None
        assert [str(request.url) for request in world.requests] == [f"{BASE}/thing", to]
        assert world.requests[1].headers["authorization"] == f"Bearer {SECRET}"
        assert client.told.note == "api.example.org says that the project has another name now: give it in the config"
        again = world.client()
        again.get("thing", Thing)
        assert again.told.note == client.told.note

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    @pytest.mark.parametrize("to", ["https://elsewhere.example.org/thing", "https://api.example.org:8443/v3/thing"])
    def test_another_host_gets_no_secret(self, world: World, status: int, to: str) -> None:
        world.answers = [httpx.Response(status, headers={"Location": to}), thing("one")]
        assert world.name() == "one"
        assert "authorization" not in world.requests[1].headers

    def test_no_way_from_https_to_http(self, world: World) -> None:
        world.answers = [httpx.Response(302, headers={"Location": "http://api.example.org/v3/thing"}), thing("forged")]
        with pytest.raises(Unanswered, match="an http:// address, which anybody could answer"):
            world.get()
        assert "authorization" not in world.requests[1].headers

    def test_no_way_from_https_over_http_to_https(self, world: World) -> None:
        hops = ("http://api.example.org/v3/thing", "https://evil.example.org/thing")
        world.answers = [*(httpx.Response(302, headers={"Location": hop}) for hop in hops), thing("forged")]
        with pytest.raises(Unanswered, match="an http:// address, which anybody could answer"):
            world.get()

    def test_circles(self, world: World) -> None:
        world.answers = [httpx.Response(302, headers={"Location": f"{BASE}/thing"})] * 9
        with pytest.raises(Unanswered, match="it sends in circles"):
            world.get()

    def test_the_next_page_by_link(self, world: World) -> None:
        link = f'<{BASE}/thing?page=1>; rel="first", <{BASE}/thing?page=2>; rel="next"'
        world.answers = [thing("one", Link=link), thing("two")]
        client = world.client()
        first = client.get("thing", Thing)
        assert first is not None
        second = client.get(first.next, Thing)
        assert second is not None
        assert (second.value.name, second.next) == ("two", "")
        assert world.requests[1].headers["authorization"] == f"Bearer {SECRET}"

    @pytest.mark.parametrize("link", ["https://evil.example.org/thing", "https://api.example.org.evil.org/v3/thing"])
    def test_a_next_page_elsewhere_gets_no_secret(self, world: World, link: str) -> None:
        world.answers = [thing("one", Link=f'<{link}>; rel="next"'), thing("two")]
        client = world.client()
        first = client.get("thing", Thing)
        assert first is not None
        client.get(first.next, Thing)
        assert "authorization" not in world.requests[1].headers

    def test_gerrits_prefix(self, world: World) -> None:
        world.answers = [httpx.Response(200, text=')]}\'\n{"name": "one"}')]
        assert world.name() == "one"

    def test_the_secret_is_not_in_the_words_of_anything(self, world: World) -> None:
        client = world.client()
        assert SECRET not in f"{client!r} {client} {client.credentials} {vars(client)}"
