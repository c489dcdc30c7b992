"""Octavia's types for members: what may be said, and the error for what may not."""

from __future__ import annotations

import ipaddress
from typing import Any

from console.drill.octavia.faults import fault, invalid

JSON = dict[str, Any]

# MemberPOST; `id` is not in it. Batch items and new members are of this type.
# fmt: off
POSTED = frozenset((
    "name", "admin_state_up", "address", "protocol_port", "weight", "backup", "subnet_id", "project_id",
    "tenant_id", "monitor_port", "monitor_address", "tags", "vnic_sriov",
))
# fmt: on
CHANGED = frozenset(("name", "admin_state_up", "weight", "backup", "monitor_address", "monitor_port", "tags"))
SWITCHES = ("admin_state_up", "backup")
LIMITS = {"weight": (0, 256), "protocol_port": (1, 65535), "monitor_port": (1, 65535)}


def member_said(said: Any, argument: str, *, new: bool, whole: Any = None) -> JSON:
    """One member of a request body, converted as WSME does. `whole` is the body that a conversion error shows."""
    if not isinstance(said, dict):
        raise fault(500, f"'{type(said).__name__}' object has no attribute 'keys'", "Server")
    known = POSTED if new else CHANGED
    for key in said:
        if key not in known:
            raise fault(400, f"Unknown attribute for argument {argument}: {key}")
    fields = {key: _converted(key, value, argument, whole) for key, value in said.items()}
    if new:
        for key in ("address", "protocol_port"):
            if fields.get(key) is None:
                raise invalid(key, None, "Mandatory field missing.")
    return fields


def _converted(key: str, value: Any, argument: str, whole: Any) -> Any:
    if value is None:
        return False if key in SWITCHES else None
    if key in LIMITS:
        return _number(key, value, argument, whole)
    if key in ("address", "monitor_address", "subnet_id"):
        return _text(key, value)
    if key in SWITCHES:
        return value if isinstance(value, bool) else str(value).lower() in ("true", "yes", "on", "1", "t", "y")
    if key == "tags":
        return _tags(value, argument, whole)
    return str(value)


def _number(key: str, value: Any, argument: str, whole: Any) -> int:
    try:
        number = int(value)
    except (ValueError, TypeError):
        why = f"invalid literal for int() with base 10: '{value}'"
        raise invalid(argument.partition(".")[0], whole, why) from None
    low, high = LIMITS[key]
    if number < low:
        raise invalid(key, number, f"Value should be greater or equal to {low}")
    if number > high:
        raise invalid(key, number, f"Value should be lower or equal to {high}")
    return number


def _text(key: str, value: Any) -> str:
    if key != "subnet_id":
        try:
            ipaddress.ip_address(str(value))
        except ValueError:
            raise invalid(key, value, "Value should be IPv4 or IPv6 format") from None
    return str(value)


def _tags(value: Any, argument: str, whole: Any) -> list[str]:
    if not isinstance(value, list):
        raise invalid(argument.partition(".")[0], whole, f"Value not a valid list: {value}")
    if any(len(str(tag)) > 255 for tag in value):
        raise invalid("tags", value, "Value should have a maximum character requirement of 255")
    if twice := next((tag for tag in value if value.count(tag) > 1), None):
        # Octavia runs into its database's primary key here.
        raise fault(
            500, f"(pymysql.err.IntegrityError) (1062, \"Duplicate entry '{twice}' for key 'PRIMARY'\")", "Server"
        )
    return [str(tag) for tag in value]
