"""The proposals as a config file for people: YAML with comments that say what is known and what is a guess."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from console.cli.init_look import LEASE_NETWORK, Seen
from console.cli.init_propose import Findings, Proposal, Unit, usable
from console.config.formats import PATH
from console.config.kinds import Text
from console.config.model import Kind
from console.model.balancer import Listener, Monitor
from console.model.colour import Colour
from console.model.text import clipped

_SHOWN = 60  # characters of a name in a comment


def text_of(found: Findings, seen: Seen, cloud: str, region: str | None) -> str:
    """The whole file."""
    lines = [
        f"# Proposed by `bluegreen init` from what the cloud {_plain(cloud)} showed on {time.strftime('%Y-%m-%d')}.",
        "# What cannot be seen from outside is a guess and says so: read it before you rely on it.",
        "# `bluegreen config check` tells what it means, `bluegreen config reference` what else can stand here.",
        *(f"# Not looked at: {_plain(problem, 300)}" for problem in seen.problems),
        "services:",
    ]
    for number, proposal in enumerate(found.proposals):
        lines += [""] if number else []
        lines += [f"  {flow(proposal.name)}:", *(f"    {line}" for line in _service(proposal, cloud, region))]
    lines += ["", *_lease(seen)]
    if found.left_out:
        lines += ["", "# Seen, and not proposed:", *(f"#   {_plain(each, 300)}" for each in found.left_out)]
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value as YAML on one line, whatever signs it has."""
    return yaml.safe_dump([value], default_flow_style=True, width=1_000_000, sort_keys=False).strip()[1:-1]


def _service(proposal: Proposal, cloud: str, region: str | None) -> Iterator[str]:
    yield f"cloud: {flow(cloud)}"
    if region:
        yield f"region: {flow(region)}"
    yield "environment: production  # the careful guess: changes are confirmed by typing the service's name"
    yield from _rotation(proposal)
    yield from _instances(proposal)
    if proposal.version:
        yield f"version: {flow(list(proposal.version))}"
    else:
        yield "# nothing tells what an instance runs; if the service itself does:"
        yield '# version: "http./version#git_commit"'
    yield from _health(proposal)
    yield from _proof(proposal)


def _instances(proposal: Proposal) -> Iterator[str]:
    if proposal.unlabelled:
        yield f"# seen: {len(proposal.things)} members, and nothing says which colour they are: they carry no label"
        yield f"# `bluegreen adopt {_plain(proposal.name)}` writes these labels, as a plan to look at; no traffic moves"
    else:
        counts = ", ".join(f"{proposal.told.count(colour)} {colour.upper()}" for colour in Colour)
        unknown = len(proposal.things) - proposal.told.known
        yield f"# seen: {counts}" + (f", {unknown} of which nothing tells the colour" if unknown else "")
    if proposal.strangers:
        shown = ", ".join(_plain(name) for name in proposal.strangers[:5])
        yield f"# members of nobody's, never written: {shown}; with weight they stop a cutover (see `foreign:`)"
    yield f"instances: {flow({**proposal.selection, 'colour': proposal.told.how})}"


def _rotation(proposal: Proposal) -> Iterator[str]:
    if not proposal.units:
        yield "# in no pool that these credentials see: workers. Is their load balancer in another project, then name"
        yield "# the entry of clouds.yaml that sees it: rotation: {cloud: ENTRY, load_balancer: NAME, pool: NAME}"
        yield f"rotation: {flow({'kind': str(Kind.POWER)})}"
        return
    first, *more = proposal.units
    for unit in proposal.units:
        yield (
            f"# load balancer {_plain(unit.balancer.name)} at {_plain(unit.balancer.vip_address) or 'no address'}, "
            + (", ".join(_door(one) for one in _listeners(unit)) or "no listener sends to its pools")
        )
    rotation: dict[str, Any] = {"kind": str(first.kind), **_part(first, proposal)}
    if more:
        rotation["also"] = [_part(unit, proposal) for unit in more]
    yield f"rotation: {flow(rotation)}"
    if first.kind is Kind.WEIGHTS and first.balancer.provider == "ovn":
        yield "# the provider ovn ignores weights: to shift traffic, give each colour a pool (rotation: {kind: pools})"


