"""What is particular to HTTP clients on loopback."""

from __future__ import annotations

import ssl


def no_tls() -> ssl.SSLContext:
    """A context that trusts no one: httpx would read all certificate authorities, 25 ms, for plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
