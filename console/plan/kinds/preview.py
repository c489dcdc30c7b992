"""The standing preview: an L7 policy that attaches a pool whichever is the default, so that it is always checked.

`POST /v2/lbaas/l7policies`, then `POST .../rules`: rules inside the policy's POST count only when a whole load balancer
is made (Octavia API). A policy without a rule attaches nothing (octavia: db/models.py Listener.pools).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from console.model.call import Call
from console.plan.basis import Basis, PolicyBasis
from console.plan.desired import PolicyGone, PreviewPolicy, PreviewRule
from console.plan.kinds.typed import openstack, option

SERVICE = "load-balancer"
HEADER = "X-Bluegreen-Preview"
SECRET = "(the secret of this service)"  # noqa: S105 what stands for it on paper: the runner puts it in as it sends

Previews = PreviewPolicy | PreviewRule | PolicyGone


def call(desired: Previews, basis: Basis) -> Call:
    """The POST or DELETE. Of a rule neither the policy's id nor the secret is known here."""
    match desired:
        case PreviewPolicy():
            return _policy(desired)
        case PreviewRule():
            return rule(desired, desired.policy, SECRET)
        case PolicyGone():
            return Call(
                SERVICE,
                "DELETE",
                f"/v2/lbaas/l7policies/{desired.policy_id}",
                None,
                (openstack("loadbalancer", "l7policy", "delete", desired.policy_id),),
            )


def undo(desired: Previews, basis: Basis) -> Call | None:
    """None: what was made has an id that nobody knows yet; `bluegreen preview --remove` finds it by its name."""
    return None


def after(desired: Previews, basis: Basis) -> Basis:
    """The basis that it leaves."""
    match desired:
        case PreviewPolicy():
            return basis.with_policy(PolicyBasis(desired.name, desired.listener_id, desired.pool_id))
        case PreviewRule():
            known = basis.policy(desired.listener_id, desired.policy)
            return basis.with_policy(PolicyBasis(known.name, known.listener_id, known.pool_id, attaches=True))
        case PolicyGone():
            return basis.without_policy(desired.listener_id, desired.name)


def restore(desired: Sequence[Previews], basis: Basis) -> tuple[Call, ...]:
    """By the names: the `openstack` client takes them, too."""
    made = [one for one in desired if isinstance(one, PreviewPolicy)]
    gone = (PolicyGone(one.listener_id, one.name, one.name) for one in reversed(made))
    return tuple(call(one, basis) for one in gone)


def words(desired: Previews) -> tuple[str, ...]:
    """What is made."""
    match desired:
        case PreviewPolicy():
            return (f"L7 policy {desired.name} to pool {desired.pool_id}",)
        case PreviewRule():
            return (f"L7 policy {desired.policy}: rule on the header {HEADER}, with a secret value",)
        case PolicyGone():
            return (f"L7 policy {desired.name} deleted",)


def rule(desired: PreviewRule, policy_id: str, value: str) -> Call:
    """The POST of the rule."""
    fields = {"type": "HEADER", "compare_type": "EQUAL_TO", "key": HEADER, "value": value}
    how = ("--wait", "--type", "HEADER", "--compare-type", "EQUAL_TO", "--key", HEADER)
    command = openstack("loadbalancer", "l7rule", "create", *how)
    return Call(
        SERVICE,
        "POST",
        f"/v2/lbaas/l7policies/{policy_id}/rules",
        {"rule": fields},
        (f'{command} --value "$SECRET" {shlex.quote(policy_id)}',),
    )


def _policy(desired: PreviewPolicy) -> Call:
    fields = {
        "name": desired.name,
        "listener_id": desired.listener_id,
        "action": "REDIRECT_TO_POOL",
        "redirect_pool_id": desired.pool_id,
    }
    how = (*option("--name", desired.name), "--action", "REDIRECT_TO_POOL", "--redirect-pool", desired.pool_id)
    return Call(
        SERVICE,
        "POST",
        "/v2/lbaas/l7policies",
        {"l7policy": fields},
        (openstack("loadbalancer", "l7policy", "create", "--wait", *how, desired.listener_id),),
    )
