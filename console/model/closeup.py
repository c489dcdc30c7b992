"""What is only asked for while somebody looks at it: one instance, or one load balancer, in every detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.balancer import Listener, LoadBalancer, Member, Policy, Pool
from console.model.service import Source
from console.model.stats import Rates


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an action on a server. Times in Unix seconds; `finish` None while it runs."""

    name: str
    start: float | None = None
    finish: float | None = None
    result: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """An action on a server (`os-instance-actions`), newest first in lists. `request_id` is its key in every log."""

    action: str
    request_id: str
    at: float | None = None
    user_id: str = ""
    message: str = ""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceCloseup:
    """One instance in every detail. What a source did not give is None or empty; `sources` says why and since when.

    Sources: `server` (details: flavor, networks, ...), `image`, `actions`, `console`.
    """

    service: str
    key: str
    details: Mapping[str, str] = field(default_factory=dict)  # a label and a text each, in order
    image: Mapping[str, str] = field(default_factory=dict)
    deeds: tuple[Deed, ...] = ()
    console: str | None = None  # the last lines, as the server printed them: untrusted
    sources: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BalancerCloseup:
    """One load balancer whole, other teams' parts as well. `members` by pool id, `rates` by listener id."""

    service: str
    balancer: LoadBalancer
    listeners: tuple[Listener, ...] = ()
    pools: tuple[Pool, ...] = ()
    members: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    rates: Mapping[str, Rates] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
