"""How an address is written, so that two spellings of one are the same."""

from __future__ import annotations

from ipaddress import ip_address


def canonical(address: str) -> str:
    """One spelling per address: IPv6 has many, IPv4 has one, and may be wrapped in IPv6."""
    if ":" not in address:
        return address
    try:
        found = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
