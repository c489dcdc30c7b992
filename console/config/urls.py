"""URLs of the file: what is asked, through what, and where rollouts are recorded. No user or password is shown."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from console.config.formats import HOST
from console.config.kinds import Text, whole
from console.config.nodes import Value, nearest

_JOURNALS = ("sqlite", "postgresql", "mysql")


@dataclass(eq=False, repr=False)
class Url:
    """A URL without user and password. `places` may stand in it in braces; `tcp://` needs a port."""

    places: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ("http", "https")
    example: str = "https://review.example.org"

    @property
    def words(self) -> str:
        """How it begins."""
        quoted = [f"`{scheme}://`" for scheme in self.schemes]
        return f"a URL that begins with {', '.join(quoted[:-1])} or {quoted[-1]}"

    def read(self, value: Value) -> str:
        """The URL, with the words in braces still in it."""
        if "@" in (value.text or ""):
            hint = "a password would show on every screen; in a path write `%40`"
            raise value.wrong("a URL without user and password", "one with `@`", hint)
        url = Text(self.words, r"[\x21-\x7e]{1,2000}").read(value)
        allowed = " and ".join(f"{{{place}}}" for place in self.places) or "nothing"
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(url) if name is not None}
            parts = urlsplit(self._filled(url))
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise value.wrong(self.words, hint=f"{error}; braces are for {allowed} alone") from None
        if parts.scheme not in self.schemes or not host:
            raise value.wrong(self.words, hint=self._hint(parts))
        if fields - set(self.places):
            raise value.wrong(f"no word in braces but {allowed}", hint=f"for example {self.example}")
        if parts.scheme == "tcp" and (port is None or parts.path or parts.query):
            raise value.wrong("`tcp://HOST:PORT` and nothing more", hint="for example tcp://{vip}:5672")
        return url

    def show(self, default: Any) -> str:
        """The URL."""
        return str(default) or "none"

    def json(self) -> dict[str, Any]:
        """How it begins."""
        return {"type": "string", "pattern": rf"^({'|'.join(self.schemes)})://[^\s@]+$"}

    def _filled(self, url: str) -> str:
        for place in self.places:
            url = url.replace(f"{{{place}}}", f"{place}.invalid")
        return url

    def _hint(self, parts: SplitResult) -> str:
        known = tuple(f"{scheme}://" for scheme in self.schemes)
        meant = "" if parts.scheme in (*self.schemes, "") else nearest(f"{parts.scheme}://", known)
        return meant or f"for example {self.example}"


VIP_URL = Url(("vip",), ("http", "https", "tcp"), "http://{vip}/version")
GATE_URL = Url(("instance", "vip"), example="http://{instance}:8774/")
SERVER_URL = Url()


_PROXY_URL = Url(example="http://proxy.example.org:3128")


@dataclass(eq=False, repr=False)
class Proxy:
    """A proxy's URL, or the word `environment` for the proxy variables."""

    words: str = "`environment`, or a proxy's URL that begins with `http://` or `https://`"

    def read(self, value: Value) -> str:
        """The URL or the word."""
        if value.text == "environment":
            return value.text
        if "://" not in (value.text or ""):
            raise value.wrong(
                self.words, hint=nearest(value.text or "", ("environment",)) or f"for example {_PROXY_URL.example}"
            )
        return _PROXY_URL.read(value)

    def show(self, default: Any) -> str:
        """The URL or the word."""
        return str(default) or "none"

    def json(self) -> dict[str, Any]:
        """The word or a URL."""
        return {"anyOf": [{"const": "environment"}, _PROXY_URL.json()]}


@dataclass(eq=False, repr=False)
class Connect:
    """Where to connect to: the word `vip`, an IP address, or a host name."""

    words: str = "`vip`, an IP address, or a host name"

    def read(self, value: Value) -> str:
        """The word, address or name."""
        text = Text(self.words).read(value)
        if ":" in text:
            try:
                return str(ip_address(text))
            except ValueError:
                raise value.wrong(self.words, hint="the port is that of the URL") from None
        if not HOST.fits(text):
            raise value.wrong(self.words)
        return text

    def show(self, default: Any) -> str:
        """The word, address or name."""
        return str(default) or "none"

    def json(self) -> dict[str, Any]:
        """Only the letters."""
        return {"type": "string", "pattern": r"^[A-Za-z0-9._:-]+$"}


@dataclass(eq=False, repr=False)
class JournalUrl:
    """Where the record of rollouts is kept. Errors never repeat the URL: it may hold a password."""

    words: str = "a URL: `sqlite:////PATH`, `postgresql://...` or `mysql://...`"

    def read(self, value: Value) -> str:
        """The URL."""
        text = value.text or ""
        scheme, colon, rest = text.partition("://")
        name = scheme.partition("+")[0]
        if not colon or re.fullmatch(r"[A-Za-z0-9+_.-]{1,40}", scheme) is None:
            hint = f"sqlite:///{text}" if re.fullmatch(r"/[\w./-]+", text) else ""
            raise value.wrong(self.words, "no URL", f"did you mean `{hint}`?" if hint else "")
        if name not in _JOURNALS:
            raise value.wrong(self.words, f"the scheme `{scheme}`", nearest(name, _JOURNALS))
        if re.fullmatch(r"[\x20-\x7e]{1,1000}", rest) is None:
            raise value.wrong(self.words, "unprintable characters, or nothing after the scheme")
        if name == "sqlite" and re.match(r"//[^/?]", rest) is None:
            raise value.wrong(
                "`sqlite:////PATH` with an absolute path",
                "a path that depends on the current folder",
                "a file that only one folder leads to is no shared record: begin with four slashes",
            )
        return text

    def show(self, default: Any) -> str:
        """The URL."""
        return str(default)

    def json(self) -> dict[str, Any]:
        """The known schemes."""
        return {
            "type": "string",
            "pattern": whole(r"sqlite(\+[a-z0-9_]+)?:////.+|(postgresql|mysql)(\+[a-z0-9_]+)?://.+"),
        }
