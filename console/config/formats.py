"""Values with a form of their own: selectors, regular expressions, names, commands, addresses, paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from console.config.kinds import Text, whole
from console.config.model import names_production
from console.config.nodes import Value, nearest
from console.config.places import absolute
from console.errors import ConfigError


@dataclass(eq=False, repr=False)
class Selector:
    """A word of a few, mostly with a dot and a key: `metadata.color`, `http./version#git_commit`, `pool`.

    `forms`: how each is written, for people, and the pattern it must fit. What follows `name.` is a regular expression.
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
        if value.text is None:
            raise value.wrong(self.words)
        checked = Text(self.words, r".{1,1000}").read(value)
        heads = {_head(form): form for form, _ in self.forms}
        if self.fits(checked):
            if "name" in heads and checked.startswith("name."):
                _compiled(value, checked.removeprefix("name."))
            return checked
        known = next((head for head in sorted(heads, reverse=True) if re.match(rf"{head}(?!\w)", checked)), "")
        hint = f"it is written `{heads[known]}`" if known else nearest(_head(checked), heads)
        raise value.wrong(self.words, hint=hint or self.note)

    def fits(self, text: str) -> bool:
        """Whether the text has one of the forms."""
        return any(re.fullmatch(pattern, text) for _, pattern in self.forms)

    def show(self, default: Any) -> str:
        """The selector."""
        return str(default)

    def json(self) -> dict[str, Any]:
        """The patterns."""
        return {"type": "string", "anyOf": [{"pattern": whole(pattern)} for _, pattern in self.forms]}


def _head(selector: str) -> str:
    """The words before the part that one fills in: `member.tag` of `member.tag.PREFIX`."""
    dotted = selector.rpartition(".")[0] if not selector.startswith("http") else "http"
    return dotted or selector


def _compiled(value: Value, pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise value.wrong("a regular expression", hint=f"{error}") from None


COLOUR = Selector(
    (
        ("metadata.KEY", r"metadata\..{1,255}"),
        ("tag.PREFIX", r"tag\.[^,/]{1,59}"),
        ("member.tag.PREFIX", r"member\.tag\..{1,250}"),
        ("name.REGEX", r"name\..{1,500}"),
        ("pool", r"pool"),
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
HEADER_NAME = Text("the name of an HTTP header", r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER = Text("the value of an HTTP header", r"[\x20-\x7e]{1,4000}", hidden=True)
HOST = Text("a host name", r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")


@dataclass(eq=False, repr=False)
class Regex:
    """A regular expression."""

    words: str = "a regular expression"

    def read(self, value: Value) -> str:
        """The expression, checked."""
        text = Text(self.words, r".{1,1000}").read(value)
        _compiled(value, text)
        return text

    def show(self, default: Any) -> str:
        """The expression."""
        return str(default) or "none"

    def json(self) -> dict[str, Any]:
        """Text that a regular expression can be made of."""
        return {"type": ["string", "number"], "minLength": 1, "maxLength": 1000}


@dataclass(eq=False, repr=False)
class Command:
    """A program and its words. No shell reads them; the program is found in PATH, or has an absolute path."""

    words: str = "a command as a list: [PROGRAM, WORD, ...]"

    def read(self, value: Value) -> tuple[str, ...]:
        """The words."""
        if value.kind == "str" and re.search(r"\s", value.text or ""):
            parts = ", ".join((value.text or "").split())
            raise value.wrong(self.words, hint=f"no shell takes it apart; for example [{parts}]")
        items = [value] if value.text is not None else value.items(self.words)
        found = tuple(Text("a word of the command", r".{1,4000}").read(item) for item in items)
        if not found:
            raise value.wrong(self.words)
        if "/" in found[0] and not found[0].startswith("/"):
            raise items[0].wrong(
                "a program of PATH, or its absolute path", hint="a relative path depends on the current folder"
            )
        return found

    def show(self, default: Any) -> str:
        """As a YAML list."""
        return f"[{', '.join(default)}]" if default else "none"

    def json(self) -> dict[str, Any]:
        """A word, or a list of them."""
        word = {"type": ["string", "number"], "minLength": 1}
        return {"anyOf": [{"type": "string", "pattern": r"^\S+$"}, {"type": "array", "items": word, "minItems": 1}]}


@dataclass(eq=False, repr=False)
class Address:
    """An IP address, with a port or without."""

    words: str = "an address like `10.0.0.5`, `10.0.0.5:8774` or `[fd00::5]:8774`"

    def read(self, value: Value) -> str:
        """The address in its shortest spelling; IPv6 has brackets where a port follows."""
        text = Text(self.words, hint="put it in quotes").read(value)
        match = re.fullmatch(
            r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?|([0-9.]+)(?::([0-9]{1,5}))?|([0-9A-Fa-f:.]+)", text
        )
        if match is None:
            raise value.wrong(self.words)
        port = match[2] or match[4]
        try:
            ip = ip_address(match[1] or match[3] or match[5])
        except ValueError:
            raise value.wrong(self.words) from None
        if port is None:
            return str(ip)
        if not 1 <= int(port) <= 65535:
            raise value.wrong(self.words, hint="a port is a number from 1 to 65535")
        return f"[{ip}]:{int(port)}" if ip.version == 6 else f"{ip}:{int(port)}"

    def show(self, default: Any) -> str:
        """The address."""
        return str(default)

    def json(self) -> dict[str, Any]:
        """Only the letters."""
        return {"type": "string", "pattern": r"^[0-9A-Fa-f:.\[\]]+$"}


@dataclass(eq=False, repr=False)
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

    def json(self) -> dict[str, Any]:
        """Its length."""
        return {"type": ["string", "number"], "minLength": 1, "maxLength": 40}


@dataclass(eq=False, repr=False)
class OnDisk:
    """A file or folder of this host; a relative path is beside the config file."""

    words: str

    def read(self, value: Value) -> Path:
        """The absolute path. Whether anything is there is seen when it is used."""
        text = Text(self.words, r".{1,4000}").read(value)
        path = Path(text)
        try:
            return absolute(path if text.startswith("~") else Path(value.file).parent / path)
        except ConfigError as error:
            raise value.wrong(self.words, hint=error.hint) from None

    def show(self, default: Any) -> str:
        """The path."""
        return str(default or "none")

    def json(self) -> dict[str, Any]:
        """Text."""
        return {"type": "string", "minLength": 1}


FOLDER = OnDisk("the path of a folder")
PEM = OnDisk("the path of a PEM file")
