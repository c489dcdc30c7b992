"""Who cannot write at all, or not for long enough. The cloud decides in the end; this says early what it would late."""

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
        f"of cloud {identity.cloud}: there it can look, not change"
    )


def ends_too_soon(identity: Identity, now: float, needed: float) -> str:
    """Why this login cannot last for `needed` seconds from `now` (Unix seconds), in a sentence; empty when it can."""
    if identity.renewable or not identity.expires_at or identity.expires_at - now >= needed:
        return ""
    return (
        f"the token of user {identity.user} ends in {max(0.0, identity.expires_at - now) / 60:.0f} min and cannot be "
        f"renewed without you; a rollout with its way back may need {needed / 60:.0f} min"
    )
