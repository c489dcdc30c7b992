"""`bluegreen status`: what is true now."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.cli.looking import config_of
from console.cli.printer import printer
from console.model.colour import Colour
from console.model.health import Health, disagreement, judge
from console.model.instance import Instance
from console.model.service import BALANCER, SERVERS, Service
from console.model.snapshot import Snapshot
from console.model.text import visible
from console.model.verdict import Verdict, verdict


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="default: all of the config")
    parser.add_argument("--json", action="store_true", help="for programs: one document, schema 1")
    parser.add_argument(
        "--watch",
        action="store_true",
        help="go on, and write each change as a line with its time (--json: the document, on one line) until ctrl+c",
    )
    parser.epilog = (
        "exit codes: 0 all healthy, 1 some service is not, 2 usage or config, 4 the cloud did not answer, "
        "130 a watch was ended by ctrl+c"
    )


def run(args: argparse.Namespace) -> int:
    """Look once, and print; or go on with `--watch`."""
    if args.watch:
        from console.cli.status_watch import run as watch

        return watch(args)
    from console.watch.observe import Observer

    config = config_of(args)
    snapshot = Observer(config, args.services or None).observe()
    out = printer()
    if args.json:
        from console.cli.status_json import as_json

        out.out(json.dumps(as_json(snapshot), indent=2), highlight=False)
    else:
        show(snapshot, out)
    return exit_code(snapshot)


def exit_code(snapshot: Snapshot) -> int:
    """4 when a cloud did not tell what serves, else 1 when a service is not healthy, else 0."""
    services = snapshot.services.values()
    if any(service.source(name).seen_at is None for service in services for name in (SERVERS, BALANCER)):
        return 4
    return 0 if all(verdict(service, snapshot.taken_at).healthy for service in services) else 1


def show(snapshot: Snapshot, console: Console) -> None:
    """Print for people, those that need one first."""
    found = [(service, verdict(service, snapshot.taken_at)) for service in snapshot.services.values()]
    for service, words in sorted(found, key=lambda item: item[1].healthy):
        console.print(_heading(service, words), soft_wrap=True)
        for problem in words.problems:
            console.print(Text(f"  ! {visible(problem)}", style="red"), soft_wrap=True)
        for hint in dict.fromkeys(source.hint for source in service.sources.values() if source.problem and source.hint):
            console.print(Text(f"    {visible(hint)}", style="dim"), soft_wrap=True)
        if any(side.instances for side in service.colours) or service.uncoloured:
            console.print(Padding(_instances(service, snapshot.taken_at), (0, 0, 0, 2)))
        for line in _below(service):
            console.print(Text(f"  {visible(line)}"), soft_wrap=True)
        console.print()


def _heading(service: Service, words: Verdict) -> Text:
    """The verdict line."""
    mark = Text("well    " if words.healthy else "NOT WELL", style="green" if words.healthy else "bold red")
    environment = Text(visible(service.environment.upper()), style="bold")
    parts = [mark, environment, Text(visible(service.name), style="bold"), Text(visible(words.line))]
    return Text("  ").join(parts)


def _instances(service: Service, now: float) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    for name in ("colour", "instance", "nova", "member"):
        table.add_column(name, no_wrap=True)
    table.add_column("weight", justify="right")
    for name in ("probe", "version"):
        table.add_column(name, no_wrap=True)
    table.add_column("")
    for instance in (*service.blue.instances, *service.green.instances, *service.uncoloured):
        table.add_row(*_row(service, instance, now))
    return table


def _row(service: Service, instance: Instance, now: float) -> list[Text]:
    server, member, probe = instance.server, instance.member, instance.probe
    health, seen = judge(service, instance, now).health, service.source(BALANCER).seen_at is not None
    nova = (
        "not listed" if server is None else f"{server.status}{f' ({server.task_state})' if server.task_state else ''}"
    )
    note = f"held by {instance.held_by}" if instance.held_by else disagreement(instance)
    cells = [
        instance.colour.upper() if instance.colour is not None else "?",
        instance.name,
        nova,
        member.operating_status if member is not None else ("in no pool" if seen else "unknown"),
        "" if member is None else str(member.weight),
        ("not probed" if probe is None else probe.words) if service.probed else "",
        instance.version.short if instance.version is not None else "unknown",
        note or ("" if health is Health.HEALTHY else health.value),
    ]
    style = "" if health is Health.HEALTHY else "yellow"
    return [Text(visible(cell), style=style) for cell in cells]


def _below(service: Service) -> Iterator[str]:
    """Load balancer, traffic, lease: a line each."""
    if service.balancer is not None and service.pool is not None:
        doors = ", ".join(f":{one.protocol_port} {one.protocol}" for one in service.listeners) or "no listener"
        sticky = f", sticky by {service.pool.session_persistence}" if service.pool.session_persistence else ""
        where = f"{service.balancer.name} ({service.balancer.provider or '?'})"
        yield f"load balancer {where} at {service.balancer.vip_address or 'no address'}, {doors}{sticky}"
    if service.traffic is not None and service.traffic.answers:
        traffic = service.traffic
        shares = ", ".join(f"{colour.upper()} {traffic.count(colour)}" for colour in Colour)
        yield f"through the VIP {traffic.url}: {len(traffic.answers)} asked, {shares}, lost {traffic.lost}"
    if service.lease is not None:
        yield f"lease: {service.lease.words}"
