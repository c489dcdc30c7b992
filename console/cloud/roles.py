"""Which roles can write at all. The cloud decides in the end; this only says early what it would say late."""

from __future__ import annotations

from console.cloud.session import Identity

# Octavia's and Nova's defaults; `load-balancer_*` are deprecated since Wallaby and still honoured (facts 1.1).
_READ_ONLY = frozenset({"reader", "load-balancer_observer", "load-balancer_global_observer"})


def cannot_write(identity: Identity) -> str:
    """Why this user cannot change anything, in a sentence; empty when the roles leave it to the cloud."""
    roles = frozenset(identity.roles)
    if not roles or not roles <= _READ_ONLY:
        return ""
    return (
        f"user {identity.user} has only the role {', '.join(sorted(roles))} in project {identity.project} "
        f"of cloud {identity.cloud}: it can look, not change"
    )
