"""Who asks a server of commits: by a token of the environment, by netrc, or nobody. Secrets are never shown or kept."""

from __future__ import annotations

import netrc
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from console.commits.source import SourceFailed
from console.config.model import CommitSource
from console.model.text import visible


@dataclass(frozen=True, slots=True)
class Credentials:
    """`header`: the value of `Authorization`, empty: nobody. `who`: where it comes from, no secret.

    `problem`: why there are none although there should be, in a sentence.
    """

    header: str = field(default="", repr=False)
    who: str = "nobody"
    problem: str = ""


NOBODY = Credentials()


def of(source: CommitSource, url: str, environ: Mapping[str, str]) -> Credentials:
    """For the server at this URL. Raises SourceFailed where the config names a variable that is not there."""
    if source.token:
        login, secret, who = _from_environment(source, environ)
    else:
        path = _netrc(environ)
        if path is not None and path.stat().st_mode & 0o077:
            return Credentials(problem=f"{visible(str(path))} is not used, because others can read it: chmod 600")
        login, secret, who = _from_netrc(url, path)
    if not secret:
        return NOBODY
    if not (login + secret).isprintable():
        raise SourceFailed(f"{who} holds characters that no credentials have")
    if not _is_private(url):
        return Credentials(problem=f"{who} is not sent over http://, where anybody could read it: use https://")
    if source.gerrit:
        basic = b64encode(f"{login}:{secret}".encode()).decode()
        return Credentials(f"Basic {basic}", who)
    return Credentials(f"Bearer {secret}", who)


def _from_environment(source: CommitSource, environ: Mapping[str, str]) -> tuple[str, str, str]:
    value, who = environ.get(source.token, "").strip(), f"${source.token}"
    if not value:
        raise SourceFailed(f"{who} is not set, and the config says that it holds the token (`commits: {{token: ...}}`)")
    login, colon, secret = value.partition(":")
    if not source.gerrit:
        return "", value, who
    if not colon:
        raise SourceFailed(f"{who} must be USER:PASSWORD, the HTTP credentials of Gerrit's settings")
    return login, secret, who


def _netrc(environ: Mapping[str, str]) -> Path | None:
    path = Path(environ.get("NETRC") or f"{environ.get('HOME', '')}/.netrc")
    return path if path.is_absolute() and path.is_file() else None


def _from_netrc(url: str, path: Path | None) -> tuple[str, str, str]:
    """The entry of the host alone: a `default` one is for anybody's host."""
    host = urlsplit(url).hostname or ""
    try:
        found = netrc.netrc(str(path)).hosts.get(host) if path is not None else None
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return "", "", ""
    return (found[0], found[2] or "", f"netrc of {host}") if found is not None else ("", "", "")


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "https" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
