"""What goes wrong in the fault matrix, where it may be placed, and how it is ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hooked_runner import Act
from scene import Scene

CHANGES, LEASES, ROWS, EDGES = "each change", "each call of the lease", "after each row", "before and after each row"
OUTCOMES = "after each answer to a change"
CHANGE = {"method": "PUT|POST|DELETE", "path": "^/(load-balancer|compute)/", "agent": "rollout/"}
LEASE = {"method": "PUT|POST|DELETE", "path": "^/network/", "agent": "rollout/"}
READ = {"method": "GET", "path": "^/(load-balancer|compute|network)/"}
LOGIN = {"method": "POST", "path": "^/identity/.*tokens"}
LATE = 2.0  # seconds, less than a call takes to settle
DEAF = 1.5  # seconds in which nothing listens
MANY = 40  # requests: longer than anybody's patience with one of them
GREEN, BLUE = "{service}-green-1", "{service}-blue-1"


@dataclass(frozen=True)
class Mishap:
    """`where` it is placed. `meddles`: it changes the world for good, as somebody else would.

    `words`: one of these must be in the sentence if the rollout stops. In its requests {service} is the service's name.
    """

    name: str
    act: Act
    where: str = ROWS
    meddles: bool = False
    words: tuple[str, ...] = ()


def _mischief(kind: str, moment: str, target: dict[str, str], count: int = 1, delay: float = 0.0) -> Act:
    body = {"kind": kind, "moment": moment, **target, "count": count, "delay": delay}
    return Act("door", (("POST", "mischief", body),))


def _door(method: str, path: str, **body: object) -> Act:
    return Act("door", ((method, path, body),))


_CHANGED = [
    *((kind, "before") for kind in ("down", "silent", "refused", "forbidden", "conflict", "limited", "broken")),
    *((kind, "before") for kind in ("unavailable", "garbage", "html", "half")),
    *((kind, "after") for kind in ("down", "silent", "broken", "unavailable", "garbage", "html")),
]
_ASKED = ("down", "silent", "refused", "forbidden", "limited", "broken", "unavailable", "garbage", "html")


def _of_requests() -> Iterator[Mishap]:
    for kind, moment in _CHANGED:
        yield Mishap(f"change-{kind}-{moment}", _mischief(kind, moment, CHANGE), CHANGES)
        yield Mishap(f"lease-{kind}-{moment}", _mischief(kind, moment, LEASE), LEASES)
    unsupported = _mischief("unsupported", "before", {**CHANGE, "path": "^/load-balancer/"}, MANY)
    yield Mishap("change-unsupported", unsupported, CHANGES)
    for kind in ("conflict", "limited", "unavailable", "down"):
        yield Mishap(f"change-{kind}-thrice", _mischief(kind, "before", CHANGE, 3), CHANGES)
    yield Mishap("change-late", _mischief("late", "before", CHANGE, delay=LATE), CHANGES)
    yield Mishap("lease-late", _mischief("late", "before", LEASE, delay=LATE), LEASES)
    for kind in _ASKED:
        yield Mishap(f"read-{kind}", _mischief(kind, "before", READ))
    for kind in ("down", "refused", "unavailable", "html"):
        yield Mishap(f"read-{kind}-long", _mischief(kind, "before", READ, MANY))
    yield Mishap("token-revoked", _door("POST", "tokens/revoke"))
    login = _mischief("refused", "before", LOGIN, MANY)
    yield Mishap("login-refused", Act("door", (("POST", "tokens/revoke", {}), *login.doors)))


def _of_the_balancer() -> Iterator[Mishap]:
    for kind in ("conflict", "busy", "error", "applied-error", "amphora", "lb-error"):
        yield Mishap(f"balancer-{kind}", _door("POST", "trouble", kind=kind, count=1), CHANGES)
    yield Mishap("balancer-amphora-twice", _door("POST", "trouble", kind="amphora", count=2), CHANGES)
    yield Mishap(
        "balancer-stuck", _door("POST", "trouble", kind="lb-stuck", count=1), CHANGES, words=("PENDING_UPDATE",)
    )
    error = _door("PUT", "load-balancer", provisioning_status="ERROR", name="{service}")
    yield Mishap("balancer-in-error", error)
    stuck = _door("PUT", "load-balancer", provisioning_status="PENDING_UPDATE", name="{service}")
    yield Mishap("balancer-locked", stuck)
    yield Mishap("neighbour", _door("POST", "neighbour", every=0.3, name="{service}"))


def _of_others() -> Iterator[Mishap]:
    for name in (GREEN, BLUE):
        yield Mishap(f"weight-{name[10:]}", _door("PUT", f"members/{name}", weight=7), meddles=True)
        yield Mishap(f"member-gone-{name[10:]}", _door("DELETE", f"members/{name}"), meddles=True)
        yield Mishap(f"server-gone-{name[10:]}", _door("DELETE", f"servers/{name}"), meddles=True)
        error = _door("PUT", f"servers/{name}", status="ERROR", vm_state="error")
        yield Mishap(f"server-error-{name[10:]}", error, meddles=True)
        yield Mishap(f"stopped-{name[10:]}", _door("POST", f"servers/{name}/stop"), meddles=True)
        yield Mishap(f"ill-{name[10:]}", _door("PUT", f"instances/{name}", mode="unhealthy"), meddles=True)
    yield Mishap("change-through-octavia", _door("POST", "change"), meddles=True)
    bad = tuple(("PUT", f"instances/{{service}}-green-{number}", {"mode": "error-rate=1"}) for number in (1, 2))
    yield Mishap("green-fails", Act("door", bad), meddles=True)
    yield Mishap("lease-stolen", _door("POST", "leases", owner="bob@jump2"))


def _of_builds() -> Iterator[Mishap]:
    for kind in ("no-host", "error", "lost"):
        yield Mishap(f"build-{kind}", _door("POST", "builds", kind=kind, count=1), CHANGES)


def _of_this_host() -> Iterator[Mishap]:
    yield Mishap("kill", Act("kill"), EDGES)
    yield Mishap("stop", Act("stop"), EDGES)
    yield Mishap("disk-full", Act("fill"))
    yield Mishap("disk-read-only", Act("protect"))
    yield Mishap("connection-refused", Act("refuse", number=DEAF))
    for name, jump in (("forward", 7200.0), ("back", -7200.0)):
        yield Mishap(f"clock-{name}", Act("clock", number=jump))


def _of_the_operator() -> Iterator[Mishap]:
    yield Mishap("abort-in-flight", Act("abort"), CHANGES)
    yield Mishap("abort-answered", Act("abort"), OUTCOMES)


def fits(mishap: Mishap, scene: Scene) -> bool:
    """Whether it can happen in this scene: workers have no load balancer, one mishap is of the first service, and
    what is not there yet cannot be lost."""
    paths = [path for _method, path, _body in mishap.act.doors]
    if "change" in paths and scene.service != "nova-api":
        return False
    balancing = any(path.startswith(("members", "load-balancer", "trouble", "neighbour", "change")) for path in paths)
    if not scene.world.get("idle", True) and any("green" in path for path in paths):
        return False
    if "builds" in paths and not scene.builds:
        return False
    return not (scene.power and (balancing or mishap.name == "change-unsupported"))


ABORTS = tuple(_of_the_operator())
MISHAPS = (*_of_this_host(), *_of_requests(), *_of_the_balancer(), *_of_others(), *_of_builds(), *ABORTS)
