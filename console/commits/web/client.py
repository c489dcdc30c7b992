"""One server of commits, asked over HTTP: each thing once a minute at most, by conditional requests, within its limits.

What it does not answer is served from the memory, however old, and its age and the reason are told.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from console.commits.source import SourceFailed, Told
from console.commits.web import limits
from console.commits.web.credentials import NOBODY, Credentials
from console.commits.web.failures import words
from console.commits.web.memory import Kept, Memory
from console.config.certificates import context
from console.config.model import Tls
from console.errors import ConfigError

Answer = TypeVar("Answer")

LASTING = 30 * 86400.0  # seconds: what a full SHA says of itself does not change, but for links and the like
FOREVER = float("inf")  # the same, where nothing of it can change
HOUR = 3600.0
AT_ALL = 60.0  # seconds for all questions of one look
ONE = 20.0  # seconds for one of them
MOST_ASKED = 80  # requests of one look
_TIMEOUTS = httpx.Timeout(10.0, connect=5.0)
_LARGEST = 24 << 20  # bytes of an answer, unpacked
_REDIRECTS = 5
_PREFIX = b")]}'"  # Gerrit's and Gitiles', against scripts of other sites
_NOT_THERE = frozenset({404, 410, 422})  # 422: GitHub's, for a SHA that no commit has
_NOTHING = b"null"


class Unanswered(SourceFailed):
    """The server did not answer, or not usefully, and it is not remembered what it said before."""


class Waiting(Unanswered):
    """It was not asked yet, because it can wait."""


_SAID = 4000  # bytes of a refusal that are read


@dataclass(frozen=True, slots=True)
class Page(Generic[Answer]):
    """An answer, and the URL of the next page; empty: this was the last."""

    value: Answer
    next: str = ""


@dataclass
class Client:
    """Asks one server. For one look, by one thread; `close` it.

    `cached_at`: Unix seconds of the oldest answer that was served because the server does not answer now.
    """

    base: str
    memory: Memory
    credentials: Credentials = NOBODY
    tls: Tls = field(default_factory=Tls)
    trusted: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    transport: httpx.BaseTransport | None = None
    asked: int = 0
    cached_at: float | None = None
    moved: bool = False
    _trouble: str = ""
    _http: httpx.Client | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        self.host = parts.netloc
        self._began = time.monotonic()
        self._limits = limits.load(self.memory, self.credentials.who, self.host)
        self.memory.tidy(self.clock())

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()

    @property
    def told(self) -> Told:
        """What is to be said of all answers together."""
        now = self.clock()
        moved = f"{self.host} says that the project has another name now: give it in the config" if self.moved else ""
        return Told(self.cached_at, self._trouble, self._limits.words(self.host, now), moved)

    @property
    def may_ask_more(self) -> bool:
        """Whether there is room for questions that could wait."""
        now = self.clock()
        in_time = time.monotonic() - self._began < AT_ALL / 2 and self.asked < MOST_ASKED
        return in_time and not self._limits.waits(now) and self._limits.allows_more(now)

    def get(
        self,
        path: str,
        kind: type[Answer],
        keep: float | Callable[[Answer], float] = 0.0,
        query: Mapping[str, str] | None = None,
        *,
        can_wait: bool = False,
        **params: str | int,
    ) -> Page[Answer] | None:
        """What the server says at a path of its base, or at a whole URL; None where it says that there is nothing.

        `query` and `params` are parameters of the URL. `keep`: seconds for which an answer need not be asked for
        again; less than what the server's limits make of a minute means that. Only what `kind` has is remembered.
        `can_wait`: where there is no room for it now, what is remembered serves, and is nothing to be told.

        Raises:
            Unanswered: the server did not answer, and nothing is remembered.
        """
        whole = httpx.URL(path if "://" in path else f"{self.base}/{path.lstrip('/')}")
        url = str(whole.copy_merge_params({**(query or {}), **params}))
        kept, known = self._remembered(url, kind)
        if kept is not None:
            self.moved |= kept.moved
            wanted = (keep(known) if known is not None else 0.0) if callable(keep) else keep if kept.found else 0.0
            if 0 <= self.clock() - kept.at < max(wanted, self._limits.pace()):
                return _page(kept, known)
        if can_wait and not self.may_ask_more:
            if kept is None:
                raise Waiting(f"not asked yet: {self._why_not_now()}")
            return _page(kept, known)
        try:
            return self._ask(url, kind, kept, known)
        except Unanswered as error:
            if kept is None:
                raise
            self.cached_at = min(kept.at, self.cached_at or kept.at)
            self._trouble = self._trouble or str(error)
            return _page(kept, known)

    def _remembered(self, url: str, kind: type[Answer]) -> tuple[Kept | None, Answer | None]:
        kept = self.memory.load(self.credentials.who, url)
        try:
            known = msgspec.msgpack.decode(kept.body, type=kind) if kept is not None and kept.found else None
        except (msgspec.MsgspecError, ValueError):
            return None, None  # of another version of this program
        return kept, known

    def _ask(self, url: str, kind: type[Answer], kept: Kept | None, known: Answer | None) -> Page[Answer] | None:
        now = self.clock()
        heard = limits.load(self.memory, self.credentials.who, self.host)
        if heard != limits.Limits():
            self._limits = heard  # others may have asked since
        if wait := self._limits.waits(now):
            raise Unanswered(f"{self.host} is left alone for {wait:.0f} s more: {self._limits.why}")
        if self.asked >= MOST_ASKED or time.monotonic() - self._began > AT_ALL:
            raise Unanswered(f"{self.host} was asked for as much as one look may ask: the rest follows")
        status, headers, body, moved = self._request(url, kept)
        said = body[:_SAID].decode(errors="replace") if status == 403 else ""
        self._limits.heard(status, headers, now, said)
        limits.save(self.memory, self.credentials.who, self.host, self._limits, now)
        self.moved |= moved
        if status == 304 and kept is not None:
            kept = msgspec.structs.replace(kept, at=now, moved=moved)
        elif status in _NOT_THERE:
            kept, known = Kept(url, now, _NOTHING, found=False, moved=moved), None
        elif status == 200:
            known = self._decoded(body, kind)
            following = _next(headers)
            kept = Kept(
                url,
                now,
                msgspec.msgpack.encode(known),
                etag=headers.get("etag", ""),
                modified=headers.get("last-modified", ""),
                next=following,
                moved=moved,
            )
        else:
            raise Unanswered(self._refusal(status))
        self.memory.save(self.credentials.who, kept)
        return _page(kept, known)

    def _request(self, url: str, kept: Kept | None) -> tuple[int, httpx.Headers, bytes, bool]:
        self.asked += 1
        until = time.monotonic() + ONE
        body = bytearray()
        try:
            with self._opened().stream("GET", url, headers=self._asking(url, kept)) as response:
                self._check_way(response)
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _LARGEST:
                        raise Unanswered(f"{self.host} answers more than {_LARGEST >> 20} MiB at once")
                    if time.monotonic() > until:
                        raise httpx.ReadTimeout("slow")
                ours = response.url.host == urlsplit(url).hostname  # another host is no other name
                moved = ours and any(step.status_code in (301, 308) for step in response.history)
                return response.status_code, response.headers, bytes(body), moved
        except ConfigError as error:
            raise Unanswered(f"{self.host} is not asked: {error.message}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            now = self.clock()
            said = words(error)
            # others who would wait as long for the same silence are spared it
            self._limits.leave_alone(30.0, said, now)
            limits.save(self.memory, self.credentials.who, self.host, self._limits, now)
            raise Unanswered(f"{self.host} did not answer: {said}") from None

    def _why_not_now(self) -> str:
        now = self.clock()
        if self._limits.waits(now):
            return f"{self.host} is left alone, {self._limits.why}"
        return f"the rest of {self.host}'s limit is spared" if not self._limits.allows_more(now) else "in the next look"

    def _asking(self, url: str, kept: Kept | None) -> dict[str, str]:
        headers: dict[str, str] = {}
        # pages and links come from answers: a secret goes to the server of the config alone
        if self.credentials.header and url.startswith(f"{self.base}/"):
            headers["Authorization"] = self.credentials.header
        if kept is not None and kept.etag:
            headers["If-None-Match"] = kept.etag
        elif kept is not None and kept.modified:
            headers["If-Modified-Since"] = kept.modified
        return headers

    def _opened(self) -> httpx.Client:
        if self._http is None:
            self._http = httpx.Client(
                verify=context(self.tls, self.trusted),
                timeout=_TIMEOUTS,
                follow_redirects=True,  # it leaves `Authorization` out where the host changes
                max_redirects=_REDIRECTS,
                headers={"User-Agent": "bluegreen", "Accept": "application/json", **self.headers},
                transport=self.transport,
                trust_env=True,  # proxies
            )
        return self._http

    def _check_way(self, response: httpx.Response) -> None:
        """What comes over https must not come over http after a redirect: anybody could have written it."""
        steps = (*response.history, response)
        if urlsplit(self.base).scheme == "https" and any(step.url.scheme != "https" for step in steps):
            raise Unanswered(f"{self.host} sends on to an http:// address, which anybody could answer")

    def _decoded(self, body: bytes, kind: type[Answer]) -> Answer:
        text = body.removeprefix(_PREFIX)
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.ValidationError as error:
            raise Unanswered(f"{self.host} answers in another form than its API has: {error}") from None
        except (msgspec.DecodeError, ValueError, RecursionError):
            what = "a page, perhaps to log in," if text.lstrip()[:1] == b"<" else "something else"
            raise Unanswered(f"{self.host} answers {what} in place of JSON") from None

    def _refusal(self, status: int) -> str:
        if wait := self._limits.waits(self.clock()):
            return f"{self.host} is left alone for {wait:.0f} s: {self._limits.why}"
        asked_by = self.credentials.who
        if status == 401:
            return (
                f"{self.host} refuses the credentials of {asked_by}" if asked_by != "nobody" else _anonymous(self.host)
            )
        if status == 403:
            return f"{self.host} forbids this to {asked_by}" if asked_by != "nobody" else _anonymous(self.host)
        return f"{self.host} answered {status}"


def _anonymous(host: str) -> str:
    return f"{host} tells this to nobody without credentials: `commits: {{token: VARIABLE}}`, or netrc"


def _page(kept: Kept, known: Answer | None) -> Page[Answer] | None:
    return Page(known, kept.next) if kept.found and known is not None else None


def _next(headers: httpx.Headers) -> str:
    """The URL of the next page, by RFC 8288, as GitHub and GitLab give it."""
    with contextlib.suppress(ValueError):
        for link in httpx.Response(200, headers=headers).links.values():
            if link.get("rel") == "next":
                return link.get("url", "")
    return ""