def _part(unit: Unit, proposal: Proposal) -> dict[str, Any]:
    names = [each.balancer.name for each in proposal.units if each.balancer.id != unit.balancer.id]
    balancer = {"load_balancer": _named(unit.balancer.name, unit.balancer.id, taken=names)}
    pools = {colour: _named(pool.name, pool.id) for colour, pool in unit.pools.items()}
    if unit.kind is Kind.POOLS:
        return {**balancer, "pools": {str(colour): pool for colour, pool in pools.items()}}
    return {**balancer, "pool": pools[None]}


def _named(name: str, ident: str, taken: list[str] | None = None) -> str:
    """The name, where it can stand in the config and names only this one; else the id."""
    return name if usable(Text(), name) and name not in (taken or ()) else ident


def _listeners(unit: Unit) -> list[Listener]:
    pools = {pool.id for pool in unit.pools.values()}
    mine = (one for one in unit.listeners if one.default_pool_id in pools)
    return sorted(mine, key=lambda one: one.protocol_port)


def _door(listener: Listener) -> str:
    return f":{listener.protocol_port} {_plain(listener.protocol)}"


def _health(proposal: Proposal) -> Iterator[str]:
    monitor = proposal.units[0].first.monitor if proposal.units else None
    check = _check(monitor) if monitor is not None else None
    if check is not None:
        yield "# as the pool's monitor asks; if this host cannot reach the instances: a `proxy:`, or no `health:`"
        yield f"health: {flow(check)}"
    else:
        port = "" if proposal.units else "port: 8080, "
        yield "# no monitor tells how to ask an instance; a guess:"
        yield f"# health: {{{port}path: /healthcheck}}"


def _check(monitor: Monitor) -> Mapping[str, Any] | None:
    if monitor.kind == "TCP":
        return {"scheme": "tcp"}
    if monitor.kind not in ("HTTP", "HTTPS") or not usable(PATH, monitor.url_path):
        return None
    scheme = {"scheme": "https"} if monitor.kind == "HTTPS" else {}
    codes = _codes(monitor.expected_codes)
    return {**scheme, "path": monitor.url_path, **({"expect": codes} if codes not in ([], [200]) else {})}


def _codes(text: str) -> list[int]:
    """`200`, `200,202`, `200-204` as Octavia writes them; empty for anything else."""
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([1-5]\d\d)(?:-([1-5]\d\d))?\s*", part)
        if match is None:
            return []
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return found


def _proof(proposal: Proposal) -> Iterator[str]:
    doors = [one for unit in proposal.units for one in _listeners(unit)]
    http = next((one for one in doors if one.protocol in ("HTTP", "TERMINATED_HTTPS", "HTTPS")), None)
    if http is not None:
        scheme = "http" if http.protocol == "HTTP" else "https"
        usual = {"http": 80, "https": 443}[scheme]
        port = "" if http.protocol_port == usual else f":{http.protocol_port}"
        yield "# proof from the client's side; the path and the key in its answer are guesses:"
        yield f'# vip: {{url: "{scheme}://{{vip}}{port}/version", version: git_commit}}'
    elif doors and doors[0].protocol == "TCP":
        yield f'vip: {{url: "tcp://{{vip}}:{doors[0].protocol_port}"}}  # that it answers; not which colour'


def _lease(seen: Seen) -> Iterator[str]:
    if seen.lease_network:
        yield "# the right to change a service, as a port that every jump host sees"
        yield f"lease: {{network: {flow(seen.lease_network)}}}"
        return
    yield "# Leases are in the journal of this host. To share them between jump hosts, make a network without a subnet,"
    yield f"# `openstack network create {LEASE_NETWORK}`, and name it:"
    yield f"# lease: {{network: {LEASE_NETWORK}}}"


def _plain(text: str, limit: int = _SHOWN) -> str:
    """Text of the cloud in a comment: one line, nothing that a terminal obeys."""
    return clipped(text, limit)
