"""What doctor says of each service: is everything there that the config names, and can it be released?

It looks once, as `status` does, so whatever the watch understands is understood here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from console.cli.finding import Finding, about, ok, problem, warning
from console.cloud.session import Session
from console.config.model import Config, Kind, ServiceConfig, VipCheck
from console.errors import AuthError
from console.model.commit import CiState
from console.model.instance import Instance
from console.model.service import BALANCER, COMMITS, PROBES, SERVERS, VIP, Service
from console.model.text import clipped
from console.model.through_vip import advice, wrong_colour
from console.model.traffic import Traffic
from console.watch.observe import Observer

# What a provider does with what a release needs (Octavia's feature matrix). Others may do the same: nobody says so.
_OBEYS_WEIGHTS = frozenset({"amphora", "amphorav2", "octavia"})
_IGNORES_WEIGHTS = frozenset({"ovn"})
_LISTS = {SERVERS: "server list --long", BALANCER: "loadbalancer list"}
_NAMES = 4


def services(config: Config, sessions: Mapping[tuple[str, str | None], Session]) -> Iterator[Finding]:
    """Every service whose places could be logged in to."""

    def connect(cloud: str, region: str | None) -> Session:
        try:
            return sessions[cloud, region]
        except KeyError:
            raise AuthError(f"cloud {cloud} could not be logged in to") from None

    names = [
        name
        for name, one in config.services.items()
        if one.server_place in sessions and (not one.rotation.attached or one.balancer_place in sessions)
    ]
    if not names:
        return
    for name, service in Observer(config, names, connect=connect).observe().services.items():
        yield from about(name, examine(config.services[name], service))


def examine(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    """What is there, what is missing, and what stands in a release's way."""
    name = service.name
    unseen = False
    for source in (SERVERS, BALANCER):
        state = service.source(source)
        if state.seen_at is None and source in service.decisive:
            unseen = True
            means = "nothing can be said of what serves"
            text = f"{name}: {state.problem or f'{source}: not seen'}"
            compare = f"compare the config with `openstack {_LISTS[source]}` and the same credentials"
            yield problem("service.seen", text, means, "; ".join(filter(None, (state.hint, compare))), 4)
    if unseen:
        return
    yield ok("service.seen", f"{name}: {_found(config, service)}")
    for source in service.decisive:
        if source not in (SERVERS, BALANCER):
            means = "the rest is seen, and nothing of this service can be changed"
            yield problem(
                "service.part", f"{name}: {service.source(source).problem}", means, service.source(source).hint
            )
    for check in _CHECKS:
        yield from check(config, service)


def _found(config: ServiceConfig, service: Service) -> str:
    sides = ", ".join(f"{len(side.instances)} {side.colour.upper()}" for side in service.colours)
    if config.rotation.kind == Kind.POWER:
        return f"workers without a load balancer, {sides}"
    parts = [
        f"load balancer {part.balancer.name}, pool {' and '.join(pool.name for pool in part.pools) or 'none'}"
        for part in service.balanced
    ]
    members = sum(len(members) for part in service.balanced for members in part.members.values())
    return f"{'; '.join(parts)}, {members} member{'' if members == 1 else 's'}, {sides}"


