"""What to do about a problem of a service's health, known by the words of its sentence."""

from __future__ import annotations

FAILOVER = "waiting does not help: a cloud administrator must run `openstack loadbalancer failover`"
STRANGERS = "find out whose they are, or label them; `foreign: ignore` in the config allows cutovers beside them"

_ANEW = "the next change that succeeds applies its settings anew; if it stays, a cloud administrator looks at it"
_LOOK = "open it for its probe's answer and its console log; "
# Words of the sentences of `troubles` and `health`; the first that is in a sentence tells.
_REMEDIES = (
    (", longer than ", "what serves goes on; a cloud administrator looks why it does not end: worker, amphorae"),
    (": it takes no change", f"what serves may go on; {FAILOVER}"),
    ("(admin_state_up is false)", "find out who disabled it, and why; `openstack loadbalancer ... set --enable`"),
    ("in provisioning ERROR", _ANEW),
    ("of neither colour of ", STRANGERS),
    ("nothing tells the colour of ", "label them; `bluegreen config check` says what tells the colour"),
    ("requests through the VIP failed", "if it began with a release, go back while the way back is ready"),
    ("is gone: Nova answers 404", "take its member out of the pool, and launch another one in its place"),
    ("no colour is live", "put a colour that is healthy in rotation: `bluegreen cutover`"),
    ("none of its members has weight", "give its members weight again, or go back"),
    (" send to BLUE, ", "a cutover has not come to its end: `bluegreen resume`, or cut over again"),
    ("sends to ", "make the pool the default pool of a listener"),
    ("somebody changes a part that is not ours", "wait: the lock is the whole load balancer's, for some seconds"),
    ("a change is under way", "wait until it ends, which takes some seconds"),
    ("a member of neither colour is in a change", "wait until it ends, which takes some seconds"),
    (", Octavia says ", "trust neither until they agree: one of them is late, or looks elsewhere"),
    ("Octavia says ", "trust neither until they agree: one of them is late, or looks elsewhere"),
    ("another's fails", _LOOK + "is it reachable from that load balancer?"),
    ("the load balancer's health check", _LOOK + "if a release did it, go back while you can"),
    ("the direct probe says ", _LOOK + "if a release did it, go back while you can"),
    ("Nova says ACTIVE with task", "wait for its task; one that does not end is for a cloud administrator to reset"),
    ("Nova says SHUTOFF", "find out who stopped it; `openstack server start`, or launch another one in its place"),
    ("Nova says ERROR", "`openstack server show` has the fault; launch another one in its place"),
    ("Nova says ", "wait, or find out who did that; `openstack server event list` names them"),
    ("its cell may be down", "ask the cloud's operators; plans wait until Nova knows it"),
    ("it is in no pool", "add it to the pool with weight 0: `bluegreen adopt`, `openstack loadbalancer member create`"),
    ("it is not in pool ", "add it to that pool with weight 0: `openstack loadbalancer member create`"),
    ("nothing attaches its pool", "make the pool the default pool of a listener, or add `health:` to the config"),
    ("no probe checks it", "add `health:` to the config, or a monitor to the pool"),
    ("no probe checks what it does", "add `health:` to the config"),
    (" versions: ", "a release has not come to its end, or somebody deployed by hand: `bluegreen history`"),
    ("until somebody allows it", "find out why it was taken back; then `bluegreen allow`"),
)  # fmt: skip


def remedy(sentence: str) -> str:
    """What to do about it; empty where nobody needs to do anything, or the sentence says it."""
    return next((hint for words, hint in _REMEDIES if words in sentence), "")
