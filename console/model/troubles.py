"""What is wrong, in sentences: what harms what serves, and what a person should know besides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from console.model.balancer import Balanced, Listener
from console.model.changes import changes, stuck
from console.model.colour import Colour, Role
from console.model.health import Health
from console.model.need import Need
from console.model.problem import Problem
from console.model.readiness import balancers, pools
from console.model.remedies import ANEW, ENABLE, FAILOVER
from console.model.roles import IN_DOUBT, role_words
from console.model.service import (
    BALANCER,
    LEASE,
    POOLS,
    POWER,
    PROBES,
    SERVERS,
    VIP,
    WEIGHTS,
    ColourSet,
    Service,
    Source,
)
from console.model.strangers import dead_strangers, strangers, uncoloured
from console.model.tally import tally
from console.model.text import listed, some
from console.model.through_vip import vip_troubles

_MIXED = "a release has not come to its end, or somebody deployed by hand: `bluegreen history`"
_STEPS = ((120.0, 1.0, "s"), (7200.0, 60.0, "min"), (172_800.0, 3600.0, "h"), (math.inf, 86_400.0, "days"))


def stale_sources(service: Service, now: float) -> list[Source]:
    """Each source of decisions that is not fresh although it was asked, the oldest first."""
    return [source for source in _not_fresh(service, now) if source.seen_at is not None or source.problem]


def asked_sources(service: Service, now: float) -> list[Source]:
    """Each source of decisions that has not answered its first question yet, and not failed either."""
    return [source for source in _not_fresh(service, now) if source.seen_at is None and not source.problem]


def _not_fresh(service: Service, now: float) -> list[Source]:
    decisive = sorted(service.decisive, key=lambda name: (name != SERVERS, name != BALANCER))
    names = [*decisive, *([PROBES] if service.probed else []), *([VIP] if service.traffic_watched else [])]
    sources = [source for name in names if not (source := service.source(name)).fresh(now)]
    return sorted(sources, key=lambda one: one.seen_at or 0.0)


def stale_words(stale: Sequence[Source], now: float) -> Iterator[Problem]:
    """A sentence for each cause: one that several sources share is said once.

    While the load balancer was never seen nobody knows where the VIP is: the VIP is named with it.
    """
    unseen = {one.name for one in stale if one.seen_at is None}
    by_cause: dict[object, list[Source]] = {}
    hidden = [VIP] if {VIP, BALANCER} <= unseen else []
    for source in stale:
        if source.name not in hidden:
            cause = cause_of(source)
            by_cause.setdefault((cause, source.seen_at is None) if cause else source.name, []).append(source)
    for sources in by_cause.values():
        first, alone = sources[0], len(sources) == 1
        cause = first.problem if alone else cause_of(first)
        age = "never seen" if first.seen_at is None else f"{age_words(first, now)} old"
        answers = "" if first.seen_at is None else "the last answer is " if alone else "the last answers are "
        names = [one.name for one in sources]
        names += hidden if BALANCER in names else []
        text = f"{listed(names)}: {answers}{age}{f': {cause}' if cause else ''}"
        yield Problem(text, sources=tuple(names), whom=tuple(names), reason=cause or "no answer")


def cause_of(source: Source) -> str:
    """What it fails for, in the words that others have for the same."""
    return source.cause or source.problem


def age_words(source: Source, now: float) -> str:
    """`40 s`, `5 min`, `3 h`; a fact of the future is one of a clock that was set back."""
    if source.seen_at is None:
        return "(never seen)"
    age = now - source.seen_at
    if age < 0:
        return "(of a clock that was set back)"
    _, seconds, word = next((step for step in _STEPS if age < step[0]), _STEPS[-1])
    return f"{age / seconds:.0f} {word}"


def serving_troubles(service: Service, now: float) -> Iterator[Problem]:
    """What is wrong with what serves."""
    yield from _of_balancers(service)
    yield from stuck(service, now)
    yield from _in_doubt(service)
    yield from _nothing_serves(service)
    yield from _unhealthy(service, now, serving=True, tolerated=False)
    yield from dead_strangers(service, now)
    if not service.foreign_allowed:
        yield from strangers(service)
    yield from vip_troubles(service, now)


def other_troubles(service: Service, now: float) -> Iterator[Problem]:
    """What a person should know, and what does not harm what serves."""
    yield from changes(service, now)
    yield from _splits(service)
    yield from _unhealthy(service, now, serving=True, tolerated=True)
    yield from _unhealthy(service, now, serving=False, tolerated=False)
    for side in service.colours:
        if len(side.versions) > 1:
            text = f"{side.colour.upper()} runs {len(side.versions)} versions: {some(side.versions)}"
            yield Problem(text, _MIXED)
        yield from (odd.of_all((name,)) for name, odd in tally(service, side, now).odd.items())
    if service.foreign_allowed:
        yield from strangers(service)
    yield from uncoloured(service)
    yield from _in_the_wrong_pool(service)
    yield from _of_record(service)
    known = {cause_of(source) for source in stale_sources(service, now)}
    if (lease := service.source(LEASE)).problem and cause_of(lease) not in known:
        yield Problem(f"who holds the lease is not known: {lease.problem}", sources=(LEASE,))


def _of_record(service: Service) -> Iterator[Problem]:
    """What the journal says of the colour that does not serve, or why it says nothing."""
    record = service.record
    if record is None:
        return
    if record.problem:
        text = f"whether {service.name} is frozen, and what was rolled back, is not known: {record.problem}"
        alike = tuple(one.name for one in service.sources.values() if one.problem == record.problem)
        yield Problem(text, sources=alike)
    for side in service.colours:
        bar = record.bar_on(side.version)
        if bar is not None and service.role(side.colour) is Role.IDLE:
            runs = f"{side.colour.upper()} runs {bar.version}, which was rolled back"
            text = f"{runs} ({bar.when}); it may not go out again until somebody allows it"
            yield Problem(text, "find out why it was taken back; then `bluegreen allow`")


def _of_balancers(service: Service) -> Iterator[Problem]:
    for balancer in balancers(service):
        if not balancer.provisioning_status.startswith(("ACTIVE", "PENDING")):
            text = f"load balancer {balancer.name} is {balancer.provisioning_status}: it takes no change"
            yield Problem(text, f"what serves may go on; {FAILOVER}")
        if not balancer.admin_state_up:
            text = f"load balancer {balancer.name} is disabled (admin_state_up is false): it serves nobody"
            yield Problem(text, ENABLE, need=Need.NOTHING_SERVES)
    for pool in pools(service):
        if pool.provisioning_status == "ERROR":
            yield Problem(f"pool {pool.name} is in provisioning ERROR", ANEW)
        if not pool.admin_state_up:
            text = f"pool {pool.name} is disabled (admin_state_up is false): it serves nobody"
            parked = service.rotation == POOLS and pool.id not in service.serving_pools
            yield Problem(text, ENABLE, need=Need.REST if parked else Need.NOTHING_SERVES)
    for part in service.balanced:
        for listener in part.listeners:
            if not listener.admin_state_up:
                text = f"listener {_door(listener)} is disabled (admin_state_up is false): nobody gets in there"
                yield Problem(text, ENABLE)
            elif listener.provisioning_status == "ERROR" and service.rotation != POOLS:
                text = f"listener {_door(listener)} is in provisioning ERROR: its last change may not be applied"
                yield Problem(text, ANEW)
        if not part.listeners:
            names = listed([pool.name or pool.id for pool in part.pools])
            text = f"no listener of load balancer {part.balancer.name} sends to {names}: no client gets there"
            yield Problem(text, "make the pool the default pool of a listener", need=Need.NOTHING_SERVES)


def _nothing_serves(service: Service) -> Iterator[Problem]:
    seen = all(service.source(name).seen_at is not None for name in service.decisive)
    serving = [side for side in service.colours if service.role(side.colour) in (Role.LIVE, Role.BOTH)]
    if seen and not serving:
        hint = "put a colour that is healthy in rotation: `bluegreen cutover`"
        disabled = _disabled(*service.colours) if service.rotation == WEIGHTS else ""
        why = {
            POOLS: "no listener sends to a pool of BLUE or GREEN that has instances",
            POWER: "no worker of BLUE or GREEN runs",
        }.get(service.rotation, disabled or "no member of BLUE or GREEN has weight")
        yield Problem(f"no colour is live: {why}", ENABLE if disabled else hint, need=Need.NOTHING_SERVES)
    for side in serving:
        if service.rotation == POOLS and not any(map(service.in_rotation, side.instances)):
            disabled = _disabled(side)
            text = f"{side.colour.upper()} is live and {disabled or 'none of its members has weight'}: nobody answers"
            hint = ENABLE if disabled else "give its members weight again, or go back"
            yield Problem(text, hint, need=Need.NOTHING_SERVES)


def _disabled(*sides: ColourSet) -> str:
    """The instances with members that have weight and are disabled, in words; empty where there are none."""
    found = [
        one.name
        for side in sides
        for one in side.instances
        if any(member.weight and not member.admin_state_up for member in one.members)
    ]
    which, are = ("member", "is") if len(found) == 1 else ("members", "are")
    return f"the {which} of {some(found)} {are} disabled (admin_state_up is false)" if found else ""


def _in_doubt(service: Service) -> Iterator[Problem]:
    doubtful = [side.colour.upper() for side in service.colours if role_words(service, side.colour) == IN_DOUBT]
    if service.rotation == POOLS and doubtful:
        yield Problem("a listener is in provisioning ERROR, so it may not send where it says", ANEW)
        return
    why = Problem("members are in provisioning ERROR, so the weights shown may not be applied", ANEW)
    if service.rotation == POWER:
        why = Problem("Nova does not know the state of its workers")
    yield from map(why.of, doubtful)


def _splits(service: Service) -> Iterator[Problem]:
    """Listeners, or pools, of one service that send to different colours."""
    doors: dict[Colour, list[str]] = {}
    for part in service.balanced:
        if service.rotation == POOLS:
            colours = {pool: colour for colour, pool in part.pool_of.items()}
            for one in part.listeners:
                if one.default_pool_id in colours:
                    doors.setdefault(colours[one.default_pool_id], []).append(_door(one))
        elif service.rotation == WEIGHTS and len(service.balanced) > 1:
            for colour in _weighted(service, part):
                doors.setdefault(colour, []).append(f"pool {listed(pool.name or pool.id for pool in part.pools)}")
    if len(doors) == 2 and set(doors[Colour.BLUE]) != set(doors[Colour.GREEN]):
        text = f"{listed(doors[Colour.BLUE])} send to BLUE, {listed(doors[Colour.GREEN])} to GREEN"
        yield Problem(text, "a cutover has not come to its end: `bluegreen resume`, or cut over again")


def _weighted(service: Service, part: Balanced) -> list[Colour]:
    """The colours that have weight in this part's pool."""
    with_weight = {one.id for members in part.members.values() for one in members if one.in_rotation}
    return [
        side.colour
        for side in service.colours
        if any(member.id in with_weight for instance in side.instances for member in instance.members)
    ]


