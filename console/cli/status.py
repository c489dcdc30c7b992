"""`bluegreen status`: what is true now."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from console.cli.looking import config_of
from console.cli.printer import printer
from console.cli.status_rollouts import NOTHING_KNOWN, Rollouts
from console.cli.status_table import table
from console.config.model import names_production
from console.model.balancer import Balanced, Listener
from console.model.colour import Colour
from console.model.need import Rank, rank
from console.model.problem import Problem
from console.model.retirement import retirement
from console.model.service import BALANCER, SERVERS, VIP, Service
from console.model.snapshot import Snapshot
from console.model.text import visible
from console.model.troubles import cause_of
from console.model.verdict import Verdict, verdict
from console.rollout.unended import Unended


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
    from console.cli.status_rollouts import rollouts_of
    from console.rollout.standing import with_records
    from console.watch.observe import Observer

    config = config_of(args)
    snapshot = with_records(config.journal, Observer(config, args.services or None).observe())
    rollouts = rollouts_of(config, snapshot)
    out = printer()
    if args.json:
        from console.cli.status_json import as_json

        out.out(json.dumps(as_json(snapshot, rollouts), indent=2), highlight=False)
    else:
        show(snapshot, out, rollouts)
    return exit_code(snapshot)


def exit_code(snapshot: Snapshot) -> int:
    """4 when a cloud did not tell what serves, else 1 when a service is not healthy, else 0."""
    services = snapshot.services.values()
    whole = (BALANCER, SERVERS)  # of a part that is not there the cloud did tell
    if any(one.source(name).seen_at is None for one in services for name in whole if name in one.decisive):
        return 4
    return 0 if all(verdict(service, snapshot.taken_at).healthy for service in services) else 1


def show(snapshot: Snapshot, console: Console, rollouts: Rollouts = NOTHING_KNOWN) -> None:
    """Print for people, those that need one first."""
    found = [(service, verdict(service, snapshot.taken_at)) for service in snapshot.services.values()]
    for service, words in sorted(found, key=lambda item: _rank(item[0], item[1], rollouts)):
        console.print(_heading(service, words), soft_wrap=True)
        for trouble in (*_troubles(service, words), *_left_to_do(rollouts.needy(service))):
            console.print(trouble, soft_wrap=True)
        if any(side.instances for side in service.colours) or service.uncoloured:
            console.print(Padding(table(service, snapshot.taken_at, console.width - 2), (0, 0, 0, 2)))
        for line in _below(service, snapshot.taken_at, rollouts):
            console.print(Text(f"  {visible(line)}"), soft_wrap=True)
        console.print()


def _rank(service: Service, words: Verdict, rollouts: Rollouts) -> Rank:
    needs_you = not words.healthy or bool(rollouts.needy(service))
    return rank(words.need, needs_you=needs_you, production=names_production(service.environment))


def _troubles(service: Service, words: Verdict) -> Iterator[Text]:
    """Each problem, and what to do about it, each advice once; last the sources that fail and decide nothing."""
    advised: set[str] = set()
    told = {name for one in words.found for name in one.sources}
    causes = {cause_of(service.source(name)) for name in told}
    failing = [one for one in service.sources.values() if one.problem and cause_of(one) not in causes]
    found = [(one.text, _hints(service, one), "red") for one in words.found]
    for problem, hints, style in (*found, *((f"{one.name}: {one.problem}", (one.hint,), "yellow") for one in failing)):
        yield Text(f"  ! {visible(problem)}", style=style)
        for hint in hints:
            if hint and hint not in advised:
                yield Text(f"    {visible(hint)}", style="dim")
            advised.add(hint)


def _hints(service: Service, problem: Problem) -> tuple[str, ...]:
    """What to do about it: its own advice, or that of the sources whose failure it tells."""
    return (problem.hint, *(service.source(name).hint for name in problem.sources))


def _left_to_do(needy: Iterable[Unended]) -> Iterator[Text]:
    """Each rollout that nobody ends by itself, and what offers the ways to end it."""
    for one in needy:
        yield Text(f"  ! {visible(one.words)}", style="red")
        yield Text(f"    `{one.command}` compares the record with the cloud and offers what can be done", style="dim")


def _heading(service: Service, words: Verdict) -> Text:
    """The verdict line."""
    style = "green" if words.healthy else "" if words.asking else "bold red"
    mark = Text(f"{words.state:<8}", style=style)
    environment = Text(visible(service.environment.upper()), style="bold")
    parts = [mark, environment, Text(visible(service.name), style="bold"), Text(visible(words.line))]
    return Text("  ").join(parts)


def _below(service: Service, now: float, rollouts: Rollouts) -> Iterator[str]:
    """Load balancers, traffic, lease, rollouts under way, freeze, what stands by: a line each."""
    for part in service.balanced:
        balancer = part.balancer
        doors = ", ".join(_door(part, one) for one in part.listeners) or "no listener"
        sticky = [
            f"pool {one.name} is sticky by {one.session_persistence}" for one in part.pools if one.session_persistence
        ]
        where = f"{balancer.name} ({balancer.provider or '?'})"
        at = ", ".join(filter(None, (balancer.vip_address, *balancer.additional_vips))) or "no address"
        yield "; ".join([f"load balancer {where} at {at}, {doors}", *sticky])
    if service.traffic is not None and service.traffic.answers:
        traffic = service.traffic
        shares = ", ".join(f"{colour.upper()} {traffic.count(colour)}" for colour in Colour)
        yield f"through the VIP {traffic.url}: {len(traffic.answers)} asked, {shares}, lost {traffic.lost}"
    elif service.traffic_watched and (problem := service.source(VIP).problem):
        yield f"through the VIP: no answer: {problem}"
    if service.lease is not None:
        yield f"lease: {rollouts.lease_words(service, now)}"
    for one in rollouts.under_way(service):
        yield f"{one.words}: `{one.command}`"
    if service.record is not None and (freeze := service.record.frozen(now)) is not None:
        yield freeze.words
    if (old := retirement(service, now)) is not None:
        yield old.words(now)


def _door(part: Balanced, listener: Listener) -> str:
    """`:443 HTTPS`; where each colour has a pool also the one that it sends to."""
    words = f":{listener.protocol_port} {listener.protocol}".rstrip()
    if not part.pool_of:
        return words
    names = {pool.id: pool.name or pool.id for pool in part.pools}
    return f"{words} to {names.get(listener.default_pool_id or '', 'another pool')}"
