"""Values with a form of their own: colour selectors, version sources, URLs, the journal, names, paths."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from console.config.kinds import Text
from console.config.model import names_production
from console.config.nodes import Value, nearest
from console.config.places import absolute

_JOURNALS = ("sqlite", "postgresql", "mysql")


@dataclass(frozen=True, slots=True)
class Selector:
    """A word of a few, a dot or slash, and a key: `metadata.color`, `http./version#git_commit`.

    `forms`: how each is written, for people, and the pattern it must fit.
    """

    forms: tuple[tuple[str, str], ...]
    note: str = ""

    @property
    def words(self) -> str:
        """The forms, the last one after "or"."""
        quoted = [f"`{form}`" for form, _ in self.forms]
        return f"{', '.join(quoted[:-1])} or {quoted[-1]}"

    def read(self, value: Value) -> str:
        """The selector as it is written."""
        text = value.text
        if text is None:
            raise value.wrong(self.words)
        checked = Text(self.words).read(value)
        if any(re.fullmatch(pattern, checked) for _, pattern in self.forms):
            return checked
        heads = {_head(form): form for form, _ in self.forms}
        hint = nearest(_head(checked), heads)
        if _head(checked) in heads:
            hint = f"it is written `{heads[_head(checked)]}`"
        raise value.wrong(self.words, hint=hint or self.note)

    def show(self, default: Any) -> str:
        """The selector."""
        return str(default)


def _head(selector: str) -> str:
    """The words before the part that one fills in: `member.tag` of `member.tag.PREFIX`."""
    dotted = selector.rpartition(".")[0] if not selector.startswith("http") else "http"
    return dotted or selector


COLOUR = Selector(
    (
        ("metadata.KEY", r"metadata\..{1,255}"),
        ("tag.PREFIX", r"tag\.[^,/]{1,59}"),
        ("member.tag.PREFIX", r"member\.tag\..{1,250}"),
    )
)
VERSION = Selector(
    (
        ("metadata.KEY", r"metadata\..{1,255}"),
        ("image.KEY", r"image\..{1,255}"),
        ("http.PATH#KEY", r"http\./[^#\s]*#[^#]{1,255}"),
    )
)
NAME = Text(
    "a name of letters, digits, `.`, `_` and `-`, 63 at most",
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
    "it is typed to confirm changes, and names the lease",
)
PATH = Text("a path that begins with `/`", r"/[\x21-\x7e]*")
TAG = Text("a server tag of 60 characters at most, without `,` and `/`", r"[^,/]{1,60}")


@dataclass(frozen=True, slots=True)
class Environment:
    """The badge of a service. A word that is nearly "production" is no other environment: it is a typing error."""

    words: str = "`production`, or another word of 40 characters at most"

    def read(self, value: Value) -> str:
        """The word."""
        word = Text(self.words, r".{1,40}").read(value)
        if not names_production(word) and "production" not in word.lower():
            hint = nearest(word, ("production",))
            if hint:
                raise value.wrong(self.words, hint=f"{hint} Changes there are confirmed by typing the service's name")
        return word

    def show(self, default: Any) -> str:
        """The word."""
        return str(default)


@dataclass(frozen=True, slots=True)
class VipUrl:
    """The URL that is asked through the VIP."""

    words: str = "a URL that begins with `http://` or `https://`"

    def read(self, value: Value) -> str:
        """The URL, with `{vip}` still in it."""
        if "@" in (value.text or ""):
            hint = "a password would show on every screen; in a path write `%40`"
            raise value.wrong("a URL without user and password", "one with `@`", hint)
        url = Text(self.words, r"[\x21-\x7e]{1,2000}").read(value)
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(url) if name is not None}
            parts = urlsplit(url.replace("{vip}", "vip.invalid"))
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise value.wrong(self.words, hint=f"{error}; braces are for {{vip}} alone") from None
        if parts.scheme not in ("http", "https") or not host:
            raise value.wrong(self.words, hint=self._hint(parts))
        if fields - {"vip"}:
            raise value.wrong("no word in braces but {vip}", hint="{vip} is the load balancer's address")
        return url

    def show(self, default: Any) -> str:
        """The URL."""
        return str(default)

    def _hint(self, parts: SplitResult) -> str:
        meant = "" if parts.scheme in ("http", "https", "") else nearest(f"{parts.scheme}://", ("http://", "https://"))
        return meant or "for example http://{vip}/version"


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on this host; a relative one is beside the config file."""

    words: str = "the path of a folder"

    def read(self, value: Value) -> Path:
        """The absolute path. Whether it is there is seen when it is used."""
        text = Text(self.words, r".{1,4000}").read(value)
        path = Path(text)
        return absolute(path if text.startswith("~") else Path(value.file).parent / path)

    def show(self, default: Any) -> str:
        """The path."""
        return str(default)
