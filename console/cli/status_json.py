"""`bluegreen status --json`, schema 1. Within a schema number keys are added, never renamed, removed or redefined.

    schema      1
    taken_at    Unix seconds of the look
    healthy     whether all services are
    services    one object for each:
      name, environment, cloud
      healthy     all that serves is known to be well
      asking      a source has not answered its first question yet, and nothing is known to be wrong
      verdict     the words of the verdict line: blue, green, rollback, balancer, freshness
      rollback    ready, partial, asks first, cold, gone, busy or unknown
      settled     whether the load balancer applies the weights shown; false during a change and after a failed one
      problems    sentences, the worst first
      rotation    weights, pools or power
      group, region   as the config has them; empty where it does not
      load_balancer   id, name, vip_address, provider, provisioning_status; null before it was seen
      pool            id, name, protocol, provisioning_status, operating_status; null before it was seen; with pools
                      for each colour the one that serves
      parts           for each load balancer's part of the service: load_balancer, listeners, neighbours (listeners of
                      others on the same load balancer), pools, policies
      colours     blue, green: role (live, idle, both, none; unknown, changing, in doubt), share (of the traffic, 0 to
                  1, or null), version (short, or "mixed", "unknown"), versions (all, whole), weight, healthy, total
                  (of all its instances), meant, meant_healthy (without those kept out on purpose, as in the verdict),
                  kept_out, instances
      foreign     members that join to no instance
      uncoloured  instances whose colour nothing tells
      traffic     url, asked, lost, blue, green (answers by colour), longest_gap_ms; null without a VIP check
      record      what the journal says: freeze (by, reason, since, until: null without an end; null: not frozen),
                  barred (version, rollout, at, why: rolled back, and not allowed since), proven (version, rollout, at,
                  until: false from the rollout on, true until it), problem (why it is not known)
      standing_by what was cut over from and is the way back: colour, count, due (whether it is to be retired by now),
                  due_at (null: no time is configured), cost_per_hour (of all; 0: not configured), kept (by, reason,
                  until; null: nobody keeps it); null where nothing is
      lease       owner, action, reason, step, rollout, since, renewed_at and ttl (seconds) as it says them; silent (not
                  renewed for its ttl); words; null where nobody holds it or it is in the journal
      rollouts    by the journal, those that are not at their end, newest first: id, what, by, state (under way;
                  unfinished: its runner is gone; stopped), needs_you (nobody ends it by itself), begun_at, last_at (of
                  its last event, or null), words, command; healthy is of what serves, and says nothing of them
      sources     by name: seen_at, age (seconds), fresh, problem, hint
    instance    name, id (of the server), server (status, task_state, power_state, fault) or null, member or null,
                probe (ok, at, ms, status, error) or null, version, version_source, health (healthy, unhealthy,
                unknown), reason, disagreement, held_by, in_rotation, static (no Nova server and none expected),
                gone (Nova answers 404 for its server), further (its members in further pools), announced (health,
                since: what held for two looks of a watch)
    listener    id, name, protocol, protocol_port, default_pool_id, admin_state_up, operating_status,
                provisioning_status
    pool of a part  as `pool`, and admin_state_up, colour (blue, green or null), attached (whether a listener or policy
                has it, so that its monitor checks it), monitor (id, type, url_path, delay, timeout)
                or null
    policy      id, name, action, position, pool_id, attaches, rules (type, compare, key; never the value)
    member      id, name, address, protocol_port, weight, admin_state_up, operating_status, provisioning_status, tags

Statuses are Nova's and Octavia's own words, whatever they may be. Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console.cli.status_rollouts import NOTHING_KNOWN, Rollouts
from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Monitor, Pool
from console.model.colour import Colour
from console.model.health import disagreement, healthy_count, judge
from console.model.instance import Instance
from console.model.record import Record
from console.model.retirement import Retirement, retirement
from console.model.service import ColourSet, Service
from console.model.snapshot import Snapshot
from console.model.tally import tally
from console.model.traffic import Traffic
from console.model.verdict import Verdict, role_words, verdict
from console.rollout.unended import Unended

SCHEMA = 1

Json = dict[str, Any]


def as_json(snapshot: Snapshot, rollouts: Rollouts = NOTHING_KNOWN) -> Json:
    """The whole document."""
    now = snapshot.taken_at
    found = [(service, verdict(service, now)) for service in snapshot.services.values()]
    return {
        "schema": SCHEMA,
        "taken_at": now,
        "healthy": all(one.healthy for _, one in found),
        "services": [_service(service, one, now, rollouts) for service, one in found],
    }


def _service(service: Service, found: Verdict, now: float, rollouts: Rollouts) -> Json:
    return {
        "name": service.name,
        "rotation": service.rotation,
        "group": service.group,
        "region": service.region,
        "environment": service.environment,
        "cloud": service.cloud,
        "healthy": found.healthy,
        "asking": found.asking,
        "verdict": {
            "blue": found.blue,
            "green": found.green,
            "rollback": found.rollback,
            "balancer": found.balancer,
            "freshness": found.freshness,
        },
        "rollback": found.rollback_state.value,
        "settled": found.settled,
        "problems": list(found.problems),
        "load_balancer": _balancer(service.balancer),
        "pool": _pool(service.pool),
        "parts": [_part(part) for part in service.balanced],
        "colours": {side.colour.value: _side(service, side, now) for side in service.colours},
        "foreign": [_member(member) for member in service.foreign],
        "uncoloured": _instances(service, service.uncoloured, now),
        "traffic": _traffic(service.traffic),
        "record": _record(service.record),
        "standing_by": _standing_by(retirement(service, now), now),
        "lease": _lease(service, rollouts, now),
        "rollouts": [_rollout(one) for one in rollouts.of(service)],
        "sources": {
            source.name: {
                "seen_at": source.seen_at,
                "age": round(now - source.seen_at, 3) if source.seen_at is not None else None,
                "fresh": source.fresh(now),
                "problem": source.problem,
                "hint": source.hint,
            }
            for source in service.sources.values()
        },
    }


def _lease(service: Service, rollouts: Rollouts, now: float) -> Json | None:
    lease = service.lease
    if lease is None:
        return None
    names = ("owner", "action", "reason", "step", "rollout", "since", "renewed_at", "ttl")
    return {**_picked(lease, *names), "silent": lease.silent(now), "words": rollouts.lease_words(service, now)}


def _rollout(found: Unended) -> Json:
    one = found.rollout
    return {
        "id": one.id,
        "what": one.plan.what,
        "by": one.who.owner,
        "state": found.state,
        "needs_you": found.needs_you,
        "begun_at": one.created_at,
        "last_at": found.last.at if found.last is not None else None,
        "words": found.words,
        "command": found.command,
    }


def _standing_by(found: Retirement | None, now: float) -> Json | None:
    if found is None:
        return None
    return {
        "colour": found.colour.value,
        "count": found.count,
        "due": found.due(now),
        "due_at": found.at,
        "cost_per_hour": found.cost,
        "kept": _picked(found.kept, "by", "reason", "until") if found.kept is not None else None,
    }


def _record(found: Record | None) -> Json | None:
    """What the journal says: whether it is frozen now is for the reader to compare with `until`."""
    if found is None:
        return None
    freeze = found.freeze
    return {
        "freeze": _picked(freeze, "by", "reason", "since", "until") if freeze is not None else None,
        "barred": [_picked(one, "version", "rollout", "at", "why") for one in found.barred],
        "proven": [_picked(one, "version", "rollout", "at", "until") for one in found.proven],
        "problem": found.problem,
    }


def _side(service: Service, side: ColourSet, now: float) -> Json:
    counted = tally(service, side, now)
    return {
        "role": role_words(service, side.colour),
        "share": service.share(side.colour),
        "version": side.version,
        "versions": list(side.versions),
        "weight": side.weight,
        "healthy": healthy_count(service, side, now),
        "total": len(side.instances),
        "meant": counted.meant,
        "meant_healthy": counted.healthy,
        "kept_out": counted.kept_out,
        "instances": _instances(service, side.instances, now),
    }


def _instances(service: Service, instances: Sequence[Instance], now: float) -> list[Json]:
    return [_instance(service, instance, now) for instance in instances]


def _instance(service: Service, instance: Instance, now: float) -> Json:
    judgement = judge(service, instance, now)
    server, version = instance.server, instance.version
    return {
        "name": instance.name,
        "id": server.id if server is not None else None,
        "server": _picked(server, "status", "task_state", "power_state", "fault") if server is not None else None,
        "member": _member(instance.member) if instance.member is not None else None,
        "probe": _picked(instance.probe, "ok", "at", "ms", "status", "error") if instance.probe is not None else None,
        "version": version.value if version is not None else None,
        "version_source": version.source if version is not None else None,
        "health": judgement.health.value,
        "reason": judgement.reason,
        "disagreement": disagreement(instance),
        "held_by": instance.held_by,
        "in_rotation": service.in_rotation(instance),
        "static": instance.static,
        "gone": instance.gone,
        "further": [_member(member) for member in instance.further],
        "announced": {"health": told.word, "since": told.since} if (told := instance.announced) is not None else None,
    }


def _part(part: Balanced) -> Json:
    colours = {pool: colour.value for colour, pool in part.pool_of.items()}
    return {
        "load_balancer": _balancer(part.balancer),
        "listeners": [_listener(one) for one in part.listeners],
        "neighbours": [_listener(one) for one in part.neighbours],
        "pools": [
            {
                **(_pool(one) or {}),
                "admin_state_up": one.admin_state_up,
                "colour": colours.get(one.id),
                "attached": part.attached(one.id),
                "monitor": _monitor(one.monitor),
            }
            for one in part.pools
        ],
        "policies": [
            {
                **_picked(one, "id", "name", "action", "position", "pool_id", "attaches"),
                "rules": [{"type": rule.kind, "compare": rule.compare, "key": rule.key} for rule in one.rules],
            }
            for one in part.policies
        ],
    }


def _listener(listener: Listener) -> Json:
    names = ("id", "name", "protocol", "protocol_port", "default_pool_id", "admin_state_up")
    return _picked(listener, *names, "operating_status", "provisioning_status")


def _monitor(monitor: Monitor | None) -> Json | None:
    if monitor is None:
        return None
    return {"id": monitor.id, "type": monitor.kind, **_picked(monitor, "url_path", "delay", "timeout")}


def _member(member: Member) -> Json:
    names = ("id", "name", "address", "protocol_port", "weight", "admin_state_up")
    statuses = ("operating_status", "provisioning_status")
    return {**_picked(member, *names, *statuses), "tags": list(member.tags)}


def _balancer(found: LoadBalancer | None) -> Json | None:
    names = ("id", "name", "vip_address", "provider", "provisioning_status")
    return _picked(found, *names) if found is not None else None


def _pool(found: Pool | None) -> Json | None:
    names = ("id", "name", "protocol", "provisioning_status", "operating_status")
    return _picked(found, *names) if found is not None else None


def _traffic(found: Traffic | None) -> Json | None:
    if found is None:
        return None
    by_colour = {colour.value: found.count(colour) for colour in Colour}
    gap = found.longest_gap_ms
    return {
        "url": found.url,
        "asked": len(found.answers),
        "lost": found.lost,
        **by_colour,
        "longest_gap_ms": round(gap, 1) if gap is not None else None,
    }


def _picked(thing: object, *names: str) -> Json:
    return {name: getattr(thing, name) for name in names}