def _in_the_wrong_pool(service: Service) -> Iterator[Problem]:
    pool_of = {(colour, pool) for part in service.balanced for colour, pool in part.pool_of.items()}
    for side in service.colours if pool_of else ():
        other = {pool for colour, pool in pool_of if colour is not side.colour}
        lost = [
            one.name for one in side.instances if any(service.pool_id_of(member) in other for member in one.members)
        ]
        if lost:
            yield Problem(f"{some(lost)}: of {side.colour.upper()}, and in {side.colour.other.upper()}'s pool")


def _unhealthy(service: Service, now: float, *, serving: bool, tolerated: bool) -> Iterator[Problem]:
    """Instances that are not healthy, those with the same reason in one sentence, without those kept out on purpose.

    What is unknown only because a source is stale was said of the source. `tolerated`: of colours that are above their
    quorum all the same; these do not harm what serves. `serving`: those that serve, or are missing from what does.
    """
    blind = bool(_not_fresh(service, now))
    for side in service.colours:
        quorum = quorum_of(service, side, now) if serving else None
        if (quorum is not None and quorum[0] >= quorum[1]) is not tolerated:
            continue
        found = {
            trouble: names
            for trouble, names in tally(service, side, now).troubles.items()
            if (trouble.serves or (trouble.missing and not service.is_led)) is serving and not (trouble.stale and blind)
        }
        need = _need_of(service, now, short=quorum is not None) if found and serving and not tolerated else Need.REST
        if found and quorum is not None and not tolerated:
            yield Problem(f"{side.colour.upper()}: {quorum[0]} are healthy, its quorum is {quorum[1]}", need=need)
        for trouble, names in sorted(found.items(), key=lambda item: item[0].health is Health.UNKNOWN):
            yield Problem(trouble.reason, trouble.hint, need=need).of_all(names)


def _need_of(service: Service, now: float, *, short: bool) -> Need:
    """What sick instances take from clients; of those that nobody sees it is not known. `short`: below a quorum."""
    serving = [side for side in service.colours if service.role(side.colour) in (Role.LIVE, Role.BOTH)]
    counts = [tally(service, side, now) for side in serving]
    if not any(each.healthy or each.unseen for each in counts):
        return Need.NONE_HEALTHY
    return Need.BELOW_QUORUM if short else Need.REST


def quorum_of(service: Service, side: ColourSet, now: float) -> tuple[int, int] | None:
    """How many of a colour are healthy, and how many must be; None where all must."""
    if service.quorum >= 1.0:
        return None
    found = tally(service, side, now)
    return found.healthy, max(math.ceil(found.meant * service.quorum), 1)


def _door(listener: Listener) -> str:
    return f":{listener.protocol_port} ({listener.name or listener.id})"
