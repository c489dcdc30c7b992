"""How certificates are checked and shown: as the config says, else as clouds.yaml or this host trusts."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from console.config.model import Tls
from console.errors import ConfigError

Trusted = str | Literal[False] | None  # a file of authorities; False: clouds.yaml checks none; None: the public ones
Trust = Callable[[], Trusted]  # asked only where a certificate is to be checked

UNCHECKED = Tls(verify=False)


def public() -> Trusted:
    """Trust the public authorities alone."""
    return None


def context(tls: Tls, trusted: Trusted = None) -> ssl.SSLContext:
    """The settings as a context; made anew when one of the files has changed. Raises ConfigError for a bad file."""
    return _made(tls, trusted, tuple(_age(path) for path in (tls.ca, tls.cert, tls.key)))


@lru_cache(maxsize=64)
def _made(tls: Tls, trusted: Trusted, _ages: tuple[float, ...]) -> ssl.SSLContext:
    made = _checking(tls, trusted)
    if tls.cert is not None:
        try:
            # without a password OpenSSL would ask for one on the terminal, over our screen
            made.load_cert_chain(tls.cert, tls.key, password=lambda: b"")
        except (OSError, ValueError) as error:
            raise _bad("client certificate", tls.cert, error, "a PEM file, and its key without a passphrase") from error
    return made


def _checking(tls: Tls, trusted: Trusted) -> ssl.SSLContext:
    if not tls.verify or (tls.ca is None and trusted is False):
        unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        return unchecked
    if tls.ca is None and not trusted:
        from certifi import where  # noqa: PLC0415 the same authorities as the API calls trust

        trusted = where()
    authorities = tls.ca or Path(str(trusted))
    try:
        return ssl.create_default_context(cafile=authorities)
    except (OSError, ValueError) as error:
        raise _bad("certificate authority", authorities, error, "a PEM file of the authority's certificate") from error


def _bad(what: str, path: Path, error: Exception, wanted: str) -> ConfigError:
    why = (
        error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else "not readable as PEM"
    )
    return ConfigError(f"{what} {path}: {why}", f"the config names it under `tls`; it must be {wanted}")


def _age(path: Path | None) -> float:
    try:
        return path.stat().st_mtime if path is not None else 0.0
    except OSError:
        return -1.0