def _instances(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    name = service.name
    if not any(side.instances for side in service.colours) and not service.uncoloured:
        means = "there is nothing to release, or the config selects nothing"
        mend = "check `instances:` against `openstack server list --long`"
        yield warning("service.instances", f"{name}: no server is selected", means, mend)
    if service.uncoloured:
        means = "they belong to neither side and are never put in or out of rotation"
        mend = f"set what `colour: {config.instances.colour}` looks for, to blue or green"
        text = f"{name}: nothing tells the colour of {_names(service.uncoloured)}"
        yield warning("service.colour", text, means, mend)
    unknown = [one for side in service.colours for one in side.instances if one.version is None]
    if unknown:
        means = "it is not known what would ship, nor who answers through the VIP"
        mend = f"set one of {', '.join(config.version)}"
        yield warning("service.version", f"{name}: nothing tells the version of {_names(unknown)}", means, mend)


def _members(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    name = service.name
    if service.foreign:
        names = [member.name or member.address for member in service.foreign]
        serving = any(member.in_rotation for member in service.foreign)
        text = f"{name}: {_joined(names)} in the pool belong to no instance of the service"
        means = "a cutover is refused while they have weight" if serving else "they are left alone"
        mend = "tag the member `server=ID`, remove it, or say `foreign: ignore`"
        if serving and config.foreign != "ignore":
            yield warning("service.foreign", text, means, mend)
        else:
            yield ok("service.foreign", text)
    outside = [one for side in service.colours for one in side.instances if one.member is None and not one.static]
    if outside and config.rotation.kind == Kind.WEIGHTS:
        means = "they cannot be put in rotation by weight"
        mend = "add them to the pool with weight 0: `openstack loadbalancer member create --weight 0 …`"
        yield warning("service.members", f"{name}: {_names(outside)} in no pool", means, mend)


def _checks(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    name = service.name
    monitored = all(pool.monitor is not None for part in service.balanced for pool in part.pools)
    if config.health is None and (not monitored or config.rotation.kind == Kind.POWER):
        what = "no probe" if config.rotation.kind == Kind.POWER else "neither a monitor of each pool nor `health:`"
        means = "none of them is ever known to be healthy, so nothing can be put in rotation"
        mend = "give the pool a health monitor, or the service `health:`"
        yield problem("service.health", f"{name}: {what} checks the instances", means, mend)
    if config.rotation.kind == Kind.POWER:
        return
    if config.vip is None:
        means = "a cutover is not proven from the client's side"
        yield warning("service.vip", f"{name}: no `vip:`", means, "add `vip: {url: ...}`")
    elif (state := service.source(VIP)).seen_at is None:
        means = "a cutover could not be proven from here"
        mend = state.hint or "check the URL, DNS, routing and certificates from this host"
        yield warning("service.vip", f"{name}: {state.problem or 'the VIP was not asked'}", means, mend)
    elif service.traffic is not None and service.traffic.answers:
        yield _answers(config.vip, service, service.traffic, state.seen_at)


def _answers(check: VipCheck, service: Service, traffic: Traffic, now: float) -> Finding:
    """What the requests through the VIP came to."""
    asked, lost = len(traffic.answers), traffic.lost
    told = sum(traffic.colour_of(answer) is not None for answer in traffic.answers)
    text = f"{service.name}: {asked} requests through the VIP, {told} answers tell their colour, {lost} failed"
    if lost:
        found = problem if lost == asked else warning
        means = f"{'no' if lost == asked else 'not every'} client that asks so is served, and no cutover can be proven"
        return found("service.vip", f"{text}: {traffic.url}: {traffic.failure}", means, advice(traffic))
    if (wrong := wrong_colour(service, now)) is not None:
        means = "a cutover would look as if it moved nobody, or the wrong way"
        return problem("service.vip", f"{service.name}: {wrong.text}", means, wrong.hint)
    if told:
        return ok("service.vip", text)
    means = "who answers cannot be told, so a cutover is not proven from outside"
    mend = f"let the answer's `{check.version}` be the version that the instances have"
    return warning("service.vip", text, means, mend)


def _probes(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    health = config.health
    if health is None:
        return
    name = service.name
    asked = [one for side in service.colours for one in side.instances if one.probe is not None]
    if not health.reachable:
        text = f"{name}: instances are not probed from here (`reachable: false`)"
        means = "unknown is not healthy: no instance counts as healthy, so nothing can be put in rotation from here"
        mend = "name a `proxy:` that reaches them; or leave `health:` out, where Nova and the load balancer are enough"
        yield warning("service.probes", text, means, mend)
    elif asked and not any(one.probe is not None and (one.probe.ok or one.probe.status) for one in asked):
        probe = asked[0].probe
        why = clipped(probe.error, 100) if probe is not None and probe.error else "no answer"
        means = "no instance counts as healthy, so nothing can be put in rotation"
        mend = "open the way (security group, route), name a `proxy:`, or leave `health:` out"
        yield warning("service.probes", f"{name}: no instance answers from here ({why})", means, mend)
    elif asked:
        good = sum(one.probe is not None and one.probe.ok for one in asked)
        yield ok("service.probes", f"{name}: {good} of {len(asked)} instances answer their probe")
    elif problem_words := service.source(PROBES).problem:
        means = "no instance counts as healthy"
        yield warning("service.probes", f"{name}: {problem_words}", means, service.source(PROBES).hint or "see above")


def _provider(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    by_weight = config.rotation.kind == Kind.WEIGHTS
    for part in service.balanced:
        where, provider = f"{service.name}: load balancer {part.balancer.name}", part.balancer.provider
        if provider in _IGNORES_WEIGHTS and by_weight:
            means = "it stores weights and ignores them: rotation by weights moves no traffic"
            mend = "use `rotation: {kind: pools}`, or a load balancer of provider amphora"
            yield problem("service.provider", f"{where} has provider {provider}", means, mend)
        elif provider in _IGNORES_WEIGHTS:
            means = "it has no L7 policies, so the idle pool cannot be attached for its monitor to check"
            mend = "give the service `health:`, so that it is checked before it gets traffic"
            found = f"{where} has provider {provider}"
            yield (
                warning("service.provider", found, means, mend)
                if config.health is None
                else ok("service.provider", f"{found}: {means}; the probe checks it")
            )
        elif provider in _OBEYS_WEIGHTS:
            yield ok("service.provider", f"{where} has provider {provider}: batches, weights, L7 policies, statistics")
        else:
            means = "whether it obeys weights, batches and L7 policies is not known here"
            mend = "prove a cutover on a load balancer of the same provider that nobody uses"
            yield warning("service.provider", f"{where} has provider {provider or 'unknown'}", means, mend)
        if part.balancer.provisioning_status == "ERROR":
            means = "it takes no change, and retrying never helps"
            mend = f"openstack loadbalancer failover {part.balancer.id} (an administrator's)"
            yield problem("service.balancer", f"{where} is in ERROR", means, mend)
    sticky = sorted({pool.session_persistence for part in service.balanced for pool in part.pools} - {""})
    if sticky and by_weight:
        means = "clients with a session stay on members of weight 0 until it ends"
        mend = "wait for them after a cutover, or take session persistence off the pool"
        text = f"{service.name}: the pool keeps sessions ({', '.join(sticky)})"
        yield warning("service.sessions", text, means, mend)


_Check = Callable[[ServiceConfig, Service], Iterator[Finding]]


def _commits(config: ServiceConfig, service: Service) -> Iterator[Finding]:
    """Whether the source of commits answers, and whether both versions are known there."""
    if config.commits is None:
        return
    view, name = service.commits, service.name
    said = service.source(COMMITS).problem if view is None else view.problem
    means = "what a cutover would ship, and whether it was tested, is not known"
    mend = "look at `commits:` in the config; `bluegreen commits` shows what is known"
    if view is None or said:
        yield warning("service.commits", f"{name}: commits: {said or 'nobody was asked'}", means, mend)
        return
    ships = len(view.would_ship or ())
    known = sum(commit.ci.state is not CiState.UNKNOWN for commit in view.would_ship or ())
    tests = f", the tests of {known} are known" if ships else ""
    further = "".join(f"; {words}" for words in (view.limits, view.note) if words)
    yield ok("service.commits", f"{name}: commits are told: {ships} would ship{tests}{further}")


_CHECKS: tuple[_Check, ...] = (_instances, _members, _checks, _probes, _provider, _commits)


def _names(instances: Sequence[Instance]) -> str:
    return _joined([one.name for one in instances])


def _joined(names: Sequence[str]) -> str:
    shown, more = ", ".join(clipped(name, 60) for name in names[:_NAMES]), len(names) - _NAMES
    return f"{shown} and {more} more" if more > 0 else shown
